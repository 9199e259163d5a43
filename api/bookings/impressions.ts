/**
 * Guaranteed impressions: what a placement's days can be expected to bring, less what other orders were promised. Owns the
 * promise's arithmetic; refuses to promise more than the forecast expects, in the counties asked for. Where nobody has measured the placement yet
 * there is no forecast, and the outlet's own word decides.
 */
import { and, eq, gte, inArray, lte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import type { Clock, Day } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import type { Target } from '../../db/terms/target.ts';
import { forecastTarget } from '../delivery/delivery.ts';
import type { Line } from './order.ts';
import { daysOf } from './slots.ts';

export const guaranteedTarget = (line: Pick<Line, 'placementId' | 'divisionCodes'>): Target => ({
  all: [
    { attribute: 'placement', in: [line.placementId] },
    ...(line.divisionCodes.length > 0
      ? [{ attribute: 'division' as const, in: line.divisionCodes }]
      : []),
  ],
});

export interface ImpressionDay {
  day: Day;
  /** Null: nothing was measured yet. */
  expected: number | null;
  promised: number;
}

type Asked = Pick<Line, 'placementId' | 'divisionCodes'>;
type Other = Pick<Line, 'startsOn' | 'endsOn' | 'impressions' | 'divisionCodes'>;

/** Impressions promised to other orders on a placement, in a range of days. */
function othersOn(
  ctx: { db: Db; clock: Clock },
  placementId: number,
  range: { from: Day; to: Day },
  exceptOrderId: number,
): Promise<Other[]> {
  return ctx.db
    .select({
      startsOn: bookingLine.startsOn,
      endsOn: bookingLine.endsOn,
      impressions: bookingLine.impressions,
      divisionCodes: bookingLine.divisionCodes,
    })
    .from(bookingLine)
    .innerJoin(bookingOrder, eq(bookingOrder.id, bookingLine.orderId))
    .where(
      and(
        eq(bookingLine.placementId, placementId),
        eq(bookingLine.unit, 'CPM'),
        inArray(bookingLine.status, ['open', 'accepted']),
        lte(bookingLine.startsOn, range.to),
        gte(bookingLine.endsOn, range.from),
        sql`${bookingOrder.id} <> ${exceptOrderId}`,
        sql`(${bookingOrder.status} IN ('booked', 'in_flight') OR (${bookingOrder.status} = 'reserved'
          AND ${bookingOrder.expiresAt} > ${new Date(ctx.clock()).toISOString()}::timestamptz))`,
      ),
    );
}

/** Share of a placement's voice that days bought outright own, by day. */
async function ownedVoice(
  db: Db,
  placementId: number,
  range: { from: Day; to: Day },
): Promise<Map<Day, number>> {
  const rows = await db.execute<{ day: string; share: string }>(sql`
    SELECT s.day::text AS day, least(1, count(*)::float8 / greatest(p.daily_slots, 1)) AS share
      FROM booking_slot s JOIN placement p ON p.id = s.placement_id
     WHERE p.id = ${placementId} AND s.day BETWEEN ${range.from}::date AND ${range.to}::date
     GROUP BY s.day, p.daily_slots`);
  return new Map(rows.map(({ day, share }) => [day, Number(share)]));
}

/** Which part of what the other was promised falls where this one is to be shown, as their traffic is spread. */
async function overlapOf(
  ctx: { db: Db; clock: Clock },
  asked: Asked,
  { divisionCodes }: Pick<Line, 'divisionCodes'>,
): Promise<number> {
  if (String(divisionCodes) === String(asked.divisionCodes)) return 1;
  const theirs = guaranteedTarget({ placementId: asked.placementId, divisionCodes });
  const both: Target = { all: [guaranteedTarget(asked), theirs] };
  const { avails } = await forecastTarget(ctx, theirs);
  if (avails.expected === 0) return 1;
  return (await forecastTarget(ctx, both)).avails.expected / avails.expected;
}

/**
 * Expected and promised impressions of a placement by day, in the counties asked for: what its traffic there brings, less the
 * voice that booked days own, and what other orders were promised of it; a promise is spread evenly over its line's days.
 */
export async function impressionDays(
  ctx: { db: Db; clock: Clock },
  asked: Asked,
  range: { from: Day; to: Day },
  { exceptOrderId = 0, besides = [] as readonly Other[] } = {},
): Promise<ImpressionDay[]> {
  const { avails, basis } = await forecastTarget(ctx, guaranteedTarget(asked));
  const owned = await ownedVoice(ctx.db, asked.placementId, range);
  const others = [...(await othersOn(ctx, asked.placementId, range, exceptOrderId)), ...besides];
  const parts: number[] = [];
  for (const other of others) parts.push(await overlapOf(ctx, asked, other));
  const onDay = (day: Day) => (sum: number, other: Other, i: number) =>
    day < other.startsOn || day > other.endsOn
      ? sum
      : sum + ((other.impressions ?? 0) / daysOf(other).length) * (parts[i] ?? 1);
  return daysOf({ startsOn: range.from, endsOn: range.to }).map((day) => ({
    day,
    expected: basis === 'none' ? null : Math.round(avails.expected * (1 - (owned.get(day) ?? 0))),
    promised: Math.ceil(others.reduce(onDay(day), 0)),
  }));
}

type Promised = Other & Pick<Line, 'orderId' | 'placementId'> & { index: number };

/** Lines that ask for more than is left, under the placements' locks. */
export async function impressionProblems(
  ctx: { db: Db; clock: Clock },
  lines: readonly Promised[],
): Promise<FailureDetail[]> {
  const problems: FailureDetail[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.impressions === null) continue;
    const range = { from: line.startsOn, to: line.endsOn };
    // Of the same order, those before it.
    const besides = lines
      .slice(0, i)
      .filter((one) => one.impressions !== null && one.placementId === line.placementId);
    const exceptOrderId = line.orderId;
    const days = await impressionDays(ctx, line, range, { exceptOrderId, besides });
    if (days.some((one) => one.expected === null)) continue;
    const left = days.reduce(
      (sum, one) => sum + Math.max(0, (one.expected ?? 0) - one.promised),
      0,
    );
    if (line.impressions <= left) continue;
    problems.push({
      pointer: `/lines/${line.index}/impressions`,
      zh: `预计可保量 ${left} 次，少于所需的 ${line.impressions} 次`,
      en: `about ${left} impressions can be promised, fewer than the ${line.impressions} asked for`,
    });
  }
  return problems;
}
