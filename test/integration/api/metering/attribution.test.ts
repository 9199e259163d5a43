import type { Redis } from 'ioredis';
import { beforeAll, expect, test } from 'vitest';
import { drain } from '../../../../api/metering/metering.ts';
import { EVENT_KIND } from '../../../../bidding/wire/event.ts';
import { newAdvertiser, openTestApi, send, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, MONDAY_TEN_MS, trackedEvent } from './events.ts';

const DAY_MS = 86_400_000;
let now = MONDAY_TEN_MS;
let api: TestApi;
let redis: Redis;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  redis = await openTestRedis();
  api = openTestApi({ db, redis, clock: () => now });
  buyer = await newAdvertiser(api);
});

/** A click of this auction, three days before now. */
async function clicked(auction: string): Promise<string> {
  const atMs = now - 3 * DAY_MS;
  const over = {
    kind: EVENT_KIND.click,
    advertiserId: buyer.advertiserId,
    atMs,
    auctionAtMs: atMs - 9_000,
  };
  await append(redis, [trackedEvent(1, { ...over, eventKey: `${auction}:0:3` })]);
  await drain({ ...api.ctx, redis });
  return auction;
}
const orders = (list: Record<string, unknown>[], caller = buyer as Pick<typeof buyer, 'call'>) =>
  caller.call('POST', '/api/conversions/orders', {
    advertiserId: buyer.advertiserId,
    orders: list,
  });
const order = (requestId: string, orderId: string, over = {}) => ({
  requestId, orderId, valueMicroCny: '88000000', at: new Date(now).toISOString(), ...over,
}); // biome-ignore format: an order

test('a shop tells its orders together: attributed within the advertiser’s own window, once each', async () => {
  const auction = await clicked('AAAAAAAAAAAAAAA1');
  const narrow = { advertiserId: buyer.advertiserId, clickWindowDays: 2, viewWindowDays: 0 };
  expect((await buyer.call('PUT', '/api/attribution', narrow)).body).toMatchObject(narrow);
  expect((await orders([order(auction, 'o1')])).body).toEqual({
    accepted: 1,
    attributed: 0,
    refused: [],
  });
  await buyer.call('PUT', '/api/attribution', { ...narrow, clickWindowDays: 30 });
  const late = { at: new Date(now - 40 * DAY_MS).toISOString() };
  const answer = await orders([
    order(auction, 'o1'),
    order(auction, 'o2'),
    order(auction, 'o3', late),
  ]);
  expect(answer.body).toMatchObject({ accepted: 2, attributed: 1 });
  expect(answer.body.refused.map((one: { pointer: string }) => one.pointer)).toEqual([
    '/orders/2/at',
  ]);
  const { body } = await buyer.call('GET', '/api/conversions');
  expect(body.items).toMatchObject([
    { orderId: 'o2', attributedTo: 'click', source: 'shop' },
    { orderId: 'o1', attributedTo: null },
  ]);
});

test('the pixel counts under its key, once an order, and answers a picture to everybody', async () => {
  const auction = await clicked('AAAAAAAAAAAAAAA2');
  const made = await buyer.call('POST', '/api/attribution/pixel-key', {
    advertiserId: buyer.advertiserId,
  });
  const pixel = (query: string) => send(api.app, 'GET', `/api/public/conversions.gif?${query}`);
  const own = `k=${made.body.pixelKey}&r=${auction}&v=1200`;
  for (const query of [
    `${own}&o=p1`,
    `${own}&o=p1`,
    `k=${'x'.repeat(32)}&r=${auction}&o=p2`,
    'nonsense',
  ]) {
    const answer = await pixel(query);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
  }
  const { body } = await buyer.call('GET', '/api/conversions?limit=2');
  expect(body.items).toMatchObject([
    { orderId: 'p1', source: 'pixel', valueMicroCny: '12000000', attributedTo: 'click' },
    { orderId: 'o2' },
  ]);
  await buyer.call('POST', '/api/attribution/pixel-key', { advertiserId: buyer.advertiserId });
  await pixel(`${own}&o=p3`);
  expect((await buyer.call('GET', '/api/conversions?limit=1')).body.items[0].orderId).toBe('p1');
});

test('windows out of range are refused at the field, and nobody tells another’s orders', async () => {
  const wide = { advertiserId: buyer.advertiserId, clickWindowDays: 31, viewWindowDays: 8 };
  const { body } = await buyer.call('PUT', '/api/attribution', wide);
  expect(body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
    '/clickWindowDays',
    '/viewWindowDays',
  ]);
  const other = await newAdvertiser(api);
  expect((await orders([order('AAAAAAAAAAAAAAA1', 'x')], other)).status).toBe(404);
  expect(
    (await other.call('GET', `/api/attribution?advertiserId=${buyer.advertiserId}`)).status,
  ).toBe(404);
  now += 1;
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
