/**
 * Payouts as they are made: created for an approved statement, or cancelled before anybody approved them. Owns the amount
 * (whole fen, earlier fractions carried in, clawbacks netted) and that a statement has one living payout.
 */
import { and, eq, notInArray } from 'drizzle-orm';
import type { Db, Transaction } from '../../db/client.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { payout, payoutCarry } from '../../db/schema/payments.ts';
import { Failure } from '../../db/terms/failure.ts';
import { fenToMicroCny, type MicroCny, microCnyToFenFloor } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { planNetting, returnClawbacks, useClawbacks } from './clawbacks.ts';
import { DEFAULT_LIMITS, splitIntoParts, type TransferLimits } from './parts.ts';
import { refusalsKept } from './refusals.ts';
import type { PaymentsContext } from './topUps.ts';

export type Payout = typeof payout.$inferSelect;

/** What a payout needs of statements, which rank above this slice: whoever composes the house supplies it. */
export interface StatementPort {
  /** Locks the statement until the transaction ends. @throws Failure `not_found`. */
  due(tx: Transaction, statementId: number): Promise<StatementDue>;
  /** Told of each step in the transaction that takes it. */
  advance(tx: Transaction, statementId: number, step: PayoutStep): Promise<void>;
}

export interface StatementDue {
  outletId: number;
  amountMicroCny: MicroCny;
  /** True when its people have approved it and it may be paid. */
  payable: boolean;
  /** Whether the outlet has anything of it to invoice to the platform. */
  needsInvoice: boolean;
  /** The verified invoices that cover it now; null where they do not. */
  invoiceNo: string | null;
}

/** `failed` and `returned`: the statement is owed again. */
export type PayoutStep = 'paying' | 'paid' | 'failed' | 'returned' | 'reconciled';

export interface PayoutPolicy {
  limits: TransferLimits;
  /** The outlet's verified invoices must cover the statement before approval. */
  invoiceRequired: boolean;
  /** Approval needs a second factor shown at most this long ago; null: not asked for. */
  secondFactorWithinMs: number | null;
}

export const DEFAULT_POLICY: PayoutPolicy = {
  limits: DEFAULT_LIMITS,
  invoiceRequired: true,
  secondFactorWithinMs: null,
};

export interface PayoutContext extends PaymentsContext {
  statements: StatementPort;
  policy?: PayoutPolicy;
}

export const policyOf = (ctx: PayoutContext): PayoutPolicy => ctx.policy ?? DEFAULT_POLICY;

/**
 * Creates a payout for an approved statement. Nothing moves yet.
 * @throws Failure `not_found`, `conflict` (not approved, already being paid), `invalid_input` (no payee, under 0.10).
 */
export function requestPayout(
  ctx: PayoutContext,
  input: { statementId: number; by: string; batchId?: number },
): Promise<{ payoutId: number; amountFen: bigint }> {
  const about = {
    what: 'payout.request',
    subject: `statement:${input.statementId}`,
    by: input.by,
  } as const;
  return refusalsKept(ctx, about, () =>
    ctx.db.transaction(async (tx) => {
      const due = await ctx.statements.due(tx, input.statementId);
      if (due.amountMicroCny <= 0n)
        throw new Failure('conflict', {
          zh: '结算单应付不为正，无可打款；为负的从以后的打款中扣回',
          en: 'the statement leaves nothing to pay; what it is below zero is kept back from later payouts',
        });
      if (!due.payable)
        throw new Failure('conflict', {
          zh: '结算单尚未批准',
          en: 'the statement is not approved',
        });
      await refuseSecondPayout(tx, input.statementId);
      const payee = await payeeOf(tx, due.outletId);
      const carriedMicroCny = await carriedInto(tx, due.outletId);
      const grossMicroCny = due.amountMicroCny + carriedMicroCny;
      const netting = await planNetting(tx, due.outletId, grossMicroCny);
      const amountFen = microCnyToFenFloor(grossMicroCny - netting.totalMicroCny);
      splitIntoParts(amountFen, policyOf(ctx).limits); // refuses what cannot be sent
      const [row] = await tx
        .insert(payout)
        .values({
          statementId: input.statementId,
          outletId: due.outletId,
          batchId: input.batchId,
          ...payee,
          dueMicroCny: due.amountMicroCny,
          carriedMicroCny,
          nettedMicroCny: netting.totalMicroCny,
          amountFen,
          carryMicroCny: grossMicroCny - netting.totalMicroCny - fenToMicroCny(amountFen),
          invoiceNo: due.invoiceNo,
          createdBy: input.by,
          createdAt: new Date(ctx.clock()),
        })
        .returning({ id: payout.id });
      await useClawbacks(tx, row!.id, netting.uses);
      await record(tx, {
        actor: { userId: input.by },
        action: 'payout.request',
        subject: `payout:${row!.id}`,
        after: { statementId: input.statementId, amountFen },
        at: new Date(ctx.clock()),
      });
      return { payoutId: row!.id, amountFen };
    }),
  );
}

const DEAD = ['failed', 'cancelled', 'returned'] as const;

async function refuseSecondPayout(tx: Transaction, statementId: number): Promise<void> {
  const [living] = await tx
    .select({ id: payout.id })
    .from(payout)
    .where(and(eq(payout.statementId, statementId), notInArray(payout.status, [...DEAD])));
  if (living)
    throw new Failure('conflict', {
      zh: `该结算单已有打款单 ${living.id}`,
      en: `payout ${living.id} already pays this statement`,
    });
}

export async function payeeOf(tx: Transaction, outletId: number) {
  const [row] = await tx.select().from(outlet).where(eq(outlet.id, outletId)).for('share');
  if (!row?.payeeName || !row.payeeAlipayAccount)
    throw new Failure('invalid_input', {
      zh: '媒体未登记收款人姓名或支付宝账号',
      en: 'the outlet has no payee name or Alipay account',
    });
  return { payeeName: row.payeeName, payeeAccount: row.payeeAlipayAccount };
}

/**
 * Fractions of a fen that living payouts of the outlet left behind (or, after a failure, took ahead). Locked, so that of two
 * payouts made at once only one takes them.
 */
async function carriedInto(tx: Transaction, outletId: number): Promise<MicroCny> {
  await tx.insert(payoutCarry).values({ outletId }).onConflictDoNothing();
  const [row] = await tx
    .select({ carryMicroCny: payoutCarry.carryMicroCny })
    .from(payoutCarry)
    .where(eq(payoutCarry.outletId, outletId))
    .for('update');
  return row?.carryMicroCny ?? 0n;
}

/** created → cancelled, by anyone who may make payouts. @throws Failure `conflict` after approval. */
export async function cancelPayout(
  ctx: PayoutContext,
  { payoutId, by }: { payoutId: number; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await lockPayout(tx, payoutId);
    if (row.status !== 'created')
      throw new Failure('conflict', {
        zh: '已批准的打款单不能取消',
        en: 'an approved payout cannot be cancelled',
      });
    await tx.update(payout).set({ status: 'cancelled' }).where(eq(payout.id, payoutId));
    await returnClawbacks(tx, payoutId);
    await record(tx, {
      actor: { userId: by },
      action: 'payout.cancel',
      subject: `payout:${payoutId}`,
      at: new Date(ctx.clock()),
    });
  });
}

export async function lockPayout(tx: Db, payoutId: number): Promise<Payout> {
  const [row] = await tx.select().from(payout).where(eq(payout.id, payoutId)).for('update');
  if (!row) throw new Failure('not_found', { zh: '没有这笔打款单', en: 'no such payout' });
  return row;
}
