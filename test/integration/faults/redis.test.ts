import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, test } from 'vitest';
import { drain } from '../../../api/metering/metering.ts';
import { createExchange } from '../../../bidding/exchange.ts';
import { connectRedis } from '../../../bidding/server.ts';
import { bootRedis } from '../../../db/embedded/redis.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { auction, BROWSER, PRICE, until } from '../../kit/readers.ts';
import { aSnapshot, grant, publish } from '../../kit/snapshot.ts';

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

    const seen = { sent: 0, won: 0, accepted: 0, wonWhileDown: 0 };
    let down = false;
    const reader = async () => {
      const bid = await auction(url, seen.sent++);
      if (!bid) return false;
      seen.won++;
      if (down) seen.wonWhileDown++;
      const answer = await fetch(bid, { headers: { 'user-agent': BROWSER } });
      if (answer.ok) seen.accepted++;
      return true;
    };
    for (let i = 0; i < 60; i++) await reader();
    const pid = /process_id:(\d+)/.exec(await admin.info('server'))?.[1];
    down = true;
    process.kill(Number(pid), 'SIGKILL');
    for (let i = 0; i < 30; i++) await reader();
    const second = await bootRedis({ ...settings, port: first.port });
    const back = performance.now();
    down = false;
    while (!(await reader()) && performance.now() - back < 30_000) {
      await new Promise((wake) => setTimeout(wake, 20));
    }
    const recoveryMs = performance.now() - back;
    for (let i = 0; i < 400; i++) await reader();
    await until(async () => {
      await exchange.flush();
      const health = (await (await fetch(`${url}/health`)).json()) as { waitingEvents: number };
      return health.waitingEvents === 0;
    });
    const metering = new Redis(second.url);
    await drain({ db, redis: metering, clock: Date.now }, { consumer: 'c', claimIdleMs: 0 });
    const [row] = await db.$client<{ events: string; spend: string }[]>`
      select (select count(*) from event) as events,
        (select coalesce(sum(spend_micro_cny), 0) from rollup_hour) as spend`;
    const metered = Number(row?.events);
    const spent = Number(row?.spend);
    process.stdout.write(
      `sent ${seen.sent}, won ${seen.won} (${seen.wonWhileDown} while Redis was away), ` +
        `accepted ${seen.accepted}, metered ${metered}, lost ${seen.accepted - metered}, ` +
        `spent ${spent} of ${BUDGET} µCNY, recovery ${recoveryMs.toFixed(0)} ms\n`,
    );
    expect(seen.accepted).toBeGreaterThan(60);
    expect(metered).toBe(seen.accepted);
    expect(spent).toBe(metered * PRICE);
    expect(spent).toBeLessThanOrEqual(BUDGET);
    expect(recoveryMs).toBeLessThan(30_000);

    await exchange.close();
    for (const client of [admin, metering, redis]) client.disconnect();
    await second.stop();
  },
);
