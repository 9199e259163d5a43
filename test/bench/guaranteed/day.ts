/** Serves one day of deals: by the product's dual prices, or by lateness as the trade's ad servers do. */
import {
  ALPHA_STEP_MS,
  BETA_STEP_MS,
  type GuaranteedState,
  startGuaranteed,
  stepAlpha,
  stepBeta,
} from '../../../bidding/engine/guaranteed.ts';
import { passed } from '../../../bidding/engine/trafficForecast.ts';
import { countyOfType, type Traffic } from '../pacing/world.ts';
import { auctionWorth, type Deal, type DealWorld } from './world.ts';

export interface DealDay {
  delivered: Float64Array;
  byCounty: Record<string, number>[];
  auctionMicro: number;
  states: GuaranteedState[];
}

export type DealPolicy = 'dual' | 'lateness';

export function serveDeals(
  world: DealWorld,
  traffic: Traffic,
  policy: DealPolicy,
  yesterday: readonly GuaranteedState[] | undefined,
): DealDay {
  const { deals } = world;
  const states = deals.map((deal, k) => startGuaranteed(deal, yesterday?.[k]));
  const day: DealDay = {
    delivered: new Float64Array(deals.length),
    byCounty: deals.map(() => ({})),
    auctionMicro: 0,
    states,
  };
  let clockMs = 0;
  for (let r = 0; r < traffic.count; r++) {
    const atMs = traffic.atMs[r] as number;
    while (clockMs + ALPHA_STEP_MS <= atMs) {
      clockMs += ALPHA_STEP_MS;
      stepAll(deals, day, clockMs);
    }
    const county = String(countyOfType(traffic.type[r] as number));
    const worth = auctionWorth(world, traffic, r);
    const list = world.eligible[traffic.type[r] as number] as number[];
    const k =
      policy === 'dual'
        ? byPrice(list, county, worth, deals, day)
        : byLateness(list, atMs, deals, day);
    if (k < 0) {
      day.auctionMicro += worth;
      continue;
    }
    day.delivered[k] = (day.delivered[k] as number) + 1;
    const mine = day.byCounty[k] as Record<string, number>;
    mine[county] = (mine[county] ?? 0) + 1;
  }
  return day;
}

function stepAll(deals: readonly Deal[], day: DealDay, atMs: number): void {
  deals.forEach((deal, k) => {
    let state = day.states[k] as GuaranteedState;
    state = stepAlpha(state, deal, day.delivered[k] as number, atMs);
    if (atMs % BETA_STEP_MS === 0) {
      state = stepBeta(state, deal, day.byCounty[k] as Record<string, number>);
    }
    day.states[k] = state;
  });
}

/** The deal of the highest dual price, when that beats the auction. */
function byPrice(
  list: readonly number[],
  county: string,
  worth: number,
  deals: readonly Deal[],
  day: DealDay,
): number {
  let best = -1;
  let bestScore = worth;
  for (const k of list) {
    if ((day.delivered[k] as number) >= (deals[k] as Deal).impressions) continue;
    const state = day.states[k] as GuaranteedState;
    const score = state.alpha + (state.beta[county] ?? 0);
    if (score > bestScore) {
      best = k;
      bestScore = score;
    }
  }
  return best;
}

/** The deal that is furthest behind its plan, if any is behind at all. */
function byLateness(
  list: readonly number[],
  atMs: number,
  deals: readonly Deal[],
  day: DealDay,
): number {
  let best = -1;
  let latest = 0;
  for (const k of list) {
    const { impressions, curve } = deals[k] as Deal;
    const late = passed(curve, atMs + 600_000) - (day.delivered[k] as number) / impressions;
    if (late > latest) {
      best = k;
      latest = late;
    }
  }
  return best;
}
