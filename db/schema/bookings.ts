/** Days of placements sold for a fixed price. Written by api/bookings only. */
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import type { Finding } from '../terms/finding.ts';
import type { RateUnit } from '../terms/market.ts';
import { advertiser, campaign, lineItem } from './campaigns.ts';
import { identity, microCny, timestamps, version } from './columns.ts';
import { outlet, placement } from './outlets.ts';

export const ORDER_STATUSES = [
  'draft',
  /** Waits for its discount to be approved; holds no slots yet. */
  'pending',
  'reserved',
  'booked',
  'in_flight',
  'completed',
  'cancelled',
] as const;
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
    /** Off the rate card, parts per million; nothing is held before somebody else has approved it. */
    discountPpm: integer('discount_ppm').notNull().default(0),
    discountReason: text('discount_reason'),
    discountApprovedBy: text('discount_approved_by'),
    discountApprovedAt: at('discount_approved_at'),
    /** Of its guaranteed impressions, once booked. */
    campaignId: ref('campaign_id').references(() => campaign.id),
    createdBy: text('created_by').notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('booking_order_advertiser').on(t.advertiserId),
    index('booking_order_expiry').on(t.expiresAt).where(sql`${t.status} = 'reserved'`),
    index('booking_order_campaign').on(t.campaignId).where(sql`${t.campaignId} IS NOT NULL`),
  ],
);

export const LINE_STATUSES = [
  'open',
  'accepted',
  'declined',
  /** Guaranteed impressions that are over and were not all shown: to be made good or given back. */
  'short',
  'fulfilled',
  'cancelled',
] as const;
export type LineStatus = (typeof LINE_STATUSES)[number];

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
    unit: text('unit').$type<RateUnit>().notNull(),
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on').notNull(),
    /** Slots of each day; 1 for guaranteed impressions, which take none. */
    slots: integer('slots').notNull(),
    /** By the rate card, and what is asked for after the discount. */
    listMicroCny: microCny('list_micro_cny').notNull().default(0n),
    priceMicroCny: microCny('price_micro_cny').notNull(),
    /** Guaranteed over all its days, of a CPM line only; shown in these divisions (none: everywhere). */
    impressions: bigint('impressions', { mode: 'number' }),
    divisionCodes: jsonb('division_codes').$type<string[]>().notNull().default([]),
    creativeIds: jsonb('creative_ids').$type<number[]>().notNull().default([]),
    lineItemId: ref('line_item_id').references(() => lineItem.id),
    /** The line whose missed days this one makes good. */
    makegoodOf: ref('makegood_of').references((): AnyPgColumn => bookingLine.id),
    status: text('status').$type<LineStatus>().notNull().default('open'),
    note: text('note'),
    /** Of guaranteed impressions, once its days were over and final: how many of them were shown. */
    delivered: bigint('delivered', { mode: 'number' }),
    judgedAt: at('judged_at'),
    /** What became of a shortfall: another line at no new price, or its money went back. */
    remedy: text('remedy').$type<'made_good' | 'released'>(),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('booking_line_order').on(t.orderId),
    index('booking_line_outlet').on(t.outletId),
    index('booking_line_short').on(t.judgedAt).where(sql`${t.status} = 'short'`),
    index('booking_line_judged').on(t.outletId, t.endsOn).where(sql`${t.delivered} IS NOT NULL`),
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

export const DAY_STATUSES = [
  'sold',
  /** A proof waits to be judged. */
  'proved',
  /** It ran and was charged. */
  'delivered',
  /** It did not run: to be made good or given back. */
  'missed',
  'made_good',
  'released',
  'cancelled',
] as const;
export type DayStatus = (typeof DAY_STATUSES)[number];

/** One day of a line: what it costs, whether it ran, what was charged for it. */
export const bookingDay = pgTable(
  'booking_day',
  {
    lineId: ref('line_id')
      .notNull()
      .references(() => bookingLine.id),
    day: date('day').notNull(),
    orderId: ref('order_id')
      .notNull()
      .references(() => bookingOrder.id),
    advertiserId: ref('advertiser_id').notNull(),
    outletId: ref('outlet_id').notNull(),
    placementId: ref('placement_id').notNull(),
    slots: integer('slots').notNull(),
    priceMicroCny: microCny('price_micro_cny').notNull(),
    status: text('status').$type<DayStatus>().notNull().default('sold'),
    /** Slots that ran. */
    ran: integer('ran').notNull().default(0),
    chargedMicroCny: microCny('charged_micro_cny').notNull().default(0n),
    reason: text('reason'),
    provedAt: at('proved_at'),
    decidedBy: text('decided_by'),
    decidedAt: at('decided_at'),
    makegoodLineId: ref('makegood_line_id').references(() => bookingLine.id),
    ...version,
  },
  (t) => [
    primaryKey({ columns: [t.lineId, t.day] }),
    index('booking_day_order').on(t.orderId),
    index('booking_day_outlet').on(t.outletId, t.day),
  ],
);

/** Asked by one side, answered by the other. */
export const bookingChange = pgTable(
  'booking_change',
  {
    id: identity(),
    orderId: ref('order_id')
      .notNull()
      .references(() => bookingOrder.id),
    lineId: ref('line_id')
      .notNull()
      .references(() => bookingLine.id),
    advertiserId: ref('advertiser_id').notNull(),
    outletId: ref('outlet_id').notNull(),
    kind: text('kind').$type<'move' | 'drop' | 'makegood'>().notNull(),
    askedSide: text('asked_side').$type<'buyer' | 'seller'>().notNull(),
    status: text('status')
      .$type<'open' | 'accepted' | 'declined' | 'withdrawn'>()
      .notNull()
      .default('open'),
    /** The days that go. */
    days: jsonb('days').$type<string[]>().notNull(),
    /** … and where to; nothing for a drop. */
    placementId: ref('placement_id').references(() => placement.id),
    startsOn: date('starts_on'),
    endsOn: date('ends_on'),
    slots: integer('slots'),
    /** Of a make-good of guaranteed impressions: how many. */
    impressions: bigint('impressions', { mode: 'number' }),
    /** What the new days cost. */
    priceMicroCny: microCny('price_micro_cny').notNull(),
    reason: text('reason').notNull(),
    answerNote: text('answer_note'),
    askedBy: text('asked_by').notNull(),
    answeredBy: text('answered_by'),
    ...version,
    ...timestamps,
  },
  (t) => [index('booking_change_order').on(t.orderId), index('booking_change_line').on(t.lineId)],
);

export const EVIDENCE_KINDS = [
  'screenshot',
  'photo',
  'as_run',
  'clipping',
  'proof_of_play',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** What a file of evidence says by itself. */
export interface EvidenceFacts {
  /** Plays that it counts on its day. */
  plays?: number;
  latitude?: number;
  longitude?: number;
  /** Metres from where the property stands. */
  distanceM?: number;
  /** When the picture was taken, as the camera wrote it: `2026-03-02T10:00:00`, Shanghai. */
  takenAt?: string;
  width?: number;
  height?: number;
  durationMs?: number;
}

export const bookingEvidence = pgTable(
  'booking_evidence',
  {
    id: identity(),
    lineId: ref('line_id')
      .notNull()
      .references(() => bookingLine.id),
    outletId: ref('outlet_id').notNull(),
    advertiserId: ref('advertiser_id').notNull(),
    ordinal: integer('ordinal').notNull(),
    day: date('day').notNull(),
    kind: text('kind').$type<EvidenceKind>().notNull(),
    proofSha256: text('proof_sha256').notNull(),
    /** In the file store; null of a proof from before files were kept. */
    fileName: text('file_name'),
    mediaType: text('media_type'),
    bytes: integer('bytes'),
    facts: jsonb('facts').$type<EvidenceFacts>().notNull().default({}),
    findings: jsonb('findings').$type<Finding[]>().notNull().default([]),
    note: text('note'),
    submittedBy: text('submitted_by').notNull(),
    submittedAt: at('submitted_at').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [unique().on(t.lineId, t.ordinal), index('booking_evidence_proof').on(t.proofSha256)],
);
