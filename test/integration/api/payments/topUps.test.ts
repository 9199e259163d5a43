import { afterEach, describe, expect, it } from 'vitest';
import { accounts } from '../../../../api/ledger/ledger.ts';
import {
  createTopUp,
  querySweep,
  receiveNotify,
  refusals,
  requestRefund,
  sendRefunds,
} from '../../../../api/payments/payments.ts';
import { createKeyPair } from '../../../simulator/alipay/keys.ts';
import { openWorld } from './world.ts';

const MINUTE = 60_000;
// Without a fee, so that the ledger's cash equals the gateway's balance at every step.
const world = await openWorld({});
const { ctx, gateway } = world;
let advertiserId = 0;

async function opened(amountFen = 100_000, method: 'page' | 'qr' = 'page') {
  advertiserId += 1;
  const made = await createTopUp(ctx, { advertiserId, amountFen, by: 'user-1', method });
  if (method === 'page') await fetch(made.payUrl);
  return { ...made, wallet: () => world.balance(accounts.wallet(advertiserId)) };
}

afterEach(() => gateway.faults.clear());

describe('a top-up', () => {
  it('credits the wallet once when its signed notify arrives, and again never', async () => {
    const topUp = await opened();
    gateway.faults.onNotify('duplicate');
    gateway.pay(topUp.outTradeNo);
    await gateway.notifies.deliver();
    expect(await topUp.wallet()).toBe(1_000_000_000n);
    expect(world.notifyAnswers.splice(0)).toEqual(['success', 'success']);
    expect(await world.count(`FROM journal WHERE key = 'topup:${topUp.topUpId}:credited'`)).toBe(1);
  });

  it('is found by the query sweep when the notify is lost', async () => {
    const topUp = await opened();
    gateway.faults.onNotify('lost');
    gateway.pay(topUp.outTradeNo);
    expect(await gateway.notifies.deliver()).toBe(0);
    expect(await querySweep(ctx)).toEqual({ credited: 0, closed: 0 });
    world.advance(3 * MINUTE);
    expect(await querySweep(ctx)).toEqual({ credited: 1, closed: 0 });
    expect(await topUp.wallet()).toBe(1_000_000_000n);
  });

  it('pays by QR code as by page', async () => {
    const topUp = await opened(1, 'qr');
    expect(topUp.payUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/cashier\//);
    await fetch(`${topUp.payUrl}/pay`, { method: 'POST' });
    await gateway.notifies.deliver();
    expect(await topUp.wallet()).toBe(10_000n);
  });

  it('closes unpaid after its time, and is credited all the same when paid after that', async () => {
    const topUp = await opened();
    world.advance(31 * MINUTE);
    expect((await querySweep(ctx)).closed).toBe(1);
    gateway.pay(topUp.outTradeNo, true);
    await gateway.notifies.deliver();
    expect(await topUp.wallet()).toBe(1_000_000_000n);
  });

  it.each([
    'system_error',
    'unavailable',
    'http_502',
    'bad_signature',
    'reset',
    'garbage',
  ] as const)('is not moved by a query that fails with %s', async (kind) => {
    const topUp = await opened();
    gateway.faults.onNotify('lost');
    gateway.pay(topUp.outTradeNo);
    world.advance(3 * MINUTE);
    gateway.faults.onCall({ kind, when: 'after', method: 'alipay.trade.query', times: 2 });
    await querySweep(ctx);
    expect(await topUp.wallet()).toBe(0n);
    gateway.faults.clear();
    world.advance(20 * MINUTE);
    await querySweep(ctx);
    expect(await topUp.wallet()).toBe(1_000_000_000n);
  });
});

describe('a notify is refused, kept with its reason, and moves nothing', () => {
  const forger = createKeyPair();
  it.each([
    ['signature', {}, forger.privateKey],
    ['app_id', { app_id: '2021999999999999' }, undefined],
    ['seller_id', { seller_id: '2088000000000000' }, undefined],
    ['out_trade_no', { out_trade_no: 'TU-nobody' }, undefined],
    ['amount', { total_amount: '1000.01' }, undefined],
    ['amount', { total_amount: '1000.001' }, undefined],
  ] as const)('wrong %s %j', async (reason, changes, key) => {
    const topUp = await opened();
    gateway.book.pay(topUp.outTradeNo);
    const trade = gateway.book.trade(topUp.outTradeNo);
    const form = gateway.notifies.craft(trade, changes, key);
    const journals = await world.count('FROM journal');
    expect(await receiveNotify(ctx, form)).toBe('failure');
    expect(await world.count('FROM journal')).toBe(journals);
    expect(await topUp.wallet()).toBe(0n);
    const [kept] = await refusals(ctx.db, { limit: 1 });
    expect(kept).toMatchObject({ what: 'notify', reason });
    expect(
      await world.count(
        `FROM notify_inbox WHERE verdict = 'refused' AND form->>'notify_id' = '${form.notify_id}'`,
      ),
    ).toBe(1);
  });

  it('a signature by any hash but RSA2, or of an unknown type, is refused and does not throw', async () => {
    const topUp = await opened();
    const trade = gateway.book.trade(topUp.outTradeNo);
    const form = gateway.notifies.craft(trade, { trade_status: 'TRADE_SUCCESS' });
    for (const sign_type of ['RSA', 'MD5', ''])
      expect(await receiveNotify(ctx, { ...form, sign_type })).toBe('failure');
    expect(await topUp.wallet()).toBe(0n);
  });

  it('a percent sign in the subject does not break a true signature', async () => {
    const topUp = await opened();
    gateway.book.pay(topUp.outTradeNo);
    const form = gateway.notifies.craft(gateway.book.trade(topUp.outTradeNo), {
      subject: '100% 返%zz&<>"',
    });
    expect(await receiveNotify(ctx, form)).toBe('success');
    expect(await topUp.wallet()).toBe(1_000_000_000n);
  });
});

describe('a refund of unused balance', () => {
  it('takes the money at once, pays it back, and its notify credits nothing', async () => {
    const topUp = await opened();
    gateway.faults.onNotify('lost');
    gateway.pay(topUp.outTradeNo);
    world.advance(3 * MINUTE);
    await querySweep(ctx);
    await requestRefund(ctx, {
      topUpId: topUp.topUpId,
      amountFen: 40_000,
      reason: '退款',
      by: 'user-1',
    });
    expect(await topUp.wallet()).toBe(600_000_000n);
    expect(await sendRefunds(ctx)).toEqual({ succeeded: 1, failed: 0 });
    await gateway.notifies.deliver();
    expect(await topUp.wallet()).toBe(600_000_000n);
    expect(
      await world.count(`FROM top_up WHERE id = ${topUp.topUpId} AND status = 'part_refunded'`),
    ).toBe(1);
  });

  it("that is noticed before the payment's notify makes us ask Alipay, not credit on hearsay", async () => {
    const topUp = await opened();
    gateway.faults.onNotify('reordered');
    gateway.pay(topUp.outTradeNo);
    gateway.book.refund(topUp.outTradeNo, 'console', 10_000n);
    gateway.notifies.refunded(gateway.book.trade(topUp.outTradeNo), 'console', 10_000n);
    await gateway.notifies.deliver();
    expect(await topUp.wallet()).toBe(0n);
    expect((await querySweep(ctx)).credited).toBe(1);
    world.advance(5 * MINUTE);
    await gateway.notifies.deliver();
    expect(await topUp.wallet()).toBe(1_000_000_000n);
  });

  it.each(['before', 'after'] as const)(
    'happens once when the connection drops %s the commit',
    async (when) => {
      const topUp = await opened();
      gateway.pay(topUp.outTradeNo);
      await gateway.notifies.deliver();
      const bank = gateway.book.balanceFen;
      await requestRefund(ctx, {
        topUpId: topUp.topUpId,
        amountFen: 5_000,
        reason: '退款',
        by: 'user-1',
      });
      gateway.faults.onCall({ kind: 'reset', when, method: 'alipay.trade.refund', times: 2 });
      expect(await sendRefunds(ctx)).toEqual({ succeeded: 0, failed: 0 });
      world.advance(MINUTE);
      expect(await sendRefunds(ctx)).toEqual({ succeeded: 1, failed: 0 });
      expect(gateway.book.balanceFen).toBe(bank - 5_000n);
    },
  );

  it('of more than is left is refused', async () => {
    const topUp = await opened();
    gateway.pay(topUp.outTradeNo);
    await gateway.notifies.deliver();
    await expect(
      requestRefund(ctx, { topUpId: topUp.topUpId, amountFen: 100_001, reason: '', by: 'u' }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
