import fc from 'fast-check';
import { expect, it } from 'vitest';
import { outBizNo, splitIntoParts } from '../../../../api/payments/parts.ts';

const limits = fc
  .record({ minFen: fc.bigInt(1n, 1_000n), spread: fc.bigInt(0n, 10n ** 7n) })
  .map(({ minFen, spread }) => ({ minFen, maxFen: 2n * minFen + spread }));

it('parts add up to the amount, each within the limits, and are always the same', () => {
  fc.assert(
    fc.property(limits, fc.bigInt(0n, 3_000n), (limit, extra) => {
      const amount = limit.minFen + (extra * limit.maxFen) / 97n;
      const parts = splitIntoParts(amount, limit);
      expect(parts.reduce((a, b) => a + b, 0n)).toBe(amount);
      for (const part of parts) {
        expect(part >= limit.minFen).toBe(true);
        expect(part <= limit.maxFen).toBe(true);
      }
      expect(splitIntoParts(amount, limit)).toEqual(parts);
    }),
  );
});

it('an amount under the least transfer is refused', () => {
  expect(() => splitIntoParts(9n, { minFen: 10n, maxFen: 100n })).toThrow(/carried forward/);
});

it('names of parts are apart from each other and fit Alipay', () => {
  const names = [
    outBizNo('2026-11-10', 1, 11),
    outBizNo('2026-11-10', 11, 1),
    outBizNo('2026-11-11', 1, 11),
  ];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});
