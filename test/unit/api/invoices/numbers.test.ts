/** Numbers of invoices and taxpayers, and tax within a price. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInvoiceNo, taxFits, taxWithin } from '../../../../api/invoices/numbers.ts';
import { isTaxNo, taxNoCheck } from '../../../../db/terms/taxNumber.ts';

describe('a unified social credit code', () => {
  it('is right for codes as they are published, and wrong with any one character changed', () => {
    // Alibaba (China), Tencent Computer Systems, State Taxation Administration.
    for (const code of ['91330100799655058B', '9144030071526726XG', '11100000000013338W'])
      expect(isTaxNo(code)).toBe(true);
    const signs = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    fc.assert(
      fc.property(fc.nat(16), fc.nat(30), (at, sign) => {
        const code = '91330100799655058B';
        const changed = `${code.slice(0, at)}${signs[sign]}${code.slice(at + 1)}`;
        expect(isTaxNo(changed)).toBe(changed === code);
      }),
    );
  });

  it('has no check where a letter is none of its alphabet', () => {
    expect(taxNoCheck('9133010079965505I')).toBeUndefined();
    expect(isTaxNo('91330100799655058b')).toBe(false);
  });
});

describe('an invoice’s number', () => {
  it('has 20 digits and begins with its year', () => {
    expect(isInvoiceNo('26332000000012345678', '2026-11-10')).toBe(true);
    expect(isInvoiceNo('25332000000012345678', '2026-11-10')).toBe(false);
    expect(isInvoiceNo('2633200000001234567', '2026-11-10')).toBe(false);
  });
});

describe('tax within a price', () => {
  it('is the published example, and turns its sign with the price', () => {
    expect(taxWithin(10_600n, 60_000)).toBe(600n);
    expect(taxWithin(-10_600n, 60_000)).toBe(-600n);
    expect(taxWithin(10_000n, 0)).toBe(0n);
  });

  it('fits its own price and no other rate’s, for every amount worth invoicing', () => {
    fc.assert(
      fc.property(fc.bigInt(1_000n, 10n ** 12n), (totalFen) => {
        const taxFen = taxWithin(totalFen, 60_000);
        const parts = { totalFen, taxFen, amountFen: totalFen - taxFen };
        expect(taxFits({ ...parts, taxRatePpm: 60_000 })).toBe(true);
        expect(taxFits({ ...parts, taxRatePpm: 10_000 })).toBe(false);
        expect(taxFits({ ...parts, amountFen: parts.amountFen + 1n, taxRatePpm: 60_000 })).toBe(
          false,
        );
      }),
    );
  });
});
