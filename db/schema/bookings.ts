/** Days of placements sold for a fixed price. Written by api/bookings only. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import { advertiser } from './campaigns.ts';
import { identity, microCny, timestamps, version } from './columns.ts';
import { outlet, placement } from './outlets.ts';

export const ORDER_STATUSES = ['draft', 'reserved', 'booked', 'completed', 'cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

const ref = (name: string) => bigint(name, { mode: 'number' });
const at = (name: string) => timestamp(name, { withTimezone: true });

export const bookingOrder = pgTable(
  'booking_order',
  {
    id: identity(),
    advertiserId: ref('advertiser_id')
      .notNull()
      .references(() => advertiser.id),
    name: text('name').notNull(),
    status: text('status').$type<OrderStatus>().notNull().default('draft'),
    totalMicroCny: microCny('total_micro_cny').notNull(),
    /** Until when a reservation holds its slots. */
    expiresAt: at('expires_at'),
    createdBy: text('created_by').notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('booking_order_advertiser').on(t.advertiserId),
    index('booking_order_expiry').on(t.expiresAt).where(sql`${t.status} = 'reserved'`),
  ],
);

export const bookingLine = pgTable(
  'booking_line',
  {
    id: identity(),
    orderId: ref('order_id')
      .notNull()
      .references(() => bookingOrder.id),
    advertiserId: ref('advertiser_id')
      .notNull()
      .references(() => advertiser.id),
    outletId: ref('outlet_id')
      .notNull()
      .references(() => outlet.id),
    placementId: ref('placement_id')
      .notNull()
      .references(() => placement.id),
    unit: text('unit').$type<'CPD_DAY' | 'CPT' | 'SPOT' | 'POST'>().notNull(),
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on').notNull(),
    /** Slots of each day. */
    slots: integer('slots').notNull(),
    priceMicroCny: microCny('price_micro_cny').notNull(),
    status: text('status')
      .$type<'open' | 'accepted' | 'declined' | 'fulfilled'>()
      .notNull()
      .default('open'),
    note: text('note'),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('booking_line_order').on(t.orderId),
    index('booking_line_outlet').on(t.outletId),
    check('booking_line_slots', sql`${t.slots} BETWEEN 1 AND 100`),
  ],
);

/** A sold slot; its primary key is what makes a second sale impossible. */
export const bookingSlot = pgTable(
  'booking_slot',
  {
    placementId: ref('placement_id')
      .notNull()
      .references(() => placement.id),
    day: date('day').notNull(),
    slot: integer('slot').notNull(),
    lineId: ref('line_id')
      .notNull()
      .references(() => bookingLine.id),
  },
  (t) => [
    primaryKey({ columns: [t.placementId, t.day, t.slot] }),
    index('booking_slot_line').on(t.lineId),
  ],
);

export const bookingEvidence = pgTable(
  'booking_evidence',
  {
    id: identity(),
    lineId: ref('line_id')
      .notNull()
      .references(() => bookingLine.id),
    ordinal: integer('ordinal').notNull(),
    day: date('day').notNull(),
    kind: text('kind').$type<'screenshot' | 'photo' | 'as_run' | 'clipping'>().notNull(),
    proofSha256: text('proof_sha256').notNull(),
    note: text('note'),
    submittedBy: text('submitted_by').notNull(),
    submittedAt: at('submitted_at').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [unique().on(t.lineId, t.ordinal)],
);
