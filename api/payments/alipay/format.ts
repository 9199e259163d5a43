/** How Alipay writes time and money. Refuses anything else: three decimals, signs, exponents. */
import { dayOf } from '../../../db/terms/day.ts';
import { MICRO_CNY_PER_FEN, parseYuan } from '../../../db/terms/money.ts';

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** `YYYY-MM-DD HH:MM:SS` in Shanghai. */
export const alipayTime = (ms: number): string =>
  `${dayOf(ms)} ${new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(11, 19)}`;

/** The instant of such a text in epoch ms; undefined when it is not one. */
export function alipayTimeMs(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text.replace(' ', 'T')}+08:00`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** `"12.34"` → 1234n, sign allowed; undefined unless it is yuan with at most two decimals. */
export function fenOfYuan(text: string): bigint | undefined {
  if (!/^-?\d{1,13}(\.\d{1,2})?$/.test(text)) return undefined;
  const amount = parseYuan(text);
  return amount === undefined ? undefined : amount / MICRO_CNY_PER_FEN;
}
