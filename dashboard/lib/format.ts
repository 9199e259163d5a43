/**
 * How numbers and times are written for people. Owns the console's one spelling of money (yuan, two
 * places, from µCNY), counts, rates and Shanghai's dates; refuses floats for money.
 */
import { formatYuan, MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import type { Language } from './words.ts';

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** µCNY text → `¥1,234.57`: rounded half away from zero to the fen. */
export function money(microCny: string | bigint): string {
  const amount = BigInt(microCny);
  const abs = amount < 0n ? -amount : amount;
  const fen = (abs + MICRO_CNY_PER_FEN / 2n) / MICRO_CNY_PER_FEN;
  const whole = grouped((fen / 100n).toString());
  const sign = amount < 0n && fen > 0n ? '−' : '';
  return `${sign}¥${whole}.${(fen % 100n).toString().padStart(2, '0')}`;
}

/** Every place there is, for a tooltip: `¥1234.56789`. */
export const exactMoney = (microCny: string | bigint): string => `¥${formatYuan(BigInt(microCny))}`;

/** Integer fen → `¥12.34`. */
export const fenMoney = (fen: number | string): string => money(BigInt(fen) * MICRO_CNY_PER_FEN);

/** µCNY → yuan as a float, for the length of a bar or a point of a chart only. */
export const yuanForChart = (microCny: string | bigint): number => Number(BigInt(microCny)) / 1e6;

export const count = (n: number): string => grouped(Math.round(n).toString());

/** `12.3万` / `123k`: for tiles and axes where five digits do not fit. */
export function shortCount(n: number, language: Language): string {
  const trim = (x: number) => x.toFixed(x < 10 ? 1 : 0).replace(/\.0$/, '');
  if (language === 'zh') {
    if (n >= 1e8) return `${trim(n / 1e8)}亿`;
    return n >= 1e4 ? `${trim(n / 1e4)}万` : trim(n);
  }
  if (n >= 1e6) return `${trim(n / 1e6)}M`;
  return n >= 1e3 ? `${trim(n / 1e3)}k` : trim(n);
}

/** A ratio as a percentage; `—` where there is nothing to divide by. */
export function percent(part: number, whole: number, places = 2): string {
  return whole > 0 ? `${((part / whole) * 100).toFixed(places)}%` : '—';
}

const shanghai = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', hourCycle: 'h23', ...options });
const DAY_PARTS = shanghai({ year: 'numeric', month: '2-digit', day: '2-digit' });
const MINUTE_PARTS = shanghai({ hour: '2-digit', minute: '2-digit' });
const SECOND_PARTS = shanghai({ hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** An instant (ISO text or ms) → `2026-11-22 16:31`, Shanghai's wall clock. */
export function instant(value: string | number, seconds = false): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return '—';
  return `${DAY_PARTS.format(at)} ${(seconds ? SECOND_PARTS : MINUTE_PARTS).format(at)}`;
}

/** An instant → `16:31:07`. */
export const timeOfDay = (value: string | number): string => SECOND_PARTS.format(new Date(value));

/** `2026-11-22` → `11-22`; the year is said by the range beside it. */
export const shortDay = (day: string): string => day.slice(5);

/** `2026-11` → `2026年11月` / `Nov 2026`. */
export function monthName(month: string, language: Language): string {
  const [year, number] = month.split('-');
  if (language === 'zh') return `${year}年${Number(number)}月`;
  const at = new Date(`${month}-15T00:00:00Z`);
  return `${at.toLocaleString('en', { month: 'short', timeZone: 'UTC' })} ${year}`;
}
