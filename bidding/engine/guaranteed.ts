/**
 * Dual prices of guaranteed deals: α for the deal, β for each county, moved so that delivery follows the plan at the least cost
 * to the auction. Owns the controller, state → state. A deal serves when α + β beats the auction's best rank score, so
 * it takes the impressions that the auction values least.
 */
import { passed, type TrafficCurve } from './trafficForecast.ts';

export const ALPHA_STEP_MS = 10_000;
export const BETA_STEP_MS = 60_000;
const ALPHA_GAIN = 10;
/** On what fell short in a step, as for α, and on all that lags: the sum of both alone swings about the floor. */
const BETA_GAIN = 4;
const BETA_LAG_GAIN = 0.02;
/** Read ahead, so that the price has risen before the traffic falls. */
const LOOK_AHEAD_MS = 600_000;
const LEAST_LEFT = 0.003;
/** After the forecast says the day is over: a share of what is missing, each step. */
const AFTER_END = 0.05;
/** A county is owed this share of its proportion of the deal. */
export const COUNTY_SHARE = 0.9;
/**
 * What the controller aims at: a little more, so that the last county is not late by what a step cannot see. A smaller gain with
 * a higher aim strays as little from the counties' shares and, where traffic is short, less: 5.2 instead of 5.9 %.
 */
const COUNTY_AIM = 0.93;
const LEAST_COUNTY_UNITS = 20;
/** Both prices stay below this multiple of the booked price. */
const CEILING = 3;

export interface GuaranteedState {
  /** µCNY an impression. */
  alpha: number;
  beta: Record<string, number>;
  /** Delivered at the last α step. */
  delivered: number;
  /** ∫ α dt and its time, for tomorrow's start: the last price of a day says what was missing, not what it costs. */
  alphaSum?: number;
  weightMs?: number;
  /** Delivered by county at the last β step. */
  byCounty?: Record<string, number>;
}

export interface DealPlan {
  /** Booked impressions of the day. */
  impressions: number;
  /** Booked price, µCNY an impression. */
  priceMicroCny: number;
  curve: TrafficCurve;
  /** Share of the deal's eligible traffic by county, summing to 1. */
  countyShare: Record<string, number>;
}

/** Yesterday's time-mean of α and its β, else half the price. */
export const startGuaranteed = (plan: DealPlan, yesterday?: GuaranteedState): GuaranteedState => ({
  alpha: yesterday ? meanAlpha(yesterday) : plan.priceMicroCny / 2,
  beta: yesterday?.beta ?? {},
  delivered: 0,
  alphaSum: 0,
  weightMs: 0,
});

export const meanAlpha = ({ alpha, alphaSum = 0, weightMs = 0 }: GuaranteedState): number =>
  weightMs > 0 ? alphaSum / weightMs : alpha;

/** One step of α. `delivered`: impressions so far today. */
export function stepAlpha(
  state: GuaranteedState,
  plan: DealPlan,
  delivered: number,
  msOfDay: number,
  elapsedMs = ALPHA_STEP_MS,
): GuaranteedState {
  const target = targetOf(plan, state.delivered, msOfDay, elapsedMs);
  const got = delivered - state.delivered;
  const price = plan.priceMicroCny;
  const alpha = state.alpha + (ALPHA_GAIN * price * (target - got)) / Math.max(1, plan.impressions);
  return {
    ...state,
    delivered,
    alpha: clip(alpha, CEILING * price),
    alphaSum: (state.alphaSum ?? 0) + state.alpha * elapsedMs,
    weightMs: (state.weightMs ?? 0) + elapsedMs,
  };
}

function targetOf(plan: DealPlan, delivered: number, msOfDay: number, elapsedMs: number): number {
  const left = Math.max(0, plan.impressions - delivered);
  const before = passed(plan.curve, msOfDay - elapsedMs + LOOK_AHEAD_MS);
  if (before >= 1) return left * AFTER_END;
  const now = passed(plan.curve, msOfDay + LOOK_AHEAD_MS);
  return (left * (now - before)) / Math.max(1 - before, LEAST_LEFT);
}

/** One step of β: lifts the counties that lag behind their share. */
export function stepBeta(
  state: GuaranteedState,
  plan: DealPlan,
  deliveredByCounty: Readonly<Record<string, number>>,
): GuaranteedState {
  const beta: Record<string, number> = {};
  const before = state.byCounty ?? {};
  const beforeTotal = Object.values(before).reduce((sum, n) => sum + n, 0);
  const total = Object.values(deliveredByCounty).reduce((sum, n) => sum + n, 0);
  for (const [county, share] of Object.entries(plan.countyShare)) {
    const delivered = deliveredByCounty[county] ?? 0;
    const missing = COUNTY_AIM * share * total - delivered;
    const fresh = COUNTY_AIM * share * (total - beforeTotal) - (delivered - (before[county] ?? 0));
    const size = Math.max(LEAST_COUNTY_UNITS, share * plan.impressions);
    const push = BETA_GAIN * fresh + BETA_LAG_GAIN * missing;
    const next = (state.beta[county] ?? 0) + (plan.priceMicroCny * push) / size;
    const price = clip(next, CEILING * plan.priceMicroCny);
    if (price > 0) beta[county] = price;
  }
  return { ...state, beta, byCounty: { ...deliveredByCounty } };
}

const clip = (value: number, ceiling: number): number => Math.min(ceiling, Math.max(0, value));
