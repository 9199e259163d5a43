/** Statements, their lines, adjustments and history. Written by api/statements only; frozen by triggers (0081). */
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
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { identity, microCny, timestamps, version } from './columns.ts';

const number64 = (name: string) => bigint(name, { mode: 'number' });
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const STATEMENT_STATUSES = [
  'draft',
  'frozen',
  'outlet_confirmed',
  'disputed',
  'superseded',
  'approved',
  'paying',
  'paid',
  'reconciled',
] as const;
export type StatementStatus = (typeof STATEMENT_STATUSES)[number];

export const statement = pgTable(
  'statement',
  {
    id: identity(),
    outletId: number64('outlet_id').notNull(),
    /** `YYYY-MM`. */
    month: text('month').notNull(),
    revision: integer('revision').notNull().default(0),
    status: text('status').$type<StatementStatus>().notNull().default('draft'),
    quantity: number64('quantity').notNull().default(0),
    grossMicroCny: microCny('gross_micro_cny').notNull().default(0n),
    shareMicroCny: microCny('share_micro_cny').notNull().default(0n),
    adjustmentMicroCny: microCny('adjustment_micro_cny').notNull().default(0n),
    totalMicroCny: microCny('total_micro_cny').notNull().default(0n),
    document: text('document'),
    contentHash: text('content_hash'),
    frozenAt: instant('frozen_at'),
    frozenBy: text('frozen_by'),
    confirmedAt: instant('confirmed_at'),
    confirmedBy: text('confirmed_by'),
    approvedAt: instant('approved_at'),
    approvedBy: text('approved_by'),
    invoiceNo: text('invoice_no'),
    ...version,
    ...timestamps,
  },
  (t) => [
    uniqueIndex('statement_outlet_id_month_revision_key').on(t.outletId, t.month, t.revision),
    index('statement_month').on(t.month, t.status),
  ],
);

export const statementLine = pgTable(
  'statement_line',
  {
    statementId: number64('statement_id')
      .notNull()
      .references(() => statement.id),
    ordinal: integer('ordinal').notNull(),
    day: date('day').notNull(),
    placementId: number64('placement_id').notNull(),
    contractVersionId: number64('contract_version_id').notNull(),
    quantity: number64('quantity').notNull(),
    grossMicroCny: microCny('gross_micro_cny').notNull(),
    shareMicroCny: microCny('share_micro_cny').notNull(),
    charges: number64('charges').notNull(),
    chargesHash: text('charges_hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.statementId, t.ordinal] })],
);

export type AdjustmentKind = 'adjustment' | 'minimum_guarantee' | 'dispute';

export const statementAdjustment = pgTable(
  'statement_adjustment',
  {
    id: identity(),
    outletId: number64('outlet_id').notNull(),
    month: text('month').notNull(),
    amountMicroCny: microCny('amount_micro_cny').notNull(),
    kind: text('kind').$type<AdjustmentKind>().notNull(),
    reason: text('reason').notNull(),
    key: text('key').unique(),
    journalKey: text('journal_key').unique(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    approvedBy: text('approved_by'),
    approvedAt: instant('approved_at'),
  },
  (t) => [index('statement_adjustment_outlet').on(t.outletId, t.month)],
);

export const statementEvent = pgTable(
  'statement_event',
  {
    id: identity(),
    statementId: number64('statement_id')
      .notNull()
      .references(() => statement.id),
    at: instant('at').notNull(),
    byUser: text('by_user').notNull(),
    status: text('status').$type<StatementStatus>().notNull(),
    note: text('note'),
    lines: jsonb('lines').$type<number[]>().notNull().default([]),
  },
  (t) => [index('statement_event_statement').on(t.statementId)],
);
