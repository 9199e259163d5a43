/**
 * Splitting an amount by shares: exact to the µCNY and fair over time. Pure.
 *
 * Each party is owed amount × share plus what rounding withheld from it before (its residual). Everyone gets the whole
 * part; the units left over go one each to those with the greatest fractions. What was owed and not given is carried.
 * Without the carry, a million one-fen charges at 55/20/25 gave one party everything; giving leftovers to the first
 * party turned 55/20/25 into 57/29/14.
 */
import { assert } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';

export const PPM = 1_000_000n;

export interface Split {
  /** In the order of the shares; sums to the amount. */
  parts: MicroCny[];
  /** Millionths of a µCNY still owed to each; sums to zero. */
  residuals: bigint[];
}

/**
 * @param sharesPpm parts per million, summing to 1,000,000
 * @param residuals what the last split of the same shares carried, millionths of a µCNY
 */
export function splitAmount(
  amount: MicroCny,
  sharesPpm: readonly number[],
  residuals: readonly bigint[],
): Split {
  assert(sharesPpm.length === residuals.length, 'a residual for each share');
  const owed = sharesPpm.map((share, i) => amount * BigInt(share) + (residuals[i] as bigint));
  const parts = owed.map(floorPpm);
  const given = parts.reduce((sum, part) => sum + part, 0n);
  const left = amount - given;
  assert(left >= 0n && left < BigInt(Math.max(sharesPpm.length, 1)), 'leftover below one each');
  const fractions = owed.map((value, i) => ({ i, fraction: value - (parts[i] as bigint) * PPM }));
  // Ties go to the earlier party; the carry evens that out at the next split.
  fractions.sort((a, b) =>
    a.fraction === b.fraction ? a.i - b.i : a.fraction < b.fraction ? 1 : -1,
  );
  for (let k = 0; k < Number(left); k++) {
    const { i } = fractions[k] as { i: number };
    parts[i] = (parts[i] as bigint) + 1n;
  }
  return { parts, residuals: owed.map((value, i) => value - (parts[i] as bigint) * PPM) };
}

const floorPpm = (value: bigint): bigint =>
  value >= 0n ? value / PPM : -((-value + PPM - 1n) / PPM);

/** A stretch of the month's gross under one tier: where it begins, exclusive end, amount (negative: taken back). */
export interface TierPiece {
  tier: number;
  amountMicroCny: MicroCny;
}

/**
 * Cuts an amount at the volume tiers it crosses, the month's gross before it being `gross`. A correction walks back down
 * through the tiers it came up.
 * @param tierStarts ascending, the first 0
 */
export function cutByTier(
  gross: MicroCny,
  amount: MicroCny,
  tierStarts: readonly MicroCny[],
): TierPiece[] {
  if (tierStarts.length === 1) return amount === 0n ? [] : [{ tier: 0, amountMicroCny: amount }];
  const low = amount >= 0n ? gross : gross + amount;
  const high = amount >= 0n ? gross + amount : gross;
  const pieces: TierPiece[] = [];
  for (const [tier, start] of tierStarts.entries()) {
    // Below zero (more taken back than came in) the first tier's shares hold.
    const from = tier === 0 ? low : max(low, start);
    const next = tierStarts[tier + 1];
    const to = next === undefined ? high : min(high, next);
    if (to > from) pieces.push({ tier, amountMicroCny: amount >= 0n ? to - from : from - to });
  }
  return pieces;
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
