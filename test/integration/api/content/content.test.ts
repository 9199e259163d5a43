import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { consumeArticles, keepArticles, restorePages } from '../../../../api/content/content.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import { canonicalPage, decodePage, pageHash } from '../../../../bidding/wire/page.ts';
import { newAdvertiser, newOutlet, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newPlacement } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let now = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let seller: Awaited<ReturnType<typeof newOutlet>>;
let propertyId: number;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => now });
  seller = await newOutlet(api);
  propertyId = (await newPlacement(seller, seller.outletId)).property.id;
});

const URL_OF_RACE = 'https://news.fuyang.example/a/1';
const race = {
  url: URL_OF_RACE,
  title: '富春江龙舟赛周末开桨',
  text: '二十支队伍展开角逐，决赛于周日举行。',
};
const feed = (articles: unknown[], caller = seller as Pick<typeof seller, 'call'>) =>
  caller.call('POST', '/api/articles', { propertyId, articles });
const known = async (url: string) => {
  const text = await api.ctx.redis.get(keys.page(pageHash(canonicalPage(url) ?? '')));
  return text === null ? undefined : decodePage(text);
};

test('an article is known to auctions by its address, however it was shared', async () => {
  expect(await feed([race])).toMatchObject({ status: 202, body: { accepted: 1, refused: [] } });
  expect(await consumeArticles(api.ctx)).toBe(1);
  const page = await known(`http://news.fuyang.example/a/1/?utm_source=wechat`);
  expect(page?.categories).toEqual(['sports']);
  expect(page?.keywords).toContain('富春江');
  const { body } = await seller.call('GET', `/api/articles?url=${encodeURIComponent(URL_OF_RACE)}`);
  expect(body.items).toMatchObject([
    { title: race.title, categories: ['sports'], source: 'rules' },
  ]);
  expect(JSON.stringify(body)).not.toContain('二十支队伍');
});

test('an article of somebody else’s site is refused by its place, and the others go on', async () => {
  const answer = await feed([
    { ...race, url: 'https://elsewhere.example/1' },
    { ...race, url: 'not a page' },
    { ...race, url: 'https://m.news.fuyang.example/2' },
  ]);
  expect(answer.body.accepted).toBe(1);
  expect(answer.body.refused.map((one: { pointer: string }) => one.pointer)).toEqual([
    '/articles/0/url',
    '/articles/1/url',
  ]);
  const other = await newOutlet(api);
  expect((await feed([race], other)).status).toBe(404);
  await consumeArticles(api.ctx);
});

test('an API key may send what it is for, and no more', async () => {
  const { body } = await seller.call('POST', '/api/api-keys', {
    name: '内容接口',
    scopes: ['write:articles'],
  });
  const headers = { authorization: `Bearer ${body.secret}`, 'content-type': 'application/json' };
  const send = (path: string) =>
    api.app.request(path, {
      method: 'POST',
      headers,
      body: JSON.stringify({ propertyId, articles: [race] }),
    });
  expect((await send('/api/articles')).status).toBe(202);
  expect((await send('/api/properties')).status).toBe(403);
  await consumeArticles(api.ctx);
});

test('what a person says of a page stays when the article comes again', async () => {
  const corrected = await seller.call('PUT', '/api/articles/classification', {
    url: URL_OF_RACE,
    categories: ['culture'],
    safety: ['safety:disaster'],
  });
  expect(corrected.body).toMatchObject({ source: 'person', categories: ['culture'] });
  expect((await known(URL_OF_RACE))?.categories).toEqual(['culture', 'safety:disaster']);
  await feed([race, { ...race, title: '龙舟赛落幕' }]);
  await consumeArticles(api.ctx);
  expect((await known(URL_OF_RACE))?.categories).toEqual(['culture', 'safety:disaster']);
  const { body } = await seller.call('GET', `/api/articles?safety=safety:disaster`);
  expect(body.items).toMatchObject([{ title: '龙舟赛落幕' }]);
  const other = await newOutlet(api);
  const theirs = await other.call('PUT', '/api/articles/classification', {
    url: URL_OF_RACE,
    categories: [],
    safety: [],
  });
  expect(theirs.status).toBe(404);
});

test('entries that a crash left are classified by the next consumer, once', async () => {
  await feed([{ ...race, url: 'https://news.fuyang.example/a/9' }]);
  await api.ctx.redis.xreadgroup(
    'GROUP',
    'metering',
    'dead',
    'COUNT',
    10,
    'STREAMS',
    keys.articles,
    '>',
  );
  expect(await consumeArticles(api.ctx, { claimIdleMs: 0 })).toBe(1);
  expect(await known('https://news.fuyang.example/a/9')).toBeDefined();
});

test('pages are restored after a lost Redis, and a withdrawn article is no more', async () => {
  await restorePages(api.ctx);
  await api.ctx.redis.flushdb();
  expect(await restorePages(api.ctx)).toBeGreaterThan(2);
  expect(await known(URL_OF_RACE)).toBeDefined();
  const gone = await seller.call('POST', '/api/articles/withdrawals', { urls: [URL_OF_RACE] });
  expect(gone.body).toEqual({ withdrawn: 1 });
  expect(await known(URL_OF_RACE)).toBeUndefined();
});

test('advertisers see what the market writes about, and no article', async () => {
  const buyer = await newAdvertiser(api);
  const { body } = await buyer.call('GET', '/api/content/overview?days=7');
  expect(body.items.find((one: { label: string }) => one.label === 'sports')).toMatchObject({
    outlets: 1,
  });
  expect((await buyer.call('GET', '/api/articles')).status).toBe(403);
});

test('days past a month are dropped whole', async () => {
  now += 32 * 86_400_000;
  await keepArticles(api.ctx);
  const [row] = await api.ctx.db.execute<{ n: string }>(sql`SELECT count(*) AS n FROM article`);
  expect(Number(row?.n)).toBe(0);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
