/** Media plans: a brief, what was proposed for it and why, what it became. Written by api/plans only. */
import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { Device, Pricing, PropertyKind, RateUnit, Tier } from '../terms/market.ts';
import type { Target } from '../terms/target.ts';
import { bookingOrder } from './bookings.ts';
import { advertiser, campaign } from './campaigns.ts';
import { identity, timestamps, version } from './columns.ts';

export const PLAN_GOALS = ['reach', 'impressions', 'clicks', 'presence'] as const;
export type PlanGoal = (typeof PLAN_GOALS)[number];

export interface PlanBrief {
  /** Provinces, cities or counties. */
  divisionCodes: string[];
  startsOn: string;
  endsOn: string;
  budgetMicroCny: string;
  goal: PlanGoal;
  devices: Device[];
  /** Hours of the Shanghai week; null: all. */
  hoursOfWeek: number[] | null;
  tiers: Tier[];
}

export interface Expected {
  impressions: { low: number; expected: number; high: number };
  reach: number;
  clicks: number;
}

interface LineBase {
  /** Names it within its plan. */
  key: string;
  tier: Tier;
  startsOn: string;
  endsOn: string;
  /** Decimal text, as in JSON. */
  priceMicroCny: string;
  why: { zh: string; en: string };
}

/** Bought in the auction: a line item. */
export interface AuctionLine extends LineBase {
  kind: 'auction';
  pricing: Pricing;
  bidFen: number;
  target: Target;
  expected: Expected;
}

/** Booked: fixed days, or impressions that are guaranteed (unit CPM). */
export interface BookedLine extends LineBase {
  kind: 'booked';
  placementId: number;
  placementName: string;
  propertyKind: PropertyKind;
  outletId: number;
  outletName: string;
  unit: RateUnit;
  slots: number;
  impressions: number | null;
  divisionCodes: string[];
  expected: Expected | null;
}

export type PlanLine = AuctionLine | BookedLine;

export const mediaPlan = pgTable(
  'media_plan',
  {
    id: identity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
    name: text('name').notNull(),
    status: text('status').$type<'draft' | 'converted' | 'discarded'>().notNull().default('draft'),
    brief: jsonb('brief').$type<PlanBrief>().notNull(),
    lines: jsonb('lines').$type<PlanLine[]>().notNull(),
    /** Why the budget was divided as it was. */
    reasons: jsonb('reasons').$type<{ zh: string; en: string }[]>().notNull(),
    orderId: bigint('order_id', { mode: 'number' }).references(() => bookingOrder.id),
    campaignId: bigint('campaign_id', { mode: 'number' }).references(() => campaign.id),
    createdBy: text('created_by').notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [index('media_plan_advertiser').on(t.advertiserId)],
);
