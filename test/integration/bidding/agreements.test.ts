import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SnapshotDelta } from '../../../bidding/wire/snapshot.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import {
  aLineItem,
  aPartner,
  aPlacement,
  aSnapshot,
  grant,
  publishDelta,
} from '../../kit/snapshot.ts';
import { type Dsp, openDsp } from '../../simulator/dsp/dsp.ts';

let dsp: Dsp;
let it: TestExchange;

const DEAL = {
  id: 'hz-fixed',
  rowId: 4_711,
  kind: 'preferred' as const,
  priceCpmFen: 3_500,
  placementIds: [201],
  advertiserIds: [],
  buyerSeats: ['one'],
  advertiserDomains: ['dsp.example'],
  partnerId: 1,
  lineItemIds: [],
  startsAtMs: 0,
  endsAtMs: Number.MAX_SAFE_INTEGER,
};

beforeAll(async () => {
  dsp = await openDsp({ seat: 'one', priceCpm: 40 });
  it = await openTestExchange(
    aSnapshot({
      outlets: [
        { ...(aSnapshot().outlets[0] as never as object), blockedCategories: ['game'] } as never,
      ],
      placements: [...aSnapshot().placements, aPlacement({ id: 210 })],
      lineItems: [aLineItem({ target: { attribute: 'placement', in: [201, 202, 210] } })],
      deals: [DEAL],
      demandPartners: [aPartner(1, 'one', dsp.url, { timeoutMs: 2_000 })],
    }),
  );
});
afterAll(() => dsp.close());
beforeEach(() => {
  dsp.options = { seat: 'one', priceCpm: 40 };
  dsp.requests.length = 0;
  dsp.notices.length = 0;
});

interface Bid {
  id: string;
  adomain: string[];
  slotinpod?: number;
  impid: string;
  price: number;
  dealid?: string;
  burl: string;
}

async function ask(over: object = {}, imps: object[] = [{}]) {
  const imp = { tagid: '201', banner: { format: [{ w: 300, h: 250 }] } };
  const body = {
    id: 'r1',
    imp: imps.map((each, i) => ({ id: `${i + 1}`, ...imp, ...each })),
    site: { publisher: { id: '1' } },
    cur: ['CNY'],
    tmax: 2_000,
    ...over,
  };
  const answer = await fetch(`${it.url}/openrtb2/auction`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const json = answer.status === 200 ? await answer.json() : { seatbid: [] };
  const seats = json.seatbid as { seat: string; bid: Bid[] }[];
  return {
    noBid: answer.headers.get('x-no-bid'),
    seat: seats[0]?.seat,
    bids: seats.flatMap((each) => each.bid.map((bid) => ({ seat: each.seat, ...bid }))),
  };
}

const A_BANNER = { impid: '1', crid: 'c', w: 300, h: 250, mtype: 1, adm: '<b>ad</b>' };
const A_VIDEO = {
  impid: '1',
  crid: 'c',
  mtype: 2,
  dur: 15,
  adm: '<VAST version="4.0"><Ad><InLine><Creatives/></InLine></Ad></VAST>',
};

const LOSS_MACRO = '$'.concat('{AUCTION_LOSS}');
let cases = 0;

/** What the partner is told of a bid that loses: notices of other auctions may still be on their way. */
async function lossOf(bid: object, request: object = {}, imp: object = {}): Promise<string | null> {
  const path = `/loss-${++cases}`;
  dsp.options.bid = { ...bid, lurl: `${dsp.url}${path}?reason=${LOSS_MACRO}` };
  expect((await ask(request, [imp])).seat).not.toBe('one');
  await expect.poll(() => dsp.notices.some((each) => each.pathname === path)).toBe(true);
  return dsp.notices.find((each) => each.pathname === path)?.searchParams.get('reason') ?? null;
}

test('a partner is offered the deal agreed with it, and only there; a fixed price is what clears, whatever was bid', async () => {
  dsp.options.bid = { dealid: 'hz-fixed' };
  const { bids } = await ask();
  expect(dsp.requests[0]?.imp[0]?.pmp?.deals).toEqual([
    {
      id: 'hz-fixed',
      bidfloor: 35,
      bidfloorcur: 'CNY',
      at: 3,
      wseat: ['one'],
      wadomain: ['dsp.example'],
      guar: 0,
    },
  ]);
  expect(bids).toMatchObject([{ seat: 'one', price: 35, dealid: 'hz-fixed' }]);
  await fetch(bids[0]?.burl ?? '');
  const elsewhere = await ask({}, [{ tagid: '210' }]);
  expect(dsp.requests[1]?.imp[0]?.pmp).toBeUndefined();
  expect(elsewhere.seat).toBe('hongze');
  await fetch(elsewhere.bids[0]?.burl ?? '');
  // What is counted for the deal is what was bought by it.
  const counted = async () => (await it.events()).map((event) => event.dealId).sort();
  await expect.poll(counted).toEqual([0, 4_711]);
});

test.each([
  ['below the price of the deal', { dealid: 'hz-fixed', price: 34.99 }, '101'],
  ['for an advertiser the deal does not name', { dealid: 'hz-fixed', adomain: ['x.example'] }, '4'],
  ['by a deal nobody agreed', { dealid: 'hz-other' }, '4'],
  ['in a category the outlet blocks', { cat: ['IAB9-30'] }, '209'],
  ['with a size that was not offered', { w: 320, h: 50 }, '203'],
])('a bid %s loses with its own reason', async (_name, bid, reason) => {
  expect(await lossOf(bid)).toBe(reason);
});

test('the caller’s own lists hold for partners: seats, categories, attributes, apps, secure markup', async () => {
  const loses = (request: object, bid: object, imp: object = {}) => lossOf(bid, request, imp);
  expect(await loses({ bseat: ['one'] }, {})).toBe('104');
  expect(await loses({ wseat: ['hongze'] }, {})).toBe('104');
  expect(await loses({ bcat: ['IAB2'] }, { cat: ['IAB2-3'] })).toBe('209');
  expect(await loses({ acat: ['IAB8'] }, { cat: ['IAB2'] })).toBe('209');
  expect(await loses({ bapp: ['com.bad'] }, { bundle: 'com.bad' })).toBe('206');
  expect(await loses({ badv: ['x.example'] }, { adomain: [] })).toBe('205');
  const banner = { format: [{ w: 300, h: 250 }], battr: [3, 6] };
  expect(await loses({}, { attr: [6] }, { banner })).toBe('210');
  expect(await loses({ wlang: ['fr'] }, { language: 'en' })).toBe('208');
  expect(await loses({ wlang: ['fr'] }, {})).toBe('208');
  const apis = { format: [{ w: 300, h: 250 }], api: [3] };
  expect(await loses({}, { api: 5 }, { banner: apis })).toBe('210');
  const frameless = { format: [{ w: 300, h: 250 }], btype: [4] };
  expect(await loses({}, {}, { banner: frameless })).toBe('204');
  const adm = '<img src="http://plain.example/a.png">';
  expect(await loses({}, { adm }, { secure: 1 })).toBe('207');
  dsp.options.bid = { cat: ['IAB8-5'] };
  expect((await ask({ acat: ['IAB8'] })).seat).toBe('one');
});

test('a deal of the caller’s asks for what its length costs, in its own currency', async () => {
  const dealt = (deal: object) => ({
    tagid: '202',
    banner: null,
    video: { mimes: ['video/mp4'] },
    pmp: { deals: [{ id: 'theirs', bidfloorcur: 'CNY', ...deal }] },
  });
  const bid = { dealid: 'theirs', dur: 20, price: 30 };
  expect(await lossOf(bid, {}, dealt({ mincpmpersec: 1.51 }))).toBe('101');
  const floors = [
    { maxdur: 15, bidfloor: 10 },
    { mindur: 16, bidfloor: 31 },
  ];
  expect(await lossOf(bid, {}, dealt({ durfloors: floors }))).toBe('101');
  expect(await lossOf(bid, {}, dealt({ mincpmpersec: 1, bidfloorcur: 'USD' }))).toBe('4');
  dsp.options.bid = bid;
  expect((await ask({}, [dealt({ mincpmpersec: 1.5 })])).bids).toMatchObject([
    { dealid: 'theirs' },
  ]);
});

test('in a pod a bid for the last place stands there', async () => {
  const video = { mimes: ['video/mp4'], poddur: 45, maxseq: 3, minduration: 5 };
  const pod = { tagid: '202', banner: null, video };
  dsp.options.answer = ({ id }) => ({
    id,
    cur: 'CNY',
    seatbid: [
      {
        seat: 'one',
        bid: [
          { ...A_VIDEO, id: 'b-last', price: 90, slotinpod: -1, adomain: ['last.example'] },
          { ...A_VIDEO, id: 'b-first', price: 30, slotinpod: 1, adomain: ['first.example'] },
        ],
      },
    ],
  });
  const { bids } = await ask({}, [pod]);
  dsp.options.answer = undefined;
  const inOrder = bids.sort((a, b) => a.id.localeCompare(b.id));
  expect(inOrder.map((bid) => [bid.adomain[0], bid.slotinpod])).toEqual([
    ['first.example', 1],
    ['tea.example', undefined],
    ['last.example', -1],
  ]);
});

test('macros say the request’s own id, the response’s, the moment of the impression; who lost hears no price', async () => {
  const macros = ['ID', 'BID_ID', 'PRICE', 'MBR', 'MIN_TO_WIN', 'IMP_TS'];
  const filled = macros.map((each) => `${each}=`.concat('$', `{AUCTION_${each}}`)).join('&');
  const of = (path: string) => dsp.notices.find((each) => each.pathname === path)?.searchParams;
  const said = (path: string) => macros.map((each) => of(path)?.get(each));
  dsp.options.answer = ({ id, imp }) => ({
    id,
    bidid: 'response-7',
    cur: 'CNY',
    seatbid: [40, 30].map((price) => ({
      seat: 'one',
      bid: [
        {
          ...A_BANNER,
          id: `b-${price}`,
          impid: imp[0]?.id,
          price,
          adomain: [`b${price}.example`],
          nurl: `${dsp.url}/m-win?${filled}`,
          burl: `${dsp.url}/m-bill?${filled}`,
          lurl: `${dsp.url}/m-loss?${filled}`,
        },
      ],
    })),
  });
  const { bids } = await ask();
  await expect.poll(() => of('/m-win') && of('/m-loss')).toBeTruthy();
  const before = Date.now();
  await fetch(bids[0]?.burl ?? '');
  await expect.poll(() => of('/m-bill')).toBeTruthy();
  dsp.options.answer = undefined;
  expect(said('/m-win')).toEqual(['r1', 'response-7', '40', '1', '30', '']);
  expect(said('/m-loss')).toEqual(['r1', 'response-7', '', '', '40', '']);
  expect(said('/m-bill').slice(0, 3)).toEqual(['r1', 'response-7', '40']);
  expect(Math.abs(Number(of('/m-bill')?.get('IMP_TS')) - before)).toBeLessThan(60_000);
});

test('seats of ours are asked for too: where only others may bid, our line items stand back', async () => {
  dsp.options.fault = 'no_bid_204';
  expect((await ask({ wseat: ['one'] })).noBid).toBe('seat_not_allowed');
  expect((await ask({ bseat: ['hongze'] })).noBid).toBe('seat_not_allowed');
  expect((await ask({ wseat: ['hongze'] })).seat).toBe('hongze');
});

test('a partner’s length must be one that is asked for, said by the bid or by its VAST', async () => {
  const video = { mimes: ['video/mp4'], rqddurs: [15, 30] };
  const imp = { tagid: '202', banner: null, video, id: '1' };
  const vast = (clock: string) =>
    `<VAST version="4.0"><Ad><InLine><Creatives><Creative><Linear><Duration>${clock}</Duration></Linear></Creative></Creatives></InLine></Ad></VAST>`;
  expect(await lossOf({ mtype: 2, adm: vast('00:00:20') }, {}, imp)).toBe('212');
  dsp.options.bid = { mtype: 2, adm: vast('00:00:30') };
  expect((await ask({}, [imp])).seat).toBe('one');
  dsp.options.bid = { mtype: 2, dur: 15, adm: vast('00:00:20') };
  expect((await ask({}, [imp])).seat).toBe('one');
});

test('a group wins whole or not at all', async () => {
  const both = [{ tagid: '201' }, { tagid: '210' }];
  dsp.options.group = true;
  dsp.options.bid = (n) => ({ adomain: [`brand-${n}.example`] });
  expect((await ask({}, both)).bids.map((bid) => bid.seat)).toEqual(['one', 'one']);
  const dear = [{ tagid: '201' }, { tagid: '210', bidfloor: 50, bidfloorcur: 'CNY' }];
  const { bids } = await ask({}, dear);
  expect(bids.map((bid) => bid.seat)).toEqual(['hongze']);
});

test('a partner pays from a lease like anybody: with its budget gone the next best wins', async () => {
  const day = dayOf(Date.now());
  const poor = aPartner(5, 'poor', dsp.url, { timeoutMs: 2_000 });
  await grant(it.redis, poor.lineItemId, day, 90_000);
  await change({ upsert: { demandPartners: [poor] }, remove: { demandPartners: [1] } });
  const seats = [];
  for (let i = 0; i < 4; i++) seats.push((await ask()).seat);
  expect(seats).toEqual(['one', 'one', 'hongze', 'hongze']);
  const pool = await it.redis.hgetall(`budget:{${poor.lineItemId}}:${day}`);
  expect(Number(pool.granted)).toBe(90_000);
});

let version = 1;
async function change(delta: Pick<SnapshotDelta, 'upsert' | 'remove'>): Promise<void> {
  await publishDelta(it.redis, {
    fromVersion: version,
    version: ++version,
    publishedAtMs: 0,
    ...delta,
  });
  await it.exchange.refresh();
}

test('an edited partner is followed without a restart, and one that is gone is not asked', async () => {
  const back = aPartner(1, 'one', dsp.url, { timeoutMs: 2_000, discountPercent: 20 });
  await change({ upsert: { demandPartners: [back] }, remove: { demandPartners: [5] } });
  expect((await ask()).bids[0]?.price).toBe(32);
  await change({ upsert: { demandPartners: [{ ...back, formats: ['video'] }] }, remove: {} });
  dsp.requests.length = 0;
  await ask();
  expect(dsp.requests).toHaveLength(0);
  await change({ upsert: { demandPartners: [{ ...back, outletIds: [7] }] }, remove: {} });
  await ask();
  expect(dsp.requests).toHaveLength(0);
  await change({ upsert: {}, remove: { demandPartners: [1] } });
  expect((await ask()).seat).toBe('hongze');
  expect(dsp.requests).toHaveLength(0);
});

test('one that hangs costs its deadline twice; then it is asked and nobody waits for it, until it is in time again', async () => {
  const slow = aPartner(9, 'slow', dsp.url, { timeoutMs: 400 });
  await grant(it.redis, slow.lineItemId, dayOf(Date.now()), 1e9);
  await change({ upsert: { demandPartners: [slow] }, remove: {} });
  dsp.options.fault = 'hang';
  for (let i = 0; i < 2; i++) await ask();
  const before = dsp.requests.length;
  // It never answers: an auction that is over before its deadline has not waited for it.
  const askedForMs = async () => {
    const startedAt = performance.now();
    await ask();
    return performance.now() - startedAt;
  };
  await expect.poll(askedForMs, { timeout: 30_000 }).toBeLessThan(slow.timeoutMs);
  await expect.poll(() => dsp.requests.length).toBeGreaterThan(before);
  dsp.options = { seat: 'slow', priceCpm: 40 };
  await expect.poll(async () => (await ask()).seat, { timeout: 10_000 }).toBe('slow');
});
