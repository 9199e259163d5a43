import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expirePermits, keepArchive, patrol } from '../../../../api/creatives/creatives.ts';
import { creative } from '../../../../db/schema/creatives.ts';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { dayOf, hourOf } from '../../../../db/terms/day.ts';
import {
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { approve, newCreative, PIXEL_PNG, upload } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let now = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let reviewer: Awaited<ReturnType<typeof newCaller>>;
const STORY =
  '西湖龙井明前茶，产自狮峰山核心产区，手工炒制，每年清明前采摘，产量有限。本店支持七天无理由退换，欢迎选购。';
let said = STORY;
let leads = '';
let status = 200;
const server = createServer((req, res) => {
  if (req.url === '/tea.png') res.end(PIXEL_PNG);
  else if (req.url === '/page.png') res.end('<html><script>alert(1)</script></html>');
  else if (req.url === '/inside') res.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  else if (leads) res.writeHead(302, { location: leads }).end();
  else
    res.writeHead(status, { 'content-type': 'text/html' }).end(`<title>茶</title><p>${said}</p>`);
});
const here = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { db } = await openTestDatabase();
  api = openTestApi({
    db,
    redis: await openTestRedis(),
    clock: () => now,
    config: { outboundAllow: [here()] },
  });
  buyer = await newAdvertiser(api);
  reviewer = await newCaller(api, 'platform', { roles: ['reviewer'] });
});
afterAll(() => server.close());

/** Approved, with a landing page that only a test may reach. */
async function live(over: Record<string, unknown> = {}) {
  const made = await newCreative(buyer, buyer.advertiserId, over);
  await approve(buyer, reviewer, made);
  await api.ctx.db.execute(
    sql`UPDATE creative SET landing_url = ${`http://${here()}/spring`} WHERE id = ${made.id}`,
  );
  return made.id;
}
const stateOf = async (id: number) => (await buyer.call('GET', `/api/creatives/${id}`)).body;

describe('the patrol', () => {
  test('leaves alone what is as it was approved, and comes again after hours, not before', async () => {
    const id = await live();
    expect((await patrol(api.ctx)).looked).toBeGreaterThan(0);
    expect(await patrol(api.ctx)).toEqual({ looked: 0, pulled: 0 });
    expect((await stateOf(id)).status).toBe('approved');
    const { body } = await buyer.call('GET', `/api/creatives/${id}/landing-checks`);
    expect(body.items).toMatchObject([{ outcome: 'ok', httpStatus: 200, title: '茶' }]);
  });

  test.each([
    ['a redirect into a private network', () => { leads = 'http://169.254.169.254/latest/meta-data/'; }, '内网'],
    ['forbidden words that were not there', () => { said = `${STORY}国家级`; }, '国家级'],
  ])('pulls for %s, with the reason, from nodes too', async (_what, change, reason) => {
    said = STORY;
    leads = '';
    const id = await live();
    now += 7 * 3_600_000;
    await patrol(api.ctx);
    change();
    now += 7 * 3_600_000;
    expect((await patrol(api.ctx)).pulled).toBeGreaterThan(0);
    const { status: pulled, reviews } = await stateOf(id);
    expect(pulled).toBe('rejected');
    expect(reviews[0]).toMatchObject({ reviewer: 'patrol', verdict: 'rejected' });
    expect(reviews[0].rejectReason).toContain(reason);
    const changes = await api.ctx.db.execute(sql`SELECT 1 FROM delivery_change WHERE subject = ${`creative:${id}`}`);
    expect(changes.length).toBeGreaterThan(0);
    said = STORY;
    leads = '';
  }); // biome-ignore format: a table

  test('notes what cannot be reached without pulling it, and pulls what is gone three times', async () => {
    const id = await live();
    await patrol(api.ctx);
    status = 503;
    now += 7 * 3_600_000;
    for (let i = 0; i < 4; i++) {
      await patrol(api.ctx);
      now += 3_600_000;
    }
    expect((await stateOf(id)).status).toBe('approved');
    status = 200;
    await patrol(api.ctx);
    status = 404;
    now += 7 * 3_600_000;
    for (let i = 0; i < 3; i++) {
      expect((await stateOf(id)).status).toBe('approved');
      await patrol(api.ctx);
      now += 3_600_000;
    }
    expect((await stateOf(id)).status).toBe('rejected');
    status = 200;
  });

  test('takes out a creative whose permit lapsed', async () => {
    const id = await live();
    await api.ctx.db
      .update(creative)
      .set({ approvalExpiresOn: '2026-01-01' })
      .where(sql`id = ${id}`);
    expect(await expirePermits(api.ctx)).toBe(1);
    expect((await stateOf(id)).reviews[0].rejectReason).toContain('有效期');
  });
});

describe('a file from the web', () => {
  const fetchIt = (path: string) =>
    buyer.call('POST', '/api/assets/fetch', {
      advertiserId: buyer.advertiserId,
      url: path.startsWith('/') ? `http://${here()}${path}` : path,
    });

  test('is checked like an upload', async () => {
    expect(await fetchIt('/tea.png')).toMatchObject({
      status: 201,
      body: { mediaType: 'image/png' },
    });
    expect((await fetchIt('/page.png')).status).toBe(415);
    expect((await fetchIt('/missing')).status).toBe(415);
  });

  test.each(['/inside', 'http://10.0.0.8/x.png', 'http://[::1]/x.png'])(
    'is not fetched from inside: %s',
    async (path) => {
      expect(await fetchIt(path)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/url' }] },
      });
    },
  );

  test('is cut to other sizes, each an asset of its own', async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><rect width="400" height="200" fill="#2a7"/></svg>',
    );
    const { body } = await upload(buyer, buyer.advertiserId, svg);
    const cuts = [
      { w: 300, h: 250 },
      { w: 640, h: 100, fit: 'contain', background: '#ffffff' },
    ];
    const made = await buyer.call('POST', `/api/assets/${body.id}/variants`, { cuts });
    expect(made.body.items).toMatchObject([
      { width: 300, height: 250, mediaType: 'image/png', variantOf: body.id },
      { width: 640, height: 100, variantOf: body.id },
    ]);
  });
});

describe('the vault', () => {
  const paper = {
    kind: 'ad_approval',
    number: '浙食健广审(文)第250101号',
    validUntil: '2026-03-20',
    categories: ['health_food'],
  };
  const file = (over = {}) =>
    buyer.call('POST', '/api/qualifications', {
      advertiserId: buyer.advertiserId,
      ...paper,
      ...over,
    });

  test('keeps a number once, verified by a reviewer, and tells what ends soon', async () => {
    const made = await file();
    expect(made).toMatchObject({ status: 201, body: { status: 'pending' } });
    expect(await file()).toMatchObject({ status: 409, body: { errors: [{ pointer: '/number' }] } });
    const silent = await reviewer.call('POST', `/api/qualifications/${made.body.id}/verdict`, {
      version: 1,
      verdict: 'rejected',
    });
    expect(silent.body.errors[0].pointer).toBe('/rejectReason');
    const done = await reviewer.call('POST', `/api/qualifications/${made.body.id}/verdict`, {
      version: 1,
      verdict: 'verified',
    });
    expect(done.body.status).toBe('verified');
    const { body } = await reviewer.call('GET', '/api/qualifications?endingWithinDays=60');
    expect(body.items).toMatchObject([{ number: paper.number, isExpired: false }]);
  });

  test('tells the reviewer of a permit that it does not know', async () => {
    const health = { category: 'health_food', approvalExpiresOn: '2027-01-01' };
    const unknown = await newCreative(buyer, buyer.advertiserId, {
      ...health,
      approvalNo: '没有的文号',
    });
    await buyer.call('POST', `/api/creatives/${unknown.id}/submission`, {
      version: unknown.version,
    });
    const known = await newCreative(buyer, buyer.advertiserId, {
      ...health,
      approvalNo: paper.number,
    });
    await buyer.call('POST', `/api/creatives/${known.id}/submission`, { version: known.version });
    const findings = async (id: number) =>
      ((await stateOf(id)).task.findings as { field: string }[]).map((one) => one.field);
    expect(await findings(unknown.id)).toEqual(['approvalNo']);
    expect(await findings(known.id)).toEqual([]);
  });

  test('refuses a file that is not the advertiser’s, and an end before the beginning', async () => {
    expect((await file({ number: 'a', assetSha256: '0'.repeat(64) })).body.errors[0].pointer).toBe(
      '/assetSha256',
    );
    expect((await file({ number: 'b', validFrom: '2026-04-01' })).body.errors[0].pointer).toBe(
      '/validUntil',
    );
  });
});

test('every approved version is archived with its papers, for three years after it was last shown, and does not change', async () => {
  const id = await live();
  const outlet = await newOutlet(api);
  const row = {
    placementId: 1,
    divisionCode: '330111',
    advertiserId: buyer.advertiserId,
    campaignId: 1,
    lineItemId: 1,
    creativeId: id,
    device: 0,
  };
  await api.ctx.db
    .insert(rollupHour)
    .values({ ...row, hour: hourOf(now), outletId: outlet.outletId, impressions: 9 });
  await keepArchive(api.ctx);
  const list = await buyer.call('GET', `/api/ad-archive?creativeId=${id}`);
  const [version] = list.body.items;
  expect(version).toMatchObject({
    creativeId: id,
    lastShownOn: dayOf(now),
    keepUntil: `2029${dayOf(now).slice(4)}`,
  });
  expect(version.papers).toHaveLength(1);
  const { body } = await reviewer.call('GET', `/api/ad-archive/${version.id}`);
  expect(body.delivered).toMatchObject([{ outletId: outlet.outletId, impressions: 9 }]);
  const spoil = (statement: ReturnType<typeof sql>) =>
    api.ctx.db.execute(statement).then(
      () => 'done',
      () => 'refused',
    );
  expect(await spoil(sql`UPDATE creative_archive SET version_shown = '{}'`)).toBe('refused');
  expect(await spoil(sql`DELETE FROM creative_archive`)).toBe('refused');
  const other = await newAdvertiser(api);
  expect((await other.call('GET', `/api/ad-archive/${version.id}`)).status).toBe(404);
});

test('an outlet refuses a creative for its own media, and takes it back', async () => {
  const id = await live();
  const outlet = await newOutlet(api);
  const { outletId } = outlet;
  const row = {
    placementId: 2,
    divisionCode: '330111',
    advertiserId: buyer.advertiserId,
    campaignId: 1,
    lineItemId: 2,
    creativeId: id,
    device: 0,
  };
  await api.ctx.db
    .insert(rollupHour)
    .values({ ...row, hour: hourOf(now), outletId, impressions: 50 });
  const refusal = { outletId, creativeId: id, reason: '与本台定位不符' };
  expect(
    (
      await outlet.call('POST', '/api/outlet-creatives/refusals', {
        ...refusal,
        creativeId: 999_999,
      })
    ).body.errors[0].pointer,
  ).toBe('/creativeId');
  expect((await outlet.call('POST', '/api/outlet-creatives/refusals', refusal)).status).toBe(201);
  expect((await outlet.call('POST', '/api/outlet-creatives/refusals', refusal)).status).toBe(409);
  const { body } = await outlet.call(
    'GET',
    `/api/outlet-creatives?outletId=${outletId}&state=refused`,
  );
  expect(body.items).toMatchObject([
    { creativeId: id, impressions: 50, refusedBecause: '媒体拒绝：与本台定位不符' },
  ]);
  const [stop] = await api.ctx.db.execute(
    sql`SELECT scope, subject FROM stop WHERE outlet_id = ${outletId} AND lifted_at IS NULL`,
  );
  expect(stop).toEqual({ scope: 'creative', subject: String(id) });
  const back = await outlet.call('POST', '/api/outlet-creatives/acceptances', {
    outletId,
    creativeId: id,
  });
  expect(back.body.lifted).toBe(1);
  const stranger = await newOutlet(api);
  expect((await stranger.call('GET', `/api/outlet-creatives?outletId=${outletId}`)).status).toBe(
    404,
  );
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
