import { expect, test } from 'vitest';
import type { Snapshot } from '../../../../bidding/wire/snapshot.ts';
import { trackersIn } from '../../../simulator/traffic/browser.ts';
import { createTraffic } from '../../../simulator/traffic/traffic.ts';

const outlet = (id: number, tier: 'county' | 'city', divisionCode: string) => ({
  id, name: `媒体${id}`, tier, divisionCode, blockedCategories: [], blockedAdvertiserIds: [],
}); // biome-ignore format: one shape
const snapshot: Snapshot = {
  version: 1,
  publishedAtMs: 0,
  outlets: [
    outlet(1, 'city', '330100'),
    outlet(2, 'county', '330106'),
    outlet(3, 'county', '330110'),
  ],
  properties: [1, 2, 3].map((id) => ({
    id,
    outletId: id,
    kind: 'app' as const,
    domain: `a${id}`,
    forMinors: false,
  })),
  placements: [1, 2, 3].flatMap((id) => [
    { id: id * 10, propertyId: id, outletId: id, format: 'banner' as const, sizes: [{ w: 640, h: 100 }], floorCpmFen: 1, auctionType: 'first' as const },
    { id: id * 10 + 1, propertyId: id, outletId: id, format: 'print' as const, sizes: [], floorCpmFen: 1, auctionType: 'first' as const },
    { id: id * 10 + 2, propertyId: id, outletId: id, format: 'banner' as const, sizes: [], floorCpmFen: 1, auctionType: 'first' as const },
  ]), // biome-ignore format: one line a placement
  floorRules: [],
  creatives: [],
  lineItems: [],
  deals: [],
  stops: [],
};

const ADM =
  '<a href="http://x/t/c?t=abc"><img src="http://x/media/1.svg"></a><img src="http://x/t/i?t=abc&amp;b=1">';

/** An exchange that always sells; remembers what it was asked. */
function fakeExchange(log: string[]): typeof fetch {
  return (async (url: string, init?: RequestInit) => {
    log.push(`${init?.method ?? 'GET'} ${url} ${init?.body ?? ''}`);
    if (!url.endsWith('/auction'))
      return new Response(null, { status: url.includes('/c?') ? 302 : 200 });
    const { imp } = JSON.parse(String(init?.body)) as { imp: { id: string }[] };
    const bid = imp.map(({ id }) => ({ impid: id, adm: ADM, crid: '7' }));
    return Response.json({ seatbid: [{ bid }] });
  }) as typeof fetch;
}

async function play(seed: number, visits: number): Promise<{ log: string[]; count: object }> {
  const log: string[] = [];
  const traffic = createTraffic(snapshot, {
    exchangeUrl: 'http://x',
    seed,
    rate: 1,
    pause: async () => {},
    fetch: fakeExchange(log),
  });
  for (let i = 0; i < visits; i++) await traffic.visit();
  return { log, count: traffic.count };
}

test('the same seed is the same traffic, another seed is another', async () => {
  expect(await play(1, 50)).toEqual(await play(1, 50));
  expect((await play(2, 50)).log).not.toEqual((await play(1, 50)).log);
});

test('what is not sold online, or only by another exchange, is never asked for, and a county opens only what reaches it', async () => {
  const { log } = await play(3, 200);
  const bodies = log
    .filter((line) => line.includes('/auction'))
    .map((line) => line.slice(line.indexOf('{')));
  const requests = bodies.map(
    (text) =>
      JSON.parse(text) as { imp: { tagid: string }[]; user: { ext: { divisionCode: string } } },
  );
  expect(requests.flatMap((r) => r.imp.map((i) => i.tagid)).every((id) => id.endsWith('0'))).toBe(
    true,
  );
  const inXihu = requests.filter((r) => r.user.ext.divisionCode === '330106');
  expect(
    inXihu.flatMap((r) => r.imp.map((i) => i.tagid)).every((id) => id === '10' || id === '20'),
  ).toBe(true);
});

test('every ad shown fires its impression once, and most are seen', async () => {
  const { count } = await play(4, 300);
  expect(count).toMatchObject({ requests: 300, bids: 300, impressions: 300, errors: 0, failed: 0 });
  expect((count as { viewables: number }).viewables).toBeGreaterThan(180);
});

test('trackers are found in markup however it is escaped', () => {
  expect(trackersIn(ADM, 'i')).toEqual(['http://x/t/i?t=abc']);
  expect(trackersIn('{"url":"http:\\/\\/x\\/t\\/i?t=ab_-9"}', 'i')).toEqual([
    'http://x/t/i?t=ab_-9',
  ]);
  expect(trackersIn('<Impression><![CDATA[https://x/t/i?t=q]]></Impression>', 'i')).toEqual([
    'https://x/t/i?t=q',
  ]);
});
