/**
 * F: how much of a line item's eligible traffic of the day has passed, by the quarter of an hour. Owns the curve and its
 * making from samples. The pacing controller reads it; where the samples come from is the caller's matter.
 */

export const BINS = 96;
const DAY_MS = 86_400_000;
const BIN_MS = DAY_MS / BINS;
/** Requests of the province's shape added to every sample, so that a line item without history has a curve. */
export const PSEUDO_REQUESTS = 100;

/** `cumulative[b]`: share of the day's traffic before the end of bin b, rising to 1. */
export interface TrafficCurve {
  cumulative: Float64Array;
}

/**
 * A curve from counts by bin. `shape`: the province's counts by bin, of any scale; `counts`: those of requests that the line
 * item could serve, from a sample of yesterday run through the matching engine.
 */
export function curveOf(counts: ArrayLike<number>, shape: ArrayLike<number>): TrafficCurve {
  let shapeSum = 0;
  for (let b = 0; b < BINS; b++) shapeSum += shape[b] ?? 0;
  const cumulative = new Float64Array(BINS);
  let running = 0;
  for (let b = 0; b < BINS; b++) {
    const pseudo = shapeSum > 0 ? (shape[b] ?? 0) / shapeSum : 1 / BINS;
    running += (counts[b] ?? 0) + PSEUDO_REQUESTS * pseudo;
    cumulative[b] = running;
  }
  for (let b = 0; b < BINS; b++) cumulative[b] = (cumulative[b] as number) / running;
  return { cumulative };
}

/** The same traffic in every quarter: what is assumed before the first day. */
export const FLAT_CURVE: TrafficCurve = curveOf([], []);

/** F at a time of the day, linear within a bin; 0 before the day and 1 after it. */
export function passed(curve: TrafficCurve, msOfDay: number): number {
  if (msOfDay <= 0) return 0;
  if (msOfDay >= DAY_MS) return 1;
  const bin = Math.floor(msOfDay / BIN_MS);
  const before = bin === 0 ? 0 : (curve.cumulative[bin - 1] as number);
  const after = curve.cumulative[bin] as number;
  return before + (after - before) * (msOfDay / BIN_MS - bin);
}

/** Bin of a time of the day. */
export const binOf = (msOfDay: number): number =>
  Math.min(BINS - 1, Math.max(0, Math.floor(msOfDay / BIN_MS)));
