import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { problemHandler } from '../../../../api/http/problem.ts';
import { receiveNotify } from '../../../../api/payments/payments.ts';
import { createWorker } from '../../../../api/worker.ts';
import { createExchange } from '../../../../bidding/exchange.ts';
import { dayOf } from '../../../../db/terms/day.ts';
import { newAdvertiser, openTestApi, PASSWORD, send } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { auction, BROWSER, PRICE } from '../../../kit/readers.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { aSnapshot, grant, publish } from '../../../kit/snapshot.ts';
import { openGatewayPair } from '../../../simulator/alipay/pair.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();

const [AGENT, ADDRESS] = ['Mozilla/5.0 (Secret-Phone)', '203.0.113.77'];
const personal = [AGENT, 'Secret-Phone', BROWSER, ADDRESS, '10.1.0.7', 'reader-7', PASSWORD];

test('a sign-in, a top-up and an auction leave nobody’s e-mail, address or browser in the log', async () => {
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0),
  );
  const clock = Date.now;
  const pair = await openGatewayPair({
    clock,
    openingFen: 0n,
    postNotify: (_url, form) => receiveNotify(api.ctx, form),
  });
  const api = openTestApi({ db, redis, alipay: pair.alipay, clock });
  const headers = { 'user-agent': AGENT, 'x-forwarded-for': ADDRESS };
  const buyer = await newAdvertiser(api);
  const { email } = buyer;
  const wrong = { email, password: 'not-the-password' };
  const signedIn = { email, password: PASSWORD };
  const doors = '/api/auth/sign-in/email';
  expect((await send(api.app, 'POST', doors, wrong, headers)).status).toBe(401);
  expect((await send(api.app, 'POST', doors, signedIn, headers)).status).toBe(200);
  const order = { advertiserId: buyer.advertiserId, amountFen: 10_000 };
  expect((await buyer.call('POST', '/api/wallet/top-ups', order, headers)).status).toBe(201);
  await publish(redis, aSnapshot());
  await grant(redis, 501, dayOf(Date.now()), 100 * PRICE);
  const exchange = createExchange({ redis, tokenKey: '55'.repeat(32), redisTimeoutMs: 10_000 });
  const { url } = await exchange.listen(0);
  const pixel = await auction(url, 7);
  expect((await fetch(pixel as string, { headers })).ok).toBe(true);
  await exchange.close();

  // Bugs are what is logged most fully: a query that fails holds what somebody typed.
  const log = (entry: Record<string, unknown>) => api.bugs.push(entry);
  const broken = new Hono().onError(problemHandler(log));
  broken.get('/text', async (c) =>
    c.json(await db.execute(sql`SELECT ${email}::text FROM nowhere`)),
  );
  broken.get('/number', async (c) => c.json(await db.$client.unsafe(`SELECT '${email}'::int`)));
  for (const each of ['/text', '/number'])
    expect((await broken.request(each, { headers })).status).toBe(500);
  const run = async () => void (await db.execute(sql`SELECT ${ADDRESS}::text FROM nowhere`));
  const worker = createWorker(api.ctx, {
    log,
    tasks: [{ name: 'broken', everyMs: 60_000, shared: true, run }],
  });
  worker.start();
  await vi.waitFor(() => expect(api.bugs).toHaveLength(3), 30_000);
  await worker.stop();
  await pair.gateway.close();
  for (const spy of spies) spy.mockRestore();

  const everything = `${JSON.stringify(api.bugs)}\n${written.join('')}`;
  expect(everything).toContain('Failed query');
  expect(everything).toContain('SQLSTATE 22P02');
  expect([email, ...personal].filter((text) => everything.includes(text))).toEqual([]);
});
