import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { aLineItem, aPartner, aPlacement, aSnapshot } from '../../kit/snapshot.ts';
import { type Dsp, type Fault, openDsp } from '../../simulator/dsp/dsp.ts';

/** Long enough for any machine; the one that hangs costs it once. */
const TIMEOUT_MS = 1_000;

let high: Dsp;
let low: Dsp;
let it: TestExchange;

beforeAll(async () => {
  high = await openDsp({ seat: 'high', priceCpm: 30 });
  low = await openDsp({ seat: 'low', priceCpm: 25 });
  it = await openTestExchange(
    aSnapshot({
      placements: [
        ...aSnapshot().placements,
        aPlacement({ id: 210, auctionType: 'second' }),
        aPlacement({ id: 220, format: 'dooh', sizes: [{ w: 1080, h: 1920 }] }),
      ],
      lineItems: [aLineItem({ target: { attribute: 'placement', in: [201, 210] } })],
      demandPartners: [
        aPartner(1, 'high', high.url, { gzip: true, advertiserId: 77, timeoutMs: TIMEOUT_MS }),
        aPartner(2, 'low', low.url, { timeoutMs: TIMEOUT_MS }),
      ],
    }),
    { noticeRetryMs: 50 },
  );
});
afterAll(() => Promise.all([high.close(), low.close()]));
beforeEach(() => {
  for (const [dsp, priceCpm] of [
    [high, 30],
    [low, 25],
  ] as const) {
    dsp.options = { seat: dsp.options.seat, priceCpm };
    dsp.requests.length = 0;
    dsp.notices.length = 0;
  }
});

interface Bid {
  price: number;
  adm: string;
  burl: string;
  crid: string;
}
interface Answer {
  status: number;
  noBid: string | null;
  seat: string;
  bid: Bid;
}

const request = (over: object = {}) => ({
  id: 'r1',
  imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] }, ext: { kept: true } }],
  site: { publisher: { id: '1' } },
  cur: ['CNY'],
  badv: ['block.example'],
  tmax: 2_000,
  source: {
    ext: {
      schain: { ver: '1.0', complete: 0, nodes: [{ asi: 'other.example', sid: '9', hp: 1 }] },
    },
  },
  ext: { ours: 1, prebidless: true },
  ...over,
});

async function ask(body: object = request(), headers = {}): Promise<Answer> {
  const answer = await fetch(`${it.url}/openrtb2/auction`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const json =
    answer.status === 200
      ? ((await answer.json()) as { seatbid: { seat: string; bid: Bid[] }[] })
      : undefined;
  return {
    status: answer.status,
    noBid: answer.headers.get('x-no-bid'),
    seat: json?.seatbid[0]?.seat ?? '',
    bid: json?.seatbid[0]?.bid[0] as Bid,
  };
}

async function noticeOf(dsp: Dsp, path: string): Promise<URL | undefined> {
  for (let i = 0; i < 50; i++) {
    const found = dsp.notices.find((each) => each.pathname === path);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}

test('the best partner wins over our own line item, and each is told what became of its bid', async () => {
  const { seat, bid } = await ask();
  expect([seat, bid.price]).toEqual(['high', 30]);
  expect(bid.adm).toContain('DSP high 30');
  expect(bid.adm).toContain('sandbox=');
  expect((await noticeOf(high, '/win'))?.searchParams.get('price')).toBe('30');
  const loss = await noticeOf(low, '/loss');
  expect(loss?.searchParams.get('reason')).toBe('102');
  expect(high.notices.some((each) => each.pathname === '/bill')).toBe(false);
});

test('the bill notice is called once when the impression is counted, again while it is refused, never for a replay', async () => {
  const { bid } = await ask();
  high.noticeStatus.length = 0;
  await noticeOf(high, '/win');
  high.noticeStatus.push(500, 503);
  const pixel = bid.burl.replace('&b=1', '');
  await Promise.all([fetch(pixel), fetch(pixel), fetch(bid.burl)]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(high.notices.filter((each) => each.pathname === '/bill')).toHaveLength(3);
  const impressions = (await it.events()).filter(
    (event) => event.kind === EVENT_KIND.impression && event.advertiserId === 77,
  );
  expect(impressions.map((event) => event.priceMicroCny)).toEqual([30_000]);
});

test('a partner is asked with our floor, our currency, the time that is left and our link of the chain', async () => {
  await ask();
  const [asked] = high.requests;
  expect(asked?.tmax).toBe(TIMEOUT_MS);
  expect(asked?.cur).toEqual(['CNY']);
  expect(asked?.imp[0]).toMatchObject({ bidfloor: 5, bidfloorcur: 'CNY', ext: { kept: true } });
  expect(asked?.ext).toEqual({ ours: 1, prebidless: true });
  const { schain } = asked?.source ?? { schain: { complete: 1, nodes: [] } };
  expect(schain.complete).toBe(0);
  expect(schain.nodes.map((node) => node.sid)).toEqual(['9', '1']);
});

test('in a second-price placement a partner pays one fen more than the runner-up', async () => {
  const imp = { id: '1', tagid: '210', banner: { format: [{ w: 300, h: 250 }] } };
  expect((await ask(request({ imp: [imp] }))).bid.price).toBe(25.01);
  expect(high.requests[0]?.at).toBe(2);
});

describe('a partner with a fault loses by itself', () => {
  const faults: Fault[] = [
    'garbage',
    'flood',
    'error500',
    'no_bid_204',
    'no_bid_empty',
    'no_bid_seatless',
    'no_bid_nbr',
    'usd',
    'wrong_imp',
    'wrong_size',
    'no_markup',
    'blocked_domain',
    'free',
    'unknown_deal',
  ];
  test.each(faults)('%s: the next best wins', async (fault) => {
    high.options.fault = fault;
    const { seat, status } = await ask();
    expect([status, seat]).toEqual([200, 'low']);
  });

  test('one that never answers does not keep the next best from winning', async () => {
    high.options.fault = 'hang';
    expect((await ask()).seat).toBe('low');
  });
});

test('too little time left: nobody outside is asked, and our own line item wins', async () => {
  const { seat, status } = await ask(request({ tmax: 25 }));
  expect([status, seat]).toEqual([200, 'hongze']);
  expect(high.requests).toHaveLength(0);
});

test('a trial request fills macros with AUDIT and tells nobody', async () => {
  const { bid } = await ask(request({ test: 1 }));
  expect(bid.adm).toContain('DSP high AUDIT');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(high.notices).toHaveLength(0);
});

test('of a reader who said no, or a child, a partner hears no identifier; of others what was sent', async () => {
  const user = { id: 'reader-1' };
  const device = { ifa: 'ifa-1', ip: '203.0.113.77' };
  await ask(request({ user, device }));
  for (const said of [
    { device: { ...device, lmt: 1 } },
    { device: { ...device, dnt: 1 } },
    { regs: { coppa: 1 } },
    { user: { ...user, ext: { optout: 1 } } },
    { regs: { ext: { gpc: '1' } } },
    { regs: { ext: { gpc: 1 } }, user: { ...user, ext: { optout: 0 } } },
  ])
    await ask(request({ user, device, ...said }));
  const [open, ...closed] = high.requests.map((each) => JSON.stringify(each));
  expect([open, high.requests[0]?.at]).toEqual([
    expect.stringMatching(/reader-1.*ifa-1|ifa-1.*reader-1/),
    1,
  ]);
  expect(closed).toHaveLength(6);
  expect(high.requests.at(-2)?.regs).toEqual({ ext: { gpc: '1' } });
  expect(closed.join()).not.toMatch(/reader-1|ifa-1|113\.77/);
});

test('a browser that sends Sec-GPC says no for its reader, at the auction, by either lane, and at the VAST address', async () => {
  const user = { id: 'reader-1' };
  const player = `${it.url}/vast?placement=202&consent=1&user=reader-1`;
  await fetch(player);
  expect(JSON.stringify(high.requests)).toContain('reader-1');
  high.requests.length = 0;
  await ask(request({ user }), { 'sec-gpc': '1' });
  await ask(request({ user }), { 'sec-gpc': '1', te: 'trailers' });
  await fetch(player, { headers: { 'sec-gpc': '1' } });
  expect(high.requests.map(({ regs }) => regs)).toEqual(Array(3).fill({ ext: { gpc: '1' } }));
  expect(JSON.stringify(high.requests)).not.toContain('reader-1');
});

test('the trace of a trial request says who was asked outside, what came of it, and how a refused bid is mended', async () => {
  low.options.bid = { w: 1, h: 1 };
  const answer = await fetch(`${it.url}/openrtb2/auction`, {
    method: 'POST',
    body: JSON.stringify(request({ test: 1 })),
  });
  const { ext } = (await answer.json()) as {
    ext: { hongze: { trace: { partners: object[]; refusedBids: object[]; bidders: object[] } } };
  };
  const { partners, refusedBids, bidders } = ext.hongze.trace;
  const tookMs = expect.any(Number);
  expect(partners).toHaveLength(2);
  expect(partners).toContainEqual({ partnerId: 1, partner: 'high', outcome: 'bid', tookMs });
  expect(partners).toContainEqual({ partnerId: 2, partner: 'low', outcome: 'no_bid', tookMs });
  const fix = { zh: expect.any(String), en: expect.any(String) };
  expect(refusedBids).toMatchObject([{ partner: 'low', key: 'bad_size', owner: 'partner', fix }]);
  expect(bidders[0]).toMatchObject({ seat: 'high', key: 'none' });
});

test('several bids for one imp: the best that may stand wins, and each of the others is told', async () => {
  high.options.answer = ({ id }) => ({
    id,
    cur: 'CNY',
    seatbid: [
      {
        seat: 'high',
        bid: [31, 33, 35].map((price, n) => ({
          ...{
            id: `${n}`,
            impid: '1',
            price,
            crid: `c${n}`,
            adomain: [`brand-${n}.example`],
            mtype: 1,
          },
          // The dearest is of a size that nobody asked for.
          ...(n === 2 ? { w: 1, h: 1 } : { w: 300, h: 250 }),
          adm: `<b>${price}</b>`,
          lurl: `${high.url}/loss-${n}?reason=\${AUCTION_LOSS}`,
        })),
      },
    ],
  });
  const { seat, bid } = await ask();
  expect([seat, bid.price, bid.crid]).toEqual(['high', 33, 'c1']);
  expect((await noticeOf(high, '/loss-0'))?.searchParams.get('reason')).toBe('102');
  expect((await noticeOf(high, '/loss-2'))?.searchParams.get('reason')).toBe('203');
});

test('on a screen the price is per person: what is billed and the macro are its multiplier’s', async () => {
  const macro = '$'.concat('{AUCTION_MULTIPLIER}');
  high.options.bid = { adm: '<b>screen</b>', burl: `${high.url}/bill?people=${macro}` };
  const imp = {
    id: '1',
    tagid: '220',
    banner: { format: [{ w: 1080, h: 1920 }] },
    qty: { multiplier: 30.3, sourcetype: 1, vendor: 'v.example' },
  };
  const { bid } = await ask(
    request({ site: undefined, dooh: { publisher: { id: '1' } }, imp: [imp] }),
  );
  await fetch(bid.burl);
  expect((await noticeOf(high, '/bill'))?.searchParams.get('people')).toBe('30.3');
  const [shown] = (await it.events()).filter((event) => event.placementId === 220);
  expect(shown?.priceMicroCny).toBe(Math.floor(30_000 * 30.3));
});

test('health names outcomes and refusals of every partner', async () => {
  const answer = await fetch(`${it.url}/health`);
  const { partners } = (await answer.json()) as {
    partners: { code: string; outcomes: Record<string, number> }[];
  };
  const found = partners.find((each) => each.code === 'high');
  expect(found?.outcomes.bid).toBeGreaterThan(0);
  expect(found?.outcomes.garbage).toBeGreaterThan(0);
  expect(found?.outcomes.timed_out).toBeGreaterThan(0);
});
