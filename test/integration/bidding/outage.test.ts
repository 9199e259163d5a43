import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExchange, type Exchange } from '../../../bidding/exchange.ts';
import { connectRedis } from '../../../bidding/server.ts';
import { keys } from '../../../bidding/wire/keys.ts';
import { bootRedis, type RedisServer } from '../../../db/embedded/redis.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { aLineItem, aSnapshot, grant, publish } from '../../kit/snapshot.ts';
import { eventsWaiting } from '../../kit/streams.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'hongze-outage-'));
let server: RedisServer;
let exchange: Exchange;
let client: ReturnType<typeof connectRedis>;
let url = '';

beforeAll(async () => {
  server = await bootRedis({ dataDir, durable: true });
  const redis = new Redis(server.url);
  const cap = { scope: 'lineItem', window: 'day', count: 100 } as const;
  const capped = aLineItem({
    id: 502,
    advertiserId: 302,
    advertiserDomain: 'bus.example',
    bidFen: 3000,
    frequencyCaps: [cap],
  });
  await publish(redis, aSnapshot({ lineItems: [aLineItem(), capped] }));
  for (const id of [501, 502]) await grant(redis, id, dayOf(Date.now()), 1_000_000);
  redis.disconnect();
  client = connectRedis(server.url, false);
  await new Promise((resolve) => client.once('ready', resolve));
  exchange = createExchange({ redis: client, tokenKey: '11'.repeat(32), nodeId: 'n1' });
  ({ url } = await exchange.listen(0));
});
afterAll(async () => {
  await exchange.close();
  client.disconnect();
  await server.stop();
});

interface Bid {
  price: number;
  burl: string;
}

async function ask(): Promise<Bid | undefined> {
  const body = JSON.stringify({
    id: 'r',
    imp: [{ id: '1', tagid: '201', banner: { w: 300, h: 250 } }],
    site: {},
    user: { id: 'reader' },
  });
  const answer = await fetch(`${url}/openrtb2/auction`, { method: 'POST', body });
  expect(answer.status).toBeLessThan(500);
  if (answer.status !== 200) return undefined;
  return ((await answer.json()) as { seatbid: { bid: Bid[] }[] }).seatbid[0]?.bid[0];
}

test('Redis gone: capped line items stand back, uncapped go on from their leases, events wait, nothing is overspent', async () => {
  expect((await ask())?.price).toBe(30);
  await server.stop();
  let sold = 0;
  let last: Bid | undefined;
  for (let i = 0; i < 10; i++) {
    const bid = await ask();
    if (!bid) continue;
    expect(bid.price).toBe(20);
    sold++;
    last = bid;
  }
  expect(sold).toBeGreaterThan(0);
  expect((await fetch(last?.burl ?? '')).status).toBe(200);
  server = await bootRedis({ dataDir, durable: true, port: Number(new URL(server.url).port) });
  let back: Bid | undefined;
  for (let i = 0; i < 60 && back?.price !== 30; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    back = await ask();
  }
  expect(back?.price, 'recovered by itself').toBe(30);
  await new Promise((resolve) => setTimeout(resolve, 700));
  await exchange.flush();
  expect(await eventsWaiting(client), 'the impression of the outage').toHaveLength(1);
  const pool = await client.hgetall(keys.budget(501, dayOf(Date.now())));
  const out = Object.entries(pool)
    .filter(([field]) => field.startsWith('l:'))
    .reduce((sum, [, lease]) => sum + Number(lease.split(':')[0]), 0);
  expect(Number(pool.free) + Number(pool.spent) + out).toBe(1_000_000);
});
