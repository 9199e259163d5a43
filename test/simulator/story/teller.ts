/** The story's voice: a transcript in Chinese with English, and a count of what did not come out as it had to. */
import { formatYuan } from '../../../db/terms/money.ts';

export interface Teller {
  act(zh: string, en: string): void;
  say(zh: string, en: string): void;
  /** A line with an amount in µCNY. */
  amount(zh: string, en: string, amountMicroCny: bigint): void;
  /** Must be equal; says so either way. Amounts are bigint µCNY. */
  expect(zh: string, en: string, actual: unknown, expected: unknown): void;
  /** Runs what must be refused: with which Failure code, or anything when it throws nothing. */
  refused(zh: string, en: string, code: string, act: () => Promise<unknown>): Promise<void>;
  wrongs(): string[];
}

const shown = (value: unknown): string =>
  typeof value === 'bigint' ? `¥${formatYuan(value)}` : String(value);

/** Han characters take two columns of a terminal. */
const width = (text: string): number =>
  [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0);
const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(1, columns - width(text)));

export function createTeller(write: (line: string) => void, now: () => number): Teller {
  const wrongs: string[] = [];
  let acts = 0;
  const line = (mark: string, zh: string, en: string, tail: string) =>
    write(`  ${mark} ${pad(zh, 44)}${pad(en, 52)}${tail}`.trimEnd());
  const clock = () => new Date(now() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  return {
    act(zh, en) {
      acts += 1;
      write('');
      write(`${acts}. ${zh} · ${en}   [${clock()}]`);
    },
    say: (zh, en) => line(' ', zh, en, ''),
    amount: (zh, en, amountMicroCny) => line(' ', zh, en, shown(amountMicroCny)),
    expect(zh, en, actual, expected) {
      const right = actual === expected;
      line(
        right ? '✓' : '✗',
        zh,
        en,
        right ? shown(actual) : `${shown(actual)} ≠ ${shown(expected)}`,
      );
      if (!right) wrongs.push(`${en}: ${shown(actual)}, expected ${shown(expected)}`);
    },
    async refused(zh, en, code, act) {
      let outcome = 'accepted';
      try {
        await act();
      } catch (error) {
        outcome = String((error as { code?: string }).code ?? error);
      }
      const right = outcome === code;
      line(right ? '✓' : '✗', `拒绝：${zh}`, `refused: ${en}`, outcome);
      if (!right) wrongs.push(`${en}: ${outcome}, expected ${code}`);
    },
    wrongs: () => wrongs,
  };
}
