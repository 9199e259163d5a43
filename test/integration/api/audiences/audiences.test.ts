import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  forgetExpired,
  gatherActions,
  gatherInterests,
  refreshSegments,
  writeSegments,
} from '../../../../api/audiences/audiences.ts';
import { drain } from '../../../../api/metering/metering.ts';
import { createInterests } from '../../../../bidding/state/interests.ts';
import { EVENT_KIND } from '../../../../bidding/wire/event.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import { hashedId, readerHash, unpackMemberships } from '../../../../bidding/wire/reader.ts';
import {
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newCampaign, newLineItem, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, trackedEvent } from '../metering/events.ts';

let now = Date.parse('2026-03-02T10:00:00+08:00');
const DAY_MS = 86_400_000;
let api: TestApi;
let redis: Awaited<ReturnType<typeof openTestRedis>>;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let operator: Awaited<ReturnType<typeof newCaller>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  redis = await openTestRedis();
  api = openTestApi({ db, redis, clock: () => now });
  await seedDivisions(api);
  buyer = await newAdvertiser(api);
  operator = await newCaller(api, 'platform', { roles: ['operator'] });
});

const sha = (id: string) => createHash('sha256').update(id).digest('hex');
const pseudonym = (id: string) => readerHash(hashedId(id), api.ctx.config.tokenKey);

/** What an auction would find of a reader. */
async function segmentsOf(userHash: string): Promise<number[]> {
  const packed = await api.ctx.redis.getBuffer(keys.segments(userHash));
  const found: number[] = [];
  if (packed) unpackMemberships(packed, Math.floor((now + 8 * 3_600_000) / DAY_MS), found);
  return found;
}

async function newSegment(over: Record<string, unknown> = {}) {
  const made = await buyer.call('POST', '/api/audiences', {
    advertiserId: buyer.advertiserId,
    name: '老客户',
    kind: 'upload',
    consentBasis: 'consent',
    consentNote: '会员注册时勾选的个性化推荐同意',
    ...over,
  });
  expect(made.status).toBe(201);
  return made.body as { id: number; version: number };
}

async function upload(
  id: number,
  ids: string[],
  path = 'members',
  caller = buyer as { call: typeof buyer.call },
) {
  const body = new FormData();
  body.set('file', new File([ids.map(sha).join('\n')], 'list.csv'));
  return caller.call('POST', `/api/audiences/${id}/${path}`, body);
}

describe('a segment by upload', () => {
  test('is known to auctions by the very pseudonym of the reader, and forgotten when its days are over', async () => {
    const { id } = await newSegment({ memberDays: 2 });
    const done = await upload(id, ['Anna', 'anna', 'bert']);
    expect(done).toMatchObject({
      status: 201,
      body: { act: 'add', lineCount: 3, changed: 3, consentBasis: 'consent' },
    });
    await writeSegments(api.ctx);
    expect(await segmentsOf(pseudonym('bert'))).toEqual([id]);
    expect((await buyer.call('GET', `/api/audiences/${id}`)).body).toMatchObject({
      size: 3,
      isDirty: false,
    });
    now += 2 * DAY_MS;
    expect(await segmentsOf(pseudonym('bert'))).toEqual([id]);
    now += DAY_MS;
    expect(await segmentsOf(pseudonym('bert'))).toEqual([]);
    await forgetExpired(api.ctx);
    expect(
      await api.ctx.db.execute(sql`SELECT 1 FROM segment_member WHERE segment_id = ${id}`),
    ).toHaveLength(0);
  });

  test('loses those whom a later list removes, and all when it is paused or deleted', async () => {
    const { id } = await newSegment();
    await upload(id, ['carl', 'dora']);
    await upload(id, ['carl'], 'removals');
    await writeSegments(api.ctx);
    expect(await segmentsOf(pseudonym('carl'))).toEqual([]);
    expect(await segmentsOf(pseudonym('dora'))).toEqual([id]);
    const { body } = await buyer.call('GET', `/api/audiences/${id}`);
    expect(body.size).toBe(1);
    await buyer.call('PATCH', `/api/audiences/${id}`, { version: body.version, status: 'paused' });
    await writeSegments(api.ctx);
    expect(await segmentsOf(pseudonym('dora'))).toEqual([]);
    expect((await buyer.call('DELETE', `/api/audiences/${id}`)).status).toBe(204);
    await writeSegments(api.ctx);
    expect((await buyer.call('GET', `/api/audiences/${id}`)).status).toBe(404);
    expect(
      await api.ctx.db.execute(sql`SELECT 1 FROM segment_member WHERE segment_id = ${id}`),
    ).toHaveLength(0);
  });

  test('comes back whole after a lost Redis', async () => {
    const { id } = await newSegment();
    await upload(id, ['emil']);
    await writeSegments(api.ctx);
    await api.ctx.redis.flushdb();
    await writeSegments(api.ctx);
    expect(await segmentsOf(pseudonym('emil'))).toEqual([id]);
  });

  test('without a basis, or with one nobody told where from, is refused at the field', async () => {
    const body = {
      advertiserId: buyer.advertiserId,
      name: 'x',
      kind: 'upload',
      consentBasis: 'hope',
      consentNote: 'x',
    };
    const answer = await buyer.call('POST', '/api/audiences', body);
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer).sort()).toEqual([
      '/consentBasis',
      '/consentNote',
    ]);
  });
});

test('a reader who asks is forgotten everywhere at once, and no upload brings them back', async () => {
  const outlet = await newOutlet(api);
  const { id } = await newSegment();
  await upload(id, ['fritz', 'gina']);
  await writeSegments(api.ctx);
  await api.ctx.redis.set(keys.caps(pseudonym('fritz')), 'x');
  const erased = await outlet.call('POST', '/api/privacy/erasures', { idSha256: sha('fritz') });
  expect(erased).toMatchObject({ status: 201, body: { memberships: 1 } });
  expect(await segmentsOf(pseudonym('fritz'))).toEqual([]);
  expect(await api.ctx.redis.exists(keys.caps(pseudonym('fritz')))).toBe(0);
  const again = await upload(id, ['fritz', 'gina']);
  expect(again.body.changed).toBe(1);
  await writeSegments(api.ctx);
  expect(await segmentsOf(pseudonym('fritz'))).toEqual([]);
  expect(await segmentsOf(pseudonym('gina'))).toEqual([id]);
  expect((await buyer.call('POST', '/api/privacy/erasures', { idSha256: sha('x') })).status).toBe(
    403,
  );
});

test('who clicked often enough is in, of this advertiser’s ads only, and out when it is long ago', async () => {
  const campaign = await newCampaign(buyer, buyer.advertiserId, now);
  const { id } = await newSegment({
    kind: 'behaviour',
    definition: { action: 'clicked', withinDays: 3, atLeast: 2 },
    memberDays: 1,
  });
  const click = (userHash: string, advertiserId: number, n: number) =>
    trackedEvent(n, {
      kind: EVENT_KIND.click,
      userHash,
      advertiserId,
      campaignId: campaign.id,
      atMs: now,
      auctionAtMs: now - 5_000,
      eventKey: `${userHash}${advertiserId}${n}:0:3`,
    });
  const keen = 'keenkeenkeenkee1';
  const once = 'onceonceonceonc1';
  const theirs = 'otherotherother1';
  await append(redis, [
    click(keen, buyer.advertiserId, 1), click(keen, buyer.advertiserId, 2), click(once, buyer.advertiserId, 1),
    click(theirs, 999, 1), click(theirs, 999, 2),
  ]); // biome-ignore format: a list
  await drain(api.ctx);
  await gatherActions(api.ctx);
  await gatherActions(api.ctx);
  expect(await refreshSegments(api.ctx)).toBe(1);
  expect(await segmentsOf(keen)).toEqual([id]);
  expect(await segmentsOf(once)).toEqual([]);
  expect(await segmentsOf(theirs)).toEqual([]);
  expect(await refreshSegments(api.ctx)).toBe(0);
  now += 4 * DAY_MS;
  await refreshSegments(api.ctx);
  expect(await segmentsOf(keen)).toEqual([]);
  expect((await buyer.call('GET', `/api/audiences/${id}`)).body.size).toBe(0);
});

test('who reads about a subject is in, from what nodes gathered', async () => {
  const { id } = await newSegment({
    kind: 'interest',
    definition: { categories: ['agriculture'], withinDays: 7, atLeast: 3 },
  });
  const interests = createInterests(api.ctx.redis);
  const farmer = 'farmerfarmerfar1';
  const visitor = 'visitorvisitor01';
  for (let i = 0; i < 3; i++) interests.note(farmer, ['agriculture', 'safety:disaster']);
  interests.note(visitor, ['agriculture']);
  await interests.flush(now);
  await api.ctx.redis.xadd(
    keys.interests,
    '*',
    'atMs',
    String(now),
    'views',
    "x'); DROP TABLE segment; agriculture=9",
  );
  expect(await gatherInterests(api.ctx)).toBe(2);
  await refreshSegments(api.ctx);
  expect(await segmentsOf(farmer)).toEqual([id]);
  expect(await segmentsOf(visitor)).toEqual([]);
});

test('a line item may ask for its advertiser’s own segments only', async () => {
  const other = await newAdvertiser(api);
  const { id } = await newSegment();
  const campaign = await newCampaign(buyer, buyer.advertiserId, now);
  const target = (segmentId: number) => ({
    target: { all: [{ attribute: 'segment', in: [segmentId] }] },
  });
  expect((await newLineItem(buyer, campaign.id, now, target(id))).id).toBeGreaterThan(0);
  const theirs = await newCampaign(other, other.advertiserId, now);
  await expect(newLineItem(other, theirs.id, now, target(id))).rejects.toThrow(
    '/target/all/0/in/0',
  );
  const definition = { action: 'clicked', withinDays: 3, campaignIds: [campaign.id] };
  const copied = await other.call('POST', '/api/audiences', {
    advertiserId: other.advertiserId, name: 'x', kind: 'behaviour', consentBasis: 'consent', consentNote: '读者同意个性化广告', definition,
  }); // biome-ignore format: one call
  expect(copied.body.errors[0].pointer).toBe('/definition/campaignIds/0');
  expect((await operator.call('GET', '/api/audiences')).body.items.length).toBeGreaterThan(3);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
