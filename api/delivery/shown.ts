/**
 * Yesterday's shown ads as if they were logged requests: what a forecast goes by before nodes have logged a day. Owns which
 * attributes such a log does not know. With public-service ads as the fallback nearly every request shows one.
 */
import { sql } from 'drizzle-orm';
import { newImp, newRequest } from '../../bidding/engine/request.ts';
import type { SampledRequest } from '../../bidding/wire/sample.ts';
import type { Db } from '../../db/client.ts';
import { type Day, dayEndMs, dayStartMs, hourOf, hourStartMs } from '../../db/terms/day.ts';
import type { Target } from '../../db/terms/target.ts';

/** Not kept with an event: a target's words on these are passed over, and the answer says so. */
const UNSEEN = new Set(['os', 'connection', 'carrier', 'category', 'keyword', 'segment', 'radius']);
/** More of a day's log than this is not held in memory. */
const MOST_EVENTS = 400_000;
/** Ads a person sees a day, where only sums are known: people are then sums over this. */
const ADS_A_PERSON = 5;
/** Of a sum, at most so many pretended requests: it stands for a day's traffic, not for its detail. */
const MOST_A_SUM = 4_000;

export interface Shown {
  requests: SampledRequest[];
  basis: 'events' | 'sums' | 'none';
}

/** Leaves out what shown ads do not know: a narrower target then counts as its wider one. Undefined: nothing is left. */
export function seenPart(target: Target, ignored: Set<string>): Target | undefined {
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

/** Impressions of a day, public-service advertising included. */
export async function impressionsOf(db: Db, day: Day): Promise<number> {
  const [row] = await db.execute<{ n: string }>(sql`
    SELECT coalesce(sum(impressions), 0) AS n FROM rollup_hour
    WHERE hour >= ${hourOf(dayStartMs(day))} AND hour < ${hourOf(dayEndMs(day))}`);
  return Number(row?.n ?? 0);
}

/** A day's shown ads, from events or, where these are less than half of what was summed, from hourly sums. */
export async function shownOn(db: Db, day: Day): Promise<Shown> {
  const events = await eventsOf(db, day);
  if (events.length >= MOST_EVENTS) return { requests: events, basis: 'events' };
  const sums = await sumsOf(db, day);
  // The day began elsewhere: a history brought along, old partitions.
  if (events.length * 2 < sums.length) return { requests: sums, basis: 'sums' };
  return { requests: events, basis: events.length > 0 ? 'events' : 'none' };
}

async function eventsOf(db: Db, day: Day): Promise<SampledRequest[]> {
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT at_ms, placement_id, division_code, device, user_hash FROM event
    WHERE day = ${day}::date AND kind = 1 AND ivt = 0 LIMIT ${MOST_EVENTS}`);
  return rows.map((row) =>
    requestOf(Number(row.at_ms), Number(row.placement_id), row, row.user_hash ?? ''),
  );
}

async function sumsOf(db: Db, day: Day): Promise<SampledRequest[]> {
  const from = hourOf(dayStartMs(day));
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT hour, placement_id, division_code, device, sum(impressions) AS impressions FROM rollup_hour
    WHERE hour >= ${from} AND hour < ${hourOf(dayEndMs(day))} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`);
  return rows.flatMap((row, r) =>
    Array.from({ length: Math.min(Number(row.impressions), MOST_A_SUM) }, (_, i) => {
      const person = `sum-${row.division_code}-${r % 40}-${Math.floor(i / ADS_A_PERSON)}`;
      return requestOf(hourStartMs(Number(row.hour)), Number(row.placement_id), row, person);
    }),
  );
}

function requestOf(
  atMs: number,
  placementId: number,
  row: Record<string, string>,
  userHash: string,
): SampledRequest {
  const request = newRequest('', atMs);
  request.declaredDivision = row.division_code ?? '';
  request.device = Number(row.device);
  request.userHash = userHash;
  request.imps.push(newImp('1', placementId));
  return { request, weight: 1, isOfSampledUser: true };
}
