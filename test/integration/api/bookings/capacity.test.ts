import { beforeAll, expect, test } from 'vitest';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { addDays, dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import { bookOrder, draftOrder, newSpot, openTrade, TODAY } from '../../../kit/trade.ts';

const START = addDays(TODAY, 10);
let trade: Awaited<ReturnType<typeof openTrade>>;
let placementId: number;

/** Yesterday 8,000 impressions in Xihu and 2,000 in Fuyang. */
beforeAll(async () => {
  trade = await openTrade();
  const { api, buyer, seller } = trade;
  placementId = await newSpot(api, seller, { unit: 'CPM', priceFen: 2_000, dailySlots: 4 });
  const rate = { placementId, unit: 'CPD_DAY', priceFen: 10_000, effectiveFrom: TODAY };
  await seller.call('POST', '/api/rate-cards', rate);
  const first = hourOf(dayStartMs(addDays(TODAY, -1)));
  await api.ctx.db.insert(rollupHour).values(
    Array.from({ length: 20 }, (_, i) => ({
      hour: first + i,
      outletId: seller.outletId,
      placementId,
      divisionCode: i % 5 === 0 ? '330111' : '330106',
      advertiserId: buyer.advertiserId,
      campaignId: 1,
      lineItemId: 1,
      creativeId: 1,
      device: 0,
      impressions: 500,
    })),
  );
});

const day = () => ({ placementId, startsOn: START, endsOn: START, slots: 1 });
const promise = (impressions: number, divisionCodes: string[]) => ({
  ...day(),
  unit: 'CPM',
  impressions,
  divisionCodes,
});

async function reserve(...lines: Record<string, unknown>[]) {
  const { buyer } = trade;
  const { id, version } = await draftOrder(buyer, lines);
  return buyer.call('POST', `/api/orders/${id}/reservation`, { version });
}

test('a county is promised what its own traffic brings, less what others and booked days own of it', async () => {
  const refused = await reserve(promise(3_000, ['330111']));
  expect(refused).toMatchObject({
    status: 409,
    body: { errors: [{ pointer: '/lines/0/impressions' }] },
  });
  // Two lines of one order stand in each other's way too.
  const twice = await reserve(promise(1_500, ['330111']), promise(1_500, ['330111']));
  expect(twice.body.errors).toMatchObject([{ pointer: '/lines/1/impressions' }]);
  await bookOrder(trade.buyer, trade.seller, [promise(1_000, ['330111'])]);
  expect((await reserve(promise(1_500, ['330111']))).status).toBe(409);
  // In the other county nothing was promised yet.
  await bookOrder(trade.buyer, trade.seller, [promise(4_000, ['330106'])]);
  // Half of the voice is sold by the day: 1,000 are left for Fuyang, and those are promised.
  await bookOrder(trade.buyer, trade.seller, [{ ...day(), unit: 'CPD_DAY', slots: 2 }]);
  expect((await reserve(promise(1_000, ['330111']))).status).toBe(409);
  expect((await reserve(promise(1_000, []))).status).toBe(409);
});
