/**
 * What a target would find tomorrow: requests and people a day, with an interval. Owns the samples: yesterday's shown ads as
 * metering kept them (with public-service ads as the fallback nearly every request shows one), or, where there are too few
 * raw events, yesterday's hourly sums. The estimating is the engine's, by the very clauses that match requests.
 */
import { sql } from 'drizzle-orm';
import {
  type Forecast,
  forecast,
  isInRequestSample,
  isInUserSample,
  type Logged,
  type Samples,
} from '../../bidding/engine/forecast.ts';
import { placeOf } from '../../bidding/engine/place.ts';
import { newRequest } from '../../bidding/engine/request.ts';
import type { Target } from '../../bidding/wire/target.ts';
import type { Db } from '../../db/client.ts';
import {
  addDays,
  type Clock,
  type Day,
  dayEndMs,
  dayOf,
  dayStartMs,
  hourOf,
  hourStartMs,
} from '../../db/terms/day.ts';
import type { Format } from '../../db/terms/market.ts';
import { readOutlets, readPlacements, readProperties } from './market.ts';

/** Not kept with an event: a target's words on these are passed over, and the answer says so. */
const UNSEEN = new Set(['os', 'connection', 'carrier', 'category', 'keyword', 'segment', 'radius']);
/** More of a day's log than this is not held in memory; its samples are. */
const FULL_LOG = 400_000;
const FRESH_MS = 600_000;
/** Ads a person sees a day, where only sums are known: people are then sums over this. */
const ADS_A_PERSON = 5;
/** Of a sum, at most so many pretended requests: it stands for a day's traffic, not for its detail. */
const MOST_A_SUM = 4_000;

export interface TargetForecast extends Forecast {
  /** The day the samples are of. */
  day: Day;
  basis: 'events' | 'sums' | 'none';
  /** Attributes of the target that no sample knows; the figures are without them. */
  ignored: string[];
}

interface Seen {
  key: string;
  atMs: number;
  placementId: number;
  divisionCode: string;
  device: number;
  userHash: string;
}

/** Leaves out what samples do not know: a narrower target then counts as its wider one. Undefined: nothing is left. */
function seenPart(target: Target, ignored: Set<string>): Target | undefined {
  if ('all' in target) {
    return { all: target.all.flatMap((part) => seenPart(part, ignored) ?? []) };
  }
  if ('any' in target) {
    const parts = target.any.map((part) => seenPart(part, ignored));
    // One unknown alternative may hold for anybody.
    return parts.some((part) => part === undefined) ? undefined : { any: parts as Target[] };
  }
  if ('not' in target) {
    const part = seenPart(target.not, ignored);
    return part && { not: part };
  }
  if (!UNSEEN.has(target.attribute)) return target;
  ignored.add(target.attribute);
  return undefined;
}

async function eventsOf(db: Db, day: Day): Promise<Seen[]> {
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT event_key, at_ms, placement_id, division_code, device, user_hash FROM event
    WHERE day = ${day}::date AND kind = 1 AND ivt = 0 LIMIT ${FULL_LOG}`);
  return rows.map((row) => ({
    key: row.event_key ?? '',
    atMs: Number(row.at_ms),
    placementId: Number(row.placement_id),
    divisionCode: row.division_code ?? '',
    device: Number(row.device),
    userHash: row.user_hash ?? '',
  }));
}

async function sumsOf(db: Db, day: Day): Promise<Seen[]> {
  const from = hourOf(dayStartMs(day));
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT hour, placement_id, division_code, device, sum(impressions) AS impressions FROM rollup_hour
    WHERE hour >= ${from} AND hour < ${hourOf(dayEndMs(day))} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`);
  return rows.flatMap((row, r) =>
    Array.from({ length: Math.min(Number(row.impressions), MOST_A_SUM) }, (_, i) => ({
      key: `sum-${r}-${i}`,
      atMs: hourStartMs(Number(row.hour)),
      placementId: Number(row.placement_id),
      divisionCode: row.division_code ?? '',
      device: Number(row.device),
      userHash: `sum-${row.division_code}-${r % 40}-${Math.floor(i / ADS_A_PERSON)}`,
    })),
  );
}

async function toLogged(db: Db, seen: readonly Seen[]): Promise<Logged[]> {
  const placements = new Map((await readPlacements(db)).map((p) => [p.id, p]));
  const properties = new Map((await readProperties(db)).map((p) => [p.id, p]));
  const outlets = new Map((await readOutlets(db)).map((o) => [o.id, o]));
  return seen.flatMap((one) => {
    const placement = placements.get(one.placementId);
    const outlet = placement && outlets.get(placement.outletId);
    if (!placement || !outlet) return [];
    const request = newRequest(one.key, one.atMs);
    request.declaredDivision = one.divisionCode;
    request.device = one.device;
    request.userHash = one.userHash;
    const place = placeOf(request, placement, properties.get(placement.propertyId), outlet);
    return [{ place, format: placement.format, sizes: placement.sizes }];
  });
}

interface Kept {
  samples: Samples;
  basis: TargetForecast['basis'];
  day: Day;
  atMs: number;
}
const keptByDatabase = new WeakMap<object, Promise<Kept>>();

async function load(db: Db, nowMs: number): Promise<Kept> {
  const day = addDays(dayOf(nowMs), -1);
  const events = await eventsOf(db, day);
  const sums = events.length >= FULL_LOG ? [] : await sumsOf(db, day);
  // Raw events of less than half of what was summed: the day began elsewhere (a history brought along, old partitions).
  const better = events.length * 2 >= sums.length;
  const log = await toLogged(db, better ? events : sums);
  const samples: Samples = {
    requests: log.filter((it) => isInRequestSample(it.place.request.id)),
    users: log.filter((it) => isInUserSample(it.place.request.userHash)),
    ...(log.length < FULL_LOG ? { full: log } : {}),
  };
  const basis = log.length === 0 ? 'none' : better ? 'events' : 'sums';
  return { samples, basis, day, atMs: nowMs };
}

/** Yesterday's samples, read once in ten minutes by a process. */
async function samplesOf(ctx: { db: Db; clock: Clock }): Promise<Kept> {
  const nowMs = ctx.clock();
  const kept = await keptByDatabase.get(ctx.db)?.catch(() => undefined);
  if (kept && Math.abs(nowMs - kept.atMs) < FRESH_MS) return kept;
  const loading = load(ctx.db, nowMs);
  keptByDatabase.set(ctx.db, loading);
  return loading;
}

/** Forecasts a day of a target for a creative's shape (or any), net of `booked` impressions a day. */
export async function forecastTarget(
  ctx: { db: Db; clock: Clock },
  target: Target,
  shape?: { format: Format; w: number | null; h: number | null },
  booked = 0,
): Promise<TargetForecast> {
  const { samples, basis, day } = await samplesOf(ctx);
  const ignored = new Set<string>();
  const seen = seenPart(target, ignored) ?? { all: [] };
  return { ...forecast(seen, samples, shape, booked), day, basis, ignored: [...ignored] };
}
