/**
 * The API methods the gateway answers, v2 and v3 alike: reads `biz_content` strictly, moves the book, returns the
 * response's fields. Refuses what the real one refuses: three decimals, a missing number, a wrong product code.
 */
import type { Clock } from '../../../db/terms/day.ts';
import type { Book } from './book.ts';
import { GatewayError } from './book.ts';
import type { Trade } from './records.ts';
import { alipayTime, fenText, parseFen } from './wire.ts';

export type Biz = Record<string, unknown>;

export interface MethodContext {
  book: Book;
  clock: Clock;
  sellerId: string;
  publicUrl: () => string;
  notifyUrl: string | null;
  onRefund: (trade: Trade, outRequestNo: string) => void;
  billUrl: (day: string, type: string) => string | undefined;
}

const SUCCESS = { code: '10000', msg: 'Success' };

const invalid = (what: string): GatewayError =>
  new GatewayError('ACQ.INVALID_PARAMETER', `参数有误：${what}`);

function text(biz: Biz, key: string, maxLength = 256): string {
  const value = biz[key];
  if (typeof value !== 'string' || value === '' || value.length > maxLength) throw invalid(key);
  return value;
}

function fen(biz: Biz, key: string): bigint {
  const amount = parseFen(biz[key]);
  if (amount === undefined || amount <= 0n) throw invalid(key);
  return amount;
}

const tradeFields = (t: Trade) => ({
  trade_no: t.tradeNo,
  out_trade_no: t.outTradeNo,
  buyer_logon_id: 'buy***@sandbox.com',
});

function precreate(ctx: MethodContext, biz: Biz) {
  const t = ctx.book.openTrade({
    outTradeNo: text(biz, 'out_trade_no', 64),
    subject: text(biz, 'subject'),
    amountFen: fen(biz, 'total_amount'),
    notifyUrl: ctx.notifyUrl,
    returnUrl: null,
  });
  return {
    ...SUCCESS,
    out_trade_no: t.outTradeNo,
    qr_code: `${ctx.publicUrl()}/cashier/${t.tradeNo}`,
  };
}

function tradeQuery(ctx: MethodContext, biz: Biz) {
  const t = ctx.book.trade(text(biz, 'out_trade_no', 64));
  return {
    ...SUCCESS,
    ...tradeFields(t),
    trade_status: t.status,
    total_amount: fenText(t.amountFen),
    buyer_user_id: '2088102146225135',
    ...(t.paidMs === null ? {} : { send_pay_date: alipayTime(t.paidMs) }),
  };
}

function refund(ctx: MethodContext, biz: Biz) {
  const outRequestNo = text(biz, 'out_request_no', 64);
  const done = ctx.book.refund(
    text(biz, 'out_trade_no', 64),
    outRequestNo,
    fen(biz, 'refund_amount'),
  );
  if (done.changed) ctx.onRefund(done.trade, outRequestNo);
  return {
    ...SUCCESS,
    ...tradeFields(done.trade),
    fund_change: done.changed ? 'Y' : 'N',
    refund_fee: fenText(ctx.book.refundedFen(done.trade)),
    gmt_refund_pay: alipayTime(done.atMs),
  };
}

function refundQuery(ctx: MethodContext, biz: Biz) {
  const t = ctx.book.trade(text(biz, 'out_trade_no', 64));
  const outRequestNo = text(biz, 'out_request_no', 64);
  const found = t.refunds.find((r) => r.outRequestNo === outRequestNo);
  // An unknown refund is code 10000 without a refund_status: only the field says that it happened.
  if (!found) return { ...SUCCESS };
  return {
    ...SUCCESS,
    trade_no: t.tradeNo,
    out_trade_no: t.outTradeNo,
    out_request_no: outRequestNo,
    refund_status: 'REFUND_SUCCESS',
    refund_amount: fenText(found.amountFen),
    total_amount: fenText(t.amountFen),
    gmt_refund_pay: alipayTime(found.atMs),
  };
}

function transfer(ctx: MethodContext, biz: Biz) {
  if (text(biz, 'product_code') !== 'TRANS_ACCOUNT_NO_PWD') throw invalid('product_code');
  if (text(biz, 'biz_scene') !== 'DIRECT_TRANSFER') throw invalid('biz_scene');
  const payee = biz.payee_info as Biz | undefined;
  if (payee?.identity_type !== 'ALIPAY_LOGON_ID') throw invalid('payee_info');
  const made = ctx.book.transfer({
    outBizNo: text(biz, 'out_biz_no', 64),
    amountFen: fen(biz, 'trans_amount'),
    identity: text(payee, 'identity'),
    name: text(payee, 'name'),
    title: text(biz, 'order_title', 128),
  });
  return {
    ...SUCCESS,
    out_biz_no: made.outBizNo,
    order_id: made.orderId,
    pay_fund_order_id: made.orderId,
    status: 'SUCCESS',
    trans_date: alipayTime(made.atMs),
  };
}

function transferQuery(ctx: MethodContext, biz: Biz) {
  const made = ctx.book.transfers.get(text(biz, 'out_biz_no', 64));
  if (!made) throw new GatewayError('ORDER_NOT_EXIST', '转账订单不存在');
  return {
    ...SUCCESS,
    out_biz_no: made.outBizNo,
    order_id: made.orderId,
    pay_fund_order_id: made.orderId,
    trans_amount: fenText(made.amountFen),
    status: made.status,
    pay_date: alipayTime(made.atMs),
    ...(made.status === 'REFUND' ? { fail_reason: '收款账户异常，资金已退回' } : {}),
  };
}

function billUrl(ctx: MethodContext, biz: Biz) {
  const type = text(biz, 'bill_type');
  if (type !== 'signcustomer') throw invalid('bill_type');
  const day = text(biz, 'bill_date');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw invalid('bill_date');
  const url = ctx.billUrl(day, type);
  if (!url) throw new GatewayError('isp.bill_not_exist', '账单不存在');
  return { ...SUCCESS, bill_download_url: url };
}

function closeTrade(ctx: MethodContext, biz: Biz) {
  return { ...SUCCESS, ...tradeFields(ctx.book.close(text(biz, 'out_trade_no', 64))) };
}

export const METHODS: Record<string, (ctx: MethodContext, biz: Biz) => object> = {
  'alipay.trade.precreate': precreate,
  'alipay.trade.query': tradeQuery,
  'alipay.trade.refund': refund,
  'alipay.trade.fastpay.refund.query': refundQuery,
  'alipay.trade.close': closeTrade,
  'alipay.fund.trans.uni.transfer': transfer,
  'alipay.fund.trans.common.query': transferQuery,
  'alipay.data.dataservice.bill.downloadurl.query': billUrl,
};

/** alipay.trade.page.pay: a page for a browser, not a response; opens the trade and names its cashier. */
export function openCashier(ctx: MethodContext, biz: Biz, returnUrl: string | null): Trade {
  if (text(biz, 'product_code') !== 'FAST_INSTANT_TRADE_PAY') throw invalid('product_code');
  return ctx.book.openTrade({
    outTradeNo: text(biz, 'out_trade_no', 64),
    subject: text(biz, 'subject'),
    amountFen: fen(biz, 'total_amount'),
    notifyUrl: ctx.notifyUrl,
    returnUrl,
  });
}
