/**
 * Red letters: how an issued invoice is taken back, in whole or in part. Owns asked for → confirmed by the other side (or
 * declined, or lapsed after 72 hours) → red invoice issued by the seller. No confirmation is needed where the buyer has not
 * used the invoice: an ordinary one to an advertiser, or an outlet's that was neither deducted nor paid on.
 * Source: 国家税务总局公告 2024 年第 11 号, 第九条.
 */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { invoice, type RED_REASONS, redLetter } from '../../db/schema/invoices.ts';
import { type Day, dayOf, monthOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { lockStatementToInvoice } from '../statements/statements.ts';
import { assertOpen, refreshGate } from './incoming.ts';
import { taxWithin } from './numbers.ts';
import {
  assertNumber,
  auditInvoice,
  type Invoice,
  type InvoiceContext,
  invalid,
  lockInvoice,
  moveInvoice,
  numberedOnce,
  outOfTurn,
} from './steps.ts';

export type RedLetter = typeof redLetter.$inferSelect;
export type Side = 'seller' | 'buyer';

const ANSWER_MS = 72 * 3_600_000;

/** Who the actor is to an invoice: the platform buys incoming ones and sells outgoing ones. */
export const sideOf = (row: Pick<Invoice, 'direction'>, isPlatform: boolean): Side =>
  (row.direction === 'outgoing') === isPlatform ? 'seller' : 'buyer';

const missing = () =>
  new Failure('not_found', { zh: '没有这张红字确认单', en: 'no such red letter' });

const conflict = (zh: string, en: string) => new Failure('conflict', { zh, en });

async function lockLetter(tx: Db, id: number): Promise<RedLetter> {
  const [row] = await tx.select().from(redLetter).where(eq(redLetter.id, id)).for('update');
  if (!row) throw missing();
  return row;
}

/**
 * Either side asks. @param input.totalFen what to take back; all that is left where absent.
 * @throws Failure `conflict` (not issued, one under way), `invalid_input` (more than is left), `not_found`.
 */
export function requestRed(
  ctx: InvoiceContext,
  input: {
    invoiceId: number;
    isPlatform: boolean;
    reason: (typeof RED_REASONS)[number];
    totalFen?: bigint | undefined;
    note?: string | undefined;
  },
  by: string,
): Promise<RedLetter> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockInvoice(tx, input.invoiceId);
    if (row.redOf !== null || !['issued', 'verified'].includes(row.status)) throw outOfTurn(row);
    await lapse(ctx, tx, row.id);
    const left = row.totalFen - row.reversedFen;
    const totalFen = input.totalFen ?? left;
    if (totalFen <= 0n || totalFen > left) {
      throw invalid('/totalFen', `最多可冲红 ${left} 分`, `at most ${left} fen can be taken back`);
    }
    const now = ctx.clock();
    const initiatedBy = sideOf(row, input.isPlatform);
    const unused = initiatedBy === 'seller' && !(await isUsed(tx, row));
    const [letter] = await numberedOnce(() =>
      tx
        .insert(redLetter)
        .values({
          invoiceId: row.id,
          outletId: row.outletId,
          advertiserId: row.advertiserId,
          initiatedBy,
          reason: input.reason,
          totalFen,
          note: input.note ?? null,
          status: unused ? 'confirmed' : 'requested',
          requestedBy: by,
          requestedAt: new Date(now),
          expiresAt: new Date(now + ANSWER_MS),
        })
        .returning(),
    );
    await auditLetter(tx, 'request', by, letter as RedLetter);
    return letter as RedLetter;
  });
}

/** Whether the buyer has used it, so that it must agree to losing it. */
async function isUsed(tx: Db, row: Invoice): Promise<boolean> {
  if (row.direction === 'outgoing') return row.kind === 'special';
  const { status } = await lockStatementToInvoice(tx, row.statementId as number);
  return row.deductionMonth !== null || ['paying', 'paid', 'reconciled'].includes(status);
}

/** What nobody answered in time is over. */
async function lapse(ctx: InvoiceContext, tx: Db, invoiceId: number): Promise<void> {
  await tx.execute(sql`UPDATE red_letter SET status = 'expired', version = version + 1
    WHERE invoice_id = ${invoiceId} AND status = 'requested'
      AND expires_at <= ${new Date(ctx.clock()).toISOString()}::timestamptz`);
}

const auditLetter = (tx: Db, action: string, by: string, after: RedLetter, before?: RedLetter) =>
  record(tx, {
    actor: { userId: by },
    action: `redLetter.${action}`,
    subject: `redLetter:${after.id}`,
    ...(before ? { before } : {}),
    after,
  });

/** The other side answers. @throws Failure `conflict` (its own, answered, lapsed), `not_found`. */
export function answerRed(
  ctx: InvoiceContext,
  input: { letterId: number; isPlatform: boolean; accept: boolean; by: string },
): Promise<RedLetter> {
  return ctx.db.transaction(async (tx) => {
    const letter = await lockLetter(tx, input.letterId);
    const row = await lockInvoice(tx, letter.invoiceId);
    if (sideOf(row, input.isPlatform) === letter.initiatedBy) {
      throw conflict('红字确认单须由对方确认', 'the other side confirms a red letter');
    }
    if (letter.status !== 'requested') throw conflict('已答复过', 'it was answered already');
    if (letter.expiresAt.getTime() <= ctx.clock()) {
      throw conflict('超过 72 小时未确认，已作废', 'it lapsed after 72 hours');
    }
    const [after] = await tx
      .update(redLetter)
      .set({
        status: input.accept ? 'confirmed' : 'declined',
        answeredBy: input.by,
        answeredAt: new Date(ctx.clock()),
        version: letter.version + 1,
      })
      .where(eq(redLetter.id, letter.id))
      .returning();
    const action = input.accept ? 'confirm' : 'decline';
    await auditLetter(tx, action, input.by, after as RedLetter, letter);
    return after as RedLetter;
  });
}

/**
 * The seller issues the red invoice under a confirmed letter: a row with negative amounts; the blue one counts as reversed
 * once nothing of it is left. What was deducted is turned out (进项税额转出) in the month of the red invoice.
 * @throws Failure `conflict` (not confirmed, not the seller, number used), `invalid_input` (numbers), `period_closed`.
 */
export function issueRed(
  ctx: InvoiceContext,
  input: {
    letterId: number;
    isPlatform: boolean;
    invoiceNo: string;
    issuedOn: Day;
    confirmationNo: string;
  },
  by: string,
): Promise<Invoice> {
  return ctx.db.transaction(async (tx) => {
    const letter = await lockLetter(tx, input.letterId);
    const seen = await lockInvoice(tx, letter.invoiceId);
    if (sideOf(seen, input.isPlatform) !== 'seller') {
      throw conflict('红字发票由销售方开具', 'the seller issues the red invoice');
    }
    if (letter.status !== 'confirmed') throw conflict('红字确认单未确认', 'it is not confirmed');
    assertNumber(ctx, input.invoiceNo, input.issuedOn);
    if (input.issuedOn < (seen.issuedOn ?? '')) {
      throw invalid('/issuedOn', '早于蓝字发票', 'it is before the invoice it takes back');
    }
    if (seen.statementId !== null) await lockStatementToInvoice(tx, seen.statementId);
    const red = await insertRed(ctx, tx, seen, letter, input, by);
    const reversedFen = seen.reversedFen + letter.totalFen;
    await moveInvoice(ctx, tx, seen, {
      action: 'reverse',
      by,
      from: ['issued', 'verified'],
      changes: {
        reversedFen,
        ...(reversedFen === seen.totalFen ? { status: 'reversed' as const } : {}),
      },
    });
    const [after] = await numberedOnce(() =>
      tx
        .update(redLetter)
        .set({
          status: 'issued',
          confirmationNo: input.confirmationNo,
          redInvoiceId: red.id,
          version: letter.version + 1,
        })
        .where(eq(redLetter.id, letter.id))
        .returning(),
    );
    await auditLetter(tx, 'issue', by, after as RedLetter, letter);
    if (seen.statementId !== null) await refreshGate(tx, seen.statementId, by);
    return red;
  });
}

async function taxLeft(tx: Db, blue: Invoice): Promise<bigint> {
  const [row] = await tx
    .select({ fen: sql<string>`coalesce(sum(${invoice.taxFen}), 0)::bigint` })
    .from(invoice)
    .where(eq(invoice.redOf, blue.id));
  return blue.taxFen + BigInt(row?.fen ?? 0);
}

async function insertRed(
  ctx: InvoiceContext,
  tx: Db,
  blue: Invoice,
  letter: RedLetter,
  input: { invoiceNo: string; issuedOn: Day },
  by: string,
): Promise<Invoice> {
  // The last one takes what is left of the tax, so that blue and red sum to nothing.
  const last = letter.totalFen === blue.totalFen - blue.reversedFen;
  const taxFen = last ? await taxLeft(tx, blue) : taxWithin(letter.totalFen, blue.taxRatePpm);
  // Turned out now: the month the blue one was deducted in may be closed.
  const deductionMonth = blue.deductionMonth === null ? null : monthOf(dayOf(ctx.clock()));
  if (deductionMonth !== null) await assertOpen(tx, deductionMonth);
  const { id: _, version: __, reversedFen: ___, refusal: ____, ...copied } = blue;
  const [red] = await numberedOnce(() =>
    tx
      .insert(invoice)
      .values({
        ...copied,
        status: blue.direction === 'outgoing' ? 'issued' : 'verified',
        invoiceNo: input.invoiceNo,
        issuedOn: input.issuedOn,
        amountFen: taxFen - letter.totalFen,
        taxFen: -taxFen,
        totalFen: -letter.totalFen,
        redOf: blue.id,
        deductionMonth,
        createdBy: by,
        createdAt: new Date(ctx.clock()),
        decidedBy: null,
        decidedAt: null,
      })
      .returning(),
  );
  await auditInvoice(tx, 'invoice.red', by, red as Invoice);
  return red as Invoice;
}
