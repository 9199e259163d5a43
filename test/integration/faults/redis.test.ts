import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';
import { createExchange } from '../../../bidding/exchange.ts';
import { connectRedis } from '../../../bidding/server.ts';
import { bootRedis } from '../../../db/embedded/redis.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { PRICE, until } from '../../kit/readers.ts';
import { aSnapshot, grant, publish } from '../../kit/snapshot.ts';
import { meter, openTraffic, tell } from './world.ts';

/** For a tenth of what is asked for. */
const BUDGET = 200 * PRICE;

const folder = mkdtempSync(join(tmpdir(), 'hongze-fault-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A Redis that the environment names is not ours to kill.
test.skipIf(process.env.REDIS_URL)(
  'Redis killed with -9 under traffic: no event lost or doubled, no budget overrun, back within 30 s',
  async () => {
    const { db } = await openTestDatabase();
    const binary = inject('redisBinary') ?? undefined;
    const settings = { dataDir: folder, durable: true, ...(binary ? { binary } : {}) };
    const first = await bootRedis(settings);
    const admin = new Redis(first.url);
    admin.on('error', () => {});
    await publish(admin, aSnapshot());
    for (const { id } of aSnapshot().lineItems) await grant(admin, id, dayOf(Date.now()), BUDGET);
    const redis = connectRedis(first.url, false);
    await new Promise((resolve) => redis.once('ready', resolve));
    const exchange = createExchange({ redis, tokenKey: '22'.repeat(32), nodeId: 'fault' });
    const { url } = await exchange.listen(0);

    const traffic = openTraffic(url);
    for (let i = 0; i < 60; i++) await traffic.read();
    const pid = /process_id:(\d+)/.exec(await admin.info('server'))?.[1];
    traffic.down = true;
    process.kill(Number(pid), 'SIGKILL');
    for (let i = 0; i < 30; i++) await traffic.read();
    const second = await bootRedis({ ...settings, port: first.port });
    const back = performance.now();
    traffic.down = false;
    while (!(await traffic.read()) && performance.now() - back < 30_000) {
      await new Promise((wake) => setTimeout(wake, 20));
    }
    const recoveryMs = performance.now() - back;
    for (let i = 0; i < 400; i++) await traffic.read();
    await until(async () => {
      await exchange.flush();
      const health = (await (await fetch(`${url}/health`)).json()) as { waitingEvents: number };
      return health.waitingEvents === 0;
    });
    const metering = new Redis(second.url);
    const { metered, spent } = await meter(db, metering);
    const recovery = `, recovery ${recoveryMs.toFixed(0)} ms`;
    tell('Redis killed', traffic, { metered, spent }, BUDGET, recovery);
    expect(traffic.accepted).toBeGreaterThan(60);
    expect(metered).toBe(traffic.accepted);
    expect(spent).toBe(metered * PRICE);
    expect(spent).toBeLessThanOrEqual(BUDGET);
    expect(recoveryMs).toBeLessThan(30_000);

    await exchange.close();
    for (const client of [admin, metering, redis]) client.disconnect();
    await second.stop();
  },
);
