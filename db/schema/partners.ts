/** Partners: who buys and sells through OpenRTB from outside, and what they report. Written by api/partners only. */
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { Format } from '../terms/market.ts';
import { advertiser, campaign, lineItem } from './campaigns.ts';
import { identity, microCny, timestamps, version } from './columns.ts';
import { outlet } from './outlets.ts';

export const PARTNER_STATUSES = ['active', 'paused', 'closed'] as const;
export type PartnerStatus = (typeof PARTNER_STATUSES)[number];

/** Buys through one line item of an advertiser of its own, which is what it is metered and charged by. */
export const demandPartner = pgTable(
  'demand_partner',
  {
    id: identity(),
    code: text('code').notNull().unique(),
    name: text('name').notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
    campaignId: bigint('campaign_id', { mode: 'number' })
      .notNull()
      .references(() => campaign.id),
    lineItemId: bigint('line_item_id', { mode: 'number' })
      .notNull()
      .unique()
      .references(() => lineItem.id),
    seat: text('seat').notNull(),
    url: text('url').notNull(),
    timeoutMs: integer('timeout_ms').notNull(),
    qps: integer('qps').notNull(),
    gzip: boolean('gzip').notNull().default(false),
    /** Pretargeting: what it wants to be asked about; empty: everything. */
    formats: jsonb('formats').$type<Format[]>().notNull().default([]),
    divisions: jsonb('divisions').$type<string[]>().notNull().default([]),
    outletIds: jsonb('outlet_ids').$type<number[]>().notNull().default([]),
    discountPercent: integer('discount_percent').notNull().default(0),
    /** Another deployment's key for us, sealed (wire/callKey); what is sold to it carries our signed hop. */
    callKey: text('call_key'),
    status: text('status').$type<PartnerStatus>().notNull().default('paused'),
    ...version,
    ...timestamps,
  },
  (t) => [index('demand_partner_advertiser').on(t.advertiserId)],
);

/** An outlet that sells others' pages: account, contract and statements are that outlet's. */
export const supplyPartner = pgTable('supply_partner', {
  id: identity(),
  code: text('code').notNull().unique(),
  name: text('name').notNull(),
  outletId: bigint('outlet_id', { mode: 'number' })
    .notNull()
    .unique()
    .references(() => outlet.id),
  /** Its advertising system, as the last node of a chain names it (`asi`). */
  domain: text('domain').notNull(),
  keySha256: text('key_sha256').notNull(),
  keyPrefix: text('key_prefix').notNull(),
  previousKeySha256: text('previous_key_sha256'),
  previousKeyUntil: timestamp('previous_key_until', { withTimezone: true }),
  qps: integer('qps').notNull(),
  requireSchain: boolean('require_schain').notNull().default(true),
  /** Of our buyer's price, kept here: the partner is bid the rest. */
  takePercent: integer('take_percent').notNull().default(0),
  /** Another deployment's Ed25519 key, base64url: its hop must be signed by it. */
  chainKey: text('chain_key'),
  status: text('status').$type<PartnerStatus>().notNull().default('paused'),
  ...version,
  ...timestamps,
});

/** What a supply partner said a sale cleared at, as it said it; one row a bid, never edited. */
export const partnerReport = pgTable(
  'partner_report',
  {
    eventKey: text('event_key').primaryKey(),
    supplyPartnerId: bigint('supply_partner_id', { mode: 'number' })
      .notNull()
      .references(() => supplyPartner.id),
    outletId: bigint('outlet_id', { mode: 'number' })
      .notNull()
      .references(() => outlet.id),
    placementId: bigint('placement_id', { mode: 'number' }).notNull(),
    lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
    day: date('day').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    priceRaw: text('price_raw').notNull(),
    bidMicroCny: microCny('bid_micro_cny').notNull(),
    settledMicroCny: microCny('settled_micro_cny'),
  },
  (t) => [index('partner_report_day').on(t.supplyPartnerId, t.day)],
);
