import { beforeAll, describe, expect, test } from 'vitest';
import { openTestExchange, type TestExchange } from '../kit/exchange.ts';
import { aLineItem, aPlacement, aSnapshot } from '../kit/snapshot.ts';
import { at, bodyOf, type Case, casesOf } from './run.ts';

let it: TestExchange;

beforeAll(async () => {
  const placements = [
    ...aSnapshot().placements,
    aPlacement({ id: 211, auctionType: 'second', floorCpmFen: 850 }),
  ];
  const minors = {
    id: 102,
    outletId: 1,
    kind: 'site',
    domain: 'kids.example',
    forMinors: true,
  } as const;
  const videoRenditions = [
    { url: '/media/tea-360.mp4', w: 640, h: 360, bitrateKbps: 700 },
    { url: '/media/tea-1080.mp4', w: 1920, h: 1080, bitrateKbps: 4500 },
  ];
  it = await openTestExchange(
    aSnapshot({
      creatives: aSnapshot().creatives.map((each) =>
        each.id === 602 ? { ...each, content: { ...each.content, videoRenditions } } : each,
      ),
      properties: [...aSnapshot().properties, minors],
      placements: [
        ...placements,
        aPlacement({ id: 212, propertyId: 102 }),
        aPlacement({ id: 213, floorCpmFen: 5000 }),
      ],
      lineItems: [
        aLineItem({ target: { attribute: 'placement', in: [201, 202, 203, 204, 205, 212, 213] } }),
        aLineItem({
          id: 511,
          advertiserId: 311,
          advertiserDomain: 'a.example',
          category: 'retail',
          bidFen: 1000,
          target: { attribute: 'placement', in: [211] },
        }),
        aLineItem({
          id: 512,
          advertiserId: 312,
          advertiserDomain: 'b.example',
          category: 'food',
          bidFen: 900,
          target: { attribute: 'placement', in: [211] },
        }),
      ],
    }),
  );
});

async function play(each: Case): Promise<void> {
  const { method = 'POST', query = '' } = each;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const answer = await fetch(`${it.url}/openrtb2/auction${query}`, {
    method,
    headers: { 'content-type': 'application/json', ...each.headers },
    ...(hasBody ? { body: bodyOf(each) } : {}),
  });
  const wanted = each.expect;
  const text = await answer.text();
  expect(answer.status, `${answer.headers.get('x-no-bid')} ${text.slice(0, 300)}`).toBe(
    wanted.status,
  );
  if (wanted.reason !== undefined) expect(answer.headers.get('x-no-bid')).toBe(wanted.reason);
  for (const [name, value] of Object.entries(wanted.headers ?? {}))
    expect(answer.headers.get(name), name).toBe(value);
  if (answer.status === 204) expect(text).toBe('');
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  if (wanted.code !== undefined) expect(at(body, 'code')).toBe(wanted.code);
  if (wanted.pointer !== undefined) expect(at(body, 'errors.0.pointer')).toBe(wanted.pointer);
  for (const [path, value] of Object.entries(wanted.body ?? {}))
    expect(at(body, path) ?? null, path).toEqual(value);
  for (const [path, piece] of Object.entries(wanted.contains ?? {}))
    expect(at(body, path), path).toContain(piece);
  for (const [path, piece] of Object.entries(wanted.lacks ?? {}))
    expect(at(body, path), path).not.toContain(piece);
}

for (const folder of ['exemplary', 'supplemental'] as const)
  for (const { file, cases } of casesOf(folder))
    describe(`${folder}/${file}`, () => {
      for (const each of cases) test(`${each.name} (${each.spec})`, () => play(each));
    });

test('there are at least three hundred cases, none twice', () => {
  const names = (['exemplary', 'supplemental'] as const).flatMap((folder) =>
    casesOf(folder).flatMap(({ cases }) => cases.map((each) => each.name)),
  );
  expect(names.length).toBeGreaterThanOrEqual(300);
  expect(new Set(names).size).toBe(names.length);
});
