import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from '../../../../api/reconciliation/match.ts';
import { ANOMALIES, seedDay } from '../../../simulator/payments/anomalies.ts';
import { createRandom } from '../../../simulator/payments/random.ts';

const DAY = '2026-11-10';
const byNo = (a: { outNo: string }, b: { outNo: string }) => (a.outNo < b.outNo ? -1 : 1);
const found = (seeded: ReturnType<typeof seedDay>) =>
  compare(DAY, seeded.lines, seeded.items, seeded.known)
    .differences.map(({ outNo, kinds, differenceFen }) => ({ outNo, kinds, differenceFen }))
    .sort(byNo);

describe('comparing a bill with our book', () => {
  it('finds every seeded anomaly, names it rightly, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.constantFrom(...ANOMALIES), { maxLength: 25 }),
        (seed, rows, anomalies) => {
          const seeded = seedDay(DAY, rows, anomalies, createRandom(seed));
          expect(found(seeded)).toEqual([...seeded.verdicts].sort(byNo));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('the differences add up to what separates bank and book', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.constantFrom(...ANOMALIES), { maxLength: 25 }),
        (seed, anomalies) => {
          const seeded = seedDay(DAY, 20, anomalies, createRandom(seed));
          const { matches, differences, fees } = compare(
            DAY,
            seeded.lines,
            seeded.items,
            seeded.known,
          );
          const total = (list: readonly { amountFen: bigint }[]) =>
            list.reduce((s, x) => s + x.amountFen, 0n);
          // A row listed twice moved once: the bank's own sum counts each serial once.
          const first = [...seeded.lines].reverse().map((line) => [line.serial, line] as const);
          const moved = [...new Map(first).values()];
          const separates = total(moved) - total(seeded.items);
          expect(differences.reduce((s, d) => s + d.differenceFen, 0n)).toBe(separates);
          const matched = matches.flatMap((match) => match.lines).length;
          const inCases = differences.filter((d) => !d.explained).flatMap((d) => d.lines).length;
          expect(matched + inCases + fees.length).toBe(seeded.lines.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('the order of lines and items does not matter', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.constantFrom(...ANOMALIES), { maxLength: 12 }),
        (seed, anomalies) => {
          const seeded = seedDay(DAY, 15, anomalies, createRandom(seed));
          const turned = {
            ...seeded,
            lines: [...seeded.lines].reverse(),
            items: [...seeded.items].reverse(),
            known: [...seeded.known].reverse(),
          };
          expect(found(turned)).toEqual(found(seeded));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('n lines of one number match m items of the same sum', () => {
    const seeded = seedDay(DAY, 0, [], createRandom(1));
    const item = {
      kind: 'refund' as const,
      outNo: 'T1',
      settled: true,
      reconciledOn: null,
      atMs: Date.parse(`${DAY}T10:00:00+08:00`),
    };
    const items = [
      { ...item, id: 1, amountFen: -30n },
      { ...item, id: 2, amountFen: -70n },
    ];
    const base = {
      ...item,
      kind: '交易退款',
    };
    const lines = [
      { ...base, id: 1, lineNo: 1, serial: 'A', amountFen: -55n },
      { ...base, id: 2, lineNo: 2, serial: 'B', amountFen: -45n },
    ];
    const result = compare(DAY, lines, items, [...seeded.known, ...items]);
    expect(result.differences).toEqual([]);
    expect(result.matches).toHaveLength(1);
  });
});
