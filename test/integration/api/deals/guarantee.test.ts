import { expect, test } from 'vitest';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { addDays, dayOf, dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import { newAdvertiser, newOutlet, openTestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newPlacement, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
const TODAY = dayOf(NOW);

test('an outlet agrees to no more than its placement is expected to bring, other promises taken off', async () => {
  const { db } = await openTestDatabase();
  const api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  const buyer = await newAdvertiser(api);
  const seller = await newOutlet(api);
  const { placement } = await newPlacement(seller, seller.outletId);
  // What was shown yesterday is all that is known: about 2,400 a day.
  const first = hourOf(dayStartMs(addDays(TODAY, -1)));
  await db.insert(rollupHour).values(
    Array.from({ length: 24 }, (_, i) => ({
      hour: first + i,
      outletId: seller.outletId,
      placementId: placement.id,
      divisionCode: '330110',
      advertiserId: buyer.advertiserId,
      campaignId: 1,
      lineItemId: 1,
      creativeId: 1,
      device: 0,
      impressions: 100,
    })),
  );
  const propose = async (impressions: number) => {
    const { body } = await buyer.call('POST', '/api/deals', {
      kind: 'guaranteed',
      name: '开屏保量',
      outletId: seller.outletId,
      advertiserId: buyer.advertiserId,
      priceCpmFen: 3_000,
      impressions,
      startsOn: addDays(TODAY, 1),
      endsOn: addDays(TODAY, 10),
      placementIds: [placement.id],
    });
    return seller.call('POST', `/api/deals/${body.id}/agreement`, { version: body.version });
  };
  const tooMuch = await propose(30_000);
  expect([tooMuch.status, tooMuch.body.errors[0].pointer]).toEqual([422, '/impressions']);
  expect((await propose(16_000)).body.status).toBe('active');
  // Two thirds are promised now.
  expect((await propose(16_000)).status).toBe(422);
  expect((await propose(4_000)).body.status).toBe('active');
});
