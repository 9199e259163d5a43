import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../../kit/database.ts';
import { openTestRedis } from '../../kit/redis.ts';
import { openStopWorld, STOPS } from '../../kit/stops.ts';

const { db } = await openTestDatabase();
let world: Awaited<ReturnType<typeof openStopWorld>>;
beforeAll(async () => {
  world = await openStopWorld({ db, redis: await openTestRedis() }, ['n1', 'n2']);
});
afterAll(() => world.close());

// How long it takes is `npm run bench -- stops`'s to say.
test.each(Object.keys(STOPS))(
  'a stop, %s: both nodes send their receipt, and neither serves the ad after it',
  async (name) => {
    const seen = await world.stop(STOPS[name] as (typeof STOPS)[string]);
    expect(seen).toMatchObject({ receipts: 2, servedAfter: 0 });
  },
  120_000,
);
