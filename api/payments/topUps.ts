/**
 * Top-ups of wallets. Owns created → paid → credited · closed: opens the order at Alipay, credits the wallet once, in
 * the transaction that learns of the payment, and asks Alipay itself when no notify comes. Refuses an amount that
 * differs from the order's by a fen. A payment that arrives after we closed the order is credited all the same: the
 * money is the advertiser's.
 */
import { randomBytes } from 'node:crypto';
import { and, eq, isNotNull, lte } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/client.ts';
import { topUp } from '../../db/schema/payments.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { fenToMicroCny, MAX_MICRO_CNY, MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import { accounts, post } from '../ledger/ledger.ts';
import type { Alipay, TradeState } from './alipay/client.ts';
import { recordRefusal } from './refusals.ts';

export interface PaymentsContext {
  db: Database;
  clock: Clock;
  alipay: Alipay;
}

export type TopUp = typeof topUp.$inferSelect;

const MINUTE_MS = 60_000;
/** An order that nobody paid is closed after this. */
const TOP_UP_LIVES_MS = 30 * MINUTE_MS;
const QUERY_AFTER_MS = [2, 3, 5, 10, 15].map((minutes) => minutes * MINUTE_MS);

/**
 * Opens a top-up of whole fen. `page`: `payUrl` is a cashier page to open in a browser; `qr`: the text of a QR code.
 * @throws Failure `invalid_input` (amount), `upstream_unavailable` (no QR code to be had now).
 */
export async function createTopUp(
  ctx: PaymentsContext,
  input: { advertiserId: number; amountFen: number | bigint; by: string; method?: 'page' | 'qr' },
): Promise<{ topUpId: number; outTradeNo: string; payUrl: string }> {
  const amountFen = BigInt(input.amountFen);
  if (amountFen <= 0n || amountFen * MICRO_CNY_PER_FEN > MAX_MICRO_CNY)
    throw new Failure('invalid_input', {
      pointer: '/amountFen',
      zh: '充值金额须为 0.01 元至 1 亿元',
      en: 'a top-up is 0.01 to 100,000,000 yuan',
    });
  const method = input.method ?? 'page';
  const now = ctx.clock();
  const day = dayOf(now).replaceAll('-', '');
  const order = {
    outTradeNo: `TU${day}${randomBytes(8).toString('hex')}`,
    amountFen,
    subject: `广告账户充值 A${input.advertiserId}`,
  };
  const payUrl = method === 'page' ? ctx.alipay.pagePayUrl(order) : await qrCode(ctx, order);
  const [row] = await ctx.db
    .insert(topUp)
    .values({
      advertiserId: input.advertiserId,
      ...order,
      method,
      payUrl,
      createdBy: input.by,
      createdAt: new Date(now),
      expiresAt: new Date(now + TOP_UP_LIVES_MS),
      nextQueryAt: new Date(now + (QUERY_AFTER_MS[0] ?? MINUTE_MS)),
    })
    .returning({ id: topUp.id });
  return { topUpId: row!.id, outTradeNo: order.outTradeNo, payUrl };
}

async function qrCode(
  ctx: PaymentsContext,
  order: { outTradeNo: string; amountFen: bigint; subject: string },
): Promise<string> {
  const answer = await ctx.alipay.precreate(order);
  if (answer.kind === 'done') return answer.data;
  throw new Failure('upstream_unavailable', {
    zh: '支付宝暂时无法生成付款码，请稍后再试',
    en: `Alipay gave no QR code: ${answer.kind === 'refused' ? answer.code : answer.reason}`,
  });
}

export async function lockTopUp(tx: Transaction, id: number): Promise<TopUp | undefined> {
  const [row] = await tx.select().from(topUp).where(eq(topUp.id, id)).for('update');
  return row;
}

/** Credits the wallet of a locked, unpaid top-up: D alipay_cash / C wallet, one journal for ever. */
export async function creditTopUp(
  tx: Transaction,
  clock: Clock,
  row: TopUp,
  paid: { tradeNo: string; paidAtMs: number; foundBy: 'notify' | 'query' | 'bill' },
): Promise<void> {
  const now = clock();
  const amountMicroCny = fenToMicroCny(row.amountFen);
  await post(tx, [
    {
      key: `topup:${row.id}:credited`,
      kind: 'topup.credited',
      day: dayOf(now),
      subject: `topUp:${row.id}`,
      memo: row.outTradeNo,
      entries: [
        { account: accounts.alipayCash, amountMicroCny },
        { account: accounts.wallet(row.advertiserId), amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
  await tx
    .update(topUp)
    .set({
      status: 'credited',
      tradeNo: paid.tradeNo,
      foundBy: paid.foundBy,
      paidAt: new Date(paid.paidAtMs),
      creditedAt: new Date(now),
      nextQueryAt: null,
    })
    .where(eq(topUp.id, row.id));
}

/** Asks Alipay about every top-up that is due. Returns how many were credited or closed. */
export async function querySweep(
  ctx: PaymentsContext,
): Promise<{ credited: number; closed: number }> {
  const due = await ctx.db
    .select({ id: topUp.id, outTradeNo: topUp.outTradeNo })
    .from(topUp)
    .where(and(isNotNull(topUp.nextQueryAt), lte(topUp.nextQueryAt, new Date(ctx.clock()))))
    .orderBy(topUp.nextQueryAt)
    .limit(100);
  const settled = { credited: 0, closed: 0 };
  for (const { id, outTradeNo } of due) {
    const outcome = await queryTopUp(ctx, id, outTradeNo);
    if (outcome) settled[outcome] += 1;
  }
  return settled;
}

/** Asks about one top-up now, whatever its schedule. */
export async function queryTopUp(
  ctx: PaymentsContext,
  id: number,
  outTradeNo: string,
): Promise<'credited' | 'closed' | undefined> {
  const answer = await ctx.alipay.queryTrade(outTradeNo);
  const absent = answer.kind === 'refused' && answer.code === 'ACQ.TRADE_NOT_EXIST';
  if (answer.kind === 'done' && isPaid(answer.data)) return creditFound(ctx, id, answer.data);
  const dead = answer.kind === 'done' && answer.data.status === 'TRADE_CLOSED';
  const expired = await isExpired(ctx, id);
  if (dead || (expired && absent)) return closeTopUp(ctx, id);
  if (expired && answer.kind === 'done') {
    const closing = await ctx.alipay.closeTrade(outTradeNo);
    if (closing.kind === 'done') return closeTopUp(ctx, id);
  }
  await reschedule(ctx, id);
  return undefined;
}

const isPaid = (trade: TradeState): boolean =>
  trade.status === 'TRADE_SUCCESS' || trade.status === 'TRADE_FINISHED';

async function isExpired(ctx: PaymentsContext, id: number): Promise<boolean> {
  const [row] = await ctx.db.select().from(topUp).where(eq(topUp.id, id));
  return row !== undefined && row.expiresAt.getTime() <= ctx.clock();
}

async function creditFound(
  ctx: PaymentsContext,
  id: number,
  trade: TradeState,
): Promise<'credited' | undefined> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockTopUp(tx, id);
    if (!row || row.paidAt) return undefined;
    if (row.amountFen !== trade.amountFen) {
      await recordRefusal(tx, ctx.clock, {
        what: 'query',
        reason: 'amount',
        zh: `支付宝查询金额与订单不符：订单 ${row.amountFen} 分，查询 ${trade.amountFen} 分`,
        en: `the queried amount ${trade.amountFen} fen is not the order's ${row.amountFen} fen`,
        subject: `topUp:${id}`,
      });
      await tx.update(topUp).set({ nextQueryAt: null }).where(eq(topUp.id, id));
      return undefined;
    }
    await creditTopUp(tx, ctx.clock, row, {
      tradeNo: trade.tradeNo,
      paidAtMs: trade.paidAtMs ?? ctx.clock(),
      foundBy: 'query',
    });
    return 'credited';
  });
}

/** created → closed; nothing else is touched. */
export async function closeTopUp(
  ctx: Pick<PaymentsContext, 'db' | 'clock'>,
  id: number,
): Promise<'closed' | undefined> {
  const closed = await ctx.db
    .update(topUp)
    .set({ status: 'closed', closedAt: new Date(ctx.clock()), nextQueryAt: null })
    .where(and(eq(topUp.id, id), eq(topUp.status, 'created')))
    .returning({ id: topUp.id });
  return closed.length > 0 ? 'closed' : undefined;
}

async function reschedule(ctx: PaymentsContext, id: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await lockTopUp(tx, id);
    if (!row || row.paidAt || row.status === 'closed') return;
    const queries = row.queries + 1;
    const afterMs = QUERY_AFTER_MS[queries] ?? 15 * MINUTE_MS;
    const nextQueryAt = new Date(ctx.clock() + afterMs);
    await tx.update(topUp).set({ queries, nextQueryAt }).where(eq(topUp.id, id));
  });
}
