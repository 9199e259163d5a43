/**
 * The most the auction could have earned with every deal delivered: in hindsight, by duality. For any α ≥ 0 and any β within its
 * limits the sum is an upper bound, so that no solver need be believed; descent only makes it tight.
 *
 * Σ max(worth, max(α + β)) − Σ α·d − Σ β·owed·π·d, where β prices what counties are owed of a deal: a floor of so much of their
 * proportion (β ≥ 0; none with 0), or all of it but for a drift δ of all impressions (|β| ≤ μ/2, and μ·δ·Σd is added).
 *
 * All requests of a type see the same prices, so that a type is its sorted worths and a pass costs nothing by the request.
 */
import { countyOfType, type Traffic, TYPES } from '../pacing/world.ts';
import { auctionWorth, COUNTIES, type DealWorld } from './world.ts';

/** Worths of the day's requests by type, ascending, and their running sums from 0. */
export interface Worths {
  sorted: Float64Array[];
  sums: Float64Array[];
}

/** What counties are owed, 0 … 1: so much of their proportion each, or all but so much of all impressions together. */
export type Owed = { floor: number } | { drift: number };

/** Prices of a deal lie side by side: α, then β by county. */
const WIDTH = COUNTIES + 1;

export function worthsOf(world: DealWorld, traffic: Traffic): Worths {
  const lists: number[][] = Array.from({ length: TYPES }, () => []);
  for (let r = 0; r < traffic.count; r++) {
    lists[traffic.type[r] as number]?.push(auctionWorth(world, traffic, r));
  }
  const sorted = lists.map((list) => Float64Array.from(list).sort());
  const sums = sorted.map((list) => {
    let sum = 0;
    return Float64Array.of(0, ...list).map((worth) => {
      sum += worth;
      return sum;
    });
  });
  return { sorted, sums };
}

export function auctionBound(world: DealWorld, day: Worths, owed: Owed, passes = 300): number {
  if ('floor' in owed) {
    const highest = owed.floor > 0 ? Number.POSITIVE_INFINITY : 0;
    return descend(world, day, owed.floor, [0, highest], passes);
  }
  const { deals } = world;
  const booked = deals.reduce((sum, deal) => sum + deal.impressions, 0);
  const at = (mu: number): number =>
    descend(world, day, 1, [-mu / 2, mu / 2], passes) + mu * owed.drift * booked;
  // Convex in μ: halved about the best until the interval is a fiftieth of a price.
  let step = (deals[0]?.priceMicroCny ?? 0) / 4;
  let best = { mu: step, bound: at(step) };
  for (; step > (deals[0]?.priceMicroCny ?? 0) / 100; step /= 2) {
    for (const mu of [best.mu - step / 2, best.mu + step / 2]) {
      const bound = at(Math.max(0, mu));
      if (bound < best.bound) best = { mu, bound };
    }
  }
  return best.bound;
}

/** Adam, on a maximum over deals that is softened at first: a hard one lets a type swing from deal to deal. */
function descend(
  world: DealWorld,
  day: Worths,
  owedShare: number,
  [least, most]: readonly [number, number],
  passes: number,
): number {
  const { deals } = world;
  const owed = new Float64Array(deals.length * WIDTH);
  const price = Float64Array.from(
    owed,
    (_, at) => deals[Math.floor(at / WIDTH)]?.priceMicroCny ?? 0,
  );
  const dual = Float64Array.from(price, (p, at) => (at % WIDTH === 0 ? p / 2 : 0));
  deals.forEach((deal, k) => {
    owed[k * WIDTH] = deal.impressions;
    for (const [county, share] of Object.entries(deal.countyShare)) {
      owed[k * WIDTH + 1 + Number(county)] = owedShare * share * deal.impressions;
    }
  });
  const won = new Float64Array(owed.length);
  const mean = new Float64Array(owed.length);
  const square = new Float64Array(owed.length);
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < passes; pass++) {
    const cooled = (1 - pass / passes) ** 2;
    let value = evaluate(world, day, dual, won, 700 * (0.02 + cooled));
    for (let at = 0; at < owed.length; at++) value -= (dual[at] as number) * (owed[at] as number);
    best = Math.min(best, value);
    const step = 0.03 * (0.01 + cooled);
    for (let at = 0; at < owed.length; at++) {
      if ((owed[at] as number) === 0) continue;
      const gradient = ((won[at] as number) - (owed[at] as number)) / (owed[at] as number);
      mean[at] = 0.9 * (mean[at] as number) + 0.1 * gradient;
      square[at] = 0.99 * (square[at] as number) + 0.01 * gradient * gradient;
      const moved = (step * (mean[at] as number)) / (1e-3 + Math.sqrt(square[at] as number));
      const next = (dual[at] as number) - moved * (price[at] as number);
      const isAlpha = at % WIDTH === 0;
      dual[at] = isAlpha ? Math.max(0, next) : Math.min(most, Math.max(least, next));
    }
  }
  return best;
}

/** Σ max(worth, max(α + β)), exactly; into `won` what each price gets of the requests, shared among deals that bid about alike. */
function evaluate(
  world: DealWorld,
  day: Worths,
  dual: Float64Array,
  won: Float64Array,
  softnessMicro: number,
): number {
  won.fill(0);
  let value = 0;
  for (let type = 0; type < TYPES; type++) {
    const county = countyOfType(type);
    const list = world.eligible[type] as number[];
    const sorted = day.sorted[type] as Float64Array;
    const sums = day.sums[type] as Float64Array;
    const bid = (k: number): number =>
      (dual[k * WIDTH] as number) + (dual[k * WIDTH + 1 + county] as number);
    let top = 0;
    for (const k of list) top = Math.max(top, bid(k));
    const below = countBelow(sorted, top);
    value += top * below + (sums[sorted.length] as number) - (sums[below] as number);
    let weights = 0;
    for (const k of list) weights += Math.exp((bid(k) - top) / softnessMicro);
    const each = countBelow(sorted, top + softnessMicro * Math.log(Math.max(1, weights))) / weights;
    for (const k of list) {
      const mine = each * Math.exp((bid(k) - top) / softnessMicro);
      won[k * WIDTH] = (won[k * WIDTH] as number) + mine;
      won[k * WIDTH + 1 + county] = (won[k * WIDTH + 1 + county] as number) + mine;
    }
  }
  return value;
}

/** How many of an ascending list lie below a value. */
function countBelow(sorted: Float64Array, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
