import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minimumDue } from '../../../../api/contracts/minimum.ts';
import { addDays, type Day, monthOf } from '../../../../db/terms/day.ts';

const month = fc.integer({ min: 0, max: 1199 }).map((n) => {
  const first = `${2000 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}-01`;
  return { from: first as Day, to: addDays(`${monthOf(addDays(first, 31))}-01`, -1) };
});
const monthly = fc.bigInt({ min: 0n, max: 10n ** 14n });
const shift = fc.integer({ min: -40, max: 40 });

it('a minimum in force all month is due whole, and one that is not at all is nothing', () => {
  fc.assert(
    fc.property(month, monthly, (days, least) => {
      expect(minimumDue(least, days)).toBe(least);
      expect(minimumDue(least, days, { from: addDays(days.from, -9), until: null })).toBe(least);
      expect(minimumDue(least, days, { from: addDays(days.to, 1), until: null })).toBe(0n);
      expect(minimumDue(least, days, { from: '1999-01-01', until: days.from })).toBe(0n);
    }),
  );
});

it('where one version ends and the next begins, both are due what one is, to a µCNY rounded down', () => {
  fc.assert(
    fc.property(month, monthly, shift, (days, least, n) => {
      const change = addDays(days.from, n);
      const before = minimumDue(least, days, { from: '1999-01-01', until: change });
      const after = minimumDue(least, days, { from: change, until: null });
      expect([least, least - 1n]).toContain(before + after);
    }),
  );
});
