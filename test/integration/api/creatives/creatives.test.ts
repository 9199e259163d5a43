import { beforeAll, describe, expect, test } from 'vitest';
import { newAdvertiser, newCaller, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { creativeInput, newCreative, PIXEL_PNG, upload } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let now = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let reviewer: Awaited<ReturnType<typeof newCaller>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => now });
  buyer = await newAdvertiser(api);
  reviewer = await newCaller(api, 'platform', { roles: ['reviewer'] });
});

const submit = (creative: { id: number; version: number }, appeal?: string) =>
  buyer.call('POST', `/api/creatives/${creative.id}/submission`, {
    version: creative.version,
    ...(appeal ? { appeal } : {}),
  });

async function judge(who: typeof reviewer, id: number, verdict: Record<string, unknown>) {
  const { body } = await who.call('POST', `/api/review/${id}/lock`);
  return who.call('POST', `/api/review/${id}/verdict`, {
    contentHash: body.contentHash,
    ...verdict,
  });
}

describe('assets', () => {
  test('the same bytes twice are one asset, whatever they are called', async () => {
    const first = await upload(buyer, buyer.advertiserId, PIXEL_PNG, 'a.png');
    const again = await upload(buyer, buyer.advertiserId, PIXEL_PNG, 'b.exe');
    expect(first.status).toBe(201);
    expect(again.body.id).toBe(first.body.id);
    expect(first.body).toMatchObject({ mediaType: 'image/png', width: 1, height: 1 });
  });

  test('a page that calls itself a picture is refused', async () => {
    const page = Buffer.from('<html><script>alert(1)</script></html>');
    const answer = await upload(buyer, buyer.advertiserId, page, 'cat.png');
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });

  test('nobody uploads for an advertiser that is not theirs', async () => {
    const other = await newAdvertiser(api);
    expect((await upload(buyer, other.advertiserId, PIXEL_PNG)).status).toBe(404);
  });
});

describe('a creative', () => {
  test('shows only files that its advertiser uploaded', async () => {
    const other = await newAdvertiser(api);
    const stranger = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>');
    const { body } = await upload(other, other.advertiserId, stranger);
    for (const imageUrl of [
      body.url,
      'https://evil.example/x.png',
      `/api/assets/${'0'.repeat(64)}.png`,
    ]) {
      const input = creativeInput(buyer.advertiserId, { content: { title: '茶', imageUrl } });
      const answer = await buyer.call('POST', '/api/creatives', input);
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0].pointer).toBe('/content/imageUrl');
    }
  });

  test.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://10.0.0.8/admin',
    'http://localhost/',
    'http://metadata.internal/',
    'https://user:pass@shop.example/',
    'https://shop.example:8443/',
    'javascript:alert(1)',
    'ftp://shop.example/',
  ])('never leads to %s', async (landingUrl) => {
    const input = creativeInput(buyer.advertiserId, {
      landingUrl,
      format: 'post',
      content: { title: '茶', description: '茶' },
    });
    const answer = await buyer.call('POST', '/api/creatives', input);
    expect(answer.body.errors).toMatchObject([{ pointer: '/landingUrl' }]);
  });

  test('with a forbidden word is refused with article, word and field', async () => {
    const { body: asset } = await upload(buyer, buyer.advertiserId, PIXEL_PNG);
    const made = await newCreative(buyer, buyer.advertiserId, {
      content: { title: '国家级好茶', imageUrl: asset.url },
    });
    const answer = await submit(made);
    expect(answer).toMatchObject({ status: 422, body: { code: 'not_acceptable_creative' } });
    expect(answer.body.errors[0].pointer).toBe('/content/title');
    expect(answer.body.errors[0].zh).toContain('广告法 第九条（三）');
    expect(answer.body.errors[0].zh).toContain('国家级');
  });

  test('a person may overrule a rule, says why, and the overruling is recorded', async () => {
    const { body: asset } = await upload(buyer, buyer.advertiserId, PIXEL_PNG);
    const made = await newCreative(buyer, buyer.advertiserId, {
      content: { title: '国家级茶园认证', imageUrl: asset.url },
    });
    expect((await submit(made, '附有认证文件')).status).toBe(200);
    const bare = await judge(reviewer, made.id, { verdict: 'approved' });
    expect(bare.body.errors[0].pointer).toBe('/overruleReason');
    const done = await judge(reviewer, made.id, {
      verdict: 'approved',
      overruleReason: '系认证名称',
    });
    expect(done.body.status).toBe('approved');
    const { body } = await buyer.call('GET', `/api/creatives/${made.id}`);
    expect(body.reviews).toMatchObject([{ verdict: 'overruled', rejectReason: '系认证名称' }]);
  });

  test('an approval covers the content it saw: an edit needs review again, a new name does not', async () => {
    const made = await newCreative(buyer, buyer.advertiserId);
    await submit(made);
    await judge(reviewer, made.id, { verdict: 'approved' });
    const { body } = await buyer.call('GET', `/api/creatives/${made.id}`);
    const renamed = await buyer.call('PATCH', `/api/creatives/${made.id}`, {
      version: body.version,
      name: 'x',
    });
    expect(renamed.body.status).toBe('approved');
    const moved = await buyer.call('PATCH', `/api/creatives/${made.id}`, {
      version: renamed.body.version,
      landingUrl: 'https://longjing.example/other',
    });
    expect(moved.body.status).toBe('draft');
    expect(moved.body.contentHash).not.toBe(body.contentHash);
  });

  test('a rejection tells the reason and may be corrected', async () => {
    const made = await newCreative(buyer, buyer.advertiserId);
    await submit(made);
    const silent = await judge(reviewer, made.id, { verdict: 'rejected' });
    expect(silent.body.errors[0].pointer).toBe('/rejectReason');
    await judge(reviewer, made.id, { verdict: 'rejected', rejectReason: '图片不清晰' });
    const { body } = await buyer.call('GET', `/api/creatives?status=rejected`);
    expect(body.items[0]).toMatchObject({ id: made.id, rejectReason: '图片不清晰' });
    expect((await submit({ id: made.id, version: body.items[0].version })).status).toBe(200);
  });
});

describe('the review desk', () => {
  test('two reviewers never judge one creative: the lock is one person’s for ten minutes', async () => {
    const colleague = await newCaller(api, 'platform', { roles: ['reviewer'] });
    const made = await newCreative(buyer, buyer.advertiserId);
    await submit(made);
    expect((await reviewer.call('POST', `/api/review/${made.id}/lock`)).status).toBe(200);
    const second = await colleague.call('POST', `/api/review/${made.id}/lock`);
    expect(second).toMatchObject({ status: 409, body: { code: 'conflict' } });
    now += 11 * 60_000;
    expect((await colleague.call('POST', `/api/review/${made.id}/lock`)).status).toBe(200);
  });

  test('a verdict on content that changed meanwhile is refused', async () => {
    const made = await newCreative(buyer, buyer.advertiserId);
    await submit(made);
    await reviewer.call('POST', `/api/review/${made.id}/lock`);
    const answer = await reviewer.call('POST', `/api/review/${made.id}/verdict`, {
      contentHash: '0'.repeat(64),
      verdict: 'approved',
    });
    expect(answer.body.code).toBe('stale_version');
  });

  test('a sensitive category takes two people, and the first cannot be the second', async () => {
    const colleague = await newCaller(api, 'platform', { roles: ['reviewer'] });
    const made = await newCreative(buyer, buyer.advertiserId, {
      category: 'health_food',
      approvalNo: '浙食健广审(文)第250101号',
      approvalExpiresOn: '2027-01-01',
    });
    expect((await submit(made)).status).toBe(200);
    expect((await judge(reviewer, made.id, { verdict: 'approved' })).body.awaitsSecond).toBe(true);
    expect((await reviewer.call('POST', `/api/review/${made.id}/lock`)).body.code).toBe(
      'four_eyes',
    );
    expect((await judge(colleague, made.id, { verdict: 'approved' })).body.status).toBe('approved');
  });

  test('papers that the law asks for cannot be appealed away', async () => {
    const made = await newCreative(buyer, buyer.advertiserId, { category: 'drug' });
    const answer = await submit(made, '请放行');
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/approvalNo',
      '/approvalExpiresOn',
    ]);
  });

  test('is closed to advertisers and outlets', async () => {
    expect((await buyer.call('GET', '/api/review')).status).toBe(403);
  });
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
