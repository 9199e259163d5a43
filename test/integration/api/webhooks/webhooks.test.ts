import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RETRY_AFTER_MS } from '../../../../api/webhooks/delivering.ts';
import { isSignedBy } from '../../../../api/webhooks/signing.ts';
import { deliverWebhooks, forgetWebhooks } from '../../../../api/webhooks/webhooks.ts';
import { webhookEndpoint, webhookEvent } from '../../../../db/schema/webhooks.ts';
import {
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newCreative } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

interface Got {
  headers: IncomingHttpHeaders;
  body: string;
}
let now = Date.now();
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let got: Got[] = [];
let answer = 200;
const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    got.push({ headers: req.headers, body: Buffer.concat(chunks).toString() });
    res.writeHead(answer).end('said');
  });
});

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { db } = await openTestDatabase();
  const { port } = server.address() as AddressInfo;
  const config = { outboundAllow: [`127.0.0.1:${port}`] };
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => now, config });
  buyer = await newAdvertiser(api);
});
afterAll(() => server.close());
beforeEach(async () => {
  got = [];
  answer = 200;
  await api.ctx.db.delete(webhookEndpoint);
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
async function subscribe(kinds: string[] = ['creative.status']) {
  const made = await buyer.call('POST', '/api/webhooks', { name: '内部系统', url: url(), kinds });
  expect(made.status).toBe(201);
  return made.body as { id: number; secret: string; version: number };
}
async function submitOne(): Promise<number> {
  const { id, version } = await newCreative(buyer, buyer.advertiserId);
  const { status } = await buyer.call('POST', `/api/creatives/${id}/submission`, { version });
  expect(status).toBe(200);
  return id;
}
const deliveries = async (id: number) =>
  (await buyer.call('GET', `/api/webhooks/${id}/deliveries`)).body.items;

test('tells of a change once, signed so that the receiver can check it', async () => {
  const { secret, id } = await subscribe();
  const creativeId = await submitOne();
  expect(await deliverWebhooks(api.ctx)).toBe(1);
  expect(await deliverWebhooks(api.ctx)).toBe(0);
  const [one] = got;
  const headers = one?.headers as Record<string, string>;
  expect(isSignedBy(secret, headers, one?.body ?? '')).toBe(true);
  expect(isSignedBy(secret, headers, `${one?.body} `)).toBe(false);
  expect(JSON.parse(one?.body ?? '')).toMatchObject({
    type: 'creative.status',
    subject: `creative:${creativeId}`,
    data: { id: creativeId, status: 'pending', previousStatus: 'draft' },
  });
  expect(await deliveries(id)).toMatchObject([
    { status: 'delivered', attempts: 1, lastStatus: 200 },
  ]);
});

test('tells nobody else, and nothing that was not asked for', async () => {
  await subscribe(['campaign.status']);
  const other = await newOutlet(api);
  await other.call('POST', '/api/webhooks', { name: 'x', url: url(), kinds: ['*'] });
  await submitOne();
  expect(await deliverWebhooks(api.ctx)).toBe(0);
});

test('an answer that is no success is tried again on schedule, and the event keeps its id', async () => {
  const { id } = await subscribe();
  await submitOne();
  answer = 500;
  for (const [i, waitMs] of RETRY_AFTER_MS.entries()) {
    expect(await deliverWebhooks(api.ctx)).toBe(1);
    expect((await deliveries(id))[0]).toMatchObject({
      status: 'pending',
      attempts: i + 1,
      lastStatus: 500,
      lastError: 'said',
    });
    expect(await deliverWebhooks(api.ctx)).toBe(0);
    now += waitMs;
  }
  await deliverWebhooks(api.ctx);
  expect((await deliveries(id))[0]).toMatchObject({ status: 'failed' });
  expect(new Set(got.map((one) => one.headers['webhook-id'])).size).toBe(1);
  answer = 204;
  const [failed] = await deliveries(id);
  await buyer.call('POST', `/api/webhook-deliveries/${failed.id}/replay`);
  await deliverWebhooks(api.ctx);
  expect((await deliveries(id))[0]).toMatchObject({ status: 'delivered' });
});

test('what failed meanwhile can be replayed together', async () => {
  const { id } = await subscribe();
  await submitOne();
  await submitOne();
  await api.ctx.db.execute(sql`UPDATE webhook_delivery SET status = 'failed'`);
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const replay = await buyer.call('POST', `/api/webhooks/${id}/replays`, { since });
  expect(replay.body).toEqual({ replayed: 2 });
  expect(await deliverWebhooks(api.ctx)).toBe(2);
});

test('a crash after the claim loses nothing: the attempt is made again', async () => {
  const { id } = await subscribe();
  await submitOne();
  await api.ctx.db.execute(sql`UPDATE webhook_delivery SET attempts = 1,
    next_at = ${new Date(now + 60_000).toISOString()}::timestamptz`);
  expect(await deliverWebhooks(api.ctx)).toBe(0);
  now += 61_000;
  expect(await deliverWebhooks(api.ctx)).toBe(1);
  expect((await deliveries(id))[0]).toMatchObject({ status: 'delivered', attempts: 2 });
});

test('who says 410 is never asked again, and may start again itself', async () => {
  const { id, version } = await subscribe();
  await submitOne();
  answer = 410;
  await deliverWebhooks(api.ctx);
  const { body } = await buyer.call('GET', '/api/webhooks');
  expect(body.items[0]).toMatchObject({ id, status: 'disabled' });
  const back = await buyer.call('PATCH', `/api/webhooks/${id}`, { version, status: 'active' });
  expect(back.body).toMatchObject({ status: 'active', failingSince: null });
  expect(JSON.stringify(back.body)).not.toContain('whsec_');
});

test('after a rotation both secrets sign for a day', async () => {
  const { id, secret } = await subscribe();
  const rotated = await buyer.call('POST', `/api/webhooks/${id}/secret`);
  await buyer.call('POST', `/api/webhooks/${id}/ping`);
  await deliverWebhooks(api.ctx);
  const [one] = got;
  for (const each of [secret, rotated.body.secret]) {
    expect(isSignedBy(each, one?.headers as Record<string, string>, one?.body ?? '')).toBe(true);
  }
  now += 86_400_001;
  await buyer.call('POST', `/api/webhooks/${id}/ping`);
  await deliverWebhooks(api.ctx);
  expect(isSignedBy(secret, got[1]?.headers as Record<string, string>, got[1]?.body ?? '')).toBe(
    false,
  );
});

test.each([
  'http://127.0.0.1/',
  'http://10.0.0.8/',
  'http://localhost:3000/',
  'http://[fd00::1]/',
  'ftp://x.cn/',
])('never leads to %s', async (inside) => {
  const made = await buyer.call('POST', '/api/webhooks', { name: 'x', url: inside, kinds: ['*'] });
  expect(made).toMatchObject({ status: 422, body: { errors: [{ pointer: '/url' }] } });
});

test('events are forgotten after a month, and nobody but the owner sees them', async () => {
  const { id } = await subscribe();
  await submitOne();
  const stranger = await newCaller(api, 'agency');
  expect((await stranger.call('GET', `/api/webhooks/${id}/deliveries`)).status).toBe(404);
  await api.ctx.db.update(webhookEvent).set({ at: new Date(now - 31 * 86_400_000) });
  await forgetWebhooks(api.ctx);
  expect(await deliveries(id)).toEqual([]);
  expect(await api.ctx.db.$count(webhookEndpoint, eq(webhookEndpoint.id, id))).toBe(1);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
