import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExchange, type Exchange } from '../../../bidding/exchange.ts';
import { EVENT_KIND, type TrackedEvent } from '../../../bidding/wire/event.ts';
import { keys } from '../../../bidding/wire/keys.ts';
import { decodeSample } from '../../../bidding/wire/sample.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { openTestRedis } from '../../kit/redis.ts';
import { aLineItem, aSnapshot, grant, publish, publishDelta } from '../../kit/snapshot.ts';
import { eventsWaiting } from '../../kit/streams.ts';

const TOKEN_KEY = '11'.repeat(32);
const START_MS = Date.UTC(2026, 10, 20, 4);
let nowMs = START_MS;
let url = '';
let exchange: Exchange;
let redis: Awaited<ReturnType<typeof openTestRedis>>;

beforeAll(async () => {
  redis = await openTestRedis();
  const clicks = aLineItem({
    id: 502,
    advertiserId: 302,
    advertiserDomain: 'bus.example',
    pricing: 'CPC',
    bidFen: 300,
  });
  await publish(
    redis,
    aSnapshot({
      lineItems: [
        aLineItem({ target: { attribute: 'placement', in: [201, 202, 203, 204, 205] } }),
        { ...clicks, target: { attribute: 'placement', in: [206] } },
      ],
      placements: [
        ...aSnapshot().placements,
        { ...(aSnapshot().placements[0] as never as object), id: 206, floorCpmFen: 0 } as never,
      ],
    }),
  );
  await grant(redis, 501, dayOf(nowMs), 10_000_000);
  await grant(redis, 502, dayOf(nowMs), 5_000_000);
  exchange = createExchange({
    redis,
    clock: () => nowMs,
    tokenKey: TOKEN_KEY,
    nodeId: 'n1',
    redisTimeoutMs: 30_000,
  });
  ({ url } = await exchange.listen(0));
});
afterAll(() => exchange.close());

interface Bid {
  price: number;
  adm: string;
  burl: string;
  impid: string;
  cid: string;
}
const request = (tagid: string, over: object = {}) => ({
  id: 'r1',
  imp: [{ id: '1', tagid, banner: { format: [{ w: 300, h: 250 }] } }],
  site: { publisher: { id: '1' } },
  user: { id: 'reader-1', ext: { divisionCode: '330110' } },
  cur: ['CNY'],
  ...over,
});

const ask = (body: object) =>
  fetch(`${url}/openrtb2/auction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function win(body: object): Promise<Bid> {
  const answer = await ask(body);
  expect(answer.status, answer.headers.get('x-no-bid') ?? '').toBe(200);
  const json = (await answer.json()) as { cur: string; seatbid: { bid: Bid[] }[] };
  expect(json.cur).toBe('CNY');
  return json.seatbid[0]?.bid[0] as Bid;
}

const tokenIn = (bid: Bid): string => new URL(bid.burl).searchParams.get('t') as string;

async function eventsOf(kind: number): Promise<TrackedEvent[]> {
  await exchange.flush();
  return (await eventsWaiting(redis)).filter((event) => event.kind === kind);
}

async function rejections(): Promise<string[]> {
  await exchange.flush();
  const entries = await redis.xrange(keys.rejected, '-', '+');
  return entries.map(([, fields]) => fields[1] as string);
}

test('a malformed request and an unknown placement are refused with their reason, and filed for a person', async () => {
  const broken = await fetch(`${url}/openrtb2/auction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"id":"1","imp":[',
  });
  expect(broken.status).toBe(400);
  expect(await broken.json()).toMatchObject({ code: 'malformed' });
  const unknown = await ask(request('999999'));
  expect([unknown.status, unknown.headers.get('x-no-bid')]).toEqual([204, 'unknown_placement']);
  expect(await rejections()).toEqual(expect.arrayContaining(['malformed', 'unknown_placement']));
  const entries = await redis.xrange(keys.rejected, '-', '+');
  expect(JSON.stringify(entries)).toContain('999999');
});

test('a request wins, its impression reaches the stream once with price and lease, and a replay is filed', async () => {
  const bid = await win(request('201'));
  expect(bid.price).toBe(20);
  expect(bid.adm).toContain('广告');
  const pixel = `${url}/t/i?t=${tokenIn(bid)}`;
  expect((await fetch(pixel)).headers.get('content-type')).toBe('image/gif');
  const [event] = await eventsOf(EVENT_KIND.impression);
  expect(event).toMatchObject({
    priceMicroCny: 20_000,
    outletId: 1,
    placementId: 201,
    lineItemId: 501,
    divisionCode: '330110',
    atMs: nowMs,
  });
  expect(event?.leaseId).toBeGreaterThan(0);
  const before = (await rejections()).length;
  await fetch(pixel);
  expect((await rejections()).slice(before)).toEqual(['replayed']);
  await fetch(`${pixel}&b=1`);
  expect((await rejections()).length).toBe(before + 1);
  expect(await eventsOf(EVENT_KIND.impression)).toHaveLength(1);
});

test('a forged, a missing and an expired token bill nothing and are filed with their reason', async () => {
  const bid = await win(request('201'));
  const token = tokenIn(bid);
  const impressions = (await eventsOf(EVENT_KIND.impression)).length;
  const before = (await rejections()).length;
  const forged = token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA');
  await fetch(`${url}/t/i?t=${forged}`);
  await fetch(`${url}/t/i`);
  nowMs += 11 * 60_000;
  await fetch(`${url}/t/i?t=${token}`);
  nowMs = START_MS;
  expect((await rejections()).slice(before).sort()).toEqual(['expired', 'forged', 'missing']);
  expect(await eventsOf(EVENT_KIND.impression)).toHaveLength(impressions);
});

test('a click goes to the landing page of the snapshot with its macros filled, and never elsewhere', async () => {
  const bid = await win(request('201'));
  const click = `${url}/t/c?t=${tokenIn(bid)}&url=https://evil.example/`;
  const answer = await fetch(click, { redirect: 'manual', headers: { 'user-agent': 'iPhone' } });
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('https://tea.example/spring?os=1');
  const forged = await fetch(`${url}/t/c?t=abc&url=https://evil.example/`, { redirect: 'manual' });
  expect(forged.status).toBe(400);
  expect(forged.headers.get('location')).toBeNull();
});

test('a paid click is charged to the pool once, whatever is replayed', async () => {
  const bid = await win(request('206'));
  const click = `${url}/t/c?t=${tokenIn(bid)}`;
  for (let i = 0; i < 3; i++) await fetch(click, { redirect: 'manual' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const clicks = (await eventsOf(EVENT_KIND.click)).filter((event) => event.lineItemId === 502);
  expect(clicks.map((event) => event.priceMicroCny)).toEqual([3_000_000]);
  const pool = await redis.hgetall(keys.budget(502, dayOf(nowMs)));
  expect([pool.free, pool.spent]).toEqual(['2000000', '3000000']);
});

test('an unknown placement, a foreign outlet and a strange currency are no-bids with their reason', async () => {
  const reason = async (body: object) => {
    const answer = await ask(body);
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe('');
    return answer.headers.get('x-no-bid');
  };
  expect(await reason(request('999'))).toBe('unknown_placement');
  expect(await reason(request('201', { site: { publisher: { id: '7' } } }))).toBe(
    'outlet_mismatch',
  );
  expect(await reason(request('201', { cur: ['EUR'] }))).toBe('bad_currency');
});

test('a trial request shows its trace and bills nothing', async () => {
  const impressions = (await eventsOf(EVENT_KIND.impression)).length;
  const answer = await ask(request('201', { test: 1 }));
  const json = (await answer.json()) as {
    seatbid: { bid: Bid[] }[];
    ext: { hongze: { trace: { bidders: unknown[] } } };
  };
  expect(json.ext.hongze.trace.bidders.length).toBeGreaterThan(0);
  await fetch(`${url}/t/i?t=${tokenIn(json.seatbid[0]?.bid[0] as Bid)}`);
  expect(await eventsOf(EVENT_KIND.impression)).toHaveLength(impressions);
});

test('a pause reaches the node by a delta, and a gap in versions makes it load anew', async () => {
  const item = aLineItem({ bidFen: 3000 });
  await publishDelta(redis, {
    fromVersion: 1,
    version: 2,
    publishedAtMs: 0,
    upsert: { lineItems: [item] },
    remove: {},
  });
  await exchange.refresh();
  expect((await win(request('201'))).price).toBe(30);
  await publish(redis, aSnapshot({ version: 9, lineItems: [{ ...item, bidFen: 4000 }] }));
  await publishDelta(redis, {
    fromVersion: 9,
    version: 9,
    publishedAtMs: 0,
    upsert: {},
    remove: {},
  });
  await exchange.refresh();
  expect((await win(request('201'))).price).toBe(40);
});

test('a frequency cap holds from one auction to the next and per user', async () => {
  const frequencyCaps = [{ scope: 'lineItem', window: 'day', count: 2 } as const];
  await publish(
    redis,
    aSnapshot({ version: 10, lineItems: [aLineItem({ id: 503, frequencyCaps })] }),
  );
  await grant(redis, 503, dayOf(nowMs), 10_000_000);
  await publishDelta(redis, {
    fromVersion: 10,
    version: 10,
    publishedAtMs: 0,
    upsert: {},
    remove: {},
  });
  await exchange.refresh();
  const capped = { ...request('201'), user: { id: 'capped-reader' } };
  await win(capped);
  await win(capped);
  const third = await ask(capped);
  expect(third.headers.get('x-no-bid')).toBe('frequency_capped');
  await win({ ...capped, user: { id: 'another' } });
  await exchange.flush();
  const users = await redis.keys('caps:*');
  for (const user of users) expect(await redis.strlen(user)).toBeLessThanOrEqual(20);
});

test('a pool is never overspent, and what a node did not sign goes back', async () => {
  await grant(redis, 503, dayOf(nowMs), -10_000_000);
  await grant(redis, 504, dayOf(nowMs), 100_000);
  await publish(redis, aSnapshot({ version: 11, lineItems: [aLineItem({ id: 504 })] }));
  await publishDelta(redis, {
    fromVersion: 11,
    version: 11,
    publishedAtMs: 0,
    upsert: {},
    remove: {},
  });
  await exchange.refresh();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(request('201'))));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(5);
  const refused = answers.find((answer) => answer.status === 204);
  expect(refused?.headers.get('x-no-bid')).toBe('no_budget');
});

test('requests are logged for the forecasts, without the reader’s own name, and test requests are not', async () => {
  await exchange.flush();
  await redis.del(keys.samples);
  await ask(
    request('201', { user: { id: 'reader-7', geo: { type: 1, lat: 30.27415, lon: 120.15515 } } }),
  );
  await ask(request('201', { test: 1 }));
  await exchange.flush();
  const entries = await redis.xrange(keys.samples, '-', '+');
  const lines = entries.flatMap(([, fields]) => (fields[1] ?? '').split('\n'));
  expect(lines).toHaveLength(1);
  const logged = decodeSample(lines[0] ?? '');
  expect(logged).toMatchObject({ weight: 1, request: { lat: 30.274, lon: 120.155 } });
  expect(logged?.request.imps[0]?.placementId).toBe(201);
  expect(logged?.request.userHash).toHaveLength(16);
  expect(lines[0]).not.toContain('reader-7');
});

test('a reader who has had all that rank first is shown whoever comes next, and public service when nobody is left', async () => {
  const frequencyCaps = [{ scope: 'lineItem', window: 'day', count: 1 } as const];
  const paying = Array.from({ length: 9 }, (_, i) =>
    aLineItem({ id: 601 + i, campaignId: 801 + i, bidFen: 2_000 - i, frequencyCaps }),
  );
  const psa = aLineItem({ id: 699, campaignId: 899, category: 'psa', bidFen: 0 });
  await publish(redis, aSnapshot({ version: 30, lineItems: [...paying, psa] }));
  for (const { id } of paying) await grant(redis, id, dayOf(nowMs), 10_000_000);
  await publishDelta(redis, {
    fromVersion: 30,
    version: 30,
    publishedAtMs: 0,
    upsert: {},
    remove: {},
  });
  await exchange.refresh();
  const reader = { ...request('201'), user: { id: 'reads-a-lot' } };
  const seen: string[] = [];
  for (let page = 0; page < 11; page++) seen.push((await win(reader)).cid);
  expect(seen).toEqual([...paying, psa, psa].map(({ campaignId }) => String(campaignId)));
});
