import { beforeAll, describe, expect, test } from 'vitest';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { aCreative, aLineItem, aSnapshot } from '../../kit/snapshot.ts';

let it: TestExchange;

beforeAll(async () => {
  const video = aSnapshot().creatives[1];
  const placement = aSnapshot().placements[1];
  const numbers = [1, 2, 3];
  it = await openTestExchange(
    aSnapshot({
      creatives: [
        ...aSnapshot().creatives,
        ...numbers.map((n) => ({
          ...video,
          ...aCreative({ id: 700 + n, format: 'video', w: 640, h: 360 }),
          content: {
            title: `]]> <&> "${n}"\u0007`,
            videoUrl: `/media/${n}.mp4`,
            durationMs: 15_500,
          },
        })),
      ],
      placements: [
        ...aSnapshot().placements,
        { ...(placement as NonNullable<typeof placement>), id: 301 },
      ],
      lineItems: [
        aLineItem({ target: { attribute: 'placement', in: [202, 204] } }),
        ...numbers.map((n) =>
          aLineItem({
            id: 800 + n,
            advertiserId: 900 + n,
            advertiserDomain: `v${n}.example`,
            category: 'other',
            creativeIds: [700 + n],
            target: { attribute: 'placement', in: [301] },
          }),
        ),
      ],
    }),
  );
});

async function parsed(path: string): Promise<string> {
  const answer = await fetch(`${it.url}${path}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('application/xml');
  return answer.text();
}

describe.each(['4.2', '4.1', '4.0', '3.0', '2.0'])('VAST %s', (version) => {
  test('is inline with impression, error, quartiles, click and media, each a web address', async () => {
    const xml = await parsed(`/vast?placement=202&v=${version}`);
    expect(xml).toContain(`<VAST version="${version}">`);
    for (const event of ['start', 'firstQuartile', 'midpoint', 'thirdQuartile', 'complete'])
      expect(xml).toContain(`event="${event}"`);
    expect(xml.match(/<Impression>/g)).toHaveLength(1);
    expect(xml.includes('skipoffset=')).toBe(version !== '2.0');
    expect(xml.includes('<UniversalAdId')).toBe(version.startsWith('4'));
    for (const [, address] of xml.matchAll(/<!\[CDATA\[(.*?)\]\]>/g))
      expect(() => new URL(address as string)).not.toThrow();
  });

  test('has a wrapper whose inner document is a VAST of the same bid', async () => {
    const xml = await parsed(`/vast?placement=202&v=${version}&type=wrapper`);
    const inner = /<VASTAdTagURI><!\[CDATA\[(.*?)\]\]>/.exec(xml)?.[1] ?? '';
    const document = await (await fetch(inner)).text();
    expect(document).toContain('<InLine>');
    expect(document).toContain('&b=1');
  });
});

test('nobody buys: an empty VAST with status 200', async () => {
  expect(await parsed('/vast?placement=999')).toMatch(/<VAST version="4.2"\/>$/);
  expect(await parsed('/vast?t=forged')).toMatch(/<VAST version="4.2"\/>$/);
});

test('a pod has its ads in sequence, each of another advertiser', async () => {
  const xml = await parsed('/vast?placement=301&pod=3');
  expect([...xml.matchAll(/<Ad sequence="(\d)"/g)].map((found) => found[1])).toEqual([
    '1',
    '2',
    '3',
  ]);
  expect(new Set([...xml.matchAll(/t\/i\?t=([\w-]+)/g)].map((found) => found[1])).size).toBe(3);
  // What an advertiser wrote neither ends a section nor leaves a character that XML forbids.
  expect(xml).toContain(']]&gt; &lt;&amp;&gt;');
  expect(xml).not.toContain('\u0007');
});
