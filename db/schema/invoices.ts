/** Invoices both ways, and how they are taken back. Written by api/invoices only. */
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  date,
  index,
  integer,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { advertiser } from './campaigns.ts';
import { identity, timestamps, version } from './columns.ts';
import { outlet } from './outlets.ts';
import { statement } from './statements.ts';

export const INVOICE_KINDS = ['special', 'ordinary'] as const;
export type InvoiceKind = (typeof INVOICE_KINDS)[number];
export const INVOICE_DIRECTIONS = ['incoming', 'outgoing'] as const;
export type InvoiceDirection = (typeof INVOICE_DIRECTIONS)[number];
/** Outgoing: requested → issued → reversed; declined, cancelled. Incoming: registered → verified → reversed; rejected. */
export const INVOICE_STATUSES = [
  'requested',
  'issued',
  'declined',
  'cancelled',
  'registered',
  'verified',
  'rejected',
  'reversed',
] as const;
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number];
export const TAXPAYERS = ['general', 'small_scale'] as const;
export const RED_REASONS = ['issued_wrongly', 'service_ended', 'returned', 'allowance'] as const;
export const RED_STATUSES = ['requested', 'confirmed', 'declined', 'expired', 'issued'] as const;

const ref = (name: string) => bigint(name, { mode: 'number' });
const fen = (name: string) => bigint(name, { mode: 'bigint' });
const at = (name: string) => timestamp(name, { withTimezone: true });

/** 抬头: with neither owner, the platform's. */
export const invoiceTitle = pgTable(
  'invoice_title',
  {
    id: identity(),
    advertiserId: ref('advertiser_id').references(() => advertiser.id),
    outletId: ref('outlet_id').references(() => outlet.id),
    name: text('name').notNull(),
    /** 统一社会信用代码, 18 characters. */
    taxNo: text('tax_no').notNull(),
    taxpayer: text('taxpayer').$type<(typeof TAXPAYERS)[number]>().notNull(),
    address: text('address'),
    phone: text('phone'),
    bankName: text('bank_name'),
    bankAccount: text('bank_account'),
    email: text('email'),
    updatedBy: text('updated_by').notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [
    uniqueIndex('invoice_title_owner').on(
      sql`coalesce(${t.advertiserId}, 0)`,
      sql`coalesce(${t.outletId}, 0)`,
    ),
  ],
);

export const invoice = pgTable(
  'invoice',
  {
    id: identity(),
    direction: text('direction').$type<InvoiceDirection>().notNull(),
    outletId: ref('outlet_id').references(() => outlet.id),
    advertiserId: ref('advertiser_id').references(() => advertiser.id),
    /** Of an incoming one: what it is for. */
    statementId: ref('statement_id').references(() => statement.id),
    kind: text('kind').$type<InvoiceKind>().notNull(),
    status: text('status').$type<InvoiceStatus>().notNull(),
    /** 数电票号码, 20 digits. */
    invoiceNo: text('invoice_no').unique(),
    issuedOn: date('issued_on'),
    sellerName: text('seller_name').notNull(),
    sellerTaxNo: text('seller_tax_no').notNull(),
    buyerName: text('buyer_name').notNull(),
    buyerTaxNo: text('buyer_tax_no').notNull(),
    item: text('item').notNull(),
    /** Without tax. */
    amountFen: fen('amount_fen').notNull(),
    taxRatePpm: integer('tax_rate_ppm').notNull(),
    taxFen: fen('tax_fen').notNull(),
    /** 价税合计. */
    totalFen: fen('total_fen').notNull(),
    remark: text('remark'),
    reversedFen: fen('reversed_fen').notNull().default(0n),
    redOf: ref('red_of').references((): AnyPgColumn => invoice.id),
    /** `YYYY-MM`. */
    deductionMonth: text('deduction_month'),
    refusal: text('refusal'),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at').notNull(),
    decidedBy: text('decided_by'),
    decidedAt: at('decided_at'),
    ...version,
  },
  (t) => [
    index('invoice_statement').on(t.statementId).where(sql`${t.statementId} IS NOT NULL`),
    index('invoice_advertiser').on(t.advertiserId).where(sql`${t.advertiserId} IS NOT NULL`),
    index('invoice_outlet').on(t.outletId).where(sql`${t.outletId} IS NOT NULL`),
    index('invoice_deduction').on(t.deductionMonth).where(sql`${t.deductionMonth} IS NOT NULL`),
  ],
);

export const redLetter = pgTable(
  'red_letter',
  {
    id: identity(),
    invoiceId: ref('invoice_id')
      .notNull()
      .references(() => invoice.id),
    outletId: ref('outlet_id').references(() => outlet.id),
    advertiserId: ref('advertiser_id').references(() => advertiser.id),
    initiatedBy: text('initiated_by').$type<'seller' | 'buyer'>().notNull(),
    reason: text('reason').$type<(typeof RED_REASONS)[number]>().notNull(),
    /** What of the invoice is taken back, positive. */
    totalFen: fen('total_fen').notNull(),
    status: text('status').$type<(typeof RED_STATUSES)[number]>().notNull(),
    note: text('note'),
    requestedBy: text('requested_by').notNull(),
    requestedAt: at('requested_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    answeredBy: text('answered_by'),
    answeredAt: at('answered_at'),
    confirmationNo: text('confirmation_no').unique(),
    redInvoiceId: ref('red_invoice_id').references(() => invoice.id),
    ...version,
  },
  (t) => [
    index('red_letter_invoice').on(t.invoiceId),
    uniqueIndex('red_letter_open')
      .on(t.invoiceId)
      .where(sql`${t.status} IN ('requested', 'confirmed')`),
  ],
);
