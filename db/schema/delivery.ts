/** What delivery remembers: divisions, changes to publish, stops, pacing and grants. Written by api/delivery only. */
import {
  bigint,
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { DivisionLevel } from '../terms/division.ts';
import type { StopScope } from '../terms/market.ts';
import { bytea, identity, microCny } from './columns.ts';

/** GB/T 2260 with dates: an abolished code stays readable and names its successor. Reference data; from the seed. */
export const division = pgTable(
  'division',
  {
    code: text('code').primaryKey(),
    nameZh: text('name_zh').notNull(),
    nameEn: text('name_en').notNull(),
    level: text('level').$type<DivisionLevel>().notNull(),
    parentCode: text('parent_code'),
    validFrom: date('valid_from').notNull().default('1949-10-01'),
    validTo: date('valid_to'),
    successorCode: text('successor_code'),
  },
  (t) => [index('division_parent').on(t.parentCode)],
);

/** Outbox: `lineItem:42` changed; the publisher reads what it is now. Filled by triggers (0073). */
export const deliveryChange = pgTable('delivery_change', {
  id: identity(),
  subject: text('subject').notNull(),
  at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
});

/** A take-down (撤播) or silent period (静默). Lifted, never deleted. */
export const stop = pgTable('stop', {
  id: identity(),
  scope: text('scope').$type<StopScope>().notNull(),
  subject: text('subject'),
  divisionCode: text('division_code'),
  outletId: bigint('outlet_id', { mode: 'number' }),
  reason: text('reason').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  publishedVersion: bigint('published_version', { mode: 'number' }),
  liftedBy: text('lifted_by'),
  liftedAt: timestamp('lifted_at', { withTimezone: true }),
});

export const stopReceipt = pgTable(
  'stop_receipt',
  {
    stopId: bigint('stop_id', { mode: 'number' }).notNull(),
    kind: text('kind').$type<'node' | 'outlet'>().notNull(),
    party: text('party').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    note: text('note'),
  },
  (t) => [primaryKey({ columns: [t.stopId, t.kind, t.party] })],
);

export const pacingState = pgTable('pacing_state', {
  lineItemId: bigint('line_item_id', { mode: 'number' }).primaryKey(),
  day: date('day').notNull(),
  state: jsonb('state').$type<Record<string, unknown>>().notNull(),
  multiplier: doublePrecision('multiplier').notNull().default(1),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});

/** Whether an advertiser can pay for anything more; no row: not looked at yet, presumed so. */
export const advertiserFunding = pgTable('advertiser_funding', {
  advertiserId: bigint('advertiser_id', { mode: 'number' }).primaryKey(),
  funded: boolean('funded').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});

/** What was put into a line item's pools of a day, written before Redis sees it. */
export const budgetGrant = pgTable(
  'budget_grant',
  {
    lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
    day: date('day').notNull(),
    epoch: text('epoch').notNull(),
    grantedMicroCny: microCny('granted_micro_cny').notNull().default(0n),
    priorMicroCny: microCny('prior_micro_cny').notNull().default(0n),
    priorUntilMs: bigint('prior_until_ms', { mode: 'number' }),
    priorBilledMicroCny: microCny('prior_billed_micro_cny').notNull().default(0n),
  },
  (t) => [primaryKey({ columns: [t.lineItemId, t.day] })],
);

/** Sampled requests of a day, lines as a node sent them (bidding/wire/sample.ts); `id` is the stream entry's. */
export const requestSample = pgTable(
  'request_sample',
  {
    day: date('day').notNull(),
    id: text('id').notNull(),
    requests: integer('requests').notNull(),
    lines: text('lines').notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.id] })],
);

/** What the click and conversion model goes on learning from, and how far it has come. One row. */
export const rateModel = pgTable('rate_model', {
  id: integer('id').primaryKey(),
  state: bytea('state').notNull(),
  /** Impressions before this instant are learned, and clicks before the other. */
  impressionsUntilMs: bigint('impressions_until_ms', { mode: 'number' }).notNull(),
  clicksUntilMs: bigint('clicks_until_ms', { mode: 'number' }).notNull(),
  savedAt: timestamp('saved_at', { withTimezone: true }).notNull(),
});
