/**
 * Guaranteed impressions: what a placement's days can be expected to bring, less what other orders were promised. Owns the
 * promise's arithmetic; refuses to promise more than the forecast expects. Where nobody has measured the placement yet
 * there is no forecast, and the outlet's own word decides.
 */
import { and, eq, gte, inArray, lte, sql } from 'drizzle-orm';
import type { Target } from '../../bidding/wire/target.ts';
import type { Db } from '../../db/client.ts';
import { bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import type { Clock, Day } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
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

/** Expected and promised impressions of a placement by day; a promise is spread evenly over its line's days. */
export async function impressionDays(
  ctx: { db: Db; clock: Clock },
  placementId: number,
  range: { from: Day; to: Day },
  exceptOrderId = 0,
): Promise<ImpressionDay[]> {
  const target = guaranteedTarget({ placementId, divisionCodes: [] });
  const { avails, basis } = await forecastTarget(ctx, target);
  const others = await ctx.db
    .select({
      startsOn: bookingLine.startsOn,
      endsOn: bookingLine.endsOn,
      impressions: bookingLine.impressions,
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
  return daysOf({ startsOn: range.from, endsOn: range.to }).map((day) => ({
    day,
    expected: basis === 'none' ? null : Math.round(avails.expected),
    promised: others.reduce(
      (sum, line) =>
        day < line.startsOn || day > line.endsOn
          ? sum
          : sum + Math.ceil((line.impressions ?? 0) / daysOf(line).length),
      0,
    ),
  }));
}

type Promised = Pick<Line, 'orderId' | 'placementId' | 'startsOn' | 'endsOn' | 'impressions'> & {
  index: number;
};

/** Lines that ask for more than is left, under the placements' locks. */
export async function impressionProblems(
  ctx: { db: Db; clock: Clock },
  lines: readonly Promised[],
): Promise<FailureDetail[]> {
  const problems: FailureDetail[] = [];
  for (const line of lines) {
    if (line.impressions === null) continue;
    const range = { from: line.startsOn, to: line.endsOn };
    const days = await impressionDays(ctx, line.placementId, range, line.orderId);
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
