/** Demand: advertisers, campaigns, line items. Written by api/campaigns only. */
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
import type { FrequencyCap, Pricing, Priority } from '../terms/market.ts';
import type { Target } from '../terms/target.ts';
import { identity, microCny, timestamps, version } from './columns.ts';

export const advertiser = pgTable('advertiser', {
  id: identity(),
  organizationId: text('organization_id').notNull(),
  /** The agency that acts for it, if any: an organisation of kind `agency`. */
  agencyOrganizationId: text('agency_organization_id'),
  name: text('name').notNull(),
  /** IAB-like category key of the house list, used for competition and blocklists. */
  category: text('category').notNull(),
  /** The advertiser's own domain (OpenRTB `adomain`). */
  domain: text('domain'),
  status: text('status').$type<'pending' | 'active' | 'suspended'>().notNull().default('pending'),
  creditLimitMicroCny: microCny('credit_limit_micro_cny').notNull().default(0n),
  ...version,
  ...timestamps,
});

export const CAMPAIGN_STATUSES = ['draft', 'active', 'paused', 'ended', 'archived'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

export const campaign = pgTable(
  'campaign',
  {
    id: identity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
    name: text('name').notNull(),
    status: text('status').$type<CampaignStatus>().notNull().default('draft'),
    totalBudgetMicroCny: microCny('total_budget_micro_cny').notNull(),
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on').notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [index('campaign_advertiser').on(t.advertiserId)],
);

export const lineItem = pgTable(
  'line_item',
  {
    id: identity(),
    campaignId: bigint('campaign_id', { mode: 'number' })
      .notNull()
      .references(() => campaign.id),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
    name: text('name').notNull(),
    status: text('status').$type<CampaignStatus>().notNull().default('draft'),
    priority: text('priority').$type<Priority>().notNull().default('open'),
    pricing: text('pricing').$type<Pricing>().notNull().default('CPM'),
    /** Fen per thousand impressions (CPM), per click (CPC) or per conversion (OCPC). */
    bidFen: integer('bid_fen').notNull(),
    dailyBudgetMicroCny: microCny('daily_budget_micro_cny').notNull(),
    totalBudgetMicroCny: microCny('total_budget_micro_cny').notNull(),
    pacing: text('pacing').$type<'even' | 'asap'>().notNull().default('even'),
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on').notNull(),
    target: jsonb('target').$type<Target>().notNull(),
    frequencyCaps: jsonb('frequency_caps').$type<FrequencyCap[]>().notNull().default([]),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('line_item_campaign').on(t.campaignId),
    index('line_item_advertiser').on(t.advertiserId),
  ],
);

export const lineItemCreative = pgTable(
  'line_item_creative',
  {
    lineItemId: bigint('line_item_id', { mode: 'number' })
      .notNull()
      .references(() => lineItem.id),
    creativeId: bigint('creative_id', { mode: 'number' }).notNull(),
    addedAt: timestamp('added_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.lineItemId, t.creativeId] })],
);
