/** Charges: an hour's rollup turned into money. Written by api/billing only; append-only. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { identity, microCny } from './columns.ts';

export const CHARGE_REASONS = [
  'delivery',
  'late_events',
  'invalid_traffic',
  'booking',
  'booking_change',
] as const;
export type ChargeReason = (typeof CHARGE_REASONS)[number];

/**
 * One charge = hour × line item × placement × deal, or day × booking line. The charges of a line item and hour that are found
 * together share one journal (`journalKey`). A later difference (late events, invalid traffic) is a further row with a
 * higher `revision`, never an edit.
 */
export const charge = pgTable(
  'charge',
  {
    id: identity(),
    /** When it was earned. */
    hour: integer('hour').notNull(),
    /** When it is booked: the hour's day, or a later one when its month was cut before. */
    day: date('day').notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    /** Of a line item's charge, with it. */
    campaignId: bigint('campaign_id', { mode: 'number' }),
    lineItemId: bigint('line_item_id', { mode: 'number' }),
    /** Of a booked day's charge; then `hour` is the day's first. */
    bookingLineId: bigint('booking_line_id', { mode: 'number' }),
    /** Why it is there: charged first, or a difference found later. */
    reason: text('reason').$type<ChargeReason>().notNull().default('delivery'),
    outletId: bigint('outlet_id', { mode: 'number' }).notNull(),
    placementId: bigint('placement_id', { mode: 'number' }).notNull(),
    /** What was bought by a deal is charged by itself; 0: in the open market. */
    dealId: bigint('deal_id', { mode: 'number' }).notNull().default(0),
    revision: integer('revision').notNull().default(0),
    /** Billable units in this row (impressions for CPM, clicks for CPC); negative in a correction. */
    quantity: bigint('quantity', { mode: 'number' }).notNull(),
    amountMicroCny: microCny('amount_micro_cny').notNull(),
    /** The part that no wallet covered: the platform's loss. */
    absorbedMicroCny: microCny('absorbed_micro_cny').notNull().default(0n),
    contractVersionId: bigint('contract_version_id', { mode: 'number' }).notNull(),
    journalKey: text('journal_key').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('charge_bought').on(t.hour, t.lineItemId, t.placementId, t.dealId, t.revision),
    uniqueIndex('charge_booking')
      .on(t.bookingLineId, t.hour, t.revision)
      .where(sql`${t.bookingLineId} IS NOT NULL`),
    index('charge_outlet_day').on(t.outletId, t.day),
    index('charge_advertiser_day').on(t.advertiserId, t.day),
  ],
);

/** How a charge was split: one row a party; sums to the charge exactly. */
export const chargeShare = pgTable(
  'charge_share',
  {
    id: identity(),
    chargeId: bigint('charge_id', { mode: 'number' }).notNull(),
    /** The outlet that earns it; null: the platform. */
    outletId: bigint('outlet_id', { mode: 'number' }),
    day: date('day').notNull(),
    amountMicroCny: microCny('amount_micro_cny').notNull(),
  },
  (t) => [
    index('charge_share_charge').on(t.chargeId),
    index('charge_share_outlet_day').on(t.outletId, t.day),
  ],
);

/** Months whose statements were frozen. */
export const billingMonth = pgTable('billing_month', {
  month: text('month').primaryKey(),
  cutAt: timestamp('cut_at', { withTimezone: true }),
});

/** Dated tax rates with their source (0082). */
export const taxRate = pgTable(
  'tax_rate',
  {
    kind: text('kind').$type<'vat' | 'cultural_fee'>().notNull(),
    effectiveFrom: date('effective_from').notNull(),
    /** Exclusive; `infinity` while no end is known. */
    effectiveTo: date('effective_to').notNull().default('infinity'),
    ratePpm: integer('rate_ppm').notNull(),
    source: text('source').notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.effectiveFrom] })],
);
