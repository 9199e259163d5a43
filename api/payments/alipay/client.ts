/**
 * The one way to Alipay: the real SDK behind verbs of our own. Owns what its calls mean for money: an answer is
 * `done`, `refused` (verified, and certain not to have happened) or `unknown` (anything else: a throw, a time-out, a bad
 * signature, SYSTEM_ERROR, 20000). Refuses to guess: an unknown outcome is queried by whoever asked.
 *
 * Measured with alipay-sdk 4.14: `exec` verifies nothing without `validateSign`; it stamps requests in the process's
 * zone unless given a timestamp; it sends again by itself after a socket reset, so every call must be repeatable under
 * the id it carries; POST forms break on `&amp;`, so pages are GET URLs; keys are written in snake case and read with
 * `camelcase: false`, so nothing is renamed on the way.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { AlipaySdk } from 'alipay-sdk';
import type { Clock, Day } from '../../../db/terms/day.ts';
import { fenToYuan } from '../../../db/terms/money.ts';
import { alipayTime, alipayTimeMs, fenOfYuan } from './format.ts';

export interface AlipayConfig {
  /** `https://openapi.alipay.com/gateway.do`, or our own gateway's URL. */
  gateway: string;
  appId: string;
  /** The merchant's 2088… number: notifies for anybody else are refused. */
  sellerId: string;
  /** PEM, PKCS1 or PKCS8, or its bare base64. */
  privateKey: string;
  /** Alipay's public key (not ours). */
  publicKey: string;
  notifyUrl: string;
  returnUrl?: string;
  /** For one HTTP round trip; default 10,000. */
  timeoutMs?: number;
  clock: Clock;
}

export type Answer<T> =
  | { kind: 'done'; data: T }
  | { kind: 'refused'; code: string; message: string }
  | { kind: 'unknown'; reason: string };

export interface TradeState {
  tradeNo: string;
  status: 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED' | 'TRADE_FINISHED';
  amountFen: bigint;
  /** Epoch ms; absent while unpaid. */
  paidAtMs: number | undefined;
}

export interface TransferState {
  orderId: string;
  status: 'SUCCESS' | 'FAIL' | 'DEALING' | 'REFUND' | 'CLOSED' | 'WAIT_PAY';
  amountFen: bigint | undefined;
  /** When it was paid, epoch ms. */
  paidAtMs: number | undefined;
  failReason: string | undefined;
}

export interface TransferOrder {
  /** Fixed for ever: Alipay pays one `outBizNo` once. */
  outBizNo: string;
  amountFen: bigint;
  payeeAccount: string;
  payeeName: string;
  title: string;
}

export type NotifyForm = Record<string, string>;

/** Business refusals after which the outcome is still open; everything else under 40004 is final. */
const UNCERTAIN = /SYSTEM_ERROR|UNKNOW|PROCESSING|REQUEST_PROCESSING|TIMEOUT/i;

type Reply = Record<string, unknown> & { code?: string; msg?: string };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a verified reply says of the call's fate. */
export function judge(reply: Reply): Answer<Reply> {
  const code = textOf(reply.code);
  const subCode = textOf(reply.sub_code);
  if (code === '10000') return { kind: 'done', data: reply };
  const message = textOf(reply.sub_msg) || textOf(reply.msg);
  if (code === '40004' && !UNCERTAIN.test(subCode))
    return { kind: 'refused', code: subCode, message };
  // Our clock or theirs is off: nothing ran, and the same request will do later.
  if (subCode === 'isv.invalid-timestamp') return { kind: 'unknown', reason: subCode };
  // 40001/40002/40006: refused by the gateway before any business ran (signature, missing or bad parameter, rights).
  if (/^4000[126]$/.test(code)) return { kind: 'refused', code: subCode || code, message };
  return { kind: 'unknown', reason: `${code} ${subCode} ${message}`.trim() };
}

/** PEM header or none: the SDK only takes a key whose `keyType` is named rightly. */
export function keyTypeOf(privateKey: string): 'PKCS1' | 'PKCS8' {
  if (privateKey.includes('BEGIN RSA PRIVATE KEY')) return 'PKCS1';
  if (privateKey.includes('BEGIN PRIVATE KEY')) return 'PKCS8';
  try {
    createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    return 'PKCS8';
  } catch {
    return 'PKCS1';
  }
}

/**
 * The SDK hands its keys to `crypto` as they are; read once, since PEM is read anew for each call, and that costs three to six
 * times what signing does. What cannot be read stays text, and fails where it is used.
 */
function keepKeys(config: { privateKey: string; alipayPublicKey: string }): void {
  const keep = (name: keyof typeof config, read: (pem: string) => KeyObject) => {
    try {
      config[name] = read(config[name]) as unknown as string;
    } catch {}
  };
  keep('privateKey', createPrivateKey);
  keep('alipayPublicKey', createPublicKey);
}

export function createAlipay(config: AlipayConfig) {
  const { clock } = config;
  const sdk = new AlipaySdk({
    appId: config.appId,
    privateKey: config.privateKey,
    keyType: keyTypeOf(config.privateKey),
    alipayPublicKey: config.publicKey,
    signType: 'RSA2',
    gateway: config.gateway,
    timeout: config.timeoutMs ?? 10_000,
    camelcase: false,
  });
  keepKeys(sdk.config);
  const timestamp = () => alipayTime(clock());

  async function call(
    method: string,
    bizContent: Record<string, unknown>,
    notifyUrl?: string,
  ): Promise<Answer<Reply>> {
    try {
      const params = { bizContent, timestamp: timestamp(), ...(notifyUrl ? { notifyUrl } : {}) };
      return judge((await sdk.exec(method, params, { validateSign: true })) as Reply);
    } catch (error) {
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  const read = <T>(answer: Answer<Reply>, take: (reply: Reply) => T): Answer<T> =>
    answer.kind === 'done' ? { kind: 'done', data: take(answer.data) } : answer;

  return {
    appId: config.appId,
    sellerId: config.sellerId,

    /** URL of the cashier page for a browser: nothing exists at Alipay until the payer opens it. */
    pagePayUrl(input: { outTradeNo: string; amountFen: bigint; subject: string }): string {
      return sdk.pageExec('alipay.trade.page.pay', 'GET', {
        notifyUrl: config.notifyUrl,
        ...(config.returnUrl ? { returnUrl: config.returnUrl } : {}),
        timestamp: timestamp(),
        bizContent: {
          out_trade_no: input.outTradeNo,
          product_code: 'FAST_INSTANT_TRADE_PAY',
          total_amount: fenToYuan(input.amountFen),
          subject: input.subject,
        },
      });
    },

    /** Text of the QR code that the payer scans. */
    async precreate(input: { outTradeNo: string; amountFen: bigint; subject: string }) {
      const biz = {
        out_trade_no: input.outTradeNo,
        total_amount: fenToYuan(input.amountFen),
        subject: input.subject,
      };
      const answer = await call('alipay.trade.precreate', biz, config.notifyUrl);
      return read(answer, (reply) => textOf(reply.qr_code));
    },

    async queryTrade(outTradeNo: string): Promise<Answer<TradeState>> {
      const answer = await call('alipay.trade.query', { out_trade_no: outTradeNo });
      return read(answer, (reply) => ({
        tradeNo: textOf(reply.trade_no),
        status: textOf(reply.trade_status) as TradeState['status'],
        amountFen: fenOfYuan(textOf(reply.total_amount)) ?? -1n,
        paidAtMs: alipayTimeMs(textOf(reply.send_pay_date)),
      }));
    },

    async closeTrade(outTradeNo: string): Promise<Answer<string>> {
      const answer = await call('alipay.trade.close', { out_trade_no: outTradeNo });
      return read(answer, (reply) => textOf(reply.trade_no));
    },

    /** Repeatable under one `outRequestNo`; answers when it was paid, epoch ms. */
    async refund(input: { outTradeNo: string; outRequestNo: string; amountFen: bigint }) {
      const answer = await call('alipay.trade.refund', {
        out_trade_no: input.outTradeNo,
        out_request_no: input.outRequestNo,
        refund_amount: fenToYuan(input.amountFen),
      });
      return read(answer, (reply) => alipayTimeMs(textOf(reply.gmt_refund_pay)));
    },

    /** What was refunded under that number; undefined: no such refund (the reply is 10000 all the same). */
    async queryRefund(outTradeNo: string, outRequestNo: string) {
      const biz = { out_trade_no: outTradeNo, out_request_no: outRequestNo };
      const answer = await call('alipay.trade.fastpay.refund.query', biz);
      return read(answer, (reply) =>
        reply.refund_status === 'REFUND_SUCCESS'
          ? { paidAtMs: alipayTimeMs(textOf(reply.gmt_refund_pay)) }
          : undefined,
      );
    },

    /** Repeatable under one `outBizNo`: the same order again returns the first one's result. */
    async transfer(order: TransferOrder): Promise<Answer<TransferState>> {
      const answer = await call('alipay.fund.trans.uni.transfer', {
        out_biz_no: order.outBizNo,
        trans_amount: fenToYuan(order.amountFen),
        product_code: 'TRANS_ACCOUNT_NO_PWD',
        biz_scene: 'DIRECT_TRANSFER',
        order_title: order.title,
        payee_info: {
          identity: order.payeeAccount,
          identity_type: 'ALIPAY_LOGON_ID',
          name: order.payeeName,
        },
      });
      return read(answer, (reply) => transferState(reply, order.amountFen));
    },

    async queryTransfer(outBizNo: string): Promise<Answer<TransferState>> {
      const answer = await call('alipay.fund.trans.common.query', {
        out_biz_no: outBizNo,
        product_code: 'TRANS_ACCOUNT_NO_PWD',
        biz_scene: 'DIRECT_TRANSFER',
      });
      return read(answer, (reply) => transferState(reply, fenOfYuan(textOf(reply.trans_amount))));
    },

    /** URL of a day's account bill; lives 30 seconds: fetch it at once. */
    async billUrl(day: Day): Promise<Answer<string>> {
      const biz = { bill_type: 'signcustomer', bill_date: day };
      const answer = await call('alipay.data.dataservice.bill.downloadurl.query', biz);
      return read(answer, (reply) => textOf(reply.bill_download_url));
    },

    /**
     * True when the form was signed by Alipay. RSA2 is demanded first: the SDK would let the sender pick the hash, and
     * throws at an unknown one.
     */
    notifySignatureHolds(form: NotifyForm): boolean {
      if (form.sign_type !== 'RSA2' || !form.sign) return false;
      try {
        return sdk.checkNotifySignV2(form);
      } catch {
        return false;
      }
    },
  };
}

function transferState(reply: Reply, amountFen: bigint | undefined): TransferState {
  return {
    orderId: textOf(reply.order_id),
    status: textOf(reply.status) as TransferState['status'],
    amountFen,
    paidAtMs: alipayTimeMs(textOf(reply.trans_date) || textOf(reply.pay_date)),
    failReason: textOf(reply.fail_reason) || undefined,
  };
}

export type Alipay = ReturnType<typeof createAlipay>;
