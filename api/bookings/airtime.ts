/**
 * Broadcast minutes at booking (order 61): what a channel's hours already hold is read from the sold slots themselves.
 * Owns the lock by channel, so that two orders cannot each see the last free seconds; refuses whatever breaks a limit,
 * naming line, day and article. Public-service ads are no commercials and count for nothing here.
 */
import { asc, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { property } from '../../db/schema/outlets.ts';
import type { Day } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import { type Airing, airtimeFaults } from '../outlets/outlets.ts';
import type { Placed } from './pricing.ts';
import { daysOf, type Wanted } from './slots.ts';

const isCounted = ({ placement }: Placed): boolean =>
  placement.format === 'spot' && placement.spotSeconds !== null && placement.airHour !== null;

/** Waits for other bookers of the same channels. Taken before any placement is locked, in id order. */
export async function lockChannels(tx: Db, places: Iterable<Placed>): Promise<void> {
  const ids = [...places].filter(isCounted).map((place) => place.property.id);
  if (ids.length === 0) return;
  await tx
    .select({ id: property.id })
    .from(property)
    .where(inArray(property.id, [...new Set(ids)]))
    .orderBy(asc(property.id))
    .for('no key update');
}

/** Seconds of commercials by channel, day and hour that live orders hold, other than those of `exceptLineIds`. */
async function bookedAirtime(
  tx: Db,
  propertyIds: number[],
  range: { from: Day; to: Day },
  nowMs: number,
  exceptLineIds: readonly number[],
): Promise<Map<string, Airing[]>> {
  const rows = await tx.execute<Record<string, string>>(sql`
    SELECT p.property_id, s.day::text AS day, p.air_hour, sum(p.spot_seconds) AS seconds
      FROM booking_slot s
      JOIN placement p ON p.id = s.placement_id
      JOIN booking_line l ON l.id = s.line_id
      JOIN booking_order o ON o.id = l.order_id
      JOIN advertiser a ON a.id = o.advertiser_id
     WHERE p.property_id IN (SELECT json_array_elements_text(${JSON.stringify(propertyIds)}::text::json)::bigint)
       AND s.day BETWEEN ${range.from}::date AND ${range.to}::date
       AND p.air_hour IS NOT NULL AND p.spot_seconds IS NOT NULL AND a.category <> 'psa'
       AND l.id NOT IN (SELECT json_array_elements_text(${JSON.stringify(exceptLineIds)}::text::json)::bigint)
       AND NOT (o.status = 'reserved' AND o.expires_at <= ${new Date(nowMs).toISOString()}::timestamptz)
     GROUP BY 1, 2, 3`);
  const held = new Map<string, Airing[]>();
  for (const row of rows) {
    const key = `${row.property_id} ${row.day}`;
    const list = held.get(key) ?? [];
    list.push({ hour: Number(row.air_hour), seconds: Number(row.seconds) });
    held.set(key, list);
  }
  return held;
}

/** What the lines would break; each at its pointer `/lines/2`. The lines' own slots may be taken already. */
export async function airtimeProblems(
  tx: Db,
  lines: readonly Wanted[],
  places: ReadonlyMap<number, Placed>,
  nowMs: number,
): Promise<FailureDetail[]> {
  const counted = lines.flatMap((line, index) => {
    const place = places.get(line.placementId);
    return place && isCounted(place) ? [{ line, index, place }] : [];
  });
  if (counted.length === 0) return [];
  const days = counted.flatMap(({ line }) => [line.startsOn, line.endsOn]).sort();
  const held = await bookedAirtime(
    tx,
    counted.map(({ place }) => place.property.id),
    { from: days[0] as Day, to: days.at(-1) as Day },
    nowMs,
    counted.map(({ line }) => line.lineId),
  );
  const problems: FailureDetail[] = [];
  for (const { line, index, place } of counted) {
    const { spotSeconds, airHour } = place.placement;
    const wanted = [{ hour: airHour as number, seconds: (spotSeconds as number) * line.slots }];
    for (const day of daysOf(line)) {
      const key = `${place.property.id} ${day}`;
      const booked = held.get(key) ?? [];
      const [fault] = airtimeFaults(place.property.kind, booked, wanted);
      // Lines of one order count on top of each other.
      held.set(key, [...booked, ...wanted]);
      if (!fault) continue;
      const hours = fault.hours.map((hour) => `${hour}:00`).join('、');
      problems.push({
        pointer: `/lines/${index}`,
        zh: `${fault.article}：${day} ${hours} 时段商业广告限 ${fault.limitSeconds} 秒，已订 ${fault.bookedSeconds} 秒，再订 ${fault.wantedSeconds} 秒将超出`,
        en: `order 61 art. 15: on ${day} ${hours} may hold ${fault.limitSeconds} s of commercials; ${fault.bookedSeconds} s are booked, ${fault.wantedSeconds} s more are too many`,
      });
      break;
    }
  }
  return problems;
}
