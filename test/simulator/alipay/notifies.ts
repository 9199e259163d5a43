/**
 * Asynchronous notifies: built and signed at the event, delivered by form POST, retried until the merchant answers
 * plain `success`. Owns the real retry schedule (4 m, 10 m, 10 m, 1 h, 2 h, 6 h, 15 h, one notify_id) and its faults.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../db/terms/day.ts';
import type { Faults } from './faults.ts';
import type { Trade } from './records.ts';
import { alipayTime, fenText, type Params, signNotify } from './wire.ts';

export const RETRY_AFTER_MS = [4, 10, 10, 60, 120, 360, 900].map((minutes) => minutes * 60_000);

export interface Delivery {
  url: string;
  form: Params;
  dueMs: number;
  attempt: number;
}

export interface NotifyOptions {
  clock: Clock;
  faults: Faults;
  appId: string;
  sellerId: string;
  privateKey: string;
  /** Posts a form and returns the answer's text; undefined when nobody answered. */
  post?: (url: string, form: Params) => Promise<string | undefined>;
}

async function postForm(url: string, form: Params): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: new URLSearchParams(form).toString(),
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

export function createNotifies(options: NotifyOptions) {
  const { clock, faults, appId, sellerId, privateKey } = options;
  const post = options.post ?? postForm;
  let queue: Delivery[] = [];
  let last = 0;

  function fields(t: Trade, changes: Params = {}): Params {
    last += 1;
    const notifyId = createHash('md5').update(`${t.tradeNo}:${clock()}:${last}`).digest('hex');
    return {
      notify_time: alipayTime(clock()),
      notify_type: 'trade_status_sync',
      notify_id: notifyId,
      app_id: appId,
      auth_app_id: appId,
      charset: 'utf-8',
      version: '1.0',
      trade_no: t.tradeNo,
      out_trade_no: t.outTradeNo,
      trade_status: t.status,
      subject: t.subject,
      total_amount: fenText(t.amountFen),
      receipt_amount: fenText(t.amountFen),
      buyer_pay_amount: fenText(t.amountFen),
      seller_id: sellerId,
      buyer_id: '2088102146225135',
      gmt_create: alipayTime(t.createdMs),
      ...(t.paidMs === null ? {} : { gmt_payment: alipayTime(t.paidMs) }),
      ...changes,
    };
  }

  function enqueue(t: Trade, form: Params): void {
    if (!t.notifyUrl) return;
    const url = t.notifyUrl;
    const fault = faults.drawNotify();
    const now = clock();
    if (fault === 'lost') return;
    if (fault === 'forged') {
      const forged = { ...form, total_amount: '88888.00' };
      queue.push({ url, form: forged, dueMs: now, attempt: RETRY_AFTER_MS.length });
    }
    // Reordered: this one waits three minutes, so that whatever follows overtakes it.
    const delayMs = fault === 'late' ? 3_600_000 : fault === 'reordered' ? 180_000 : 0;
    queue.push({ url, form, dueMs: now + delayMs, attempt: 0 });
    if (fault === 'duplicate')
      queue.push({ url, form, dueMs: now, attempt: RETRY_AFTER_MS.length });
  }

  return {
    paid: (t: Trade) => enqueue(t, signNotify(fields(t), privateKey)),
    refunded(t: Trade, outRequestNo: string, refundedFen: bigint) {
      // As measured: the notify of a partial refund still says TRADE_SUCCESS; only refund_fee gives it away.
      const changes = {
        out_biz_no: outRequestNo,
        refund_fee: fenText(refundedFen),
        gmt_refund: alipayTime(clock()),
      };
      enqueue(t, signNotify(fields(t, changes), privateKey));
    },
    /** A crafted notify: rightly signed over `changes`, or (with `key`) signed by somebody else. Returns the form. */
    craft: (t: Trade, changes: Params, key = privateKey): Params =>
      signNotify(fields(t, changes), key),
    /** Delivers what is due in due order; returns how many were answered `success`. */
    async deliver(): Promise<number> {
      const now = clock();
      const due = queue.filter((d) => d.dueMs <= now).sort((a, b) => a.dueMs - b.dueMs);
      queue = queue.filter((d) => d.dueMs > now);
      let delivered = 0;
      for (const d of due) {
        const answer = await post(d.url, d.form);
        if (answer?.trim() === 'success') delivered += 1;
        else {
          const afterMs = RETRY_AFTER_MS[d.attempt];
          if (afterMs !== undefined)
            queue.push({ ...d, dueMs: now + afterMs, attempt: d.attempt + 1 });
        }
      }
      return delivered;
    },
    waiting: () => queue.length,
    snapshot: (): Delivery[] => queue,
    restore: (deliveries: Delivery[]) => {
      queue = deliveries;
    },
  };
}

export type Notifies = ReturnType<typeof createNotifies>;
