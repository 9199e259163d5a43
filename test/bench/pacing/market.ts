/** A market on its second simulated day: what it may know of the first, and the traffic of today. */
import { binOf, curveOf } from '../../../bidding/engine/trafficForecast.ts';
import type { ItemForecast } from './policies.ts';
import {
  countyOfType,
  newTraffic,
  newWorld,
  type Scenario,
  setBudgets,
  type Traffic,
  type World,
} from './world.ts';

/** One request in so many of yesterday is known today. */
const SAMPLED = 20;

export interface PacedMarket {
  world: World;
  yesterday: Traffic;
  today: Traffic;
  forecast: ItemForecast;
}

export function newPacedMarket(
  seed: number,
  scenario: Scenario,
  requests: number,
  items: number,
): PacedMarket {
  const world = newWorld(seed, items);
  const yesterday = newTraffic(seed + 1000, requests, 'base');
  setBudgets(world, yesterday, seed);
  const today = newTraffic(seed, requests, scenario);
  return { world, yesterday, today, forecast: forecastFrom(world, yesterday) };
}

/** A 5 % sample of a day's requests by item and county, and the province's shape. */
function forecastFrom({ items, eligible }: World, day: Traffic): ItemForecast {
  const counts = items.map(() => new Float64Array(96));
  const shares = items.map((): Record<string, number> => ({}));
  const requestsADay = new Map<string, number>();
  const province = new Float64Array(96);
  for (let r = 0; r < day.count; r += SAMPLED) {
    const bin = binOf(day.atMs[r] as number);
    const type = day.type[r] as number;
    const county = String(countyOfType(type));
    requestsADay.set(county, (requestsADay.get(county) ?? 0) + SAMPLED);
    province[bin] = (province[bin] as number) + 1;
    for (const i of eligible[type] as Int32Array) {
      const mine = counts[i] as Float64Array;
      mine[bin] = (mine[bin] as number) + 1;
      const share = shares[i] as Record<string, number>;
      share[county] = (share[county] ?? 0) + 1;
    }
  }
  return {
    curves: items.map((_, i) => curveOf(counts[i] as Float64Array, province)),
    countyShares: shares,
    requestsADay,
    shape: curveOf(province, province),
  };
}
