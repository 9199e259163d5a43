import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { drain } from '../../../api/metering/metering.ts';
import { createExchange } from '../../../bidding/exchange.ts';
import { connect } from '../../../db/client.ts';
import { bootPostgres } from '../../../db/embedded/postgres.ts';
import { migrate } from '../../../db/migrate.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { auction, BROWSER, PRICE } from '../../kit/readers.ts';
import { openTestRedis } from '../../kit/redis.ts';
import { aSnapshot, grant, publish } from '../../kit/snapshot.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-fault-'));
chmodSync(folder, 0o755);
const running: { stop(): Promise<void> }[] = [];
afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** As the worker does: tries again until PostgreSQL is there. */
async function meter(url: string, redis: Awaited<ReturnType<typeof openTestRedis>>) {
  const db = connect(url, { max: 2 });
  try {
    await drain({ db, redis, clock: Date.now }, { consumer: 'c', claimIdleMs: 0 });
    const [row] = await db.$client<{ events: string; spend: string }[]>`
      SELECT (SELECT count(*) FROM event) AS events,
        (SELECT coalesce(sum(spend_micro_cny), 0) FROM rollup_hour) AS spend`;
    return { metered: Number(row?.events), spent: Number(row?.spend) };
  } finally {
    await db.$client.end({ timeout: 1 });
  }
}

test('PostgreSQL killed with -9 under traffic: auctions go on, no event is lost or counted twice', async () => {
  const dataDir = join(folder, 'postgres');
  const first = await bootPostgres({ dataDir, durable: true });
  running.push(first);
  await migrate(first.url);
  const redis = await openTestRedis();
  await publish(redis, aSnapshot());
  for (const { id } of aSnapshot().lineItems) {
    await grant(redis, id, dayOf(Date.now()), 10_000 * PRICE);
  }
  const exchange = createExchange({ redis, tokenKey: '33'.repeat(32), nodeId: 'fault' });
  const { url } = await exchange.listen(0);
  running.push({ stop: () => exchange.close() });
  const seen = { sent: 0, won: 0, accepted: 0, wonWhileDown: 0 };
  const read = async (readers: number, down = false) => {
    for (let i = 0; i < readers; i++) {
      const pixel = await auction(url, seen.sent++);
      if (!pixel) continue;
      seen.won++;
      if (down) seen.wonWhileDown++;
      if ((await fetch(pixel, { headers: { 'user-agent': BROWSER } })).ok) seen.accepted++;
    }
    await exchange.flush();
  };

  await read(60);
  const metering = meter(first.url, redis).catch((error: Error) => error);
  const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await read(60, true);
  const interrupted = (await metering) instanceof Error;
  await first.stop();
  const away = performance.now();
  const second = await bootPostgres({ dataDir, durable: true });
  running.push(second);
  await read(60);
  const { metered, spent } = await meter(second.url, redis);
  const recoveryMs = performance.now() - away;
  process.stdout.write(
    `sent ${seen.sent}, won ${seen.won} (${seen.wonWhileDown} while PostgreSQL was away), accepted ${seen.accepted}, ` +
      `metered ${metered}, lost ${seen.accepted - metered}, billed ${spent} µCNY, ` +
      `metering ${interrupted ? 'interrupted' : 'done before the kill'}, recovery ${recoveryMs.toFixed(0)} ms\n`,
  );
  expect(seen.wonWhileDown).toBeGreaterThan(30);
  expect(metered).toBe(seen.accepted);
  expect(spent).toBe(metered * PRICE);
}, 180_000);
