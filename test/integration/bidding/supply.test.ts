import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { keys } from '../../../bidding/wire/keys.ts';
import type { PartnerReport } from '../../../bidding/wire/partner.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { aPartner, aSnapshot } from '../../kit/snapshot.ts';
import { type Dsp, openDsp } from '../../simulator/dsp/dsp.ts';

const KEY = 'hzs_secret-of-the-partner';
const OLD_KEY = 'hzs_the-one-before';
const NOW = Date.UTC(2026, 10, 20, 4);
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

let it: TestExchange;
let dsp: Dsp;

beforeAll(async () => {
  dsp = await openDsp({ seat: 'dsp', priceCpm: 1, fault: 'no_bid_204' });
  const partner = {
    id: 1,
    code: 'ssp',
    outletId: 1,
    domain: 'ssp.example',
    keys: [
      { sha256: digest(KEY), untilMs: null },
      { sha256: digest(OLD_KEY), untilMs: NOW - 1 },
    ],
    qps: 100_000,
    requireSchain: true,
    takePercent: 20,
  };
  it = await openTestExchange(
    aSnapshot({
      supplyPartners: [
        partner,
        { ...partner, id: 2, code: 'narrow', qps: 2 },
        { ...partner, id: 3, code: 'plain', requireSchain: false },
      ],
      demandPartners: [aPartner(1, 'dsp', dsp.url, { timeoutMs: 2_000 })],
    }),
    { clock: () => NOW, redisTimeoutMs: 30_000 },
  );
});
afterAll(() => dsp.close());

const CHAIN = { ver: '1.0', complete: 1, nodes: [{ asi: 'ssp.example', sid: '77', hp: 1 }] };
const request = (over: object = {}, imp: object = {}) => ({
  id: 'r1',
  imp: [{ id: '1', tagid: 'their-own', banner: { format: [{ w: 300, h: 250 }] }, ...imp }],
  site: { publisher: { id: 'their-publisher' }, domain: 'elsewhere.example' },
  cur: ['CNY'],
  source: { schain: CHAIN },
  tmax: 2_000,
  ...over,
});

const call = (body: object, code = 'ssp', headers: Record<string, string> = {}) =>
  fetch(`${it.url}/openrtb2/supply/${code}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${KEY}`,
      ...headers,
    },
    body: JSON.stringify(body),
  });

interface Bid {
  price: number;
  burl: string;
  adm: string;
}
async function bidOf(body: object, code = 'ssp'): Promise<Bid> {
  const answer = await call(body, code);
  expect(answer.status, answer.headers.get('x-no-bid') ?? '').toBe(200);
  const json = (await answer.json()) as { seatbid: { bid: Bid[] }[] };
  return json.seatbid[0]?.bid[0] as Bid;
}

async function reports(): Promise<PartnerReport[]> {
  await it.exchange.flush();
  const entries = await it.redis.xrange(keys.partnerReports, '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? '{}') as PartnerReport);
}

test('a partner’s page is sold as its outlet’s placement of the format, and bid for net of our share', async () => {
  const bid = await bidOf(request());
  expect(bid.price).toBe(16);
  await fetch(bid.burl.replace(/&b=1.*/, ''));
  const [event] = (await it.events()).filter((each) => each.kind === EVENT_KIND.impression);
  expect(event).toMatchObject({ outletId: 1, placementId: 201, priceMicroCny: 20_000 });
  const native = { native: { request: '{"ver":"1.2"}' }, banner: undefined };
  expect((await bidOf(request({}, native))).price).toBe(16);
});

test('a floor is grossed up: 16 net of a fifth is 20, and above that nobody bids', async () => {
  const floor = (bidfloor: number) => request({}, { bidfloor, bidfloorcur: 'CNY' });
  expect((await bidOf(floor(16))).price).toBe(16);
  const high = await call(floor(16.01));
  expect(high.status).toBe(204);
});

test('no key, a wrong one, an expired one and another’s path are all 401, and told nothing more', async () => {
  const status = async (code: string, headers: Record<string, string>) =>
    (await call(request(), code, headers)).status;
  expect(await status('ssp', { authorization: '' })).toBe(401);
  expect(await status('ssp', { authorization: 'Bearer hzs_wrong' })).toBe(401);
  expect(await status('ssp', { authorization: `Bearer ${OLD_KEY}` })).toBe(401);
  expect(await status('nobody', {})).toBe(401);
  expect(await status('ssp', { authorization: '', 'x-hongze-key': KEY })).toBe(200);
});

test('over its quota a partner is told to come again, and the others are not touched', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 12 }, async () => (await call(request(), 'narrow')).status),
  );
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  expect((await call(request())).status).toBe(200);
});

test('a chain must be complete and end with the partner; ours is appended to it for those we ask', async () => {
  const reason = async (schain: unknown, code = 'ssp') => {
    const answer = await call(request({ source: { schain } }), code);
    return answer.headers.get('x-no-bid') ?? answer.status;
  };
  expect(await reason(undefined)).toBe('bad_chain');
  expect(await reason({ ...CHAIN, complete: 0 })).toBe('bad_chain');
  expect(await reason({ ...CHAIN, nodes: [...CHAIN.nodes, { asi: 'x.example', sid: '1' }] })).toBe(
    'bad_chain',
  );
  expect(await reason(undefined, 'plain')).toBe(200);
  expect(await reason({ ...CHAIN, complete: 0 }, 'plain')).toBe(200);
  expect(await reason({ ...CHAIN, nodes: [{ asi: 'x.example' }] }, 'plain')).toBe('bad_chain');
  dsp.requests.length = 0;
  expect((await call(request({ source: { ext: { schain: CHAIN } } }))).status).toBe(200);
  expect(dsp.requests[0]?.source.schain).toMatchObject({
    complete: 1,
    nodes: [
      { asi: 'ssp.example', sid: '77' },
      { asi: '127.0.0.1', sid: '1' },
    ],
  });
});

test('the price a partner reports is kept as it said it, with the bid it was made for; a changed bid is no report', async () => {
  const bid = await bidOf(request());
  const before = (await reports()).length;
  const macro = encodeURIComponent('$'.concat('{AUCTION_PRICE}'));
  expect(bid.burl).toMatch(/&b=1&q=16000&s=[\w-]{16}&p=/);
  const filled = bid.burl.replace('$'.concat('{AUCTION_PRICE}'), '12.345');
  await fetch(filled.replace('q=16000', 'q=99000'));
  await fetch(filled);
  await fetch(bid.burl.replace('$'.concat('{AUCTION_PRICE}'), macro));
  const said = (await reports()).slice(before);
  expect(said).toMatchObject([
    { outletId: 1, lineItemId: 501, priceRaw: '12.345', bidMicroCny: 16_000 },
    { priceRaw: '$'.concat('{AUCTION_PRICE}') },
  ]);
  expect(new Set(said.map((each) => each.eventKey)).size).toBe(1);
  expect(
    (await it.events()).filter((each) => each.eventKey.startsWith(said[0]?.eventKey ?? '')),
  ).toHaveLength(1);
});

test('nonsense is refused as everywhere: 400, 405, 413, 415, never 5xx', async () => {
  const url = `${it.url}/openrtb2/supply/ssp`;
  const headers = { 'content-type': 'application/json', 'x-hongze-key': KEY };
  const post = (body: string, over = {}) =>
    fetch(url, { method: 'POST', headers: { ...headers, ...over }, body });
  expect((await post('{"id":')).status).toBe(400);
  expect((await post('{}')).status).toBe(400);
  expect((await post('x'.repeat(600_000))).status).toBe(413);
  expect((await post('{}', { 'content-type': 'text/html' })).status).toBe(415);
  expect((await fetch(url, { headers })).status).toBe(405);
});
