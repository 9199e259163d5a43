/** Supply: outlets, their properties and placements, floors, rate cards. Written by api/outlets only. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Category, Format, PropertyKind, RateUnit, Size, Tier } from '../terms/market.ts';
import { identity, timestamps, version } from './columns.ts';

/** How an outlet answers a reserved booking; what these rules do not take waits for a person. */
export interface AcceptanceRules {
  /** Takes by itself whatever the other rules allow. */
  auto: boolean;
  /** … from so many days before its first day on, */
  leadDays: number;
  /** … of these categories (none named: of all that are not blocked), */
  categories: Category[];
  /** … at this discount from the rate card at most, parts per million. */
  maxDiscountPpm: number;
}

export const outlet = pgTable('outlet', {
  id: identity(),
  organizationId: text('organization_id').notNull(),
  name: text('name').notNull(),
  tier: text('tier').$type<Tier>().notNull(),
  /** GB/T 2260 code of the jurisdiction: the province, a city or a county. */
  divisionCode: text('division_code').notNull(),
  status: text('status').$type<'pending' | 'active' | 'suspended'>().notNull().default('pending'),
  /** Since when; null: it is not. */
  suspendedAt: timestamp('suspended_at', { withTimezone: true }),
  /** Who is paid: must match the account's real name at Alipay. */
  payeeName: text('payee_name'),
  payeeAlipayAccount: text('payee_alipay_account'),
  qualifications: jsonb('qualifications').$type<Record<string, unknown>[]>().notNull().default([]),
  blockedCategories: jsonb('blocked_categories').$type<string[]>().notNull().default([]),
  blockedAdvertiserIds: jsonb('blocked_advertiser_ids').$type<number[]>().notNull().default([]),
  acceptance: jsonb('acceptance')
    .$type<AcceptanceRules>()
    .notNull()
    .default({ auto: false, leadDays: 0, categories: [], maxDiscountPpm: 0 }),
  /** Public-service airtime owed, as a part of commercial airtime (order 61 art. 16: 3 %). */
  psaQuotaPpm: integer('psa_quota_ppm').notNull().default(30_000),
  ...version,
  ...timestamps,
});

export const property = pgTable(
  'property',
  {
    id: identity(),
    outletId: bigint('outlet_id', { mode: 'number' })
      .notNull()
      .references(() => outlet.id),
    kind: text('kind').$type<PropertyKind>().notNull(),
    name: text('name').notNull(),
    /** Site host for web kinds, bundle for apps, app id for mini-programs. */
    domain: text('domain'),
    status: text('status').$type<'active' | 'paused'>().notNull().default('active'),
    /** Children are the audience: no personalisation, no barred categories. */
    forMinors: boolean('for_minors').notNull().default(false),
    /** WGS 84; where a screen or loudspeaker stands. */
    latitude: doublePrecision('latitude'),
    longitude: doublePrecision('longitude'),
    ...version,
    ...timestamps,
  },
  (t) => [index('property_outlet').on(t.outletId)],
);

export const placement = pgTable(
  'placement',
  {
    id: identity(),
    outletId: bigint('outlet_id', { mode: 'number' })
      .notNull()
      .references(() => outlet.id),
    propertyId: bigint('property_id', { mode: 'number' })
      .notNull()
      .references(() => property.id),
    name: text('name').notNull(),
    format: text('format').$type<Format>().notNull(),
    sizes: jsonb('sizes').$type<Size[]>().notNull().default([]),
    floorCpmFen: integer('floor_cpm_fen').notNull(),
    auctionType: text('auction_type').$type<'first' | 'second'>().notNull().default('first'),
    /** Bookings that share one day here, in rotation: one booking's share of voice is 1 / dailySlots. */
    dailySlots: integer('daily_slots').notNull().default(1),
    /** Of a broadcast spot: its length, and the hour of the Shanghai day in which it airs. */
    spotSeconds: integer('spot_seconds'),
    airHour: integer('air_hour'),
    status: text('status').$type<'active' | 'paused'>().notNull().default('active'),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('placement_outlet').on(t.outletId),
    index('placement_property').on(t.propertyId),
    check('placement_floor_cpm_fen', sql`${t.floorCpmFen} BETWEEN 0 AND 10000000`),
  ],
);

/** A floor that holds where it matches: the most specific (most conditions) wins, then the highest. */
export const floorRule = pgTable('floor_rule', {
  id: identity(),
  outletId: bigint('outlet_id', { mode: 'number' })
    .notNull()
    .references(() => outlet.id),
  placementId: bigint('placement_id', { mode: 'number' }).references(() => placement.id),
  format: text('format').$type<Format>(),
  divisionCode: text('division_code'),
  /** Hours of the Shanghai week (0–167) in which it holds; null: all. */
  hoursOfWeek: jsonb('hours_of_week').$type<number[]>(),
  floorCpmFen: integer('floor_cpm_fen').notNull(),
  ...timestamps,
});

/** Published prices; a change is a new row with a later `effectiveFrom`, never an edit. */
export const rateCard = pgTable(
  'rate_card',
  {
    id: identity(),
    placementId: bigint('placement_id', { mode: 'number' })
      .notNull()
      .references(() => placement.id),
    unit: text('unit').$type<RateUnit>().notNull(),
    priceFen: bigint('price_fen', { mode: 'number' }).notNull(),
    effectiveFrom: date('effective_from').notNull(),
    ...timestamps,
  },
  (t) => [uniqueIndex('rate_card_version').on(t.placementId, t.unit, t.effectiveFrom)],
);

/** Public-service airings as the outlet logs them (order 61 art. 16); a correction is a row of negative figures. */
export const psaAiring = pgTable(
  'psa_airing',
  {
    id: identity(),
    outletId: bigint('outlet_id', { mode: 'number' })
      .notNull()
      .references(() => outlet.id),
    propertyId: bigint('property_id', { mode: 'number' })
      .notNull()
      .references(() => property.id),
    day: date('day').notNull(),
    airHour: integer('air_hour').notNull(),
    airings: integer('airings').notNull(),
    seconds: integer('seconds').notNull(),
    note: text('note'),
    loggedBy: text('logged_by').notNull(),
    ...timestamps,
  },
  (t) => [
    index('psa_airing_property_day').on(t.propertyId, t.day),
    index('psa_airing_outlet').on(t.outletId),
  ],
);
