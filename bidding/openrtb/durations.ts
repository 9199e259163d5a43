/**
 * How long an ad may play and what its length must cost (OpenRTB 2.6 §3.2.7, §3.2.8: `rqddurs` xor a range, `mincpmpersec` xor
 * `durfloors`; pods: `poddur`, `maxseq`). Owns the rules; asked only where an imp constrains length at all.
 */
import { floorMicroCny } from './decimal.ts';
import type { Imp, LengthPrices, Media } from './imp.ts';

/** A creative that does not say how long it is. */
export const USUAL_DURATION_S = 15;
/** Ads in one pod, at most. */
export const MAX_POD = 8;

export const isTimed = (media: Media | undefined): boolean =>
  media !== undefined &&
  (media.minDurationS >= 0 ||
    media.maxDurationS >= 0 ||
    media.requiredDurationsS.length > 0 ||
    hasLengthPrice(media) ||
    media.podDurationS > 0);

/** Unknown lengths (0) fit where any length does. */
export function fitsDuration(media: Media, durationS: number): boolean {
  const { minDurationS, maxDurationS, requiredDurationsS, podDurationS } = media;
  if (requiredDurationsS.length > 0) return requiredDurationsS.includes(durationS);
  if (durationS < minDurationS) return false;
  if (maxDurationS >= 0 && durationS > maxDurationS) return false;
  return podDurationS <= 0 || durationS <= podDurationS;
}

export const hasLengthPrice = ({ minCpmPerSec, durationFloors }: LengthPrices): boolean =>
  minCpmPerSec !== '' || durationFloors.length > 0;

/** Whether any of them asks for money, and so has to say in which currency. */
export const asksMoney = ({ minCpmPerSec, durationFloors }: LengthPrices): boolean =>
  [minCpmPerSec, ...durationFloors.map(({ floor }) => floor)].some(
    (text) => floorMicroCny(text) !== 0,
  );

/** µCNY an impression of this length, rounded up; 0 where length has no price. */
export function durationFloorMicroCny(prices: LengthPrices, durationS: number): number {
  if (prices.minCpmPerSec !== '')
    return Math.ceil((floorMicroCny(prices.minCpmPerSec) ?? 0) * durationS);
  for (const { minS, maxS, floor } of prices.durationFloors)
    if (durationS >= minS && (maxS < 0 || durationS <= maxS)) return floorMicroCny(floor) ?? 0;
  return 0;
}

const mediaOf = (imp: Imp): Media | undefined => imp.video ?? imp.audio;

/** How many ads a dynamic pod may hold: one where the imp is no pod. */
function podSize(imp: Imp): number {
  const media = mediaOf(imp);
  if (!media || media.podDurationS <= 0) return 1;
  const shortest = Math.max(media.minDurationS, ...media.requiredDurationsS.slice(0, 1), 5);
  const most = media.maxSequence > 0 ? media.maxSequence : MAX_POD;
  return Math.max(1, Math.min(most, MAX_POD, Math.floor(media.podDurationS / shortest)));
}

/**
 * A dynamic pod as so many imps of the same id, one an ad: separation, price and budgets then hold between its ads as between any
 * two. The list itself is returned where no imp is a pod.
 */
export function spreadPods(imps: Imp[], most: number): Imp[] {
  if (!imps.some((imp) => (mediaOf(imp)?.podDurationS ?? 0) > 0)) return imps;
  let spare = Math.max(0, most - imps.length);
  return imps.flatMap((imp) => {
    const length = Math.min(podSize(imp), 1 + spare);
    spare -= length - 1;
    return Array.from({ length }, () => imp);
  });
}
