import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { advanceOrders } from '../../../../api/bookings/bookings.ts';
import { addDays } from '../../../../db/terms/day.ts';
import { newOutlet, type TestApi } from '../../../kit/actors.ts';
import { newCreative } from '../../../kit/market.ts';
import {
  at,
  bookOrder,
  draftOrder,
  judge,
  linesOfOrder,
  newSpot,
  openTrade,
  prove,
  stepOrder,
  TODAY,
} from '../../../kit/trade.ts';

const START = addDays(TODAY, 10);
let api: TestApi;
let time: { now: number };
let trade: Awaited<ReturnType<typeof openTrade>>;
let { buyer, seller, operator, finance, wallet, read } = {} as Awaited<
  ReturnType<typeof openTrade>
>;

beforeAll(async () => {
  trade = await openTrade();
  ({ api, time, buyer, seller, operator, finance, wallet, read } = trade);
});
beforeEach(() => {
  time.now = at(TODAY);
});

const two = (placementId: number, more = {}) => [
  { placementId, unit: 'CPD_DAY', startsOn: START, endsOn: addDays(START, 1), slots: 2, ...more },
];

describe('a discount', () => {
  const asked = (spot: number, discountPpm: number) =>
    draftOrder(buyer, two(spot), { discountPpm, discountReason: '年度框架' });

  test('holds nothing before somebody else has approved it; then it is in the price', async () => {
    const spot = await newSpot(api, seller, { dailySlots: 2 });
    const pending = await stepOrder(buyer, await asked(spot, 100_000), 'reservation');
    expect(pending.status).toBe('pending');
    const approval = { version: pending.version, approve: true };
    expect((await buyer.call('POST', `/api/orders/${pending.id}/approval`, approval)).status).toBe(
      403,
    );
    const reserved = await stepOrder(operator, pending, 'approval', { approve: true });
    expect([reserved.status, reserved.totalMicroCny]).toEqual(['reserved', '360000000']);
  });

  test('that is large is for finance, and one’s own is for nobody', async () => {
    const spot = await newSpot(api, seller, { dailySlots: 2 });
    const pending = await stepOrder(buyer, await asked(spot, 300_000), 'reservation');
    const approval = { version: pending.version, approve: true };
    expect(
      (await operator.call('POST', `/api/orders/${pending.id}/approval`, approval)).status,
    ).toBe(403);
    const returned = await stepOrder(finance, pending, 'approval', { approve: false });
    expect(returned.status).toBe('draft');
    const own = { advertiserId: buyer.advertiserId, name: '代下单', lines: two(spot), discountPpm: 1_000, discountReason: '补偿' }; // biome-ignore format: one row
    const { body: draft } = await operator.call('POST', '/api/orders', own);
    const waits = await stepOrder(operator, draft, 'reservation');
    const refused = await operator.call('POST', `/api/orders/${draft.id}/approval`, { version: waits.version, approve: true }); // biome-ignore format: one row
    expect(refused.body.code).toBe('four_eyes');
  });
});

describe('cancelling', () => {
  test('near its day costs a part, which the outlet gets; slots go back', async () => {
    const spot = await newSpot(api, seller, { dailySlots: 2 });
    const before = {
      held: (await wallet()).heldMicroCny,
      balance: (await wallet()).balanceMicroCny,
    };
    const order = await bookOrder(buyer, seller, two(spot));
    time.now = at(addDays(START, -2), 12);
    const quote = await buyer.call('GET', `/api/orders/${order.id}/cancellation`);
    // 36 hours before its first day, 60 before its second: three tenths of both.
    expect(quote.body).toMatchObject({ feeMicroCny: '120000000', refundMicroCny: '280000000' });
    const waive = { version: order.version, waiveFee: true };
    expect((await buyer.call('POST', `/api/orders/${order.id}/cancellation`, waive)).status).toBe(
      403,
    );
    const cancelled = await stepOrder(buyer, order, 'cancellation');
    expect(cancelled.status).toBe('cancelled');
    expect(before.balance - (await wallet()).balanceMicroCny).toBe(120_000_000n);
    expect((await wallet()).heldMicroCny).toBe(before.held);
    expect((await draftOrder(buyer, two(spot))).status).toBe('draft');
  });

  test('an order in flight leaves what has begun to be proved and charged', async () => {
    const order = await bookOrder(
      buyer,
      seller,
      two(await newSpot(api, seller, { dailySlots: 2 })),
    );
    time.now = at(START);
    const cancelled = await stepOrder(buyer, order, 'cancellation');
    expect(cancelled.status).toBe('in_flight');
    expect((await read(order)).days.map((one) => one.status)).toEqual(['sold', 'cancelled']);
    const [lineId = 0] = order.lineIds;
    await prove(seller, lineId, START);
    await judge(buyer, lineId, START);
    // The day itself, and half of the next, twelve hours ahead.
    expect(await read(order)).toMatchObject({ status: 'completed', chargedMicroCny: '300000000' });
  });
});

describe('guaranteed impressions', () => {
  test('stand in the same order, become a line item nobody can reprice, and stay held until they are shown', async () => {
    const held = (await wallet()).heldMicroCny;
    const spot = await newSpot(api, seller, { dailySlots: 2 });
    const cpm = await newSpot(api, seller, { unit: 'CPM', priceFen: 2_000 });
    const creative = await newCreative(buyer, buyer.advertiserId);
    const promise = { placementId: cpm, unit: 'CPM', startsOn: START, endsOn: addDays(START, 3), impressions: 100_000, divisionCodes: ['330100'], creativeIds: [creative.id] }; // biome-ignore format: one row
    const order = await bookOrder(buyer, seller, [...two(spot), promise]);
    // 400 yuan of days and 100,000 impressions at 20 yuan a thousand.
    expect((await wallet()).heldMicroCny - held).toBe(2_400_000_000n);
    const { body: campaigns } = await buyer.call(
      'GET',
      `/api/line-items?campaignId=${order.campaignId}`,
    );
    const [item] = campaigns.items;
    expect(item).toMatchObject({ priority: 'guaranteed', bidFen: 2_000, status: 'active', totalBudgetMicroCny: '2000000000', dailyBudgetMicroCny: '500000000' }); // biome-ignore format: one row
    const edit = { version: item.version, bidFen: 1 };
    const refused = await buyer.call('PATCH', `/api/line-items/${item.id}`, edit);
    expect(refused).toMatchObject({ status: 409, body: { errors: [{ pointer: '/bidFen' }] } });
    time.now = at(addDays(START, 1));
    await advanceOrders(api.ctx);
    // Nothing was shown yet: all of it is owed still.
    expect((await wallet()).heldMicroCny - held).toBe(2_400_000_000n);
  });

  test('are refused with the field where they do not belong', async () => {
    const spot = await newSpot(api, seller);
    const wrong = { advertiserId: buyer.advertiserId, name: 'x', lines: two(spot, { impressions: 5_000 }) }; // biome-ignore format: one row
    const answer = await buyer.call('POST', '/api/orders', wrong);
    expect(answer.body.errors).toMatchObject([{ pointer: '/lines/0/impressions' }]);
  });
});

describe('the law and the outlet’s rules', () => {
  test('twelve minutes an hour are all that a channel can sell, across placements and orders', async () => {
    const { body: tv } = await seller.call('POST', '/api/properties', {
      outletId: seller.outletId,
      kind: 'tv',
      name: '影视频道',
    });
    const make = async (name: string) => {
      const spot = { propertyId: tv.id, name, format: 'spot', floorCpmFen: 0, spotSeconds: 60, airHour: 19, dailySlots: 12 }; // biome-ignore format: one row
      const { body } = await seller.call('POST', '/api/placements', spot);
      const rate = { placementId: body.id, unit: 'SPOT', priceFen: 100, effectiveFrom: TODAY };
      await seller.call('POST', '/api/rate-cards', rate);
      return body.id as number;
    };
    const [one, other] = [await make('前'), await make('后')];
    const spots = (placementId: number, slots: number) => [
      { placementId, unit: 'SPOT', startsOn: START, endsOn: START, slots },
    ];
    await stepOrder(buyer, await draftOrder(buyer, spots(one, 10)), 'reservation');
    const draft = await draftOrder(buyer, spots(other, 3));
    const refused = await buyer.call('POST', `/api/orders/${draft.id}/reservation`, { version: draft.version }); // biome-ignore format: one row
    expect(refused.body.errors).toMatchObject([{ pointer: '/lines/0' }]);
    expect(refused.body.errors[0].zh).toContain('61号令第15条');
    await stepOrder(buyer, await draftOrder(buyer, spots(other, 2)), 'reservation');
  });

  test('an outlet that accepts by itself need not be asked; one that blocks a trade is not offered it', async () => {
    const auto = await newOutlet(api, {
      name: '自动融媒',
      acceptance: { auto: true, leadDays: 2, categories: ['food'], maxDiscountPpm: 0 },
    });
    const spot = await newSpot(api, auto, { dailySlots: 4 });
    const order = await stepOrder(buyer, await draftOrder(buyer, two(spot)), 'reservation');
    expect((await linesOfOrder(auto, order.id))[0].status).toBe('accepted');
    const strict = await newOutlet(api, { name: '挑剔融媒', blockedCategories: ['food'] });
    const blocked = { advertiserId: buyer.advertiserId, name: 'x', lines: two(await newSpot(api, strict)) }; // biome-ignore format: one row
    expect((await buyer.call('POST', '/api/orders', blocked)).body.errors).toMatchObject([
      { pointer: '/lines/0/placementId' },
    ]);
  });

  test('a draft is edited under its version, and nothing else is', async () => {
    const spot = await newSpot(api, seller, { dailySlots: 4 });
    const draft = await draftOrder(buyer, two(spot));
    const edit = { version: draft.version, lines: two(spot, { slots: 1 }) };
    const edited = await buyer.call('PATCH', `/api/orders/${draft.id}`, edit);
    expect(edited.body.totalMicroCny).toBe('200000000');
    expect((await buyer.call('PATCH', `/api/orders/${draft.id}`, edit)).body.code).toBe(
      'stale_version',
    );
    const reserved = await stepOrder(buyer, edited.body, 'reservation');
    const late = await buyer.call('PATCH', `/api/orders/${draft.id}`, { ...edit, version: reserved.version }); // biome-ignore format: one row
    expect(late.status).toBe(409);
  });
});

test('a stop closes what it covers to new bookings, and waits for the word of each outlet without a node', async () => {
  const spot = await newSpot(api, seller, { dailySlots: 4 });
  const order = await bookOrder(buyer, seller, two(spot));
  const halt = { scope: 'advertiser', subject: String(buyer.advertiserId), outletId: seller.outletId, reason: '资质存疑' }; // biome-ignore format: one row
  const { body: stop } = await operator.call('POST', '/api/stops', halt);
  const draft = await draftOrder(buyer, two(spot));
  const refused = await buyer.call('POST', `/api/orders/${draft.id}/reservation`, { version: draft.version }); // biome-ignore format: one row
  expect(refused.body.errors[0].zh).toContain('资质存疑');
  const listed = async (who: typeof operator) => {
    const { body } = await who.call('GET', '/api/stops');
    return body.items.find((one: { id: number }) => one.id === stop.id).awaiting.outlets;
  };
  const [awaited] = await listed(operator);
  expect(awaited.outletId).toBe(seller.outletId);
  expect(awaited.bookedDays).toBeGreaterThanOrEqual(order.lineIds.length * 2);
  expect(await listed(seller)).toEqual([awaited]);
  const word = { outletId: seller.outletId, note: '已撤下' };
  expect((await seller.call('POST', `/api/stops/${stop.id}/confirm`, word)).status).toBe(204);
  expect(await listed(operator)).toEqual([]);
  await operator.call('POST', `/api/stops/${stop.id}/lift`);
  expect((await stepOrder(buyer, draft, 'reservation')).status).toBe('reserved');
});

test('the seller’s calendar shows who holds what', async () => {
  const spot = await newSpot(api, seller, { dailySlots: 2 });
  const order = await bookOrder(buyer, seller, two(spot));
  const query = `from=${START}&to=${addDays(START, 1)}`;
  const { body } = await seller.call('GET', `/api/booking-calendar?${query}`);
  const mine = body.items.find((one: { placementId: number }) => one.placementId === spot);
  expect(mine.held).toMatchObject([
    { day: START, orderId: order.id, slots: 2 },
    { day: addDays(START, 1), orderId: order.id },
  ]);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
