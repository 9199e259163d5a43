/** Partners' own reports and how they differ from what was charged. Written by api/clearing only. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { advertiser } from './campaigns.ts';
import { identity, microCny } from './columns.ts';
import { outlet } from './outlets.ts';
import { demandPartner, supplyPartner } from './partners.ts';
import type { Discrepancy } from './reconciliation.ts';
import { statementAdjustment } from './statements.ts';

export const PARTNER_SIDES = ['demand', 'supply'] as const;
export type PartnerSide = (typeof PARTNER_SIDES)[number];
export const DIFFERENCE_STATUSES = ['open', 'proposed', 'closed'] as const;

const ref = (name: string) => bigint(name, { mode: 'number' });
const at = (name: string) => timestamp(name, { withTimezone: true });
/** Whose account it is about. */
const owners = {
  advertiserId: () => ref('advertiser_id').references(() => advertiser.id),
  outletId: () => ref('outlet_id').references(() => outlet.id),
};

export interface ReportedDay {
  day: string;
  quantity: number;
  /** µCNY in a decimal string. */
  amountMicroCny: string;
}

export const partnerStatement = pgTable(
  'partner_statement',
  {
    id: identity(),
    side: text('side').$type<PartnerSide>().notNull(),
    partnerId: ref('partner_id').notNull(),
    advertiserId: owners.advertiserId(),
    outletId: owners.outletId(),
    fromDay: date('from_day').notNull(),
    toDay: date('to_day').notNull(),
    /** How far both may differ and still agree, of the greater amount. */
    tolerancePpm: integer('tolerance_ppm').notNull(),
    sha256: text('sha256').notNull(),
    rows: jsonb('rows').$type<ReportedDay[]>().notNull(),
    matchedDays: integer('matched_days').notNull(),
    receivedBy: text('received_by').notNull(),
    receivedAt: at('received_at').notNull(),
  },
  (t) => [
    uniqueIndex('partner_statement_side_partner_id_sha256_key').on(t.side, t.partnerId, t.sha256),
  ],
);

export const partnerDifference = pgTable(
  'partner_difference',
  {
    id: identity(),
    partnerStatementId: ref('partner_statement_id')
      .notNull()
      .references(() => partnerStatement.id),
    side: text('side').$type<PartnerSide>().notNull(),
    partnerId: ref('partner_id').notNull(),
    advertiserId: owners.advertiserId(),
    outletId: owners.outletId(),
    day: date('day').notNull(),
    kinds: text('kinds').array().$type<Discrepancy[]>().notNull(),
    ourQuantity: ref('our_quantity').notNull(),
    ourMicroCny: microCny('our_micro_cny').notNull(),
    theirQuantity: ref('their_quantity').notNull(),
    theirMicroCny: microCny('their_micro_cny').notNull(),
    status: text('status').$type<(typeof DIFFERENCE_STATUSES)[number]>().notNull().default('open'),
    resolution: text('resolution').$type<'explained' | 'ours_stands' | 'theirs_accepted'>(),
    note: text('note'),
    proposedBy: text('proposed_by'),
    closedBy: text('closed_by'),
    closedAt: at('closed_at'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    index('partner_difference_statement').on(t.partnerStatementId),
    uniqueIndex('partner_difference_open')
      .on(t.side, t.partnerId, t.day)
      .where(sql`${t.status} <> 'closed'`),
  ],
);

/** What a day's reported prices of a supply partner moved against our bids; a later row of the day moves the rest. */
export const supplySettlement = pgTable(
  'supply_settlement',
  {
    id: identity(),
    supplyPartnerId: ref('supply_partner_id')
      .notNull()
      .references(() => supplyPartner.id),
    outletId: ref('outlet_id')
      .notNull()
      .references(() => outlet.id),
    day: date('day').notNull(),
    impressions: ref('impressions').notNull(),
    bidMicroCny: microCny('bid_micro_cny').notNull(),
    settledMicroCny: microCny('settled_micro_cny').notNull(),
    amountMicroCny: microCny('amount_micro_cny').notNull(),
    adjustmentId: ref('adjustment_id')
      .notNull()
      .unique()
      .references(() => statementAdjustment.id),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('supply_settlement_day').on(t.supplyPartnerId, t.day)],
);

export const NETTING_STATUSES = ['proposed', 'agreed', 'differs', 'posted'] as const;

/** A month between two deployments: what each owes the other, by both books, and what was set off. */
export const netting = pgTable(
  'netting',
  {
    id: identity(),
    supplyPartnerId: ref('supply_partner_id')
      .notNull()
      .references(() => supplyPartner.id),
    demandPartnerId: ref('demand_partner_id')
      .notNull()
      .references(() => demandPartner.id),
    outletId: ref('outlet_id')
      .notNull()
      .references(() => outlet.id),
    advertiserId: ref('advertiser_id')
      .notNull()
      .references(() => advertiser.id),
    month: text('month').notNull(),
    /** What we owe for what they sold us, and they for what they bought from us. */
    owedMicroCny: microCny('owed_micro_cny').notNull(),
    dueMicroCny: microCny('due_micro_cny').notNull(),
    theirOwedMicroCny: microCny('their_owed_micro_cny'),
    theirDueMicroCny: microCny('their_due_micro_cny'),
    theirDocument: text('their_document'),
    theirSignature: text('their_signature'),
    tolerancePpm: integer('tolerance_ppm').notNull(),
    status: text('status').$type<(typeof NETTING_STATUSES)[number]>().notNull().default('proposed'),
    setOffMicroCny: microCny('set_off_micro_cny'),
    adjustmentId: ref('adjustment_id').references(() => statementAdjustment.id),
    proposedBy: text('proposed_by').notNull(),
    proposedAt: at('proposed_at').notNull(),
    postedBy: text('posted_by'),
    postedAt: at('posted_at'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    uniqueIndex('netting_supply_partner_id_demand_partner_id_month_key').on(
      t.supplyPartnerId,
      t.demandPartnerId,
      t.month,
    ),
  ],
);
