/**
 * The province's day: how requests spread over twenty-four hours where nothing better is known. Owns that one assumption; a line
 * item's own curve comes from samples of yesterday's requests.
 */
import { BINS, curveOf, type TrafficCurve } from '../../bidding/engine/traffic-forecast.ts';

/** Relative requests by hour of the Shanghai day: a low before dawn, peaks at breakfast, noon and after supper. */
export const HOURLY_SHAPE: readonly number[] = [
  18, 10, 6, 5, 6, 14, 38, 70, 86, 78, 72, 84, 104, 88, 72, 68, 70, 82, 98, 116, 124, 112, 76, 40,
]; // biome-ignore format: one day, one line

export const PROVINCE_SHAPE: readonly number[] = Array.from(
  { length: BINS },
  (_, bin) => HOURLY_SHAPE[Math.floor((bin * 24) / BINS)] ?? 0,
);

/** A line item that may serve in some hours only has its traffic there; `hours` undefined: all day. */
export function shapedCurve(hours?: ReadonlySet<number>): TrafficCurve {
  if (!hours) return curveOf([], PROVINCE_SHAPE);
  const shape = PROVINCE_SHAPE.map((count, bin) =>
    hours.has(Math.floor((bin * 24) / BINS)) ? count : 0,
  );
  return curveOf([], shape);
}
