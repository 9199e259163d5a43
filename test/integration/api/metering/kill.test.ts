import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { drain } from '../../../../api/metering/metering.ts';
import { createRandom } from '../../../../run/seed/random.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedisServer } from '../../../kit/redis.ts';
import { append, trackedEvent } from './events.ts';

const { db, url } = await openTestDatabase();
const { redis, url: redisUrl } = await openTestRedisServer();
const file = fileURLToPath(new URL('./consumer.ts', import.meta.url));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function startConsumer(name: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', file, url, redisUrl, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const EVENTS = 20_000;
const KILLS = 4;

test('consumers killed at any moment lose nothing and double nothing', async () => {
  const random = createRandom(7);
  const events = Array.from({ length: EVENTS }, (_, i) => trackedEvent(i));
  for (let round = 0; round < KILLS; round++) {
    const child = await startConsumer(`doomed-${round}`);
    const from = (round * EVENTS) / KILLS;
    await append(redis, events.slice(from, from + EVENTS / KILLS));
    await new Promise((resolve) => setTimeout(resolve, random.between(5, 250)));
    child.kill('SIGKILL');
    await once(child, 'exit');
    // Retries of trackers arrive meanwhile.
    await append(redis, events.slice(from, from + 200));
  }
  await drain({ db, redis, clock: Date.now }, { consumer: 'heir', claimIdleMs: 0 });
  const [row] = await db.execute<Record<string, string>>(sql`
    SELECT (SELECT count(*) FROM event) AS events, (SELECT sum(impressions) FROM rollup_hour) AS impressions,
      (SELECT sum(spend_micro_cny) FROM rollup_hour) AS spend, (SELECT sum(spend_micro_cny) FROM lease_spend) AS leased`);
  expect(Object.values(row ?? {}).map(Number)).toEqual([
    EVENTS, EVENTS, EVENTS * 20_000, EVENTS * 20_000,
  ]); // biome-ignore format: one line
}, 120_000);
