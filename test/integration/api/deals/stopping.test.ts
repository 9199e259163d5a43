import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishChanges, publishSnapshot } from '../../../../api/delivery/publish.ts';
import { createExchange, type Exchange } from '../../../../bidding/exchange.ts';
import { dayOf } from '../../../../db/terms/day.ts';
import {
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newPlacement, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { grant } from '../../../kit/snapshot.ts';
import { type Dsp, openDsp } from '../../../simulator/dsp/dsp.ts';

/** As the worker's timetable has it (api/tasks.ts). */
const CHANGES_EVERY_MS = 150;
const TODAY = dayOf(Date.now());

let api: TestApi;
let seller: Caller & { outletId: number };
let operator: Caller;
let dsp: Dsp;
let placementId = 0;
let deal: { id: number; version: number; code: string };
const nodes: Exchange[] = [];
const urls: string[] = [];
let worker: Promise<void>;
let ended = false;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  const redis = await openTestRedis();
  api = openTestApi({ db, redis, clock: Date.now });
  await seedDivisions(api);
  operator = await newCaller(api, 'platform', { roles: ['operator'] });
  const { advertiserId } = await newAdvertiser(api);
  seller = await newOutlet(api);
  placementId = (await newPlacement(seller, seller.outletId)).placement.id;
  dsp = await openDsp({ seat: 'one', priceCpm: 50 });
  const { body: partner } = await operator.call('POST', '/api/demand-partners', {
    code: 'dsp-one',
    name: '需求方',
    advertiserId,
    seat: 'one',
    url: 'https://dsp.example/bid',
    dailyBudgetMicroCny: '100000000',
  });
  await db.execute(
    sql`UPDATE demand_partner SET url = ${`${dsp.url}/bid`}, status = 'active', timeout_ms = 1000 WHERE id = ${partner.id}`,
  );
  await grant(redis, partner.lineItemId, TODAY, 1_000_000_000);
  const { body: proposed } = await operator.call('POST', '/api/deals', {
    kind: 'preferred',
    name: '首页优先购买',
    outletId: seller.outletId,
    demandPartnerId: partner.id,
    priceCpmFen: 3_000,
    startsOn: TODAY,
    endsOn: TODAY,
    placementIds: [placementId],
  });
  const agreed = await seller.call('POST', `/api/deals/${proposed.id}/agreement`, {
    version: proposed.version,
  });
  deal = agreed.body;
  await publishSnapshot(api.ctx);
  for (const nodeId of ['node-1', 'node-2']) {
    const node = createExchange({
      redis,
      tokenKey: '66'.repeat(32),
      nodeId,
      redisTimeoutMs: 10_000,
    });
    nodes.push(node);
    urls.push((await node.listen(0)).url);
  }
  dsp.options.bid = { dealid: deal.code };
  worker = publish();
});
afterAll(async () => {
  ended = true;
  await worker;
  await Promise.all([...nodes.map((node) => node.close()), dsp.close()]);
});

async function publish(): Promise<void> {
  while (!ended) {
    await publishChanges(api.ctx);
    await sleep(CHANGES_EVERY_MS);
  }
}

/** The deal by which a node sells; undefined: it sells nothing. */
async function soldBy(url: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/openrtb2/auction`, {
    method: 'POST',
    body: JSON.stringify({
      id: 'r',
      imp: [{ id: '1', tagid: String(placementId), banner: { w: 640, h: 100 } }],
      site: { publisher: { id: String(seller.outletId) } },
      cur: ['CNY'],
      tmax: 2_000,
    }),
  });
  if (answer.status !== 200) return undefined;
  const { seatbid } = (await answer.json()) as { seatbid: { bid: { dealid?: string }[] }[] };
  return seatbid[0]?.bid[0]?.dealid;
}
const allSell = async (code: string | undefined): Promise<boolean> =>
  (await Promise.all(urls.map(soldBy))).every((sold) => sold === code);

test('a deal that one side pauses is sold at no node within moments, and again once it is resumed', async () => {
  await expect.poll(() => allSell(deal.code), { timeout: 20_000 }).toBe(true);
  const from = performance.now();
  const set = (status: string, version: number) =>
    seller.call('POST', `/api/deals/${deal.id}/status`, { version, status });
  const paused = await set('paused', deal.version);
  expect(paused.status).toBe(200);
  while (!(await allSell(undefined)));
  const tookMs = Math.round(performance.now() - from);
  process.stdout.write(
    `a deal's stop, from the API's call to the last node: ${tookMs} ms (goal 10,000)\n`,
  );
  for (let i = 0; i < 10; i++) expect(await allSell(undefined)).toBe(true);
  await set('active', paused.body.version);
  await expect.poll(() => allSell(deal.code), { timeout: 20_000 }).toBe(true);
});
