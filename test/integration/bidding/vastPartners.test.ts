import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { aPartner, aSnapshot } from '../../kit/snapshot.ts';
import { type Dsp, openDsp } from '../../simulator/dsp/dsp.ts';

let dsp: Dsp;
let it: TestExchange;

beforeAll(async () => {
  dsp = await openDsp({ seat: 'one', priceCpm: 90 });
  it = await openTestExchange(
    aSnapshot({ demandPartners: [aPartner(1, 'one', dsp.url, { timeoutMs: 2_000 })] }),
  );
});
afterAll(() => dsp.close());

const theirs = (over: { version?: string; media?: string; ad?: string; head?: string } = {}) => {
  const { version = '4.0', ad = 'id="x"', head = '' } = over;
  const media =
    over.media ?? '<MediaFile type="video/mp4"><![CDATA[https://v.example/a.mp4]]></MediaFile>';
  return (
    `${head}<VAST version="${version}"><Ad ${ad}><InLine><AdSystem>Theirs</AdSystem><AdTitle>茶 &amp; 酒</AdTitle>` +
    '<Impression><![CDATA[https://v.example/i?p=$' +
    '{AUCTION_PRICE}]]></Impression>' +
    `<Creatives><Creative><Linear><Duration>00:00:15</Duration><MediaFiles>${media}</MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>`
  );
};
let n = 0;
const bids = (adm: string) => {
  dsp.options = { seat: 'one', priceCpm: 90, bid: () => ({ adm, adomain: [`d${n++}.example`] }) };
};
beforeEach(() => {
  bids(theirs());
  dsp.requests.length = 0;
});

const vast = async (query = ''): Promise<string> =>
  (await fetch(`${it.url}/vast?placement=202${query}`)).text();

test('a partner may win what a player asks for: its document with our impression beside its own', async () => {
  const xml = await vast('&v=4.0&w=1280&h=720');
  expect(xml).toContain('<AdSystem>Theirs</AdSystem>');
  expect(xml).toContain('https://v.example/i?p=90');
  expect(xml.match(/<Impression>/g)).toHaveLength(2);
  const [asked] = dsp.requests;
  const video = { mimes: ['video/mp4', 'video/webm'], protocols: [7, 8], w: 1280, h: 720 };
  expect(asked?.imp[0]).toMatchObject({ tagid: '202', video });
  expect(asked?.source.schain.nodes).toHaveLength(1);
  const pixel = /<Impression><!\[CDATA\[(http:\/\/127[^\]]*)/.exec(xml)?.[1] ?? '';
  expect((await fetch(pixel)).status).toBe(200);
  const [event] = await it.events();
  expect(event).toMatchObject({ advertiserId: 701, priceMicroCny: 90_000 });
});

test('a player that is not ours reports impression, progress, clicks and errors of a partner’s ad to us, counted once each', async () => {
  const xml = await vast('&v=4.0');
  const addresses = [...xml.matchAll(/CDATA\[(http:\/\/127[^\]]*)/g)].map((found) =>
    (found[1] as string).replace('[ERRORCODE', '405'),
  );
  expect(new Set(addresses).size).toBe(addresses.length);
  // They come shard by shard: what is new is told by its key.
  const before = new Set((await it.events()).map(({ eventKey }) => eventKey));
  for (const address of [...addresses, ...addresses]) {
    const answer = await fetch(address, { redirect: 'manual' });
    expect([address, answer.status]).toEqual([address, 200]);
  }
  const counted = async () =>
    (await it.events())
      .filter(({ eventKey }) => !before.has(eventKey))
      .map(({ kind, eventKey }) => eventKey.split('.')[1] ?? kind);
  const { impression, click } = EVENT_KIND;
  const progress = ['start', 'firstQuartile', 'midpoint', 'thirdQuartile', 'complete'];
  const other = ['mute', 'pause', 'resume', 'closeLinear', 'skip', 'error'];
  await expect
    .poll(async () => (await counted()).sort())
    .toEqual([impression, click, ...progress, ...other].sort());
});

test('the address of a bid that a partner won leads to its document, as a second copy', async () => {
  const wrapper = await vast('&v=4.0&type=wrapper');
  const inner = /<VASTAdTagURI><!\[CDATA\[(.*?)\]\]>/.exec(wrapper)?.[1] ?? '';
  const document = await (await fetch(inner)).text();
  expect(document).toContain('<AdSystem>Theirs</AdSystem>');
  expect(document).toMatch(/\/t\/i\?t=[\w-]+&b=1/);
  const answer = await fetch(`${it.url}/openrtb2/auction`, {
    method: 'POST',
    body: JSON.stringify({
      id: 'r',
      imp: [{ id: '1', tagid: '202', video: { mimes: ['video/mp4'] } }],
      site: { publisher: { id: '1' } },
      cur: ['CNY'],
      tmax: 2_000,
    }),
  });
  const { seatbid } = (await answer.json()) as { seatbid: { bid: { nurl: string }[] }[] };
  const byUrl = await (await fetch(seatbid[0]?.bid[0]?.nurl ?? '')).text();
  expect(byUrl).toContain('<AdSystem>Theirs</AdSystem>');
});

test.each([
  ['no XML', 'hello'],
  ['not well-formed', theirs().replace('</Ad>', '')],
  ['a bare ampersand', theirs().replace('&amp;', '&')],
  ['a document type', theirs({ head: '<!DOCTYPE VAST [<!ENTITY a "b">]>' })],
  ['no ad in it', '<VAST version="4.0"></VAST>'],
  ['another version than the player knows', theirs({ version: '4.2' })],
  [
    'media the player does not play',
    theirs({ media: '<MediaFile type="video/flv">x</MediaFile>' }),
  ],
])('%s: the next best is shown', async (_, adm) => {
  bids(adm);
  expect(await vast('&v=4.0')).toContain('<AdSystem version="1.0">Hongze</AdSystem>');
  expect(dsp.requests).toHaveLength(1);
});

test('in a pod a partner’s ads stand in sequence, whatever they say of theirs', async () => {
  bids(theirs({ ad: 'id="x" sequence="7"' }));
  const xml = await vast('&v=4.0&pod=2');
  expect([...xml.matchAll(/<Ad sequence="(\d)"/g)].map((found) => found[1])).toEqual(['1', '2']);
  expect(xml).not.toContain('sequence="7"');
  expect(xml.match(/<AdSystem>Theirs/g)).toHaveLength(2);
});
