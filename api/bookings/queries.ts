/** Reading orders and bookings: lists, one thing with what hangs on it, the queue of days to prove and judge, calendars. */
import { and, asc, desc, eq, gt, inArray, lt, lte, or } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import {
  bookingChange,
  bookingDay,
  bookingEvidence,
  bookingLine,
  bookingOrder,
  type OrderStatus,
} from '../../db/schema/bookings.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { outlet, placement, property } from '../../db/schema/outlets.ts';
import { dayOf } from '../../db/terms/day.ts';
import { chargedFor } from '../billing/billing.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeCursor, decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { brokenLink } from './evidence.ts';
import type { Line } from './order.ts';
import type { fulfilmentQuery } from './shapes.ts';

export async function listOrders(
  db: Db,
  actor: Actor,
  filter: PageQuery & { advertiserId?: number | undefined; status?: OrderStatus | undefined },
) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select({ order: bookingOrder, advertiserName: advertiser.name })
    .from(bookingOrder)
    .innerJoin(advertiser, eq(advertiser.id, bookingOrder.advertiserId))
    .where(
      and(
        ownedBy(actor, { advertiser: bookingOrder.advertiserId }),
        filter.advertiserId ? eq(bookingOrder.advertiserId, filter.advertiserId) : undefined,
        filter.status ? eq(bookingOrder.status, filter.status) : undefined,
        before === undefined ? undefined : lt(bookingOrder.id, before),
      ),
    )
    .orderBy(desc(bookingOrder.id))
    .limit(filter.limit + 1);
  const flat = rows.map(({ order, advertiserName }) => ({ ...order, advertiserName }));
  return pageOf(flat, filter.limit, (row) => row.id);
}

const named = {
  line: bookingLine,
  placementName: placement.name,
  format: placement.format,
  dailySlots: placement.dailySlots,
  propertyName: property.name,
  propertyKind: property.kind,
  outletName: outlet.name,
  tier: outlet.tier,
  divisionCode: outlet.divisionCode,
  orderName: bookingOrder.name,
  orderStatus: bookingOrder.status,
  discountPpm: bookingOrder.discountPpm,
  expiresAt: bookingOrder.expiresAt,
  advertiserName: advertiser.name,
};

const namedLines = (db: Db) =>
  db
    .select(named)
    .from(bookingLine)
    .innerJoin(placement, eq(placement.id, bookingLine.placementId))
    .innerJoin(property, eq(property.id, placement.propertyId))
    .innerJoin(outlet, eq(outlet.id, bookingLine.outletId))
    .innerJoin(bookingOrder, eq(bookingOrder.id, bookingLine.orderId))
    .innerJoin(advertiser, eq(advertiser.id, bookingLine.advertiserId));

/** Guaranteed lines with what of them was shown and charged so far. */
async function withCharges<Row extends Pick<Line, 'impressions' | 'lineItemId'>>(
  db: Db,
  lines: readonly Row[],
) {
  const ids = lines.flatMap(({ impressions, lineItemId }) =>
    impressions === null || lineItemId === null ? [] : [lineItemId],
  );
  const charged = await chargedFor(db, ids);
  return lines.map((line) => {
    const own = line.impressions === null ? undefined : charged.get(line.lineItemId ?? 0);
    const soFar = own ?? { quantity: 0, amountMicroCny: 0n };
    return { ...line, shown: soFar.quantity, chargedMicroCny: soFar.amountMicroCny };
  });
}

const flat = <Row extends { line: Line; dailySlots: number }>({ line, ...rest }: Row) => ({
  ...line,
  ...rest,
  /** What it has of the day's views, of a fixed day. */
  sharePpm:
    line.impressions === null ? Math.round((1_000_000 * line.slots) / rest.dailySlots) : null,
});

const UNBOOKED: ReadonlySet<OrderStatus> = new Set(['draft', 'pending', 'reserved']);

export async function readOrder(db: Db, id: number) {
  const [order] = await db.select().from(bookingOrder).where(eq(bookingOrder.id, id));
  if (!order) throw notFound();
  const lines = await namedLines(db).where(eq(bookingLine.orderId, id)).orderBy(bookingLine.id);
  const days = await db
    .select()
    .from(bookingDay)
    .where(eq(bookingDay.orderId, id))
    .orderBy(bookingDay.day, bookingDay.lineId);
  const changes = await db
    .select()
    .from(bookingChange)
    .where(eq(bookingChange.orderId, id))
    .orderBy(desc(bookingChange.id));
  const charged = await withCharges(db, lines.map(flat));
  const chargedMicroCny = [...days, ...charged].reduce((sum, one) => sum + one.chargedMicroCny, 0n);
  // Days of an order that only holds its slots are a promise, not a matter to fulfil.
  return {
    ...order,
    chargedMicroCny,
    lines: charged,
    days: UNBOOKED.has(order.status) ? [] : days,
    changes,
  };
}

/** Lines that concern whoever asks, newest first, with their proofs. */
export async function listBookings(
  db: Db,
  actor: Actor,
  filter: PageQuery & {
    outletId?: number | undefined;
    status?: Line['status'] | undefined;
    orderStatus?: OrderStatus | undefined;
  },
) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await namedLines(db)
    .where(
      and(
        ownedBy(actor, { outlet: bookingLine.outletId, advertiser: bookingLine.advertiserId }),
        filter.outletId ? eq(bookingLine.outletId, filter.outletId) : undefined,
        filter.status ? eq(bookingLine.status, filter.status) : undefined,
        filter.orderStatus ? eq(bookingOrder.status, filter.orderStatus) : undefined,
        before === undefined ? undefined : lt(bookingLine.id, before),
      ),
    )
    .orderBy(desc(bookingLine.id))
    .limit(filter.limit + 1);
  const page = pageOf(rows.map(flat), filter.limit, (row) => row.id);
  const evidence = await evidenceOf(
    db,
    page.items.map((line) => line.id),
  );
  return {
    ...page,
    items: (await withCharges(db, page.items)).map((line) => ({
      ...line,
      evidence: evidence.filter((one) => one.lineId === line.id),
    })),
  };
}

const evidenceOf = async (db: Db, lineIds: number[]) =>
  lineIds.length === 0
    ? []
    : db
        .select()
        .from(bookingEvidence)
        .where(inArray(bookingEvidence.lineId, lineIds))
        .orderBy(asc(bookingEvidence.lineId), asc(bookingEvidence.ordinal));

export async function readBooking(db: Db, id: number) {
  const [row] = await namedLines(db).where(eq(bookingLine.id, id));
  if (!row) throw notFound();
  const days = await db
    .select()
    .from(bookingDay)
    .where(eq(bookingDay.lineId, id))
    .orderBy(bookingDay.day);
  const evidence = await evidenceOf(db, [id]);
  const changes = await db
    .select()
    .from(bookingChange)
    .where(eq(bookingChange.lineId, id))
    .orderBy(desc(bookingChange.id));
  const charged = await withCharges(db, [flat(row)]);
  return {
    ...(charged[0] as (typeof charged)[number]),
    days,
    evidence,
    changes,
    brokenLink: await brokenLink(db, id),
  };
}

/** Booked days to be proved, judged or made good, oldest first; `due` are those of which nothing was heard. */
export async function listFulfilment(
  db: Db,
  actor: Actor,
  filter: PageQuery & z.infer<typeof fulfilmentQuery>,
  nowMs: number,
) {
  const [afterDay, afterLine] = (decodeCursor(filter.cursor) ?? '').split(' ');
  const { status, outletId, advertiserId, orderId } = filter;
  const rows = await db
    .select({ ...named, day: bookingDay })
    .from(bookingDay)
    .innerJoin(bookingLine, eq(bookingLine.id, bookingDay.lineId))
    .innerJoin(placement, eq(placement.id, bookingDay.placementId))
    .innerJoin(property, eq(property.id, placement.propertyId))
    .innerJoin(outlet, eq(outlet.id, bookingDay.outletId))
    .innerJoin(bookingOrder, eq(bookingOrder.id, bookingDay.orderId))
    .innerJoin(advertiser, eq(advertiser.id, bookingDay.advertiserId))
    .where(
      and(
        ownedBy(actor, { outlet: bookingDay.outletId, advertiser: bookingDay.advertiserId }),
        inArray(bookingOrder.status, ['booked', 'in_flight', 'completed', 'cancelled']),
        outletId ? eq(bookingDay.outletId, outletId) : undefined,
        advertiserId ? eq(bookingDay.advertiserId, advertiserId) : undefined,
        orderId ? eq(bookingDay.orderId, orderId) : undefined,
        status === 'due'
          ? and(eq(bookingDay.status, 'sold'), lte(bookingDay.day, dayOf(nowMs)))
          : status && eq(bookingDay.status, status),
        afterDay && afterLine
          ? or(
              gt(bookingDay.day, afterDay),
              and(eq(bookingDay.day, afterDay), gt(bookingDay.lineId, Number(afterLine) || 0)),
            )
          : undefined,
      ),
    )
    .orderBy(asc(bookingDay.day), asc(bookingDay.lineId))
    .limit(filter.limit + 1);
  const page = pageOf(rows, filter.limit, ({ day }) => `${day.day} ${day.lineId}`);
  const evidence = await evidenceOf(db, [...new Set(page.items.map(({ day }) => day.lineId))]);
  return {
    ...page,
    items: page.items.map(({ day, line, ...rest }) => ({
      ...rest,
      ...day,
      unit: line.unit,
      evidence: evidence.filter((one) => one.lineId === day.lineId && one.day === day.day),
    })),
  };
}

/** Changes asked for, newest first, with what they are changes of. */
export async function listChanges(
  db: Db,
  actor: Actor,
  filter: PageQuery & { status?: typeof bookingChange.$inferSelect.status | undefined },
) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select({
      change: bookingChange,
      placementName: placement.name,
      outletName: outlet.name,
      advertiserName: advertiser.name,
      orderName: bookingOrder.name,
    })
    .from(bookingChange)
    .innerJoin(bookingLine, eq(bookingLine.id, bookingChange.lineId))
    .innerJoin(placement, eq(placement.id, bookingLine.placementId))
    .innerJoin(outlet, eq(outlet.id, bookingChange.outletId))
    .innerJoin(bookingOrder, eq(bookingOrder.id, bookingChange.orderId))
    .innerJoin(advertiser, eq(advertiser.id, bookingChange.advertiserId))
    .where(
      and(
        ownedBy(actor, { outlet: bookingChange.outletId, advertiser: bookingChange.advertiserId }),
        filter.status ? eq(bookingChange.status, filter.status) : undefined,
        before === undefined ? undefined : lt(bookingChange.id, before),
      ),
    )
    .orderBy(desc(bookingChange.id))
    .limit(filter.limit + 1);
  const named = rows.map(({ change, ...names }) => ({ ...change, ...names }));
  return pageOf(named, filter.limit, (row) => row.id);
}
