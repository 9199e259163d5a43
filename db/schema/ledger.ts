/**
 * The ledger's tables as drizzle sees them, for reading. Written only by the functions of migrations 0012–0014;
 * touched by api/ledger only.
 */
import {
  bigint,
  boolean,
  date,
  index,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { bytea, identity, microCny } from './columns.ts';

const number64 = (name: string) => bigint(name, { mode: 'number' });

export type AccountClass = 'asset' | 'liability' | 'revenue' | 'expense' | 'equity';

export const accountKind = pgTable('account_kind', {
  kind: text('kind').primaryKey(),
  class: text('class').$type<AccountClass>().notNull(),
  normal: smallint('normal').notNull(),
  perOwner: boolean('per_owner').notNull(),
  floorMicroCny: microCny('floor_micro_cny'),
  wholeFen: boolean('whole_fen').notNull().default(false),
  stripes: smallint('stripes').notNull().default(1),
});

export const account = pgTable('account', {
  id: identity(),
  code: text('code').notNull().unique(),
  kind: text('kind')
    .notNull()
    .references(() => accountKind.kind),
  class: text('class').$type<AccountClass>().notNull(),
  /** 1: debits are its natural side; −1: credits. */
  normal: smallint('normal').notNull(),
  wholeFen: boolean('whole_fen').notNull(),
  stripes: smallint('stripes').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

export const balance = pgTable(
  'balance',
  {
    accountId: number64('account_id')
      .notNull()
      .references(() => account.id),
    stripe: smallint('stripe').notNull(),
    stripes: smallint('stripes').notNull(),
    normal: smallint('normal').notNull(),
    amountMicroCny: microCny('amount_micro_cny').notNull().default(0n),
    heldMicroCny: microCny('held_micro_cny').notNull().default(0n),
    floorMicroCny: microCny('floor_micro_cny'),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.stripe] })],
);

export type PeriodStatus = 'open' | 'closing' | 'closed';

export const period = pgTable('period', {
  /** `YYYY-MM`. */
  month: text('month').primaryKey(),
  status: text('status').$type<PeriodStatus>().notNull().default('open'),
  closingAt: timestamp('closing_at', { withTimezone: true }),
  closingBy: text('closing_by'),
  closedAt: timestamp('closed_at', { withTimezone: true }),
  closedBy: text('closed_by'),
  certificate: jsonb('certificate').$type<Record<string, unknown>>(),
});

export const journal = pgTable(
  'journal',
  {
    id: identity(),
    key: text('key').notNull().unique(),
    bodyHash: bytea('body_hash').notNull(),
    kind: text('kind').notNull(),
    day: date('day').notNull(),
    memo: text('memo'),
    subject: text('subject'),
    lineCount: smallint('line_count').notNull(),
    recordedAt: timestamp('recorded_at', { withTimezone: true }).notNull(),
    xact: number64('xact').notNull(),
  },
  (t) => [
    index('journal_xact').on(t.xact, t.id),
    index('journal_subject').on(t.subject),
    index('journal_day').on(t.day),
  ],
);

export const entry = pgTable(
  'entry',
  {
    journalId: number64('journal_id').notNull(),
    ordinal: smallint('ordinal').notNull(),
    accountId: number64('account_id').notNull(),
    day: date('day').notNull(),
    /** Debit positive, credit negative. */
    amountMicroCny: microCny('amount_micro_cny').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.journalId, t.ordinal] }),
    index('entry_account').on(t.accountId, t.day, t.journalId),
  ],
);

export type HoldStatus = 'active' | 'captured' | 'released' | 'expired';

export const hold = pgTable('hold', {
  id: identity(),
  key: text('key').notNull().unique(),
  accountId: number64('account_id')
    .notNull()
    .references(() => account.id),
  requestedMicroCny: microCny('requested_micro_cny').notNull(),
  amountMicroCny: microCny('amount_micro_cny').notNull(),
  capturedMicroCny: microCny('captured_micro_cny').notNull().default(0n),
  releasedMicroCny: microCny('released_micro_cny').notNull().default(0n),
  status: text('status').$type<HoldStatus>().notNull().default('active'),
  subject: text('subject'),
  expiresAt: timestamp('expires_at', { withTimezone: true }),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

export const holdCapture = pgTable(
  'hold_capture',
  {
    journalId: number64('journal_id')
      .notNull()
      .references(() => journal.id),
    ordinal: smallint('ordinal').notNull(),
    holdId: number64('hold_id')
      .notNull()
      .references(() => hold.id),
    amountMicroCny: microCny('amount_micro_cny').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.journalId, t.ordinal] }),
    index('hold_capture_hold').on(t.holdId),
  ],
);

export const journalBlock = pgTable('journal_block', {
  number: number64('number').primaryKey(),
  fromXact: number64('from_xact').notNull(),
  untilXact: number64('until_xact').notNull(),
  journals: number64('journals').notNull(),
  previousHash: bytea('previous_hash').notNull(),
  hash: bytea('hash').notNull(),
  sealedAt: timestamp('sealed_at', { withTimezone: true }).notNull(),
});

export const periodBalance = pgTable(
  'period_balance',
  {
    month: text('month')
      .notNull()
      .references(() => period.month),
    accountId: number64('account_id')
      .notNull()
      .references(() => account.id),
    amountMicroCny: microCny('amount_micro_cny').notNull(),
  },
  (t) => [primaryKey({ columns: [t.month, t.accountId] })],
);
