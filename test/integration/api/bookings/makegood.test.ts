/** Guaranteed impressions that fall short: caught up, made good at no new price, or given back; outlets get what was shown. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { advanceOrders, closeOverdue } from '../../../../api/bookings/bookings.ts';
import { grantBudgets } from '../../../../api/delivery/budgets.ts';
import { findHolds, holdKeys, ledgerFaults } from '../../../../api/ledger/ledger.ts';
import { freezeMonth } from '../../../../api/statements/statements.ts';
import { addDays, dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import { newAdvertiser, newOutlet, type TestApi } from '../../../kit/actors.ts';
import { deliver } from '../../../kit/books.ts';
import { newCreative } from '../../../kit/market.ts';
import {
  at,
  type Buyer,
  bookOrder,
  dayOfLine,
  draftOrder,
  linesOfOrder,
  newSpot,
  openContract,
  openTrade,
  stepOrder,
  TODAY,
  topUp,
} from '../../../kit/trade.ts';

const START = addDays(TODAY, 2);
const CPM_FEN = 2_000;
const UNIT = BigInt(CPM_FEN) * 10n;
const YUAN = 1_000_000n;
let api: TestApi;
let trade: Awaited<ReturnType<typeof openTrade>>;

beforeAll(async () => {
  trade = await openTrade();
  ({ api } = trade);
});
beforeEach(() => {
  trade.time.now = at(TODAY);
});

/** 100,000 impressions over four days at 20 yuan a thousand: 2,000 yuan. */
async function promised(buyer: Buyer = trade.buyer) {
  const { seller } = trade;
  const placementId = await newSpot(api, seller, { unit: 'CPM', priceFen: CPM_FEN });
  const creative = await newCreative(buyer, buyer.advertiserId);
  const line = { placementId, unit: 'CPM', startsOn: START, endsOn: addDays(START, 3), impressions: 100_000, creativeIds: [creative.id] }; // biome-ignore format: one row
  return { ...(await bookOrder(buyer, seller, [line])), placementId, buyer };
}
type Order = Awaited<ReturnType<typeof promised>>;

const linesOf = (order: Order) => linesOfOrder(trade.seller, order.id);
const held = async (order: Order) => {
  const key = holdKeys.booking(order.id);
  const hold = (await findHolds(api.ctx.db, [key])).get(key);
  return hold?.status === 'active' ? hold.remainingMicroCny / YUAN : 0n;
};
const itemOf = async (order: Order, nth = 0) => {
  const { body } = await order.buyer.call('GET', `/api/line-items?campaignId=${order.campaignId}`);
  return body.items.sort((a: { id: number }, b: { id: number }) => a.id - b.id)[nth];
};

/** Shown on a day, and not charged yet; the clock then stands on the next morning. Returns its hour. */
async function showOnly(order: Order, day: string, impressions: number, nth = 0) {
  const hour = hourOf(dayStartMs(day)) + 12;
  const { id, campaignId, advertiserId } = await itemOf(order, nth);
  const place = { id: order.placementId, outletId: trade.seller.outletId };
  await deliver(api.ctx.db, hour, {
    line: { id, campaignId, advertiserId },
    place,
    impressions,
    spendMicroCny: UNIT * BigInt(impressions),
  });
  trade.time.now = at(addDays(day, 1), 8);
  return hour;
}

async function show(order: Order, day: string, impressions: number, nth = 0) {
  const hour = await showOnly(order, day, impressions, nth);
  await closeHour(api.ctx, hour);
  await advanceOrders(api.ctx);
}

async function shownShort(): Promise<Order> {
  const order = await promised();
  trade.time.now = at(START);
  await advanceOrders(api.ctx);
  for (const [i, impressions] of [10_000, 20_000, 20_000, 20_000].entries()) {
    await show(order, addDays(START, i), impressions);
  }
  return order;
}

const offer = async (order: Order, lineId: number, from: string, to = from) => {
  const line = (await linesOf(order)).find((one: { id: number }) => one.id === lineId);
  const change = { version: line.version, kind: 'makegood', startsOn: from, endsOn: to, reason: '流量不足，顺延补量' }; // biome-ignore format: one row
  return trade.seller.call('POST', `/api/bookings/${lineId}/changes`, change);
};
const answer = (change: { id: number; version: number }, word: string) =>
  trade.buyer.call('POST', `/api/booking-changes/${change.id}/answer`, {
    version: change.version,
    answer: word,
  });

describe('guaranteed impressions', () => {
  test('a weak day is caught up by those after it, from money that stays held', async () => {
    const order = await promised();
    trade.time.now = at(START);
    await advanceOrders(api.ctx);
    expect((await itemOf(order)).dailyBudgetMicroCny).toBe(String(500n * YUAN));
    await show(order, START, 10_000);
    // 1,800 yuan of three days.
    expect((await itemOf(order)).dailyBudgetMicroCny).toBe(String(600n * YUAN));
    expect(await held(order)).toBe(1_800n);
    for (const i of [1, 2, 3]) await show(order, addDays(START, i), 30_000);
    const [line] = await linesOf(order);
    expect(line).toMatchObject({ status: 'fulfilled', delivered: 100_000, remedy: null });
    expect(await trade.read(order)).toMatchObject({
      status: 'completed',
      chargedMicroCny: String(2_000n * YUAN),
    });
    expect(await held(order)).toBe(0n);
  });

  test('a shortfall is made good at no new price; what that misses too goes back; outlets get what was shown', async () => {
    const before = { ...(await trade.wallet()), payable: await trade.payable() };
    const order = await shownShort();
    const [short] = await linesOf(order);
    expect(short).toMatchObject({ status: 'short', delivered: 70_000, shown: 70_000 });
    expect([await held(order), (await trade.read(order)).status]).toEqual([600n, 'in_flight']);

    const from = addDays(START, 6);
    const made = await offer(order, short.id, from, addDays(from, 7));
    expect(made).toMatchObject({ status: 201, body: { impressions: 30_000, priceMicroCny: String(600n * YUAN) } }); // biome-ignore format: one row
    expect((await answer(made.body, 'accept')).status).toBe(200);
    expect((await answer(made.body, 'accept')).status).toBe(409);
    const [old, makegood] = await linesOf(order);
    expect(old).toMatchObject({ status: 'fulfilled', remedy: 'made_good' });
    expect(makegood).toMatchObject({ makegoodOf: old.id, impressions: 30_000, status: 'accepted' });
    expect(await itemOf(order, 1)).toMatchObject({ bidFen: CPM_FEN, priority: 'guaranteed', totalBudgetMicroCny: String(600n * YUAN) }); // biome-ignore format: one row
    expect(await held(order)).toBe(600n);

    await show(order, from, 15_000, 1);
    await show(order, addDays(from, 7), 5_000, 1);
    const again = (await linesOf(order))[1];
    expect(again).toMatchObject({ status: 'short', delivered: 20_000 });
    const release = { version: again.version };
    const path = `/api/bookings/${again.id}/release`;
    expect((await trade.seller.call('POST', path, release)).status).toBe(403);
    expect((await trade.buyer.call('POST', path, release)).body).toMatchObject({ remedy: 'released' }); // biome-ignore format: one row
    expect((await trade.read(order)).status).toBe('completed');

    const after = { ...(await trade.wallet()), payable: await trade.payable() };
    expect(before.balanceMicroCny - after.balanceMicroCny).toBe(1_800n * YUAN);
    expect(after.heldMicroCny).toBe(before.heldMicroCny);
    const { items: charges } = (await trade.seller.call('GET', `/api/charges?from=${START}&to=${addDays(START, 20)}&placementId=${order.placementId}`)).body; // biome-ignore format: one row
    expect(charges.reduce((sum: number, one: { quantity: number }) => sum + one.quantity, 0)).toBe(90_000); // biome-ignore format: one row
    expect(after.payable - before.payable).toBe(
      charges.reduce((sum: bigint, one: { shareMicroCny: string }) => sum + BigInt(one.shareMicroCny), 0n), // biome-ignore format: one row
    );
    expect(await ledgerFaults(api.ctx.db)).toEqual([]);
  });

  test('nothing is made good before it is known to be missing, nor twice, nor by a price of its own', async () => {
    const order = await promised();
    const [line] = await linesOf(order);
    const early = await offer(order, line.id, addDays(START, 6));
    expect(early).toMatchObject({ status: 409 });
    const move = { version: line.version, kind: 'move', days: [START], startsOn: addDays(START, 6), endsOn: addDays(START, 6), reason: '改期' }; // biome-ignore format: one row
    const moved = await trade.buyer.call('POST', `/api/bookings/${line.id}/changes`, move);
    expect(moved).toMatchObject({ status: 409, body: { errors: [{ pointer: '/kind' }] } });
    const priced = { ...move, kind: 'makegood', priceMicroCny: '1' };
    expect((await trade.seller.call('POST', `/api/bookings/${line.id}/changes`, priced)).status).toBe(422); // biome-ignore format: one row

    const late = await shownShort();
    const [short] = await linesOf(late);
    const from = addDays(START, 6);
    const to = addDays(from, 7);
    const one = await offer(late, short.id, from, to);
    const two = await offer(late, short.id, from, to);
    // No more than the forecast expects of those days.
    const hasty = await offer(late, short.id, from);
    expect(hasty).toMatchObject({ status: 409, body: { errors: [{ pointer: '/endsOn' }] } });
    expect((await answer(one.body, 'accept')).status).toBe(200);
    expect((await answer(two.body, 'accept')).status).toBe(409);
  });

  test('what was shown and waits to be charged is not missing', async () => {
    const order = await promised();
    for (const i of [0, 1, 2]) await show(order, addDays(START, i), 10_000);
    const hour = await showOnly(order, addDays(START, 3), 40_000);
    await advanceOrders(api.ctx);
    const [waiting] = await linesOf(order);
    expect(waiting).toMatchObject({ status: 'accepted', delivered: null });
    expect((await offer(order, waiting.id, addDays(START, 6))).status).toBe(409);
    await closeHour(api.ctx, hour);
    await advanceOrders(api.ctx);
    expect((await linesOf(order))[0]).toMatchObject({ status: 'short', delivered: 70_000 });
  });

  test('what nobody makes good within a fortnight is given back', async () => {
    const order = await shownShort();
    trade.time.now += 15 * 86_400_000;
    await closeOverdue(api.ctx);
    const [line] = await linesOf(order);
    expect(line).toMatchObject({ status: 'fulfilled', remedy: 'released' });
    expect([await held(order), (await trade.read(order)).status]).toEqual([0n, 'completed']);
  });

  test('their days draw on the order’s hold, where the wallet has nothing else, and give back to it', async () => {
    const buyer = await newAdvertiser(api, { name: '只够这一单' });
    await topUp(api, buyer.advertiserId, 2_000n * YUAN);
    const order = await promised(buyer);
    trade.time.now = at(START);
    await advanceOrders(api.ctx);
    await grantBudgets(api.ctx);
    const { id } = await itemOf(order);
    const key = holdKeys.budget(id, START);
    const budget = (await findHolds(api.ctx.db, [key])).get(key)?.remainingMicroCny ?? 0n;
    expect(budget).toBeGreaterThan(0n);
    expect((await held(order)) * YUAN + budget).toBe(2_000n * YUAN);
    await advanceOrders(api.ctx);
    expect((await held(order)) * YUAN + budget).toBe(2_000n * YUAN);
    // The day is over and nothing was shown.
    trade.time.now = at(addDays(START, 2));
    await grantBudgets(api.ctx);
    await advanceOrders(api.ctx);
    expect((await findHolds(api.ctx.db, [key])).get(key)?.remainingMicroCny).toBe(0n);
    const today = holdKeys.budget(id, addDays(START, 2));
    const drawn = (await findHolds(api.ctx.db, [today])).get(today)?.remainingMicroCny ?? 0n;
    expect((await held(order)) * YUAN + drawn).toBe(2_000n * YUAN);
  });

  test('the month’s statement says what was promised, shown and missing', async () => {
    trade.time.now = at('2026-12-02');
    await advanceOrders(api.ctx);
    await freezeMonth(api.ctx, { month: '2026-11', by: 'maker' });
    const { items } = (await trade.seller.call('GET', '/api/statements?month=2026-11')).body;
    const { body } = await trade.seller.call('GET', `/api/statements/${items[0].id}`);
    const told = body.guarantees.map((one: Record<string, unknown>) => [one.promised, one.delivered, one.short, one.remedy]); // biome-ignore format: one row
    expect(told).toContainEqual([100_000, 100_000, 0, null]);
    expect(told).toContainEqual([100_000, 70_000, 30_000, 'made_good']);
    expect(told).toContainEqual([30_000, 20_000, 10_000, 'released']);
    expect(told).toContainEqual([100_000, 70_000, 30_000, 'released']);
  });

  test('an outlet that answers for its own days lets nothing go of what the order owes the others', async () => {
    const { buyer, seller } = trade;
    const other = await newOutlet(api, { name: '邻县融媒' });
    await openContract(api, other.outletId);
    const day = { unit: 'CPD_DAY', startsOn: START, endsOn: START, slots: 1 };
    const places = [await newSpot(api, seller), await newSpot(api, other)];
    const draft = await draftOrder(buyer, places.map((placementId) => ({ ...day, placementId }))); // biome-ignore format: one row
    const reserved = await stepOrder(buyer, draft, 'reservation');
    for (const who of [seller, other]) {
      for (const line of await linesOfOrder(who, draft.id)) {
        const path = `/api/bookings/${line.id}/answer`;
        await who.call('POST', path, { version: line.version, accept: true });
      }
    }
    const booked = await stepOrder(buyer, reserved, 'confirmation');
    const order = { ...booked, lineIds: [], placementId: 0, buyer };
    expect(await held(order)).toBe(200n);
    trade.time.now = at(START, 20);
    await advanceOrders(api.ctx);
    const [own] = await linesOfOrder(other, order.id);
    const { version } = await dayOfLine(other, own.id, START);
    const missed = { day: START, version, reason: '设备故障' };
    expect((await other.call('POST', `/api/bookings/${own.id}/miss`, missed)).status).toBe(200);
    expect(await held(order)).toBe(200n);
    const release = { day: START, version: version + 1 };
    expect((await buyer.call('POST', `/api/bookings/${own.id}/release`, release)).status).toBe(200);
    expect([await held(order), (await trade.read(order)).status]).toEqual([100n, 'in_flight']);
  });

  test('no request of this file was answered by a bug', () => {
    expect(api.bugs).toEqual([]);
  });
});
