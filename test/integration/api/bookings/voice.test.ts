import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { advanceOrders } from '../../../../api/bookings/bookings.ts';
import { readLineItems } from '../../../../api/delivery/market.ts';
import { spendReport } from '../../../../api/reports/spend.ts';
import type { Snapshot } from '../../../../bidding/wire/snapshot.ts';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { addDays, hourOf } from '../../../../db/terms/day.ts';
import { newCaller } from '../../../kit/actors.ts';
import { approve, newCreative } from '../../../kit/market.ts';
import {
  at,
  bookOrder,
  draftOrder,
  linesOfOrder,
  newSpot,
  openTrade,
  stepOrder,
  TODAY,
} from '../../../kit/trade.ts';

const START = addDays(TODAY, 10);
let trade: Awaited<ReturnType<typeof openTrade>>;
let creativeId: number;

beforeAll(async () => {
  trade = await openTrade();
  const { api, buyer } = trade;
  const creative = await newCreative(buyer, buyer.advertiserId);
  await approve(buyer, await newCaller(api, 'platform', { roles: ['reviewer'] }), creative);
  creativeId = creative.id;
});

const shown = async (): Promise<Snapshot['lineItems']> =>
  (await readLineItems(trade.api.ctx.db, trade.time.now)).filter(
    (item) => item.priority === 'booked',
  );

const changes = async (): Promise<string[]> => {
  const rows = await trade.api.ctx.db.execute<{ subject: string }>(
    sql`DELETE FROM delivery_change RETURNING subject`,
  );
  return rows.map((row) => row.subject);
};

test('a booked online day is shown with its slots, without a budget; cancelled days are taken off at once', async () => {
  const { api, buyer, seller } = trade;
  const placementId = await newSpot(api, seller, { dailySlots: 4 });
  const order = await bookOrder(buyer, seller, [
    {
      placementId,
      unit: 'CPD_DAY',
      startsOn: START,
      endsOn: addDays(START, 1),
      slots: 3,
      creativeIds: [creativeId],
    },
  ]);
  const [item] = await shown();
  expect(item).toMatchObject({
    bidFen: 0,
    advertiserId: buyer.advertiserId,
    creativeIds: [creativeId],
    target: { all: [{ attribute: 'placement', in: [placementId] }] },
    booked: { slotsADay: 4, days: { [START]: [1, 2, 3], [addDays(START, 1)]: [1, 2, 3] } },
  });
  expect(await changes()).toContain(`lineItem:${item?.id}`);
  const why = await buyer.call('GET', `/api/line-items/${item?.id}/diagnosis`);
  expect(why.body, 'its budget of nothing and the empty wallet are no reasons').toMatchObject({
    delivering: false,
    findings: [{ code: 'not_started' }, { code: 'no_slot_today' }],
  });
  expect(why.body.findings[1].zh).toContain(START);
  await advanceOrders(api.ctx);
  expect(await shown(), 'once, however often it is looked at').toHaveLength(1);
  await stepOrder(buyer, await trade.read(order), 'cancellation');
  expect(await changes()).toContain(`lineItem:${item?.id}`);
  expect(await shown()).toEqual([]);
});

test('a day of an outdoor screen reaches its player: the spots of its playlist are the buyer’s for his share', async () => {
  const { api, buyer, seller } = trade;
  const { body: outdoor } = await seller.call('POST', '/api/properties', {
    outletId: seller.outletId,
    kind: 'outdoor',
    name: '广场大屏',
  });
  const placementId = await newSpot(api, seller, {
    propertyId: outdoor.id,
    format: 'dooh',
    dailySlots: 6,
  });
  const day = { unit: 'CPD_DAY', startsOn: START, endsOn: START, slots: 2 };
  await bookOrder(buyer, seller, [{ placementId, ...day, creativeIds: [creativeId] }]);
  expect(await shown()).toMatchObject([{ booked: { slotsADay: 6, days: { [START]: [1, 2] } } }]);
  await api.ctx.db.execute(sql`DELETE FROM booking_slot WHERE placement_id = ${placementId}`);
  const [item] = await shown();
  const why = await buyer.call('GET', `/api/line-items/${item?.id}/diagnosis`);
  expect(why.body.findings.map((one: { code: string }) => one.code)).toContain('no_slot_left');
  await api.ctx.db.execute(sql`UPDATE line_item SET status = 'ended' WHERE id = ${item?.id ?? 0}`);
});

test('an outlet that is not admitted sells no day: not drafted, not reserved, not confirmed, whatever stood before', async () => {
  const { api, buyer, seller } = trade;
  const admit = (status: string) =>
    api.ctx.db.execute(sql`UPDATE outlet SET status = ${status} WHERE id = ${seller.outletId}`);
  const placementId = await newSpot(api, seller, { dailySlots: 9 });
  const lines = [{ placementId, unit: 'CPD_DAY', startsOn: START, endsOn: START, slots: 1 }];
  const pointer = '/lines/0/placementId';
  const draft = await draftOrder(buyer, lines);
  await admit('pending');
  const input = { advertiserId: buyer.advertiserId, name: '待准入', lines };
  expect((await buyer.call('POST', '/api/orders', input)).body.errors[0]).toMatchObject({
    pointer,
  });
  await expect(stepOrder(buyer, draft, 'reservation')).rejects.toThrow(pointer);
  await admit('active');
  const reserved = await stepOrder(buyer, draft, 'reservation');
  for (const line of await linesOfOrder(seller, draft.id)) {
    if (line.status !== 'open') continue;
    const answer = { version: line.version, accept: true };
    await seller.call('POST', `/api/bookings/${line.id}/answer`, answer);
  }
  await admit('suspended');
  await expect(stepOrder(buyer, reserved, 'confirmation')).rejects.toThrow(pointer);
  await admit('active');
  expect((await stepOrder(buyer, reserved, 'confirmation')).status).toBe('booked');
});

test('what an outlet puts up by itself, and a line without a creative, is no line item', async () => {
  const { api, buyer, seller } = trade;
  const day = { unit: 'CPD_DAY', startsOn: START, endsOn: START, slots: 1 };
  const online = await newSpot(api, seller, { dailySlots: 2 });
  const order = await bookOrder(buyer, seller, [{ placementId: online, ...day }]);
  expect(order.campaignId).toBeNull();
  expect(await shown()).toEqual([]);
});

test('impressions of a booked day are counted and lower nobody’s eCPM', async () => {
  const { api, buyer, seller } = trade;
  const placementId = await newSpot(api, seller, { dailySlots: 1 });
  await bookOrder(buyer, seller, [
    {
      placementId,
      unit: 'CPD_DAY',
      startsOn: START,
      endsOn: START,
      slots: 1,
      creativeIds: [creativeId],
    },
  ]);
  const [item] = await shown();
  const bucket = {
    hour: hourOf(at(START)),
    outletId: seller.outletId,
    placementId,
    divisionCode: '330106',
    advertiserId: buyer.advertiserId,
    campaignId: item?.campaignId ?? 0,
    lineItemId: item?.id ?? 0,
    creativeId,
    device: 0,
    impressions: 5_000,
  };
  await api.ctx.db
    .insert(rollupHour)
    .values([
      { ...bucket },
      { ...bucket, lineItemId: 900_001, impressions: 1_000, spendMicroCny: 20_000_000n },
    ]);
  const { totals } = await spendReport(api.ctx.db, { from: START, to: START, by: [] });
  expect(totals).toMatchObject({
    impressions: 6_000,
    bookedImpressions: 5_000,
    ecpmMicroCny: 20_000_000n,
  });
});
