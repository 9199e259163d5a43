/**
 * A day of deals beside an auction: 100 guaranteed deals over counties and formats, and for every request what the auction's best
 * bidder would pay. Traffic is that of the pacing bench.
 */
import { binOf, curveOf, type TrafficCurve } from '../../../bidding/engine/trafficForecast.ts';
import { newRandom, type Random } from '../../kit/random.ts';
import { countyOfType, luck, shapeOfDay, type Traffic, TYPES } from '../pacing/world.ts';

export const COUNTIES = 90;
/** Of the supply, sold in advance. */
const BOOKED_SHARE = 0.3;
const EVERY = 20;

export interface Deal {
  impressions: number;
  priceMicroCny: number;
  curve: TrafficCurve;
  countyShare: Record<string, number>;
}

export interface DealWorld {
  deals: Deal[];
  /** Deals by request type. */
  eligible: number[][];
  /** Level of the auction by request type, µCNY. */
  level: Float64Array;
}

export function newDealWorld(seed: number, count: number, yesterday: Traffic): DealWorld {
  const random = newRandom(seed * 17 + 3);
  const eligible: number[][] = Array.from({ length: TYPES }, () => []);
  const wanted = Array.from({ length: count }, () => targetOf(random));
  for (let type = 0; type < TYPES; type++) {
    const county = countyOfType(type);
    wanted.forEach((target, k) => {
      if (target.counties.has(county) && (type % 8) >> 1 === target.format) eligible[type]?.push(k);
    });
  }
  const level = Float64Array.from({ length: TYPES }, () => 7000 * Math.exp(0.12 * random.normal()));
  return { deals: bookedBy(random, eligible, yesterday, count), eligible, level };
}

function targetOf(random: Random): { counties: Set<number>; format: number } {
  const size = 3 + random.below(30);
  const counties = new Set<number>();
  for (let i = 0; i < size; i++) counties.add(random.below(COUNTIES));
  return { counties, format: random.below(4) };
}

/** Supply of each deal from a sample of yesterday; each deal books its part of a fair share of it. */
function bookedBy(random: Random, eligible: number[][], yesterday: Traffic, count: number): Deal[] {
  const shape = shapeOfDay();
  const bins = Array.from({ length: count }, () => new Float64Array(96));
  const byCounty: Record<string, number>[] = Array.from({ length: count }, () => ({}));
  const fair = new Float64Array(count);
  const supply = new Float64Array(count);
  for (let r = 0; r < yesterday.count; r += EVERY) {
    const type = yesterday.type[r] as number;
    const list = eligible[type] as number[];
    const county = String(countyOfType(type));
    for (const k of list) {
      const bin = binOf(yesterday.atMs[r] as number);
      const counts = bins[k] as Float64Array;
      counts[bin] = (counts[bin] as number) + 1;
      const mine = byCounty[k] as Record<string, number>;
      mine[county] = (mine[county] ?? 0) + 1;
      supply[k] = (supply[k] as number) + 1;
      fair[k] = (fair[k] as number) + EVERY / list.length;
    }
  }
  return bins.map((counts, k) => {
    const countyShare: Record<string, number> = {};
    for (const [county, n] of Object.entries(byCounty[k] as Record<string, number>)) {
      countyShare[county] = n / Math.max(1, supply[k] as number);
    }
    return {
      impressions: Math.ceil((fair[k] as number) * BOOKED_SHARE * (0.5 + random.next())),
      priceMicroCny: 10 * Math.round(700 + 600 * random.next()),
      curve: curveOf(counts, shape),
      countyShare,
    };
  });
}

/** What the best open bidder pays for a request. */
export const auctionWorth = (world: DealWorld, traffic: Traffic, r: number): number =>
  (world.level[traffic.type[r] as number] as number) * (0.4 + 1.2 * luck(traffic.seed, r, 0, 9));
