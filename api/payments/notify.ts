/**
 * Alipay's notifies. Believes nothing before the RSA2 signature, app_id, seller_id, out_trade_no and total_amount all
 * hold; keeps every notify with its verdict, the refused with their reason; writes inbox row and journal in one
 * transaction. A status alone never credits: the notify of a refund says TRADE_SUCCESS as well.
 */
import { eq } from 'drizzle-orm';
import type { Db, Transaction } from '../../db/client.ts';
import { notifyInbox, topUp } from '../../db/schema/payments.ts';
import type { NotifyForm } from './alipay/client.ts';
import { alipayTimeMs, fenOfYuan } from './alipay/format.ts';
import { recordRefusal } from './refusals.ts';
import { creditTopUp, lockTopUp, type PaymentsContext, type TopUp } from './topUps.ts';

/** What Alipay wants to read: anything but `success` is sent again. */
export type NotifyReply = 'success' | 'failure';

interface Doubt {
  reason: string;
  zh: string;
  en: string;
}

/** Takes one notify form (decoded values). Never throws for what the form says; a refusal moves nothing. */
export async function receiveNotify(ctx: PaymentsContext, form: NotifyForm): Promise<NotifyReply> {
  if (!ctx.alipay.notifySignatureHolds(form))
    return refuse(ctx, form, {
      reason: 'signature',
      zh: '通知签名无效（须为 RSA2）',
      en: 'the notify is not signed by Alipay (RSA2 is required)',
    });
  if (form.app_id !== ctx.alipay.appId)
    return refuse(ctx, form, {
      reason: 'app_id',
      zh: `通知的应用不是本平台：${form.app_id}`,
      en: `the notify is for another app: ${form.app_id}`,
    });
  if (form.seller_id !== ctx.alipay.sellerId)
    return refuse(ctx, form, {
      reason: 'seller_id',
      zh: `收款方不是本平台：${form.seller_id}`,
      en: `the notify is for another seller: ${form.seller_id}`,
    });
  const [found] = await ctx.db
    .select({ id: topUp.id })
    .from(topUp)
    .where(eq(topUp.outTradeNo, form.out_trade_no ?? ''));
  if (!found)
    return refuse(ctx, form, {
      reason: 'out_trade_no',
      zh: `没有这笔充值订单：${form.out_trade_no}`,
      en: `no such top-up: ${form.out_trade_no}`,
    });
  return ctx.db.transaction((tx) => settle(ctx, tx, found.id, form));
}

async function settle(
  ctx: PaymentsContext,
  tx: Transaction,
  topUpId: number,
  form: NotifyForm,
): Promise<NotifyReply> {
  const row = (await lockTopUp(tx, topUpId)) as TopUp;
  if (fenOfYuan(form.total_amount ?? '') !== row.amountFen) {
    return refuse(
      ctx,
      form,
      {
        reason: 'amount',
        zh: `通知金额 ${form.total_amount} 元与订单 ${row.amountFen} 分不符`,
        en: `the notify's ${form.total_amount} yuan is not the order's ${row.amountFen} fen`,
      },
      topUpId,
      tx,
    );
  }
  if (row.tradeNo && row.tradeNo !== form.trade_no) {
    return refuse(
      ctx,
      form,
      {
        reason: 'trade_no',
        zh: `订单已由另一笔交易支付：${row.tradeNo}`,
        en: `the order was paid by another trade: ${row.tradeNo}`,
      },
      topUpId,
      tx,
    );
  }
  const paid = form.trade_status === 'TRADE_SUCCESS' || form.trade_status === 'TRADE_FINISHED';
  const aboutRefund = Boolean(form.refund_fee || form.gmt_refund);
  if (aboutRefund || !paid) {
    // Nothing to believe here. Where we know of no payment yet, ask Alipay at once.
    await keep(ctx, tx, form, {
      verdict: 'noted',
      reason: aboutRefund ? 'refund' : form.trade_status,
      topUpId,
    });
    if (!row.paidAt && row.status === 'created')
      await tx
        .update(topUp)
        .set({ nextQueryAt: new Date(ctx.clock()) })
        .where(eq(topUp.id, topUpId));
    return 'success';
  }
  if (row.paidAt) {
    await keep(ctx, tx, form, { verdict: 'duplicate', topUpId });
    return 'success';
  }
  await keep(ctx, tx, form, { verdict: 'accepted', topUpId });
  await creditTopUp(tx, ctx.clock, row, {
    tradeNo: form.trade_no ?? '',
    paidAtMs: alipayTimeMs(form.gmt_payment ?? '') ?? ctx.clock(),
    foundBy: 'notify',
  });
  return 'success';
}

interface Verdict {
  verdict: 'accepted' | 'duplicate' | 'noted' | 'refused';
  reason?: string;
  topUpId?: number;
}

async function keep(ctx: PaymentsContext, db: Db, form: NotifyForm, kept: Verdict): Promise<void> {
  const row = { receivedAt: new Date(ctx.clock()), notifyId: form.notify_id, form, ...kept };
  // The same notify_id again (a retry whose first answer got lost) is one more row, as a duplicate.
  const written = await db
    .insert(notifyInbox)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: notifyInbox.id });
  if (written.length === 0) await db.insert(notifyInbox).values({ ...row, verdict: 'duplicate' });
}

async function refuse(
  ctx: PaymentsContext,
  form: NotifyForm,
  doubt: Doubt,
  topUpId?: number,
  db: Db = ctx.db,
): Promise<NotifyReply> {
  await keep(ctx, db, form, { verdict: 'refused', reason: doubt.reason, topUpId });
  await recordRefusal(db, ctx.clock, {
    what: 'notify',
    ...doubt,
    ...(topUpId ? { subject: `topUp:${topUpId}` as const } : {}),
    detail: {
      outTradeNo: form.out_trade_no,
      notifyId: form.notify_id,
      totalAmount: form.total_amount,
    },
  });
  return 'failure';
}
