/** Money in and out through Alipay. Written by api/payments only; migrations 0040 and 0041 hold the rules. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { advertiser } from './campaigns.ts';
import { microCny, timestamps, version } from './columns.ts';
import { organization } from './identity.ts';

const id = () => bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity();
const at = (name: string) => timestamp(name, { withTimezone: true });
const fen = (name: string) => bigint(name, { mode: 'bigint' });
const ref = (name: string) => bigint(name, { mode: 'number' });

export type TopUpStatus = 'created' | 'paid' | 'credited' | 'part_refunded' | 'refunded' | 'closed';
export type PayoutStatus =
  | 'created'
  | 'cancelled'
  | 'approved'
  | 'sending'
  | 'unknown'
  | 'succeeded'
  | 'part_succeeded'
  | 'failed'
  | 'reconciled'
  | 'returned';
export type PartStatus = 'pending' | 'sending' | 'unknown' | 'succeeded' | 'failed' | 'returned';

export const topUp = pgTable('top_up', {
  id: id(),
  advertiserId: ref('advertiser_id').notNull(),
  outTradeNo: text('out_trade_no').notNull(),
  method: text('method').$type<'page' | 'qr'>().notNull(),
  subject: text('subject').notNull(),
  amountFen: fen('amount_fen').notNull(),
  status: text('status').$type<TopUpStatus>().notNull().default('created'),
  payUrl: text('pay_url'),
  tradeNo: text('trade_no'),
  foundBy: text('found_by').$type<'notify' | 'query' | 'bill'>(),
  refundedFen: fen('refunded_fen').notNull().default(0n),
  /** Alipay's service fee, known from the bill. */
  feeFen: fen('fee_fen').notNull().default(0n),
  createdBy: text('created_by').notNull(),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at').notNull(),
  paidAt: at('paid_at'),
  creditedAt: at('credited_at'),
  closedAt: at('closed_at'),
  reconciledOn: date('reconciled_on'),
  queries: integer('queries').notNull().default(0),
  nextQueryAt: at('next_query_at'),
});

export const topUpRefund = pgTable('top_up_refund', {
  id: id(),
  topUpId: ref('top_up_id')
    .notNull()
    .references(() => topUp.id),
  outRequestNo: text('out_request_no').notNull(),
  amountFen: fen('amount_fen').notNull(),
  reason: text('reason').notNull(),
  status: text('status')
    .$type<'created' | 'unknown' | 'succeeded' | 'failed'>()
    .notNull()
    .default('created'),
  attempts: integer('attempts').notNull().default(0),
  nextAttemptAt: at('next_attempt_at'),
  lastError: text('last_error'),
  createdBy: text('created_by').notNull(),
  createdAt: at('created_at').notNull(),
  settledAt: at('settled_at'),
  reconciledOn: date('reconciled_on'),
});

export const notifyInbox = pgTable('notify_inbox', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  receivedAt: at('received_at').notNull(),
  notifyId: text('notify_id'),
  form: jsonb('form').$type<Record<string, string>>().notNull(),
  verdict: text('verdict').$type<'accepted' | 'duplicate' | 'noted' | 'refused'>().notNull(),
  reason: text('reason'),
  topUpId: ref('top_up_id').references(() => topUp.id),
});

export const paymentRefusal = pgTable('payment_refusal', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: at('at').notNull(),
  what: text('what').notNull(),
  reason: text('reason').notNull(),
  zh: text('zh').notNull(),
  en: text('en').notNull(),
  subject: text('subject'),
  byUser: text('by_user'),
  detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
});

export const walletAlert = pgTable('wallet_alert', {
  advertiserId: ref('advertiser_id').primaryKey(),
  thresholdMicroCny: microCny('threshold_micro_cny').notNull(),
  state: text('state').$type<'quiet' | 'raised'>().notNull().default('quiet'),
  raisedAt: at('raised_at'),
  balanceMicroCny: microCny('balance_micro_cny'),
  updatedBy: text('updated_by').notNull(),
});

export const payoutBatch = pgTable('payout_batch', {
  id: id(),
  name: text('name').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: at('created_at').notNull(),
  approvedBy: text('approved_by'),
  approvedAt: at('approved_at'),
});

export const payout = pgTable('payout', {
  id: id(),
  statementId: ref('statement_id').notNull(),
  outletId: ref('outlet_id').notNull(),
  batchId: ref('batch_id').references(() => payoutBatch.id),
  payeeName: text('payee_name').notNull(),
  payeeAccount: text('payee_account').notNull(),
  dueMicroCny: microCny('due_micro_cny').notNull(),
  carriedMicroCny: microCny('carried_micro_cny').notNull().default(0n),
  nettedMicroCny: microCny('netted_micro_cny').notNull().default(0n),
  amountFen: fen('amount_fen').notNull(),
  carryMicroCny: microCny('carry_micro_cny').notNull(),
  invoiceNo: text('invoice_no'),
  status: text('status').$type<PayoutStatus>().notNull().default('created'),
  createdBy: text('created_by').notNull(),
  createdAt: at('created_at').notNull(),
  approvedBy: text('approved_by'),
  approvedAt: at('approved_at'),
  settledAt: at('settled_at'),
  reconciledOn: date('reconciled_on'),
  failure: text('failure'),
  version: integer('version').notNull().default(1),
});

export const payoutPart = pgTable('payout_part', {
  id: id(),
  payoutId: ref('payout_id')
    .notNull()
    .references(() => payout.id),
  ordinal: smallint('ordinal').notNull(),
  outBizNo: text('out_biz_no').notNull(),
  amountFen: fen('amount_fen').notNull(),
  status: text('status').$type<PartStatus>().notNull().default('pending'),
  attempts: integer('attempts').notNull().default(0),
  queries: integer('queries').notNull().default(0),
  sentAt: at('sent_at'),
  nextAttemptAt: at('next_attempt_at'),
  /** A verified refusal of the last send: final only once a query finds no such order. */
  refusalCode: text('refusal_code'),
  lastError: text('last_error'),
  orderId: text('order_id'),
  settledAt: at('settled_at'),
  returnedAt: at('returned_at'),
  reconciledOn: date('reconciled_on'),
  returnReconciledOn: date('return_reconciled_on'),
  replacedBy: smallint('replaced_by'),
});

/** Fractions of a fen that an outlet's living payouts left; a trigger on `payout` keeps it. */
export const payoutCarry = pgTable('payout_carry', {
  outletId: ref('outlet_id').primaryKey(),
  carryMicroCny: microCny('carry_micro_cny').notNull().default(0n),
});

export const clawback = pgTable('clawback', {
  id: id(),
  outletId: ref('outlet_id').notNull(),
  key: text('key').notNull(),
  amountMicroCny: microCny('amount_micro_cny').notNull(),
  remainingMicroCny: microCny('remaining_micro_cny').notNull(),
  reason: text('reason').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: at('created_at').notNull(),
});

export const clawbackUse = pgTable(
  'clawback_use',
  {
    clawbackId: ref('clawback_id')
      .notNull()
      .references(() => clawback.id),
    payoutId: ref('payout_id')
      .notNull()
      .references(() => payout.id),
    amountMicroCny: microCny('amount_micro_cny').notNull(),
  },
  (t) => [primaryKey({ columns: [t.clawbackId, t.payoutId] })],
);

/** Steps (30 s since the epoch) of one-time codes that have approved something. */
export const secondFactorUse = pgTable(
  'second_factor_use',
  {
    userId: text('user_id').notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    usedAt: at('used_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.step] })],
);

/** What an agency may spread over its clients' wallets. */
export const creditLine = pgTable('credit_line', {
  organizationId: text('organization_id').primaryKey(),
  limitMicroCny: microCny('limit_micro_cny').notNull(),
  updatedBy: text('updated_by').notNull(),
  ...version,
  ...timestamps,
});

/** How far a wallet may fall below zero, and out of whose line. The ledger's floor is what binds. */
export const walletCredit = pgTable(
  'wallet_credit',
  {
    advertiserId: ref('advertiser_id')
      .primaryKey()
      .references(() => advertiser.id),
    /** Null: the platform's own grant. */
    organizationId: text('organization_id').references(() => creditLine.organizationId),
    limitMicroCny: microCny('limit_micro_cny').notNull(),
    updatedBy: text('updated_by').notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('wallet_credit_line').on(t.organizationId).where(sql`${t.organizationId} IS NOT NULL`),
  ],
);

export const CREDIT_PROPOSAL_STATUSES = [
  'open',
  'confirmed',
  'declined',
  'withdrawn',
  'lowered',
] as const;

/** Changes of an agency's line, or of a wallet's credit from the platform: more of it takes two people, less of it one. */
export const creditProposal = pgTable(
  'credit_proposal',
  {
    id: id(),
    /** Whose line; null: it is about a wallet. */
    organizationId: text('organization_id').references(() => organization.id),
    /** Whose wallet; null: it is about a line. */
    advertiserId: ref('advertiser_id').references(() => advertiser.id),
    limitMicroCny: microCny('limit_micro_cny').notNull(),
    /** The limit when it was proposed. */
    beforeMicroCny: microCny('before_micro_cny').notNull(),
    reason: text('reason').notNull(),
    status: text('status')
      .$type<(typeof CREDIT_PROPOSAL_STATUSES)[number]>()
      .notNull()
      .default('open'),
    proposedBy: text('proposed_by').notNull(),
    proposedAt: at('proposed_at').notNull(),
    decidedBy: text('decided_by'),
    decidedAt: at('decided_at'),
    decisionNote: text('decision_note'),
  },
  (t) => [
    uniqueIndex('credit_proposal_open_line').on(t.organizationId).where(sql`${t.status} = 'open'`),
    uniqueIndex('credit_proposal_open_wallet').on(t.advertiserId).where(sql`${t.status} = 'open'`),
  ],
);
