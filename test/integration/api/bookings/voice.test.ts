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
import { at, bookOrder, newSpot, openTrade, stepOrder, TODAY } from '../../../kit/trade.ts';

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
  await advanceOrders(api.ctx);
  expect(await shown(), 'once, however often it is looked at').toHaveLength(1);
  await stepOrder(buyer, await trade.read(order), 'cancellation');
  expect(await changes()).toContain(`lineItem:${item?.id}`);
  expect(await shown()).toEqual([]);
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
