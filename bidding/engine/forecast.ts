/**
 * Reach and avails of a target: how many requests and how many people a day, with an interval, from samples of logged
 * requests tested by the very clauses that the matching engine tests. Owns sampling and estimation; what is booked already
 * and where the log lies are the caller's.
 *
 * Two samples, because one cannot serve both: distinct users of a request sample times twenty overstate reach two-fold, since
 * busy readers are nearly all in it already.
 */
import type { Format, Size } from '../../db/terms/market.ts';
import type { Target } from '../wire/target.ts';
import { clausesOf, holds } from './clause.ts';
import { fits } from './fit.ts';
import type { Place } from './place.ts';

/** One request in twenty, and every request of one user in twenty. */
export const SAMPLE_RATE = 0.05;
const SAMPLE_ONE_IN = 20;
/** Estimates below this are too rough from a sample: the full log is counted where there is one. */
export const SMALL = 10_000;
/** How much a day differs from the day before, one standard deviation. */
const DAY_TO_DAY = 0.02;
/** Two-sided 90 %. */
const Z90 = 1.645;

/** A logged request at one imp. */
export interface Logged {
  place: Place;
  format: Format;
  sizes: readonly Size[];
}

export interface Samples {
  /** About one request in twenty of a day. */
  requests: readonly Logged[];
  /** All requests of about one user in twenty of a day. */
  users: readonly Logged[];
  /** The whole day, if it is kept: for targets too small for samples. */
  full?: readonly Logged[];
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

/** FNV-1a of a pseudonym or request id, well mixed: what sampling goes by. */
function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

export const isInRequestSample = (requestId: string): boolean =>
  hashOf(requestId) % SAMPLE_ONE_IN === 0;

export const isInUserSample = (userHash: string): boolean =>
  userHash !== '' && hashOf(userHash) % SAMPLE_ONE_IN === 0;

/**
 * Forecasts a target for the day after the samples'. `shape`: the creative's, to count only imps it fits; `booked`:
 * impressions a day already promised within the target.
 */
export function forecast(
  target: Target,
  samples: Samples,
  shape?: { format: Format; w: number | null; h: number | null },
  booked = 0,
): Forecast {
  const clauses = clausesOf(target);
  const matches = (logged: Logged): boolean => {
    if (shape && !fits(shape, logged.format, logged.sizes)) return false;
    for (const clause of clauses) if (!holds(clause, logged.place)) return false;
    return true;
  };
  let avails = estimate(count(samples.requests, matches), SAMPLE_RATE);
  let reach = estimate(distinct(samples.users, matches), SAMPLE_RATE);
  if (samples.full && avails.expected < SMALL) {
    // One pass for both: the log may be a million requests.
    const matching = samples.full.filter(matches);
    avails = estimate(matching.length, 1);
    reach = estimate(
      distinct(matching, () => true),
      1,
    );
  }
  return {
    avails,
    reach,
    unbooked: {
      expected: Math.max(0, avails.expected - booked),
      low: Math.max(0, avails.low - booked),
      high: Math.max(0, avails.high - booked),
    },
  };
}

function count(logged: readonly Logged[], matches: (it: Logged) => boolean): number {
  let n = 0;
  for (const it of logged) if (matches(it)) n += 1;
  return n;
}

function distinct(logged: readonly Logged[], matches: (it: Logged) => boolean): number {
  const users = new Set<string>();
  for (const it of logged) {
    const user = it.place.request.userHash;
    if (user !== '' && !users.has(user) && matches(it)) users.add(user);
  }
  return users.size;
}

/**
 * A count in a sample, scaled, with the interval that sampling and the difference between days leave. Nothing seen is not
 * nothing there: up to three in the sample go unseen one time in twenty.
 */
export function estimate(seen: number, rate: number): Estimate {
  const expected = seen / rate;
  const sampling = Math.sqrt(Math.max(seen, 1)) / rate;
  const days = DAY_TO_DAY * expected;
  // Tomorrow is itself a draw.
  const tomorrow = Math.sqrt(Math.max(expected, 1));
  const spread = Z90 * Math.hypot(sampling * Math.sqrt(1 - rate), days, tomorrow);
  if (seen === 0) return { expected: 0, low: 0, high: Math.round(3 / rate) };
  return {
    expected: Math.round(expected),
    low: Math.max(0, Math.round(expected - spread)),
    high: Math.round(expected + spread),
  };
}
