/**
 * Guaranteed deals beside the auction: what is not delivered, what the auction still earns against the most it could, and how far
 * counties drift. `npm run bench -- guaranteed --seed 1 [--short] [--policy dual|lateness] [--requests 1000000] [--json]`
 */

import { COUNTY_SHARE } from '../../bidding/engine/guaranteed.ts';
import { auctionBound, worthsOf } from './guaranteed/bound.ts';
import { type DealDay, type DealPolicy, serveDeals } from './guaranteed/day.ts';
import { type Deal, newDealWorld } from './guaranteed/world.ts';
import { readArguments, report, round } from './kit/figures.ts';
import { newTraffic } from './pacing/world.ts';

/** Traffic that is 28 % less than forecast. */
const SHORT = 0.72;
/** Of impressions, in counties that were owed none of them. */
const DRIFT_GOAL = 0.055;
const args = readArguments(process.argv);
const seed = args.number('seed', 1);
const requests = args.number('requests', 1_000_000);
const isShort = args.flag('short');
const policy = args.text('policy', 'dual') as DealPolicy;
const yesterday = newTraffic(seed + 1000, requests, 'base');
const today = newTraffic(seed, Math.round(requests * (isShort ? SHORT : 1)), 'base');
const world = newDealWorld(seed, args.number('deals', 100), yesterday);
const past = serveDeals(world, yesterday, 'dual', undefined);
const day = serveDeals(world, today, policy, past.states);
const worths = worthsOf(world, today);
const most = auctionBound(world, worths, { floor: 0 });
const mostFloored = auctionBound(world, worths, { floor: COUNTY_SHARE });
const mostEven = auctionBound(world, worths, { drift: DRIFT_GOAL });
const booked = world.deals.reduce((sum, deal) => sum + deal.impressions, 0);
const missing = world.deals.reduce(
  (sum, deal, k) => sum + Math.max(0, deal.impressions - (day.delivered[k] as number)),
  0,
);

report(
  'guaranteed',
  {
    seed,
    policy,
    short: isShort,
    requests: today.count,
    deals: world.deals.length,
    bookedShareOfTraffic: round(booked / today.count),
    underDeliveryPercent: round((100 * missing) / booked, 4),
    auctionValuePercent: round((100 * day.auctionMicro) / most, 2),
    // Of the most that is possible when counties get what they are owed too …
    auctionValueWithFloorsPercent: round((100 * day.auctionMicro) / mostFloored, 2),
    // … or when all drift together is at its goal; and what of the first that leaves possible.
    auctionValueAtDriftGoalPercent: round((100 * day.auctionMicro) / mostEven, 2),
    possibleWithFloorsPercent: round((100 * mostFloored) / most, 2),
    possibleAtDriftGoalPercent: round((100 * mostEven) / most, 2),
    countyDriftPercent: round(100 * drift(world.deals, day), 2),
  },
  args,
);

/** Half the sum of differences between the counties' shares delivered and booked, weighted by impressions. */
function drift(deals: readonly Deal[], of: DealDay): number {
  let sum = 0;
  deals.forEach((deal, k) => {
    const total = Math.max(1, of.delivered[k] as number);
    let off = 0;
    for (const [county, share] of Object.entries(deal.countyShare)) {
      off += Math.abs((of.byCounty[k]?.[county] ?? 0) / total - share) / 2;
    }
    sum += off * deal.impressions;
  });
  return sum / booked;
}
