/** From a change in the console to the answers of nodes: a test of order, by the version that every answer names. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishChanges, publishSnapshot } from '../../../../api/delivery/publish.ts';
import { createExchange, type Exchange } from '../../../../bidding/exchange.ts';
import { dayOf } from '../../../../db/terms/day.ts';
import {
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import {
  approve,
  newCampaign,
  newCreative,
  newLineItem,
  newPlacement,
  seedDivisions,
} from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { grant } from '../../../kit/snapshot.ts';
import { topUp } from '../../../kit/trade.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
const redis = await openTestRedis();
const nodes: Exchange[] = [];
afterAll(() => Promise.all(nodes.map((node) => node.close())));
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let item: { id: number; version: number };
let placementId = 0;
let url = '';

/** A node knows Redis and nothing else: it is handed no way to the database. */
async function startNode(nodeId: string): Promise<string> {
  const node = createExchange({
    redis,
    clock: () => NOW,
    tokenKey: '11'.repeat(32),
    nodeId,
    redisTimeoutMs: 30_000,
  });
  nodes.push(node);
  return (await node.listen(0)).url;
}

beforeAll(async () => {
  api = openTestApi({ db: (await openTestDatabase()).db, redis, clock: () => NOW });
  await seedDivisions(api);
  buyer = await newAdvertiser(api);
  await topUp(api, buyer.advertiserId, 10_000_000_000n);
  const outlet = await newOutlet(api);
  const site = await newPlacement(outlet, outlet.outletId, { format: 'native', sizes: [] });
  placementId = site.placement.id;
  const creative = await newCreative(buyer, buyer.advertiserId);
  await approve(buyer, await newCaller(api, 'platform', { roles: ['reviewer'] }), creative);
  const campaign = await newCampaign(buyer, buyer.advertiserId, NOW);
  const made = await newLineItem(buyer, campaign.id, NOW, { creativeIds: [creative.id] });
  await buyer.call('POST', `/api/campaigns/${campaign.id}/status`, {
    version: 1,
    status: 'active',
  });
  await buyer.call('POST', `/api/line-items/${made.id}/status`, {
    version: made.version,
    status: 'active',
  });
  item = (await buyer.call('GET', `/api/line-items/${made.id}`)).body;
  await publishSnapshot(api.ctx);
  await grant(redis, item.id, dayOf(NOW), 1_000_000_000);
  url = await startNode('warm');
});

interface Told {
  status: number;
  version: number;
  price: number | undefined;
}

async function ask(at: string): Promise<Told> {
  const answer = await fetch(`${at}/openrtb2/auction`, {
    method: 'POST',
    body: JSON.stringify({
      id: 'r1',
      imp: [{ id: '1', tagid: String(placementId), native: { request: '{"ver":"1.2"}' } }],
      site: {},
      user: { id: 'reader', ext: { divisionCode: '330106' } },
      cur: ['CNY'],
    }),
  });
  if (answer.status !== 200)
    return {
      status: answer.status,
      version: Number(answer.headers.get('x-snapshot-version')),
      price: undefined,
    };
  const { ext, seatbid } = (await answer.json()) as {
    ext: { hongze: { version: number } };
    seatbid: { bid: { price: number }[] }[];
  };
  return { status: 200, version: ext.hongze.version, price: seatbid[0]?.bid[0]?.price };
}

/** Asks until an answer names the version or a later one; every answer before it is kept. */
async function askUntil(version: number): Promise<{ before: Told[]; now: Told }> {
  const before: Told[] = [];
  for (;;) {
    const told = await ask(url);
    if (told.version >= version) return { before, now: told };
    before.push(told);
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

async function edit(changes: object): Promise<number> {
  const path = `/api/line-items/${item.id}`;
  const { version } = (await buyer.call('GET', path)).body;
  const answer = await buyer.call('PATCH', path, { version, ...changes });
  expect(answer.status).toBe(200);
  return (await publishChanges(api.ctx)) as number;
}

test('an edit over the API is in the first answer that names its version, and in none before', async () => {
  expect((await ask(url)).price).toBe(12);
  for (const [bidFen, priceYuan, before] of [
    [1500, 15, 12],
    [900, 9, 15],
  ]) {
    const version = await edit({ bidFen });
    const told = await askUntil(version);
    expect(told.now.price).toBe(priceYuan);
    for (const each of told.before) expect(each.price).toBe(before);
  }
});

test('a node started cold answers from the last snapshot and the deltas after it, without the database', async () => {
  const version = await edit({ bidFen: 1100 });
  // The other node hears of it in its own time; the next test begins where it has.
  await askUntil(version);
  const cold = await startNode('cold');
  expect(await ask(cold)).toEqual({ status: 200, version, price: 11 });
});

test('a pause ends the bids with the version that brings it, and the refusal names the version too', async () => {
  const { version } = (await buyer.call('GET', `/api/line-items/${item.id}`)).body;
  const paused = { version, status: 'paused' };
  expect((await buyer.call('POST', `/api/line-items/${item.id}/status`, paused)).status).toBe(200);
  const published = (await publishChanges(api.ctx)) as number;
  const { now, before } = await askUntil(published);
  expect(now).toEqual({ status: 204, version: published, price: undefined });
  for (const each of before) expect(each.price).toBe(11);
});
