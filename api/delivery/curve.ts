/**
 * The province's day: how requests spread over twenty-four hours before a day has been logged. Owns that one assumption.
 */
import { BINS } from '../../bidding/engine/trafficForecast.ts';

/** Relative requests by hour of the Shanghai day: a low before dawn, peaks at breakfast, noon and after supper. */
export const HOURLY_SHAPE: readonly number[] = [
  18, 10, 6, 5, 6, 14, 38, 70, 86, 78, 72, 84, 104, 88, 72, 68, 70, 82, 98, 116, 124, 112, 76, 40,
]; // biome-ignore format: one day, one line

export const PROVINCE_SHAPE: readonly number[] = Array.from(
  { length: BINS },
  (_, bin) => HOURLY_SHAPE[Math.floor((bin * 24) / BINS)] ?? 0,
);
