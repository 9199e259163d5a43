import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import type { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantBudgets } from '../../../api/delivery/budgets.ts';
import { readNodes } from '../../../api/delivery/live.ts';
import { pace } from '../../../api/delivery/pacing.ts';
import { publishChanges, publishSnapshot } from '../../../api/delivery/publish.ts';
import { placeStop } from '../../../api/delivery/stops.ts';
import { createLimiter } from '../../../api/http/limits.ts';
import { drain, watermark } from '../../../api/metering/metering.ts';
import { createExchange, type Exchange } from '../../../bidding/exchange.ts';
import { connectRedis as connectExchange } from '../../../bidding/server.ts';
import { keys } from '../../../bidding/wire/keys.ts';
import type { Snapshot } from '../../../bidding/wire/snapshot.ts';
import { connectRedis, redisEpochs, slotOf } from '../../../db/redis.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { seed } from '../../../run/seed/seed.ts';
import { openTestCluster, restartMaster } from '../../kit/cluster.ts';
import { openTestDatabase } from '../../kit/database.ts';

const CAP = 3;
const BROWSER =
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36';

// Clusters are made of servers of our own; one that the environment names is left alone.
describe.skipIf(process.env.REDIS_URL)('on a Redis Cluster of three masters', async () => {
  const { db } = await openTestDatabase();
  const cluster = await openTestCluster();
  const redis = connectRedis(cluster.url, { cluster: true });
  const store = connectExchange(cluster.url, true);
  const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
  const ctx = { db, redis, clock: Date.now, config: { assetsDir } };
  let exchange: Exchange;
  let url = '';
  let market: Snapshot;
  let placementId = 0;

  beforeAll(async () => {
    redis.on('error', () => {});
    await seed(ctx, { history: false });
    // Everything may run everywhere, and nobody sees one line item more often than three times a day.
    const caps = JSON.stringify([{ scope: 'lineItem', window: 'day', count: CAP }]);
    await db.execute(sql`
      UPDATE line_item SET target = '{"all":[]}', starts_on = current_date - 2,
        ends_on = current_date + 2, frequency_caps = ${caps}::jsonb`);
    await db.execute(sql`
      UPDATE campaign SET starts_on = current_date - 2, ends_on = current_date + 2`);
    await publishSnapshot(ctx);
    while ((await publishChanges(ctx)) !== undefined);
    await grantBudgets(ctx);
    market = await published();
    placementId = mostWanted(market);
    exchange = createExchange({
      redis: store,
      tokenKey: '33'.repeat(32),
      nodeId: 'c1',
      redisTimeoutMs: 30_000,
    });
    ({ url } = await exchange.listen(0));
  }, 60_000);
  afterAll(async () => {
    await exchange?.close();
    for (const client of [redis, store]) client.disconnect();
    rmSync(assetsDir, { recursive: true });
  });

  async function published(): Promise<Snapshot> {
    const packed = (await redis.getBuffer(keys.snapshot)) ?? Buffer.alloc(0);
    return JSON.parse(gunzipSync(packed).toString()) as Snapshot;
  }

  async function ask(reader: string): Promise<string | undefined> {
    const placement = market.placements.find((it) => it.id === placementId);
    const answer = await fetch(`${url}/openrtb2/auction`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: 'r',
        imp: [{ id: '1', tagid: `${placementId}`, banner: { format: placement?.sizes } }],
        site: {},
        device: { ua: BROWSER },
        user: { id: reader },
      }),
    });
    if (answer.status !== 200) return undefined;
    const bid = ((await answer.json()) as { seatbid?: { bid: { burl: string }[] }[] }).seatbid?.[0]
      ?.bid[0];
    return bid && `${url}/t/i?t=${new URL(bid.burl).searchParams.get('t')}`;
  }

  const spent = async (): Promise<Map<number, bigint>> => {
    const rows = await db.execute<{ id: string; spend: string }>(
      sql`SELECT line_item_id AS id, sum(spend_micro_cny) AS spend FROM lease_spend GROUP BY 1`,
    );
    return new Map(rows.map(({ id, spend }) => [Number(id), BigInt(spend)]));
  };

  test('keys are spread over all masters, and slots are what Redis says', async () => {
    const pools = market.lineItems.map(({ id }) => keys.budget(id, dayOf(Date.now())));
    const owners = new Set(pools.map((key) => (redis as Cluster).slots[slotOf(key)]?.[0]));
    expect(owners.size).toBe(3);
    for (const key of [pools[0] as string, 'plain', 'half{open', '{}empty', 'a{b}{c}']) {
      expect(slotOf(key)).toBe(await redis.cluster('KEYSLOT', key));
    }
  });

  test('auctions are won, impressions are metered once, and spend is what was leased', async () => {
    const pixels: string[] = [];
    for (let i = 0; i < 40; i++) {
      const pixel = await ask(`reader-${i}`);
      if (pixel) pixels.push(pixel);
      else await sleep(20); // The first auctions of a node wait for their leases.
    }
    expect(pixels.length).toBeGreaterThan(20);
    for (const pixel of [...pixels, ...pixels]) {
      expect((await fetch(pixel, { headers: { 'user-agent': BROWSER } })).status).toBe(200);
    }
    await exchange.flush();
    await drain(ctx, { consumer: 'c', claimIdleMs: 0 });
    const [row] = await db.execute<{ n: string }>(sql`SELECT count(*) AS n FROM event`);
    expect(Number(row?.n)).toBe(pixels.length);
    expect((await spent()).size).toBeGreaterThan(0);
    expect(await watermark(ctx)).toBeLessThanOrEqual(Date.now());
    while ((await readNodes(redis, Date.now())).length === 0) await sleep(50);
  });

  test('a reader meets each line item only so often', async () => {
    let shown = 0;
    for (let i = 0; i < 4 * CAP * market.lineItems.length; i++) {
      if ((await ask('the same reader')) === undefined) break;
      shown++;
    }
    const payable = market.lineItems.filter((it) => it.bidFen > 0).length;
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(CAP * payable + CAP);
    expect(await ask('another reader')).toBeDefined();
  });

  test('a stop and the multipliers of pacing reach the node; doors count together', async () => {
    await pace(ctx);
    const who = { userId: 'operator', organizationId: 'org-platform' };
    await placeStop(
      ctx,
      { scope: 'all', subject: null, divisionCode: null, outletId: null, reason: '静默' },
      who,
    );
    while ((await publishChanges(ctx)) !== undefined);
    await exchange.refresh();
    expect(await ask('reader-x')).toBeUndefined();
    const door = { windowSeconds: 60, max: 1 };
    const [one, two] = [createLimiter(redis), createLimiter(redis)];
    expect((await one('k', door)).allowed).toBe(true);
    expect((await two('k', door)).allowed).toBe(false);
  });

  test('a master that restarts empty strands its own pools only, and nothing is granted twice', async () => {
    const pools = market.lineItems.map(({ id }) => keys.budget(id, dayOf(Date.now())));
    const before = await redisEpochs(redis, pools);
    await restartMaster(cluster, 0);
    const after = await retry(() => redisEpochs(redis, pools));
    const lost = after.filter((epoch, i) => epoch !== before[i]).length;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(pools.length);
    const pass = await retry(() => grantBudgets(ctx));
    expect(pass?.lostPools).toBeGreaterThan(0);
    expect(pass?.lostPools).toBeLessThanOrEqual(lost);
    const over = await db.execute(sql`
      SELECT g.line_item_id FROM budget_grant g JOIN line_item l ON l.id = g.line_item_id
      WHERE g.granted_micro_cny + g.prior_micro_cny > l.daily_budget_micro_cny`);
    expect(over).toEqual([]);
  });
});

/** The placement whose size most creatives of paying line items fit. */
function mostWanted(market: Snapshot): number {
  const paying = new Set(
    market.lineItems.filter((it) => it.bidFen > 0).flatMap((it) => it.creativeIds),
  );
  const wanted = market.creatives.filter((it) => it.format === 'banner' && paying.has(it.id));
  const fitting = (id: number): number => {
    const sizes = market.placements.find((it) => it.id === id)?.sizes ?? [];
    return wanted.filter(({ w, h }) => sizes.some((size) => size.w === w && size.h === h)).length;
  };
  const banners = market.placements.filter((it) => it.format === 'banner').map((it) => it.id);
  return banners.sort((a, b) => fitting(b) - fitting(a))[0] ?? 0;
}

/** Until the cluster has found itself again. */
async function retry<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(100);
    }
  }
}
