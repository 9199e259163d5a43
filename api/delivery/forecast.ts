/**
 * What a target would find tomorrow: requests and people a day, with an interval, and what of that is not promised yet. Owns
 * the log it goes by, yesterday's, read once a day by a process; the estimating is the engine's, by the very clauses that
 * match requests.
 */

import type { Shape } from '../../bidding/engine/fit.ts';
import { type Forecast, forecast, type Promised } from '../../bidding/engine/forecast.ts';
import { placeOf } from '../../bidding/engine/place.ts';
import { RequestLog } from '../../bidding/engine/requestLog.ts';
import type { SampledRequest } from '../../bidding/wire/sample.ts';
import type { Db } from '../../db/client.ts';
import { type Replica, readLately } from '../../db/replica.ts';
import { asHouse } from '../../db/scope.ts';
import { addDays, type Clock, type Day, dayOf } from '../../db/terms/day.ts';
import type { Target } from '../../db/terms/target.ts';
import { promisedOn } from './inventory.ts';
import { readOutlets, readPlacements, readProperties } from './market.ts';
import { readSamples } from './samples.ts';
import { impressionsOf, seenPart, shownOn } from './shown.ts';

/** Late lines of yesterday and a history that is being read in are looked for this often, promises too. */
const FRESH_MS = 600_000;
const REQUESTS_AT_ONCE = 5_000;

export interface TargetForecast extends Forecast {
  /** The day the log is of. */
  day: Day;
  basis: 'log' | 'events' | 'sums' | 'none';
  /** Attributes of the target that the log does not know; the figures are without them. */
  ignored: string[];
}

interface ForecastContext {
  db: Db;
  clock: Clock;
  /** The log is yesterday's: a copy of it will do. */
  replica?: Replica;
}

interface Kept {
  log: RequestLog;
  userShare: number;
  basis: TargetForecast['basis'];
  day: Day;
  promised: Promised[];
  atMs: number;
}

const keptByDatabase = new WeakMap<object, Promise<Kept>>();

/** Columns from requests, a batch at a time: other requests are served in between. */
async function columnsOf(
  db: Db,
  requests: readonly SampledRequest[],
  everybody: boolean,
): Promise<RequestLog> {
  const placements = new Map((await readPlacements(db)).map((p) => [p.id, p]));
  const properties = new Map((await readProperties(db)).map((p) => [p.id, p]));
  const outlets = new Map((await readOutlets(db)).map((o) => [o.id, o]));
  const log = new RequestLog();
  for (const [n, { request, weight, isOfSampledUser }] of requests.entries()) {
    if (n % REQUESTS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const imp of request.imps) {
      const placement = placements.get(imp.placementId);
      const outlet = placement && outlets.get(placement.outletId);
      if (!placement || !outlet) continue;
      const place = placeOf(request, placement, properties.get(placement.propertyId), outlet);
      const sizes = imp.sizes.length > 0 ? imp.sizes : placement.sizes;
      const { format } = placement;
      log.add({ place, format, sizes, weight, isOfSampledUser: everybody || isOfSampledUser });
    }
  }
  return log;
}

async function load(db: Db, nowMs: number, replica?: Replica): Promise<Kept> {
  const day = addDays(dayOf(nowMs), -1);
  const promised = await promisedOn(db, addDays(day, 2));
  const { samples, userShare } = await readLately({ db, replica }, (lately) =>
    readSamples(lately, day),
  );
  const logged = samples.reduce((sum, it) => sum + it.weight, 0);
  // A log of less than half of what was shown: nodes began to write it in the middle of the day.
  if (logged > 0 && logged * 2 >= (await impressionsOf(db, day))) {
    // Where every request was logged, every reader was.
    const everybody = samples.every((it) => it.weight === 1);
    const log = await columnsOf(db, samples, everybody);
    const share = everybody ? 1 : userShare;
    return { log, userShare: share, basis: 'log', day, promised, atMs: nowMs };
  }
  const { requests, basis } = await shownOn(db, day);
  const log = await columnsOf(db, requests, true);
  return { log, userShare: 1, basis, day, promised, atMs: nowMs };
}

/** Over the wall: all readers and all promises make the forecast, and only sums of them leave it. */
const keptOf = (ctx: ForecastContext): Promise<Kept> =>
  asHouse(ctx.db, async (db) => {
    const nowMs = ctx.clock();
    const kept = await keptByDatabase.get(db)?.catch(() => undefined);
    if (kept && Math.abs(nowMs - kept.atMs) < FRESH_MS) return kept;
    const loading = load(db, nowMs, ctx.replica);
    keptByDatabase.set(db, loading);
    return loading;
  });

/** Forecasts a day of a target for a creative's shape (or any), net of what is promised. */
export async function forecastTarget(
  ctx: ForecastContext,
  target: Target,
  shape?: Shape,
): Promise<TargetForecast> {
  const { log, userShare, basis, day, promised } = await keptOf(ctx);
  const ignored = new Set<string>();
  const known = basis === 'log' ? target : (seenPart(target, ignored) ?? { all: [] });
  const found = forecast(known, { log, userShare }, shape, promised);
  return { ...found, day, basis, ignored: [...ignored] };
}
