/** The calendar: placements with who holds how much of which day; a buyer's has what it booked itself. Owns its reading. */
import { and, asc, eq, gte, inArray, lte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingDay, bookingOrder } from '../../db/schema/bookings.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { placement, property } from '../../db/schema/outlets.ts';
import type { Day } from '../../db/terms/day.ts';
import { ownedBy } from '../http/auth.ts';
import type { Actor } from '../identity/actor.ts';

const MAX_CALENDAR_PLACEMENTS = 300;

/** An outlet's, by its placements; the platform's, of what it names; a buyer's, of the placements on which it holds days. */
export async function bookingCalendar(
  db: Db,
  actor: Actor,
  filter: { outletId?: number | undefined; propertyId?: number | undefined; from: Day; to: Day },
  nowMs: number,
) {
  const isBuyer = actor.kind === 'advertiser' || actor.kind === 'agency';
  const places = await db
    .select({
      placementId: placement.id,
      placementName: placement.name,
      format: placement.format,
      dailySlots: placement.dailySlots,
      propertyId: property.id,
      propertyName: property.name,
      outletId: placement.outletId,
    })
    .from(placement)
    .innerJoin(property, eq(property.id, placement.propertyId))
    .where(
      and(
        isBuyer ? bookedBy(actor, filter) : ownedBy(actor, { outlet: placement.outletId }),
        filter.outletId ? eq(placement.outletId, filter.outletId) : undefined,
        filter.propertyId ? eq(placement.propertyId, filter.propertyId) : undefined,
      ),
    )
    .orderBy(asc(placement.id))
    .limit(MAX_CALENDAR_PLACEMENTS);
  const ids = places.map((one) => one.placementId);
  const held =
    ids.length === 0
      ? []
      : await db
          .select({
            placementId: bookingDay.placementId,
            day: bookingDay.day,
            lineId: bookingDay.lineId,
            orderId: bookingDay.orderId,
            orderName: bookingOrder.name,
            orderStatus: bookingOrder.status,
            advertiserName: advertiser.name,
            slots: bookingDay.slots,
            status: bookingDay.status,
          })
          .from(bookingDay)
          .innerJoin(bookingOrder, eq(bookingOrder.id, bookingDay.orderId))
          .innerJoin(advertiser, eq(advertiser.id, bookingDay.advertiserId))
          .where(
            and(
              inArray(bookingDay.placementId, ids),
              isBuyer ? ownedBy(actor, { advertiser: bookingDay.advertiserId }) : undefined,
              gte(bookingDay.day, filter.from),
              lte(bookingDay.day, filter.to),
              sql`${bookingDay.status} NOT IN ('cancelled', 'released')`,
              sql`(${bookingOrder.status} IN ('booked', 'in_flight', 'completed') OR (${bookingOrder.status} = 'reserved'
                AND ${bookingOrder.expiresAt} > ${new Date(nowMs).toISOString()}::timestamptz))`,
            ),
          )
          .orderBy(asc(bookingDay.day), asc(bookingDay.lineId));
  return {
    items: places.map((place) => ({
      ...place,
      held: held.filter((one) => one.placementId === place.placementId),
    })),
    nextCursor: null,
  };
}

/** Placements on which the buyer has days in this span. */
const bookedBy = (actor: Actor, { from, to }: { from: Day; to: Day }) =>
  sql`EXISTS (SELECT FROM ${bookingDay} WHERE ${and(
    eq(bookingDay.placementId, placement.id),
    ownedBy(actor, { advertiser: bookingDay.advertiserId }),
    gte(bookingDay.day, from),
    lte(bookingDay.day, to),
  )})`;
