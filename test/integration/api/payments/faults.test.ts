/**
 * The gateway's faults one by one, where no other file has them. Who shows which:
 *
 * | fault | test |
 * |---|---|
 * | killed between every pair of steps | `npm run sim -- --crash-points`, simulator/sim.test.ts |
 * | duplicate, late, reordered, forged, lost notify | here; forged by each field: topUps.test.ts |
 * | a refund's notify before the payment's; paid after close | topUps.test.ts |
 * | SYSTEM_ERROR, 20000, hang, 502, bad signature, reset, garbage, before and after the commit | transfers: payouts.test.ts; refunds, queries and QR codes: here |
 * | bill missing, truncated, of wrong encoding or total, duplicated, with an extra or a missing row, a fen off | bills.test.ts |
 * | 23:59:59.999 in Shanghai | here; booked after midnight: bills.test.ts |
 * | a contract that changes within an hour's reach | billing.test.ts |
 * | refund after its month was closed | here |
 * | bounced payout | payouts.test.ts, bills.test.ts |
 */
import { afterEach, describe, expect, it } from 'vitest';
import { accounts, ledgerFaults, periodHash, turnPeriod } from '../../../../api/ledger/ledger.ts';
import {
  createTopUp,
  querySweep,
  requestRefund,
  sendRefunds,
} from '../../../../api/payments/payments.ts';
import { fetchBill, matchBill } from '../../../../api/reconciliation/reconciliation.ts';
import { addDays, dayOf, dayStartMs } from '../../../../db/terms/day.ts';
import { CALL_FAULTS, NOTIFY_FAULTS } from '../../../simulator/alipay/faults.ts';
import { NOON, openWorld } from './world.ts';

const MINUTE = 60_000;
const world = await openWorld({ timeoutMs: 250 });
const { ctx, gateway } = world;
let advertiserId = 0;

async function opened(amountFen = 10_000) {
  advertiserId += 1;
  const wallet = accounts.wallet(advertiserId);
  const made = await createTopUp(ctx, { advertiserId, amountFen, by: 'u' });
  await fetch(made.payUrl);
  return { ...made, wallet: () => world.balance(wallet) };
}

async function paid(amountFen = 10_000) {
  const made = await opened(amountFen);
  gateway.pay(made.outTradeNo);
  await gateway.notifies.deliver();
  return made;
}

afterEach(async () => {
  gateway.faults.clear();
  expect(await ledgerFaults(ctx.db)).toEqual([]);
});

const CALLS = CALL_FAULTS.flatMap((kind) =>
  (['before', 'after'] as const).map((when) => [kind, when] as const),
);

describe('a payment', () => {
  it.each(NOTIFY_FAULTS)('whose notify is %s is credited once', async (fault) => {
    const made = await opened();
    gateway.faults.onNotify(fault);
    gateway.pay(made.outTradeNo);
    await gateway.notifies.deliver();
    world.advance(3 * MINUTE);
    await querySweep(ctx);
    expect(await made.wallet()).toBe(100_000_000n);
    // What was held up arrives hours later, and changes nothing.
    for (let hour = 0; hour < 3; hour += 1) {
      world.advance(60 * MINUTE);
      await gateway.notifies.deliver();
    }
    expect(await made.wallet()).toBe(100_000_000n);
    expect(await world.count(`FROM journal WHERE key = 'topup:${made.topUpId}:credited'`)).toBe(1);
  });

  it.each(CALLS)('is found though its query meets %s %s the commit', async (kind, when) => {
    const made = await opened();
    gateway.faults.onNotify('lost');
    gateway.pay(made.outTradeNo);
    world.advance(3 * MINUTE);
    gateway.faults.onCall({ kind, when, method: 'alipay.trade.query', times: 2 });
    await querySweep(ctx);
    gateway.faults.clear();
    world.advance(20 * MINUTE);
    await querySweep(ctx);
    expect(await made.wallet()).toBe(100_000_000n);
  });

  it('at 23:59:59.999 in Shanghai is of that day at the bank and here', async () => {
    const day = addDays(dayOf(world.clock()), 2);
    world.set(dayStartMs(addDays(day, 1)) - 1);
    const made = await paid();
    const journals = await world.count(
      `FROM journal WHERE key = 'topup:${made.topUpId}:credited' AND day = '${day}'`,
    );
    expect(journals).toBe(1);
    world.set(dayStartMs(addDays(day, 1)) + 600 * MINUTE);
    await fetchBill(ctx, day);
    expect(await matchBill(ctx, day)).toMatchObject({ matched: 1, fees: 1, cases: 0 });
    await fetchBill(ctx, addDays(day, 1)).catch(() => undefined);
    expect(await world.count(`FROM reconciliation_case WHERE status <> 'closed'`)).toBe(0);
  });
});

describe('a QR code', () => {
  it.each(CALLS)('that meets %s %s the commit leaves no order half made', async (kind, when) => {
    gateway.faults.onCall({ kind, when, method: 'alipay.trade.precreate', times: 2 });
    const before = await world.count('FROM top_up');
    advertiserId += 1;
    const ask = () => createTopUp(ctx, { advertiserId, amountFen: 100, by: 'u', method: 'qr' });
    await expect(ask()).rejects.toMatchObject({ code: 'upstream_unavailable' });
    expect(await world.count('FROM top_up')).toBe(before);
    gateway.faults.clear();
    expect((await ask()).payUrl).toContain('/cashier/');
  });
});

describe('a refund', () => {
  const refund = (topUpId: number, amountFen: number) =>
    requestRefund(ctx, { topUpId, amountFen, reason: 'r', by: 'u' });

  it.each(CALLS)('that meets %s %s the commit is paid once', async (kind, when) => {
    const made = await paid();
    const bank = gateway.book.balanceFen;
    await refund(made.topUpId, 4_000);
    gateway.faults.onCall({ kind, when, method: 'alipay.trade.refund', times: 2 });
    await sendRefunds(ctx);
    for (let n = 0; n < 4; n += 1) {
      world.advance(30 * MINUTE);
      await sendRefunds(ctx);
    }
    expect(gateway.book.balanceFen).toBe(bank - 4_000n);
    expect(await made.wallet()).toBe(60_000_000n);
    const done = `FROM top_up_refund WHERE top_up_id = ${made.topUpId} AND status = 'succeeded'`;
    expect(await world.count(done)).toBe(1);
  });

  it('after the month of its payment was closed is the open month’s, and the closed one stays', async () => {
    const made = await paid();
    const month = dayOf(world.clock()).slice(0, 7);
    world.set(dayStartMs(`${addDays(`${month}-01`, 31).slice(0, 7)}-02`) + 36_000_000);
    await turnPeriod(ctx.db, { month, to: 'closing', by: 'a' });
    await turnPeriod(ctx.db, { month, to: 'closed', by: 'b', certificate: { n: 1 } });
    const hash = await periodHash(ctx.db, month);
    await refund(made.topUpId, 1_000);
    await sendRefunds(ctx);
    expect(await made.wallet()).toBe(90_000_000n);
    expect(await periodHash(ctx.db, month)).toBe(hash);
    const later = dayOf(world.clock());
    const moved = `FROM journal WHERE subject = 'topUp:${made.topUpId}' AND day = '${later}'`;
    expect(await world.count(moved)).toBe(2);
    expect(later > dayOf(NOON)).toBe(true);
  });
});
