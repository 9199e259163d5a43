/** What happened: raw events once each, and hourly rollups. Written by api/metering only. */
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import { advertiser } from './campaigns.ts';
import { microCny } from './columns.ts';

/**
 * One row an event; `eventKey` (auction id + imp + kind) makes the stream exactly-once. Partitioned by `day`, the day
 * of the auction, so that a replay after midnight meets its original; `hour`, the event's own, is what is billed.
 */
export const event = pgTable(
  'event',
  {
    day: date('day').notNull(),
    eventKey: text('event_key').notNull(),
    kind: smallint('kind').notNull(), // bidding/wire/event.ts EVENT_KIND
    atMs: bigint('at_ms', { mode: 'number' }).notNull(),
    hour: integer('hour').notNull(),
    outletId: bigint('outlet_id', { mode: 'number' }).notNull(),
    placementId: bigint('placement_id', { mode: 'number' }).notNull(),
    divisionCode: text('division_code').notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    campaignId: bigint('campaign_id', { mode: 'number' }).notNull(),
    lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
    creativeId: bigint('creative_id', { mode: 'number' }).notNull(),
    device: smallint('device').notNull(),
    /** What the event costs the advertiser, µCNY: the clearing price for what is billable, else 0. */
    priceMicroCny: microCny('price_micro_cny').notNull(),
    leaseId: bigint('lease_id', { mode: 'number' }).notNull(),
    userHash: text('user_hash'),
    /** 0: valid; else a reason of invalid traffic (api/metering/ivt.ts). */
    ivt: smallint('ivt').notNull().default(0),
    /** The deal that it was bought by. */
    dealId: bigint('deal_id', { mode: 'number' }),
  },
  (t) => [primaryKey({ columns: [t.day, t.eventKey] })],
);

/**
 * Hour × outlet × placement × county × campaign × line item × creative × device, in parts: a batch of events adds rows, and the
 * worker merges them. Nobody may take one row for the whole.
 */
export const rollupHour = pgTable('rollup_hour', {
  hour: integer('hour').notNull(),
  outletId: bigint('outlet_id', { mode: 'number' }).notNull(),
  placementId: bigint('placement_id', { mode: 'number' }).notNull(),
  divisionCode: text('division_code').notNull(),
  advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
  campaignId: bigint('campaign_id', { mode: 'number' }).notNull(),
  lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
  creativeId: bigint('creative_id', { mode: 'number' }).notNull(),
  device: smallint('device').notNull(),
  impressions: bigint('impressions', { mode: 'number' }).notNull().default(0),
  viewables: bigint('viewables', { mode: 'number' }).notNull().default(0),
  clicks: bigint('clicks', { mode: 'number' }).notNull().default(0),
  conversions: bigint('conversions', { mode: 'number' }).notNull().default(0),
  invalid: bigint('invalid', { mode: 'number' }).notNull().default(0),
  spendMicroCny: microCny('spend_micro_cny').notNull().default(0n),
  /** The partition: `rollup_part` as batches add them, `rollup_merged` with one row of each kind. */
  merged: boolean('merged').notNull().default(false),
});

/** What was delivered by deals: of the sums above, the part that was bought by one. Kept up together with them. */
export const dealHour = pgTable(
  'deal_hour',
  {
    dealId: bigint('deal_id', { mode: 'number' }).notNull(),
    hour: integer('hour').notNull(),
    lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
    placementId: bigint('placement_id', { mode: 'number' }).notNull(),
    outletId: bigint('outlet_id', { mode: 'number' }).notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    campaignId: bigint('campaign_id', { mode: 'number' }).notNull().default(0),
    impressions: bigint('impressions', { mode: 'number' }).notNull().default(0),
    viewables: bigint('viewables', { mode: 'number' }).notNull().default(0),
    clicks: bigint('clicks', { mode: 'number' }).notNull().default(0),
    conversions: bigint('conversions', { mode: 'number' }).notNull().default(0),
    invalid: bigint('invalid', { mode: 'number' }).notNull().default(0),
    spendMicroCny: microCny('spend_micro_cny').notNull().default(0n),
  },
  (t) => [primaryKey({ columns: [t.dealId, t.hour, t.lineItemId, t.placementId] })],
);

/** A tracker call that was refused: kept where a person can find it. */
export const rejectedEvent = pgTable('rejected_event', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
  reason: text('reason').notNull(), // 'forged' | 'expired' | 'replayed' | …
  detail: jsonb('detail').$type<Record<string, unknown>>().notNull(),
});

/** What was billed under a lease of budget; lease 0: clicks, and leases that are settled. */
export const leaseSpend = pgTable(
  'lease_spend',
  {
    day: date('day').notNull(),
    lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
    leaseId: bigint('lease_id', { mode: 'number' }).notNull(),
    spendMicroCny: microCny('spend_micro_cny').notNull().default(0n),
  },
  (t) => [primaryKey({ columns: [t.lineItemId, t.day, t.leaseId] })],
);

/** Days whose invalid traffic is settled: their figures are final. */
export const meteringFinal = pgTable('metering_final', {
  day: date('day').primaryKey(),
  finalizedAt: timestamp('finalized_at', { withTimezone: true }).notNull(),
  removedEvents: bigint('removed_events', { mode: 'number' }).notNull(),
  removedMicroCny: microCny('removed_micro_cny').notNull(),
});

/** How an advertiser's orders are attributed, and the key of its pixel. */
export const attributionSetting = pgTable('attribution_setting', {
  advertiserId: bigint('advertiser_id', { mode: 'number' })
    .primaryKey()
    .references(() => advertiser.id),
  clickWindowDays: integer('click_window_days').notNull().default(7),
  viewWindowDays: integer('view_window_days').notNull().default(1),
  pixelKey: text('pixel_key').unique(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});

export const CONVERSION_SOURCES = ['server', 'shop', 'pixel'] as const;
export const CONVERSION_KINDS = ['order', 'lead', 'download', 'visit', 'other'] as const;

/** A conversion as the advertiser told it, once an order, and what it was attributed to. */
export const conversion = pgTable(
  'conversion',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
    orderId: text('order_id').notNull(),
    kind: text('kind').$type<(typeof CONVERSION_KINDS)[number]>().notNull(),
    valueMicroCny: microCny('value_micro_cny').notNull().default(0n),
    at: timestamp('at', { withTimezone: true }).notNull(),
    requestId: text('request_id').notNull(),
    source: text('source').$type<(typeof CONVERSION_SOURCES)[number]>().notNull().default('server'),
    attributedTo: text('attributed_to').$type<'click' | 'view'>(),
    campaignId: bigint('campaign_id', { mode: 'number' }),
    lineItemId: bigint('line_item_id', { mode: 'number' }),
    creativeId: bigint('creative_id', { mode: 'number' }),
  },
  (t) => [
    unique('conversion_advertiser_id_order_id_key').on(t.advertiserId, t.orderId),
    index('conversion_line_item').on(t.lineItemId, t.at),
  ],
);
