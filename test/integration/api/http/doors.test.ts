/** What a handler is handed behind the doors: whatever it forgets to ask, it sees no more than who calls may see. */
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from '../../../../api/context.ts';
import { forHouse } from '../../../../api/http/auth.ts';
import { doorkeeper } from '../../../../api/http/doors.ts';
import { createAuth } from '../../../../api/identity/identity.ts';
import { newAdvertiser, openTestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const { db } = await openTestDatabase();
const api = openTestApi({ db, redis: await openTestRedis() });

/** A route that counts all advertisers it sees, and asks nobody whose they are. */
const count = async (path: string, cookie?: string): Promise<number> => {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set('ctx', api.ctx);
    await next();
  });
  app.use('/api/*', doorkeeper(createAuth(api.ctx), api.ctx));
  app.use('/api/public/house', forHouse);
  app.get('/api/*', async (c) => {
    const [row] = await c.var.ctx.db.execute<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM advertiser`,
    );
    return c.json(row?.n);
  });
  return (await app.request(path, cookie ? { headers: { cookie } } : {})).json();
};

test('a stranger’s request sees nobody’s rows, a member’s its own, and the house’s only where it is said', async () => {
  const { cookie } = await newAdvertiser(api);
  await newAdvertiser(api);
  expect(await count('/api/public/forgetful')).toBe(0);
  expect(await count('/api/session')).toBe(0);
  expect(await count('/api/forgetful', cookie)).toBe(1);
  expect(await count('/api/public/house')).toBe(2);
});
