/**
 * Reach and avails of a target: how many requests and how many people a day, with an interval, from logged requests tested by
 * the very clauses that the matching engine tests. Owns the estimation; what is booked already and where the log lies are the
 * caller's.
 */
import type { Target } from '../../db/terms/target.ts';
import { type Clause, clausesOf } from './clause.ts';
import type { Shape } from './fit.ts';
import type { RequestLog } from './requestLog.ts';

/** Estimates below this are too rough from a sample: the full log is counted where there is one. */
export const SMALL = 10_000;
/** How much a day differs from the day before, one standard deviation. */
const DAY_TO_DAY = 0.02;
/** Two-sided 90 %. */
const Z90 = 1.645;
/** Of what is there, so many rows go unseen one time in twenty. */
const UNSEEN_ROWS = 3;
const DAYS_A_WEEK = 7;

export interface Samples {
  log: RequestLog;
  /** Share of the day's readers whose requests are all in the log. */
  userShare: number;
  /** The whole day with everybody in it, if it is kept: for targets too small for samples. */
  full?: RequestLog | undefined;
}

export interface Estimate {
  expected: number;
  /** Nine days in ten lie between. */
  low: number;
  high: number;
}

export interface Forecast {
  /** Requests a day that the target and the creative's shape accept. */
  avails: Estimate;
  /** People behind them; those without an identifier are not counted. */
  reach: Estimate;
  /** Avails less what is booked already, never below zero. */
  unbooked: Estimate;
}

/** What is promised already of the traffic of a target: impressions a day, or a share of all of it. */
export type Promised = { target: Target; shape?: Shape | undefined } & (
  | { impressionsADay: number }
  | { shareOfVoice: number }
);

/**
 * Forecasts a target for a day after the log's. `shape`: the creative's, to count only imps it fits; `promised`: what the
 * target's requests must also serve. A target with hours is forecast for the mean day of the week.
 */
export function forecast(
  target: Target,
  samples: Samples,
  shape?: Shape,
  promised: readonly Promised[] = [],
): Forecast {
  const clauses = clausesOf(target);
  let log = samples.log;
  let userShare = samples.userShare;
  let found = tally(log, clauses, shape);
  if (samples.full && found.requests < SMALL) {
    log = samples.full;
    userShare = 1;
    found = tally(log, clauses, shape);
  }
  const avails = estimate(found.requests, found.variance, UNSEEN_ROWS * log.mostWeight);
  const sampling = (found.users * (1 - userShare)) / userShare ** 2;
  const reach = estimate(found.users / userShare, sampling, UNSEEN_ROWS / userShare);
  const booked = promisedWithin(clauses, log, shape, promised);
  const net = (n: number): number => Math.max(0, Math.round(n - booked));
  return {
    avails,
    reach: { ...reach, high: Math.max(reach.expected, Math.min(reach.high, avails.high)) },
    unbooked: { expected: net(avails.expected), low: net(avails.low), high: net(avails.high) },
  };
}

/** Means over the days on which the clauses differ. */
function tally(log: RequestLog, clauses: readonly Clause[], shape: Shape | undefined) {
  const days = clauses.some(namesHours) ? DAYS_A_WEEK : 1;
  const sum = { requests: 0, variance: 0, users: 0 };
  for (let day = 0; day < days; day++) {
    const found = log.tally(log.match(clauses, shape, day));
    sum.requests += found.requests / days;
    sum.variance += found.variance / days;
    sum.users += found.users / days;
  }
  return sum;
}

const namesHours = (clause: Clause): boolean =>
  clause.kind === 'leaf'
    ? clause.predicate.attribute === 'hourOfWeek'
    : clause.of.some((part) => namesHours(part));

/** What promises will take of a target's requests: of each the part of its own traffic that lies within. */
function promisedWithin(
  clauses: readonly Clause[],
  log: RequestLog,
  shape: Shape | undefined,
  promised: readonly Promised[],
): number {
  if (promised.length === 0) return 0;
  const mine = log.match(clauses, shape);
  let sum = 0;
  for (const one of promised) {
    const theirs = log.match(clausesOf(one.target), one.shape);
    const whole = log.tally(theirs).requests;
    if (whole === 0) continue;
    for (let row = 0; row < theirs.length; row++) {
      theirs[row] = (theirs[row] as number) & (mine[row] as number);
    }
    const within = log.tally(theirs).requests;
    // A promise cannot take more than is there.
    const share =
      'shareOfVoice' in one ? one.shareOfVoice : Math.min(1, one.impressionsADay / whole);
    sum += within * share;
  }
  return sum;
}

/**
 * A count with the interval that sampling and the difference between days leave. `unseen`: what may be there although nothing
 * was seen.
 */
export function estimate(expected: number, samplingVariance: number, unseen: number): Estimate {
  if (expected === 0) return { expected: 0, low: 0, high: Math.round(unseen) };
  // Tomorrow is itself a draw, and differs from today by more than that.
  const variance = samplingVariance + expected + (DAY_TO_DAY * expected) ** 2;
  const spread = Z90 * Math.sqrt(variance);
  return {
    expected: Math.round(expected),
    low: Math.max(0, Math.round(expected - spread)),
    high: Math.round(expected + spread),
  };
}
