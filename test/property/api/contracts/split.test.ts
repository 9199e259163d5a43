/** Splits over all amounts and shares: exact always, fair over time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutByTier, PPM, splitAmount } from '../../../../api/contracts/split.ts';

/** Shares in ppm that sum to 1,000,000. */
const sharesArb = fc
  .array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 6 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = weights.map((weight) => Math.floor((weight * 1_000_000) / total));
    const rest = 1_000_000 - shares.reduce((sum, share) => sum + share, 0);
    const greatest = weights.indexOf(Math.max(...weights));
    return shares.map((share, i) => (i === greatest ? share + rest : share));
  });

const amountsArb = fc.array(fc.bigInt({ min: -5_000n, max: 20_000n }), { maxLength: 200 });

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

describe('splitting', () => {
  it('gives out exactly the amount, and its residuals always sum to zero', () => {
    fc.assert(
      fc.property(sharesArb, amountsArb, (shares, amounts) => {
        let residuals = shares.map(() => 0n);
        for (const amount of amounts) {
          const split = splitAmount(amount, shares, residuals);
          residuals = split.residuals;
          expect(split.parts.reduce((sum, part) => sum + part, 0n)).toBe(amount);
          expect(residuals.reduce((sum, residual) => sum + residual, 0n)).toBe(0n);
        }
      }),
    );
  });

  it('never lets a party drift from its share by the number of parties in µCNY', () => {
    fc.assert(
      fc.property(sharesArb, amountsArb, (shares, amounts) => {
        let residuals = shares.map(() => 0n);
        const given = shares.map(() => 0n);
        let total = 0n;
        for (const amount of amounts) {
          const split = splitAmount(amount, shares, residuals);
          residuals = split.residuals;
          total += amount;
          for (const [i, part] of split.parts.entries()) given[i] = (given[i] as bigint) + part;
          for (const [i, share] of shares.entries()) {
            const drift = (given[i] as bigint) * PPM - total * BigInt(share);
            expect(abs(drift) < BigInt(shares.length) * PPM).toBe(true);
          }
        }
      }),
    );
  });

  it('gives nothing to a share of nothing', () => {
    fc.assert(
      fc.property(amountsArb, (amounts) => {
        const shares = [0, 333_333, 666_667];
        let residuals = shares.map(() => 0n);
        for (const amount of amounts) {
          const split = splitAmount(amount, shares, residuals);
          residuals = split.residuals;
          expect(split.parts[0]).toBe(0n);
        }
      }),
    );
  });

  it('divides a million one-fen-CPM charges 55/20/25 to within one µCNY a party', () => {
    const shares = [550_000, 200_000, 250_000];
    let residuals = [0n, 0n, 0n];
    const given = [0n, 0n, 0n];
    let worst = 0n;
    for (let n = 1n; n <= 1_000_000n; n++) {
      const split = splitAmount(1n, shares, residuals);
      residuals = split.residuals;
      for (const [i, part] of split.parts.entries()) given[i] = (given[i] as bigint) + part;
      for (const residual of residuals) if (abs(residual) > worst) worst = abs(residual);
    }
    expect(given).toEqual([550_000n, 200_000n, 250_000n]);
    expect(worst < PPM).toBe(true);
  });
});

describe('volume tiers', () => {
  const tiersArb = fc
    .uniqueArray(fc.bigInt({ min: 1n, max: 100_000n }), { maxLength: 5 })
    .map((starts) => [0n, ...starts.sort((a, b) => (a < b ? -1 : 1))]);

  it('cut an amount into pieces that sum to it, and walk a correction back the way it came', () => {
    fc.assert(
      fc.property(
        tiersArb,
        fc.array(fc.bigInt({ min: -30_000n, max: 60_000n }), { maxLength: 40 }),
        (starts, amounts) => {
          const inTier = starts.map(() => 0n);
          let gross = 0n;
          for (const amount of amounts) {
            for (const piece of cutByTier(gross, amount, starts)) {
              inTier[piece.tier] = (inTier[piece.tier] as bigint) + piece.amountMicroCny;
            }
            gross += amount;
            expect(inTier.reduce((sum, value) => sum + value, 0n)).toBe(gross);
            // Where it stands must not depend on the way there.
            const direct = starts.map(() => 0n);
            for (const piece of cutByTier(0n, gross, starts))
              direct[piece.tier] = piece.amountMicroCny;
            expect(inTier).toEqual(direct);
          }
        },
      ),
    );
  });
});
