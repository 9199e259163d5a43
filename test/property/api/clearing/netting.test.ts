import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  nettingDocument,
  readDocument,
  setOffOf,
} from '../../../../api/clearing/nettingDocument.ts';

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
const books = fc.record({ owedMicroCny: amount, dueMicroCny: amount });
type Books = { owedMicroCny: bigint; dueMicroCny: bigint };
const asSeen = (ours: Books, theirs: Books, tolerancePpm: number) =>
  setOffOf({
    ...ours,
    theirOwedMicroCny: theirs.owedMicroCny,
    theirDueMicroCny: theirs.dueMicroCny,
    tolerancePpm,
  });

test('both sides come to the same, and neither sets off more than any figure of either', () => {
  fc.assert(
    fc.property(books, books, fc.integer({ min: 0, max: 200_000 }), (a, b, tolerance) => {
      const seen = asSeen(a, b, tolerance);
      expect(asSeen(b, a, tolerance)).toBe(seen);
      if (seen === null) return;
      for (const figure of [a.owedMicroCny, a.dueMicroCny, b.owedMicroCny, b.dueMicroCny])
        expect(seen <= figure).toBe(true);
    }),
  );
});

test('books that mirror each other agree to the last µCNY; one more than the tolerance and they differ', () => {
  fc.assert(
    fc.property(books, (a) => {
      const b = { owedMicroCny: a.dueMicroCny, dueMicroCny: a.owedMicroCny };
      const least = a.owedMicroCny < a.dueMicroCny ? a.owedMicroCny : a.dueMicroCny;
      expect(asSeen(a, b, 0)).toBe(least);
      expect(asSeen(a, { ...b, dueMicroCny: b.dueMicroCny + 1n }, 0)).toBeNull();
    }),
  );
  const ours = { owedMicroCny: 1_000_000n, dueMicroCny: 5n };
  expect(asSeen(ours, { owedMicroCny: 5n, dueMicroCny: 999_000n }, 1_000)).toBe(5n);
  expect(asSeen(ours, { owedMicroCny: 5n, dueMicroCny: 998_999n }, 1_000)).toBeNull();
});

test('one side alone agrees on nothing; a word of another month or for another is none', () => {
  const ours = { owedMicroCny: 1n, dueMicroCny: 1n };
  expect(
    setOffOf({ ...ours, theirOwedMicroCny: null, theirDueMicroCny: null, tolerancePpm: 0 }),
  ).toBeNull();
  const text = JSON.stringify(nettingDocument({ ...ours, month: '2026-10' }, 'a.cn', 'b.cn'));
  const wanted = { from: 'a.cn', to: 'b.cn', month: '2026-10' };
  expect(readDocument(text, wanted)).toEqual(ours);
  for (const other of [{ from: 'b.cn' }, { to: 'c.cn' }, { month: '2026-11' }])
    expect(() => readDocument(text, { ...wanted, ...other })).toThrow('it is not what');
  expect(() => readDocument('{', wanted)).toThrow('it is not what');
});
