/**
 * A payout's approval: created → approved by a second person. Owns four eyes, the second factor, the invoice gate, the move to
 * clearing and the cut into parts. Refuses, and keeps the refusal: the maker's own approval, a second approval, a statement
 * or payee that changed, a payable that is too small.
 */
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { payout, payoutPart } from '../../db/schema/payments.ts';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { fenToMicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { accounts, lockAccounts, post } from '../ledger/ledger.ts';
import { outBizNo, splitIntoParts } from './parts.ts';
import { lockPayout, type Payout, type PayoutContext, payeeOf, policyOf } from './payouts.ts';
import { refusalsKept } from './refusals.ts';

/**
 * A second person approves: payable → clearing and the outbox rows, in one transaction.
 * @throws Failure `four_eyes`, `second_factor_required`, `conflict` (approved before, invoice missing, statement
 * changed), `insufficient_funds` (the payable is smaller than the payout).
 */
export function approvePayout(
  ctx: PayoutContext,
  input: { payoutId: number; by: string; secondFactorAtMs?: number },
): Promise<{ parts: number }> {
  const about = {
    what: 'payout.approve',
    subject: `payout:${input.payoutId}`,
    by: input.by,
  } as const;
  return refusalsKept(ctx, about, () =>
    ctx.db.transaction(async (tx) => {
      const row = await lockPayout(tx, input.payoutId);
      refuseApproval(ctx, row, input);
      const due = await ctx.statements.due(tx, row.statementId);
      if (!due.payable || due.amountMicroCny !== row.dueMicroCny)
        throw new Failure('conflict', {
          zh: '结算单在打款单创建后有变，请取消后重新创建',
          en: 'the statement changed after the payout was made; cancel it and make another',
        });
      const payee = await payeeOf(tx, row.outletId);
      if (payee.payeeName !== row.payeeName || payee.payeeAccount !== row.payeeAccount)
        throw new Failure('conflict', {
          zh: '媒体的收款账户在打款单创建后有变，请取消后重新创建',
          en: "the outlet's payee changed after the payout was made; cancel it and make another",
        });
      // As it is now: what was there when the payout was made may have been taken back since.
      const { invoiceNo } = due;
      if (policyOf(ctx).invoiceRequired && due.needsInvoice && !invoiceNo)
        throw new Failure('conflict', {
          zh: '媒体发票未收齐或未查验，不能打款',
          en: "the outlet's invoices do not cover the statement, or are not verified",
        });
      const now = new Date(ctx.clock());
      await tx
        .update(payout)
        .set({
          status: 'approved',
          approvedBy: input.by,
          approvedAt: now,
          invoiceNo,
          version: row.version + 1,
        })
        .where(eq(payout.id, row.id));
      const parts = splitIntoParts(row.amountFen, policyOf(ctx).limits);
      const day = dayOf(row.createdAt.getTime());
      await tx.insert(payoutPart).values(
        parts.map((amountFen, n) => ({
          payoutId: row.id,
          ordinal: n + 1,
          outBizNo: outBizNo(day, row.id, n + 1),
          amountFen,
          nextAttemptAt: now,
        })),
      );
      await ctx.statements.advance(tx, row.statementId, 'paying');
      await moveToClearing(tx, row, dayOf(ctx.clock()));
      await record(tx, {
        actor: { userId: input.by },
        action: 'payout.approve',
        subject: about.subject,
        before: { status: row.status },
        after: { status: 'approved', parts: parts.length },
        at: now,
      });
      return { parts: parts.length };
    }),
  );
}

function refuseApproval(
  ctx: PayoutContext,
  row: Payout,
  input: { by: string; secondFactorAtMs?: number },
): void {
  if (row.status !== 'created')
    throw new Failure('conflict', {
      zh: '打款单已不在待审批状态，不能再次批准',
      en: `the payout is ${row.status} and cannot be approved again`,
    });
  if (row.createdBy === input.by)
    throw new Failure('four_eyes', {
      zh: '创建人不能批准自己的打款单',
      en: 'the maker of a payout cannot approve it',
    });
  const within = policyOf(ctx).secondFactorWithinMs;
  const shownAt = input.secondFactorAtMs ?? Number.NEGATIVE_INFINITY;
  if (within !== null && !(ctx.clock() - shownAt <= within))
    throw new Failure('second_factor_required', {
      zh: '批准打款须再次验证动态口令',
      en: 'approving a payout needs a fresh second factor',
    });
}

async function moveToClearing(tx: Transaction, row: Payout, day: Day): Promise<void> {
  const payable = accounts.payable(row.outletId);
  const amountMicroCny = fenToMicroCny(row.amountFen);
  const free = await lockAccounts(tx, [payable, accounts.payoutClearing]);
  if ((free.get(payable) ?? 0n) < amountMicroCny)
    throw new Failure('insufficient_funds', {
      zh: '应付余额不足以打款',
      en: 'the payable is smaller than the payout',
    });
  await post(tx, [
    {
      key: `payout:${row.id}:approved`,
      kind: 'payout.sent',
      day,
      subject: `payout:${row.id}`,
      entries: [
        { account: payable, amountMicroCny },
        { account: accounts.payoutClearing, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}
