/** A partner's days against ours: every kind told rightly, alone and mixed, and nothing told where both agree. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agree, comparePartner, type OurDay } from '../../../../api/clearing/compare.ts';
import { addDays } from '../../../../db/terms/day.ts';

const FIRST = '2026-10-01';
const dayOf = (n: number) => addDays(FIRST, n);
const ours = (...amounts: (bigint | null)[]) =>
  new Map<string, OurDay>(
    amounts.flatMap((amountMicroCny, n) =>
      amountMicroCny === null ? [] : [[dayOf(n), { quantity: 1, amountMicroCny, isFinal: true }]],
    ),
  );
const row = (n: number, amountMicroCny: bigint, quantity = 1) => ({
  day: dayOf(n),
  quantity,
  amountMicroCny,
});
const told = (mine: Map<string, OurDay>, rows: ReturnType<typeof row>[], ppm = 10_000) =>
  comparePartner(mine, rows, ppm).differences.map(({ day, kinds, explained }) => [
    day,
    kinds,
    explained,
  ]);

describe('comparing a partner’s days', () => {
  it('tells each of the six kinds', () => {
    expect(told(ours(1_000n), [row(0, 1_000n), row(2, 500n)])).toEqual([
      [dayOf(2), ['long'], false],
    ]);
    expect(told(ours(1_000n, null, 500n), [row(0, 1_000n)])).toEqual([
      [dayOf(2), ['short'], false],
    ]);
    expect(told(ours(1_000n), [row(0, 900n)])).toEqual([[dayOf(0), ['amount'], false]]);
    expect(told(ours(1_000n), [row(0, 1_000n), row(0, 1_000n)])).toEqual([
      [dayOf(0), ['duplicate'], false],
    ]);
    expect(told(ours(1_000n, 3_000n), [row(0, 1_500n), row(1, 2_500n)])).toEqual([
      [dayOf(0), ['cross_period'], true],
      [dayOf(1), ['cross_period'], true],
    ]);
    const provisional = ours(1_000n);
    (provisional.get(dayOf(0)) as OurDay).isFinal = false;
    expect(told(provisional, [row(0, 800n)])).toEqual([[dayOf(0), ['amount', 'status'], false]]);
  });

  it('tells kinds that mix on one day together', () => {
    expect(told(ours(1_000n), [row(0, 900n), row(0, 900n)])).toEqual([
      [dayOf(0), ['amount', 'duplicate'], false],
    ]);
    expect(told(ours(1_000n, 3_000n), [row(0, 1_500n), row(0, 1_500n), row(1, 2_500n)])).toEqual([
      [dayOf(0), ['duplicate', 'cross_period'], false],
      [dayOf(1), ['cross_period'], true],
    ]);
  });

  it('adds up n rows of a day, and takes what is within the tolerance as agreed', () => {
    expect(told(ours(1_000n), [row(0, 400n), row(0, 600n)])).toEqual([]);
    expect(told(ours(1_000n), [row(0, 990n)])).toEqual([]);
    expect(
      agree({ quantity: 0, amountMicroCny: 1_000n }, { quantity: 0, amountMicroCny: 989n }, 10_000),
    ).toBe(false);
  });

  it('finds exactly the days that were bent, whatever the rest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1_000n, 10n ** 9n), { minLength: 1, maxLength: 40 }),
        fc.uniqueArray(fc.nat(39), { maxLength: 8 }),
        (amounts, bent) => {
          // Doubled and never next to each other: a pair could then agree by chance.
          const days = new Set(bent.filter((n) => n < amounts.length && n % 2 === 0));
          const rows = amounts.map((amount, n) => row(n, days.has(n) ? amount * 2n : amount));
          const found = comparePartner(ours(...amounts), rows, 0);
          expect(found.differences.map((one) => one.day)).toEqual(
            [...days].sort((a, b) => a - b).map(dayOf),
          );
          expect(found.matchedDays).toBe(amounts.length - days.size);
        },
      ),
    );
  });
});
