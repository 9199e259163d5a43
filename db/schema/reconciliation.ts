/** Bills, their lines, matches and cases. Written by api/reconciliation only; migration 0090 holds the rules. */
import {
  bigint,
  customType,
  date,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { identity } from './columns.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const at = (name: string) => timestamp(name, { withTimezone: true });
const fen = (name: string) => bigint(name, { mode: 'bigint' });

/** 长款、短款、金额不符、状态不符、重复、跨期. */
export const DISCREPANCIES = [
  'long',
  'short',
  'amount',
  'status',
  'duplicate',
  'cross_period',
] as const;
export type Discrepancy = (typeof DISCREPANCIES)[number];

export const bill = pgTable('bill', {
  id: identity(),
  day: date('day').notNull(),
  status: text('status').$type<'fetched' | 'matched' | 'refused'>().notNull(),
  reason: text('reason'),
  file: bytea('file'),
  sha256: text('sha256'),
  rowCount: integer('row_count').notNull().default(0),
  incomeFen: fen('income_fen').notNull().default(0n),
  expenseFen: fen('expense_fen').notNull().default(0n),
  closingFen: fen('closing_fen'),
  fetchedAt: at('fetched_at').notNull(),
  matchedAt: at('matched_at'),
});

export const billLine = pgTable('bill_line', {
  id: identity(),
  billId: bigint('bill_id', { mode: 'number' })
    .notNull()
    .references(() => bill.id),
  lineNo: integer('line_no').notNull(),
  serial: text('serial').notNull(),
  businessSerial: text('business_serial').notNull(),
  outNo: text('out_no').notNull(),
  kind: text('kind').notNull(),
  at: at('at').notNull(),
  counterparty: text('counterparty').notNull(),
  amountFen: fen('amount_fen').notNull(),
  balanceFen: fen('balance_fen').notNull(),
  title: text('title').notNull(),
  remark: text('remark').notNull(),
});

export const billMatch = pgTable(
  'bill_match',
  {
    billLineId: bigint('bill_line_id', { mode: 'number' })
      .notNull()
      .references(() => billLine.id),
    itemKind: text('item_kind')
      .$type<'topUp' | 'refund' | 'payout' | 'payoutReturn' | 'fee'>()
      .notNull(),
    itemId: bigint('item_id', { mode: 'number' }).notNull(),
    day: date('day').notNull(),
  },
  (t) => [primaryKey({ columns: [t.billLineId, t.itemKind, t.itemId] })],
);

/** What bears the closing of a case out, beside two people's word. */
export type Evidence =
  /** Another case's bill lines take the same money the other way. */
  | { kind: 'counter'; caseId: number }
  /** The bill's own running balance says that this much of its lines did not move. */
  | { kind: 'bill'; day: string; errorFen: string }
  /** Alipay confirmed the refund of that number; `billed`: the day whose bill lists it. */
  | { kind: 'refund'; outRequestNo: string; billed?: string }
  /** The money stays and was booked to this account. */
  | { kind: 'owner'; account: string };

export interface CaseItem {
  kind: string;
  id: number;
  amountFen: string;
}

export const reconciliationCase = pgTable('reconciliation_case', {
  id: identity(),
  day: date('day').notNull(),
  kinds: text('kinds').$type<Discrepancy>().array().notNull(),
  differenceFen: fen('difference_fen').notNull(),
  outNo: text('out_no').notNull(),
  billLineIds: bigint('bill_line_ids', { mode: 'number' }).array().notNull().default([]),
  items: jsonb('items').$type<CaseItem[]>().notNull().default([]),
  remedy: text('remedy').notNull(),
  status: text('status').$type<'open' | 'suspended' | 'closed'>().notNull().default('open'),
  resolution: text('resolution').$type<
    'matched' | 'supplemented' | 'reversed' | 'refunded' | 'written_off' | 'restated'
  >(),
  note: text('note'),
  evidence: jsonb('evidence').$type<Evidence>(),
  openedAt: at('opened_at').notNull(),
  suspendedAt: at('suspended_at'),
  suspendedBy: text('suspended_by'),
  proposedBy: text('proposed_by'),
  proposedAt: at('proposed_at'),
  closedAt: at('closed_at'),
  closedBy: text('closed_by'),
  version: integer('version').notNull().default(1),
  /** The restated case that it is left of. */
  partOf: bigint('part_of', { mode: 'number' }),
});
