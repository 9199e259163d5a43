/** Deals: what a buyer and an outlet agreed beside the open market. Written by api/deals only. */
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { advertiser, lineItem } from './campaigns.ts';
import { identity, timestamps, version } from './columns.ts';
import { outlet, placement } from './outlets.ts';
import { demandPartner } from './partners.ts';

export const DEAL_KINDS = ['pmp', 'preferred', 'guaranteed'] as const;
export type DealKind = (typeof DEAL_KINDS)[number];
export const DEAL_STATUSES = ['proposed', 'active', 'paused', 'declined', 'ended'] as const;
export type DealStatus = (typeof DEAL_STATUSES)[number];

export const deal = pgTable(
  'deal',
  {
    id: identity(),
    /** What OpenRTB calls the deal's id. */
    code: text('code').notNull().unique(),
    name: text('name').notNull(),
    kind: text('kind').$type<DealKind>().notNull(),
    outletId: bigint('outlet_id', { mode: 'number' })
      .notNull()
      .references(() => outlet.id),
    /** The buyer: exactly one of these two. */
    advertiserId: bigint('advertiser_id', { mode: 'number' }).references(() => advertiser.id),
    demandPartnerId: bigint('demand_partner_id', { mode: 'number' }).references(
      () => demandPartner.id,
    ),
    buyerSeats: jsonb('buyer_seats').$type<string[]>().notNull().default([]),
    advertiserDomains: jsonb('advertiser_domains').$type<string[]>().notNull().default([]),
    /** Floor (pmp) or fixed price. */
    priceCpmFen: integer('price_cpm_fen').notNull(),
    /** Promised by a guaranteed deal, which has one always; the most that another one allows. */
    impressions: bigint('impressions', { mode: 'number' }),
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on').notNull(),
    note: text('note').notNull().default(''),
    status: text('status').$type<DealStatus>().notNull().default('proposed'),
    outletAgreedAt: timestamp('outlet_agreed_at', { withTimezone: true }),
    buyerAgreedAt: timestamp('buyer_agreed_at', { withTimezone: true }),
    ...version,
    ...timestamps,
  },
  (t) => [index('deal_outlet').on(t.outletId), index('deal_advertiser').on(t.advertiserId)],
);

export const dealPlacement = pgTable(
  'deal_placement',
  {
    dealId: bigint('deal_id', { mode: 'number' })
      .notNull()
      .references(() => deal.id),
    placementId: bigint('placement_id', { mode: 'number' })
      .notNull()
      .references(() => placement.id),
    outletId: bigint('outlet_id', { mode: 'number' })
      .notNull()
      .references(() => outlet.id),
  },
  (t) => [primaryKey({ columns: [t.dealId, t.placementId] })],
);

export const dealLineItem = pgTable(
  'deal_line_item',
  {
    dealId: bigint('deal_id', { mode: 'number' })
      .notNull()
      .references(() => deal.id),
    lineItemId: bigint('line_item_id', { mode: 'number' })
      .notNull()
      .references(() => lineItem.id),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
  },
  (t) => [
    primaryKey({ columns: [t.dealId, t.lineItemId] }),
    index('deal_line_item_line').on(t.lineItemId),
  ],
);
