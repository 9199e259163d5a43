import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { forgetFeedback, gatherFeedback } from '../../../../api/feedback/feedback.ts';
import { encodeFeedback, type Feedback } from '../../../../bidding/wire/feedback.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import {
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newCreative, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let now = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let outlet: Awaited<ReturnType<typeof newOutlet>>;
let reviewer: Awaited<ReturnType<typeof newCaller>>;
let creativeId: number;
let said = 0;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => now });
  await seedDivisions(api);
  buyer = await newAdvertiser(api);
  outlet = await newOutlet(api);
  reviewer = await newCaller(api, 'platform', { roles: ['reviewer', 'operator'] });
  creativeId = (await newCreative(buyer, buyer.advertiserId)).id;
});

async function say(over: Partial<Feedback> = {}): Promise<string> {
  const key = over.key ?? `auction${++said}:0:${over.kind ?? 'report'}`;
  const feedback: Feedback = {
    key, kind: 'report', reason: 'misleading', atMs: now, outletId: outlet.outletId, placementId: 1, divisionCode: '330111001',
    advertiserId: buyer.advertiserId, campaignId: 1, lineItemId: 1, creativeId, userHash: `reader${said}`.padEnd(16, 'x'), ...over,
  }; // biome-ignore format: a record
  return (await api.ctx.redis.xadd(
    keys.feedback,
    '*',
    'f',
    encodeFeedback({ ...feedback, key }),
  )) as string;
}
const illegal = async () =>
  (await open()).find((one: { reason: string }) => one.reason === 'illegal');
const open = async () => (await reviewer.call('GET', '/api/feedback-cases?status=open')).body.items;

test('what many say of one ad for one reason is one case, the gravest first; a saying counts once', async () => {
  await say();
  await say({ key: 'auction1:0:report' });
  await say();
  await say({ reason: 'illegal' });
  await say({ kind: 'notInterested', reason: null });
  await say({ kind: 'why', reason: null });
  await say({ creativeId: 0 });
  await api.ctx.redis.xadd(keys.feedback, '*', 'f', 'not a record');
  expect(await gatherFeedback(api.ctx)).toBe(8);
  expect(await open()).toMatchObject([
    { reason: 'illegal', sayings: 1, urgency: 50 },
    { reason: 'misleading', sayings: 2, urgency: 40 },
    { reason: 'notInterested', sayings: 1, urgency: 0 },
  ]);
  // Nodes read the same stream: nothing is taken away from them.
  expect(await api.ctx.redis.xlen(keys.feedback)).toBe(8);
});

test('entries that a crash left pending are counted by the next consumer, and only once', async () => {
  await say();
  await api.ctx.redis.xreadgroup(
    'GROUP',
    'metering',
    'dead',
    'COUNT',
    10,
    'STREAMS',
    keys.feedback,
    '>',
  );
  expect(await gatherFeedback(api.ctx, { claimIdleMs: 0 })).toBe(1);
  const misleading = (await open()).find((one: { reason: string }) => one.reason === 'misleading');
  expect(misleading.sayings).toBe(3);
});

test('a case tells where it was said, is locked, answered, and stops the creative where it is upheld', async () => {
  const gravest = await illegal();
  const { body } = await reviewer.call('GET', `/api/feedback-cases/${gravest.id}`);
  expect(body.places).toMatchObject([
    {
      outletId: outlet.outletId,
      divisionCode: '330111',
      divisionName: '富阳区',
      sayings: 1,
      readers: 1,
    },
  ]);
  const verdict = {
    version: gravest.version,
    verdict: 'upheld',
    answer: '内容违规，已下架',
    stop: true,
  };
  expect(
    (await reviewer.call('POST', `/api/feedback-cases/${gravest.id}/verdict`, verdict)).status,
  ).toBe(409);
  expect((await reviewer.call('POST', `/api/feedback-cases/${gravest.id}/lock`)).status).toBe(200);
  const colleague = await newCaller(api, 'platform', { roles: ['reviewer'] });
  expect((await colleague.call('POST', `/api/feedback-cases/${gravest.id}/lock`)).status).toBe(409);
  const done = await reviewer.call('POST', `/api/feedback-cases/${gravest.id}/verdict`, verdict);
  expect(done.body).toMatchObject({ status: 'upheld', answer: '内容违规，已下架' });
  const [stop] = await api.ctx.db.execute(sql`SELECT scope, subject FROM stop`);
  expect(stop).toEqual({ scope: 'creative', subject: String(creativeId) });
  await say({ reason: 'illegal' });
  await gatherFeedback(api.ctx);
  expect(await illegal()).toMatchObject({ sayings: 1, status: 'open' });
});

test('the advertiser sees its own cases, replies once, and how it stands; outlets see what was said on their media', async () => {
  const { body } = await buyer.call('GET', '/api/feedback-cases?status=upheld');
  expect(body.items).toHaveLength(1);
  const [mine] = body.items;
  const reply = () =>
    buyer.call('POST', `/api/feedback-cases/${mine.id}/reply`, { reply: '已更换素材' });
  expect((await reply()).body.advertiserReply).toBe('已更换素材');
  expect((await reply()).status).toBe(409);
  const stranger = await newAdvertiser(api);
  expect((await stranger.call('GET', '/api/feedback-cases')).body.items).toEqual([]);
  expect((await stranger.call('GET', `/api/feedback-cases/${mine.id}`)).status).toBe(404);
  expect((await outlet.call('GET', '/api/feedback-cases')).body.items.length).toBeGreaterThan(2);
  const elsewhere = await newOutlet(api);
  expect((await elsewhere.call('GET', '/api/feedback-cases')).body.items).toEqual([]);
  const standing = await buyer.call('GET', '/api/feedback/standing');
  expect(standing.body.items).toMatchObject([
    { advertiserId: buyer.advertiserId, upheld: 1, notInterested: 1 },
  ]);
  expect(
    (await reviewer.call('GET', '/api/feedback-cases?divisionCode=330106')).body.items,
  ).toEqual([]);
});

test('sayings are forgotten in time, and cases stay', async () => {
  now += 401 * 86_400_000;
  await forgetFeedback(api.ctx);
  const [row] = await api.ctx.db.execute<{ said: string; cases: string }>(
    sql`SELECT (SELECT count(*) FROM feedback) AS said, (SELECT count(*) FROM feedback_case) AS cases`,
  );
  expect(Number(row?.said)).toBe(0);
  expect(Number(row?.cases)).toBe(4);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
