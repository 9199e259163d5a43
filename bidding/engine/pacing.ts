/**
 * Pacing by dual descent: each line item has a rank multiplier m = exp(−y), moved every ten seconds so that spend follows the
 * forecast of its own traffic for the rest of the day. Owns the controller, as state → state; who calls it and where the
 * numbers come from is api/delivery's matter. It runs once for the province: controllers of their own on each node, under
 * skewed traffic, left 26 % unspent.
 *
 * Measured over simulated days (test/bench/pacing): 99.2 % of the hindsight optimum; as soon as possible 91.9, throttling
 * 88.9, the best PID of twenty 96.9.
 */
import { passed, type TrafficCurve } from './trafficForecast.ts';

export const PACING_STEP_MS = 10_000;
const GAIN = 10;
/** The first hour learns faster. */
const BOOST = 4;
const BOOST_DECAY_MS = 3_600_000;
const MAX_Y = 6;
/** Of the day's traffic: at its end the receding target would divide by nothing. */
const LEAST_LEFT = 0.003;
/** Of a surge, so much is followed: of an unforeseen rush each tenth more earns 0.1 points and strays 0.3 % further from plan. */
const SURGE_SHARE = 0.3;
/** Clicks' worth of trust in the prediction, when spend is corrected by what was billed. */
const PRIOR_UNITS = 5;

export interface PacingState {
  /** −ln of the multiplier, 0 … 6. */
  y: number;
  /** Cumulative expected spend seen at the last step, µCNY. */
  expectedMicroCny: number;
  /** Time of the last step and of the first of the day. */
  atMs: number;
  startedAtMs: number;
  /** ∫ y dt and its time, for tomorrow's start. */
  ySum: number;
  weightMs: number;
}

export interface PacingInput {
  atMs: number;
  /** Milliseconds since the Shanghai midnight at `atMs`. */
  msOfDay: number;
  /** What the line item may spend today, µCNY: its daily budget, or less where total or wallet allow less. */
  budgetMicroCny: number;
  /** Billed today, µCNY. */
  billedMicroCny: number;
  /** What the impressions won today were expected to cost: Σ price, or Σ bid × pCTR for clicks, µCNY. */
  expectedMicroCny: number;
  /** Price of the unit that is billed: a click's for CPC and OCPC; 0 for CPM. */
  unitMicroCny: number;
  curve: TrafficCurve;
  /** Traffic of the last minutes over what was forecast for them (surge.ts); 1 where nobody looks. */
  surge?: number;
}

/** State at the start of a day: yesterday's time-mean of y, or 0 for a new line item. */
export function startPacing(atMs: number, yesterday?: PacingState): PacingState {
  return {
    y: yesterday ? meanY(yesterday) : 0,
    expectedMicroCny: 0,
    atMs,
    startedAtMs: atMs,
    ySum: 0,
    weightMs: 0,
  };
}

export const meanY = (state: PacingState): number =>
  state.weightMs > 0 ? state.ySum / state.weightMs : state.y;

/** One step: reads what has happened since the last and returns the new state. Never edits its arguments. */
export function stepPacing(state: PacingState, input: PacingInput): PacingState {
  const elapsed = Math.max(0, input.atMs - state.atMs);
  const next: PacingState = {
    ...state,
    atMs: input.atMs,
    expectedMicroCny: input.expectedMicroCny,
    ySum: state.ySum + state.y * elapsed,
    weightMs: state.weightMs + elapsed,
  };
  if (input.budgetMicroCny <= 0) return next;
  const spent = spentSince(state, input);
  const target = targetOf(input, elapsed);
  const age = input.atMs - state.startedAtMs;
  const gain = GAIN * (1 + BOOST * Math.exp(-age / BOOST_DECAY_MS));
  const y = state.y + (gain * (spent - target)) / input.budgetMicroCny;
  next.y = Math.min(MAX_Y, Math.max(0, y));
  return next;
}

/** z: expected spend since the last step, corrected by how billing compares with expectation so far. */
function spentSince(state: PacingState, input: PacingInput): number {
  const expected = input.expectedMicroCny - state.expectedMicroCny;
  if (input.unitMicroCny === 0) return expected;
  const prior = PRIOR_UNITS * input.unitMicroCny;
  return (expected * (input.billedMicroCny + prior)) / (input.expectedMicroCny + prior);
}

/**
 * g: of what is left, the share that the forecast gives to this step. Traffic that comes beyond the forecast may be spent on,
 * and traffic that stays away need not be made up for at once: a price that is right for the day is right in both.
 */
function targetOf(input: PacingInput, elapsedMs: number): number {
  const before = passed(input.curve, input.msOfDay - elapsedMs);
  const now = passed(input.curve, input.msOfDay);
  const left = Math.max(0, input.budgetMicroCny - input.billedMicroCny);
  const step = (now - before) * (1 + SURGE_SHARE * ((input.surge ?? 1) - 1));
  return (left * step) / Math.max(step + 1 - now, LEAST_LEFT);
}

/** The rank multiplier of a state; 1 where pacing is `asap`. */
export const multiplierOf = (state: PacingState): number => Math.exp(-state.y);
