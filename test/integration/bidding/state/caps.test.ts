import { beforeAll, expect, test } from 'vitest';
import { createCaps } from '../../../../bidding/state/caps.ts';
import { counterKey } from '../../../../bidding/state/counters.ts';
import type { UserCounts } from '../../../../bidding/state/readings.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const AT_MS = Date.UTC(2026, 10, 20, 4);
const KEY = counterKey('lineItem', 7, 'day', AT_MS);
let redis: Awaited<ReturnType<typeof openTestRedis>>;

beforeAll(async () => {
  redis = await openTestRedis();
});

const read = (caps: ReturnType<typeof createCaps>, user: string): Promise<number> =>
  new Promise((resolve, reject) => {
    caps.read(user, AT_MS, (counts: UserCounts | undefined) => {
      if (counts) resolve(counts.count('lineItem', 7, 'day'));
      else reject(new Error('Redis did not answer'));
    });
  });

test('whatever the replies arrive with, a reader’s ads are counted once each', async () => {
  const caps = createCaps(redis, 30_000);
  for (let user = 0; user < 200; user++) {
    const name = `reader-${user}`;
    caps.add(name, KEY, AT_MS);
    // Before the count has left, beside it, and right behind it: on one connection, often in one packet.
    const early = read(caps, name);
    await new Promise((resolve) => setImmediate(resolve));
    const late = read(caps, name);
    await new Promise((resolve) => setImmediate(resolve));
    expect([await early, await late, await read(caps, name)]).toEqual([1, 1, 1]);
  }
  await caps.flush();
});

test('an ad counted while a read is under way is seen by that read', async () => {
  const caps = createCaps(redis, 30_000);
  const under = read(caps, 'busy');
  await new Promise((resolve) => setImmediate(resolve));
  caps.add('busy', KEY, AT_MS);
  expect(await under).toBe(1);
  await caps.flush();
  expect(await read(caps, 'busy')).toBe(1);
});
