/**
 * How a budget is divided. Pure. In the auction money goes step by step to the tier where the next yuan brings most: people
 * while few are reached, fewer with each repetition (exposures fall on people at random: R·(1 − e^(−x/R))), dearer as more
 * of a tier's traffic is bought. Fixed days go where a yuan reaches counties that nothing in the plan reaches yet.
 */
import type { PlanGoal } from '../../db/schema/plans.ts';
import type { PropertyKind, RateUnit, Tier } from '../../db/terms/market.ts';

export interface TierOffer {
  tier: Tier;
  /** Requests and people a day, as forecast. */
  availsADay: number;
  availsLow: number;
  availsHigh: number;
  reachADay: number;
  /** What a thousand impressions cost there lately, fen; clicks per impression. */
  cpmFen: number;
  ctr: number;
}

export interface Bought {
  tier: Tier;
  costFen: number;
  impressions: number;
  reach: number;
  clicks: number;
  /** Gain of the first and the last fen in the goal's unit, for the explanation. */
  firstGain: number;
  lastGain: number;
}

/** Of a tier's traffic, what one buyer can expect to win. */
const WINNABLE = 0.5;
const STEPS = 60;

/** People over several days: those who come daily are the same. */
export const reachOver = (reachADay: number, days: number): number => reachADay * days ** 0.6;

const reached = (people: number, impressions: number): number =>
  people <= 0 ? 0 : people * (1 - Math.exp(-impressions / people));

/** Each further impression costs more, up to half as much again when all that can be won is bought. */
const impressionsFor = (offer: TierOffer, cap: number, costFen: number): number => {
  if (cap <= 0) return 0;
  const flat = (costFen * 1_000) / offer.cpmFen;
  // x·(1 + x / 2cap) = flat, solved for x.
  return Math.min(cap, cap * (Math.sqrt(1 + (2 * flat) / cap) - 1));
};

function worthOf(goal: PlanGoal, offer: TierOffer, days: number, impressions: number): number {
  if (goal === 'clicks') return impressions * offer.ctr;
  if (goal === 'impressions') return impressions;
  return reached(reachOver(offer.reachADay, days), impressions);
}

/** Divides a budget (fen) over tiers; what no tier can take stays unspent. */
export function divide(
  offers: readonly TierOffer[],
  goal: PlanGoal,
  days: number,
  budgetFen: number,
): Bought[] {
  const states = offers.map((offer) => ({
    offer,
    cap: offer.availsADay * days * WINNABLE,
    costFen: 0,
    gains: [] as number[],
  }));
  const step = Math.floor(budgetFen / STEPS);
  for (let left = budgetFen; step > 0 && left >= step; left -= step) {
    const gains = states.map(({ offer, cap, costFen }) => {
      const at = (fen: number) => worthOf(goal, offer, days, impressionsFor(offer, cap, fen));
      return at(costFen + step) - at(costFen);
    });
    const best = gains.reduce((b, gain, i) => (gain > (gains[b] ?? 0) ? i : b), 0);
    const state = states[best];
    const gain = gains[best] ?? 0;
    // Less than a hundredth of a contact for a step: the traffic is bought up.
    if (!state || gain < 0.01) break;
    state.costFen += step;
    state.gains.push(gain / step);
  }
  return states
    .filter((state) => state.costFen > 0)
    .map(({ offer, cap, costFen, gains }) => {
      const impressions = Math.floor(impressionsFor(offer, cap, costFen));
      return {
        tier: offer.tier,
        costFen,
        impressions,
        reach: Math.round(reached(reachOver(offer.reachADay, days), impressions)),
        clicks: Math.round(impressions * offer.ctr),
        firstGain: gains[0] ?? 0,
        lastGain: gains.at(-1) ?? 0,
      };
    });
}

export interface FixedOffer {
  placementId: number;
  outletId: number;
  kind: PropertyKind;
  unit: RateUnit;
  /** One slot of one day, fen. */
  slotFen: number;
  /** Counties of the brief that it reaches. */
  counties: readonly string[];
  /** Days on which it still has a slot, in order and without a gap. */
  freeDays: number;
}

/** What a day of a medium is worth beside another, where nobody has measured it. */
const MEDIUM_WEIGHT: Record<PropertyKind, number> = {
  tv: 3, radio: 1.6, newspaper: 1.5, outdoor: 1.4, wechat: 1.2, loudspeaker: 1, app: 1, site: 0.8, mini_program: 0.8, h5: 0.6,
}; // biome-ignore format: a table

/** A second ad in the same county is worth this part of the first. */
const REPEAT = 0.35;
const DAYS_OF_UNIT: Record<RateUnit, number> = { POST: 1, SPOT: 5, CPD_DAY: 3, CPT: 3, CPM: 0 };
const MOST_FIXED = 40;

export interface Placed {
  offer: FixedOffer;
  days: number;
  costFen: number;
  /** Counties that nothing chosen before it reached. */
  fresh: number;
}

/** Greedy by worth a fen; each placement once. */
export function choose(offers: readonly FixedOffer[], budgetFen: number): Placed[] {
  const times = new Map<string, number>();
  const left = new Set(offers.filter((one) => one.counties.length > 0 && one.freeDays > 0));
  const chosen: Placed[] = [];
  let budget = budgetFen;
  while (chosen.length < MOST_FIXED) {
    let best: (Placed & { worth: number }) | undefined;
    for (const offer of left) {
      const affordable = Math.floor(budget / offer.slotFen);
      const days = Math.min(DAYS_OF_UNIT[offer.unit], offer.freeDays, affordable);
      if (days < 1) continue;
      const costFen = offer.slotFen * days;
      const seen = offer.counties.map((county) => times.get(county) ?? 0);
      const gain = seen.reduce((sum, n) => sum + REPEAT ** n, 0) * MEDIUM_WEIGHT[offer.kind];
      const worth = (gain * Math.sqrt(days)) / costFen;
      const fresh = seen.filter((n) => n === 0).length;
      if (!best || worth > best.worth) best = { offer, days, costFen, fresh, worth };
    }
    if (!best) break;
    left.delete(best.offer);
    budget -= best.costFen;
    for (const county of best.offer.counties) times.set(county, (times.get(county) ?? 0) + 1);
    chosen.push(best);
  }
  return chosen;
}

/** Parts of the budget by goal, per cent: auction, guaranteed, fixed. */
export const SHARES: Record<PlanGoal, { auction: number; guaranteed: number; fixed: number }> = {
  reach: { auction: 60, guaranteed: 10, fixed: 30 },
  impressions: { auction: 50, guaranteed: 40, fixed: 10 },
  clicks: { auction: 100, guaranteed: 0, fixed: 0 },
  presence: { auction: 30, guaranteed: 0, fixed: 70 },
};
