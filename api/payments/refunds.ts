/**
 * Refunds of unused balance to the payer, by top-up. Owns D wallet / C refund_clearing at the request (so the money
 * cannot be spent meanwhile), then clearing → cash, or back to the wallet. One `out_request_no` each for ever: an
 * unknown outcome is asked about, then repeated under the same number.
 */
import { randomBytes } from 'node:crypto';
import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { topUp, topUpRefund } from '../../db/schema/payments.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { fenToMicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { type AccountCode, accounts, balanceOf, lockAccounts, post } from '../ledger/ledger.ts';
import { backoffMs } from './outbox.ts';
import { refusalsKept } from './refusals.ts';
import { lockTopUp, type PaymentsContext } from './topUps.ts';

type Refund = typeof topUpRefund.$inferSelect;

/**
 * Reserves the amount and queues the refund.
 * @throws Failure `not_found`, `conflict` (not credited), `invalid_input` (more than is left of the top-up),
 * `insufficient_funds` (spent or held).
 */
export function requestRefund(
  ctx: PaymentsContext,
  input: { topUpId: number; amountFen: number | bigint; reason: string; by: string },
): Promise<{ refundId: number }> {
  const about = { what: 'topUp.refund', subject: `topUp:${input.topUpId}`, by: input.by } as const;
  return refusalsKept(ctx, about, () =>
    ctx.db.transaction(async (tx) => {
      const amountFen = BigInt(input.amountFen);
      const row = await lockTopUp(tx, input.topUpId);
      if (!row) throw new Failure('not_found', { zh: '没有这笔充值', en: 'no such top-up' });
      if (row.status !== 'credited' && row.status !== 'part_refunded')
        throw new Failure('conflict', {
          zh: '充值未到账，不能退款',
          en: 'the top-up is not credited',
        });
      const left = row.amountFen - row.refundedFen - (await pendingFen(tx, row.id));
      if (amountFen <= 0n || amountFen > left)
        throw new Failure('invalid_input', {
          pointer: '/amountFen',
          zh: `该笔充值最多可退 ${left} 分`,
          en: `at most ${left} fen of this top-up can be refunded`,
        });
      const wallet = accounts.wallet(row.advertiserId);
      await refuseCredit(tx, wallet, fenToMicroCny(amountFen));
      const [refund] = await tx
        .insert(topUpRefund)
        .values({
          topUpId: row.id,
          outRequestNo: `RF${dayOf(ctx.clock()).replaceAll('-', '')}${randomBytes(8).toString('hex')}`,
          amountFen,
          reason: input.reason,
          createdBy: input.by,
          createdAt: new Date(ctx.clock()),
          nextAttemptAt: new Date(ctx.clock()),
        })
        .returning();
      await postMove(ctx, tx, refund!, 'requested', wallet, accounts.refundClearing);
      await record(tx, {
        actor: { userId: input.by },
        action: 'topUp.refund',
        subject: about.subject,
        after: { amountFen, reason: input.reason },
        at: new Date(ctx.clock()),
      });
      return { refundId: refund!.id };
    }),
  );
}

/** Only what was paid in goes back: the wallet's floor would let its credit be drawn as cash. */
async function refuseCredit(
  tx: Transaction,
  wallet: AccountCode,
  amountMicroCny: bigint,
): Promise<void> {
  await lockAccounts(tx, [wallet, accounts.refundClearing]);
  const { balanceMicroCny, heldMicroCny } = await balanceOf(tx, wallet);
  if (balanceMicroCny - heldMicroCny >= amountMicroCny) return;
  throw new Failure('insufficient_funds', {
    pointer: '/amountFen',
    zh: '可退余额不足：已消耗、已冻结或属于授信的部分不能退款',
    en: 'too little unused balance: what is spent, held or credit cannot be refunded',
  });
}

async function pendingFen(tx: Transaction, topUpId: number): Promise<bigint> {
  const [row] = await tx
    .select({ sum: sql<string>`coalesce(sum(${topUpRefund.amountFen}), 0)::bigint` })
    .from(topUpRefund)
    .where(
      and(eq(topUpRefund.topUpId, topUpId), inArray(topUpRefund.status, ['created', 'unknown'])),
    );
  return BigInt(row?.sum ?? 0);
}

async function postMove(
  ctx: PaymentsContext,
  tx: Transaction,
  refund: Refund,
  step: 'requested' | 'succeeded' | 'failed',
  debit: AccountCode,
  credit: AccountCode,
): Promise<void> {
  const amountMicroCny = fenToMicroCny(refund.amountFen);
  await post(tx, [
    {
      key: `refund:${refund.id}:${step}`,
      kind: `refund.${step}`,
      day: dayOf(ctx.clock()),
      subject: `topUp:${refund.topUpId}`,
      memo: refund.outRequestNo,
      entries: [
        { account: debit, amountMicroCny },
        { account: credit, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}

/** Sends and asks about the refunds that are due. Returns how many ended. */
export async function sendRefunds(
  ctx: PaymentsContext,
): Promise<{ succeeded: number; failed: number }> {
  const due = await ctx.db
    .select()
    .from(topUpRefund)
    .where(
      and(
        inArray(topUpRefund.status, ['created', 'unknown']),
        lte(topUpRefund.nextAttemptAt, new Date(ctx.clock())),
      ),
    )
    .orderBy(topUpRefund.nextAttemptAt)
    .limit(100);
  const run = { succeeded: 0, failed: 0 };
  for (const refund of due) {
    const outcome = await attempt(ctx, refund);
    if (outcome) run[outcome] += 1;
  }
  return run;
}

async function attempt(
  ctx: PaymentsContext,
  refund: Refund,
): Promise<'succeeded' | 'failed' | undefined> {
  const [row] = await ctx.db.select().from(topUp).where(eq(topUp.id, refund.topUpId));
  const outTradeNo = row!.outTradeNo;
  const answer = await ctx.alipay.refund({ outTradeNo, ...refund });
  if (answer.kind === 'done') return settle(ctx, refund.id, 'succeeded', null, answer.data);
  if (answer.kind === 'refused') {
    // A refusal is only final when Alipay knows of no such refund.
    const asked = await ctx.alipay.queryRefund(outTradeNo, refund.outRequestNo);
    if (asked.kind === 'done')
      return asked.data === undefined
        ? settle(ctx, refund.id, 'failed', `${answer.code} ${answer.message}`)
        : settle(ctx, refund.id, 'succeeded', null, asked.data.paidAtMs);
  }
  await ctx.db
    .update(topUpRefund)
    .set({
      status: 'unknown',
      attempts: refund.attempts + 1,
      lastError: answer.kind === 'unknown' ? answer.reason.slice(0, 500) : answer.code,
      nextAttemptAt: new Date(ctx.clock() + backoffMs(refund.attempts)),
    })
    .where(and(eq(topUpRefund.id, refund.id), inArray(topUpRefund.status, ['created', 'unknown'])));
  return undefined;
}

function settle(
  ctx: PaymentsContext,
  refundId: number,
  status: 'succeeded' | 'failed',
  lastError: string | null,
  paidAtMs = ctx.clock(),
): Promise<'succeeded' | 'failed' | undefined> {
  return ctx.db.transaction(async (tx) => {
    const [seen] = await tx.select().from(topUpRefund).where(eq(topUpRefund.id, refundId));
    const row = await lockTopUp(tx, seen!.topUpId);
    const [refund] = await tx
      .update(topUpRefund)
      .set({ status, lastError, nextAttemptAt: null, settledAt: new Date(paidAtMs) })
      .where(and(eq(topUpRefund.id, refundId), inArray(topUpRefund.status, ['created', 'unknown'])))
      .returning();
    if (!row || !refund) return undefined;
    if (status === 'failed') {
      await postMove(
        ctx,
        tx,
        refund,
        'failed',
        accounts.refundClearing,
        accounts.wallet(row.advertiserId),
      );
      return status;
    }
    await postMove(ctx, tx, refund, 'succeeded', accounts.refundClearing, accounts.alipayCash);
    const refundedFen = row.refundedFen + refund.amountFen;
    const state = refundedFen === row.amountFen ? 'refunded' : 'part_refunded';
    await tx.update(topUp).set({ refundedFen, status: state }).where(eq(topUp.id, row.id));
    return status;
  });
}
