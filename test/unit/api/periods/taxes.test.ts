/** Taxes by hand-computed figures, and the certificate's signature. */
import { describe, expect, it } from 'vitest';
import { certificateHolds, signCertificate } from '../../../../api/periods/certificate.ts';
import { taxesOf } from '../../../../api/periods/taxes.ts';

const RATES = { vatPpm: 60_000, culturalFeePpm: 15_000 };
const base = (gross: bigint, invoiced: bigint, tax = 0n) => ({
  grossMicroCny: gross,
  invoicedMicroCny: invoiced,
  inputVatMicroCny: tax,
});
const yuan = (amount: number): bigint => BigInt(amount) * 1_000_000n;

describe('a month’s taxes', () => {
  it('takes VAT out of prices that hold it, and deducts what outlets’ invoices say', () => {
    // 106 yuan hold 6 of VAT, 53 hold 3; the fee is 1.5 % of 53.
    expect(taxesOf(base(yuan(106), yuan(53), yuan(3)), RATES)).toMatchObject({
      outputVatMicroCny: yuan(6),
      inputVatMicroCny: yuan(3),
      vatMicroCny: yuan(3),
      culturalFeeMicroCny: 800_000n,
    });
  });

  it('is in whole fen, half a fen up, on both sides of zero', () => {
    const { outputVatMicroCny } = taxesOf(base(10_000_000n, 0n), RATES);
    expect(outputVatMicroCny).toBe(570_000n); // 0.566037… yuan
    expect(taxesOf(base(-10_000_000n, 0n), RATES).outputVatMicroCny).toBe(-570_000n);
  });

  it('asks no fee where more was paid on than earned', () => {
    expect(taxesOf(base(yuan(10), yuan(20)), RATES).culturalFeeMicroCny).toBe(0n);
  });
});

describe('a close certificate', () => {
  const body = {
    format: 'hongze.close/2',
    month: '2026-11',
    journals: 3,
    journalsHash: 'ab',
    chain: { number: 1, hash: 'cd' },
    debitMicroCny: '5',
    creditMicroCny: '5',
    statements: 1,
    statementsHash: 'ef',
    taxes: { vatMicroCny: '1' },
    cash: { bookFen: '7', bankFen: '7' },
    suspenseMicroCny: '0',
    suspenseNote: null,
    gate: ['over'],
    closingBy: 'a',
    closedBy: 'b',
    closedAt: '2026-12-03T00:00:00.000Z',
  } as const;
  const secret = 'a secret of at least thirty-two characters';

  it('verifies with its public key alone, and not once a figure is changed', () => {
    const certificate = signCertificate({ ...body, gate: [...body.gate] }, secret);
    expect(certificateHolds(certificate, certificate.publicKey)).toBe(true);
    expect(certificateHolds({ ...certificate, journals: 4 }, certificate.publicKey)).toBe(false);
    const other = signCertificate({ ...body, gate: [] }, `${secret}!`);
    expect(certificateHolds(other, certificate.publicKey)).toBe(false);
    expect(certificateHolds({ ...certificate, signature: 'x' }, certificate.publicKey)).toBe(false);
  });
});
