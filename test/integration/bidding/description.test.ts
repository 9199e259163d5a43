import { beforeAll, expect, test } from 'vitest';
import { DESCRIBED_PATHS } from '../../../bidding/http/description.ts';
import { PAGES } from '../../../bidding/http/pages.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { aSnapshot } from '../../kit/snapshot.ts';

let it: TestExchange;

beforeAll(async () => {
  const usual = aSnapshot();
  it = await openTestExchange(
    aSnapshot({
      outlets: [
        ...usual.outlets,
        { ...(usual.outlets[0] as never as object), id: 2, name: 'SSP' } as never,
      ],
      properties: [
        ...usual.properties,
        { id: 102, outletId: 1, kind: 'app', domain: 'cn.yuhang.app', forMinors: false },
      ],
      supplyPartners: [
        {
          id: 1,
          code: 'ssp',
          outletId: 2,
          domain: 'ssp.example',
          keys: [],
          qps: 1,
          requireSchain: true,
          takePercent: 0,
        },
      ],
    }),
  );
});

const get = async (path: string) => {
  const answer = await fetch(it.url + path);
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
};

test('the description is OpenAPI 3.1, names every page, and every path and method it names is answered', async () => {
  const { text } = await get('/openapi.json');
  const document = JSON.parse(text) as {
    openapi: string;
    servers: { url: string }[];
    paths: Record<string, Record<string, { summary?: string; responses?: object }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  expect(document.servers[0]?.url).toBe(it.url);
  for (const page of Object.keys(PAGES)) expect(DESCRIBED_PATHS).toContain(page);
  // Every reference leads somewhere.
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
    expect(text).toContain(`"${name}":{`);
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations)) {
      if (method === 'parameters') continue;
      expect(operation.summary).toBeTruthy();
      const answer = await fetch(it.url + path.replace('{code}', 'x'), {
        method: method.toUpperCase(),
        redirect: 'manual',
        ...(method === 'post' ? { body: '{}' } : {}),
      });
      expect([404, 405], `${method} ${path}`).not.toContain(answer.status);
      expect(Object.keys(operation.responses ?? {}), `${method} ${path}`).toContain(
        `${answer.status}`,
      );
    }
});

test('sellers.json tells publishers from intermediaries, with the domain of each', async () => {
  const { sellers } = JSON.parse((await get('/sellers.json')).text);
  expect(sellers).toEqual([
    { seller_id: '1', name: '余杭融媒', seller_type: 'PUBLISHER', domain: 'yuhang.example' },
    { seller_id: '2', name: 'SSP', seller_type: 'INTERMEDIARY', domain: 'ssp.example' },
  ]);
});

test('ads.txt stands for sites and app-ads.txt for apps, a property at a time', async () => {
  const lines = async (path: string) =>
    (await get(path)).text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(await lines('/ads.txt?property=101')).toEqual([
    'OWNERDOMAIN=yuhang.example',
    'CONTACT=ads@127.0.0.1',
    '127.0.0.1, 1, DIRECT',
  ]);
  expect(await lines('/app-ads.txt?property=102')).toContain('127.0.0.1, 1, DIRECT');
  const nobody = 'placeholder.example.com, placeholder, DIRECT, placeholder';
  for (const path of ['/ads.txt?property=102', '/ads.txt?property=9999', '/app-ads.txt?property=x'])
    expect((await lines(path)).filter((line) => line.includes(', '))).toEqual([nobody]);
  const { sellers } = JSON.parse((await get('/sellers.json')).text);
  const seller = sellers.find((each: { seller_id: string }) => each.seller_id === '1');
  expect(seller.domain).toBe('yuhang.example');
  expect(await lines('/ads.txt')).toContain('127.0.0.1, 2, RESELLER');
});

test('what stands under .well-known is as its specification says', async () => {
  const security = await get('/.well-known/security.txt');
  expect(security.text).toMatch(/^Contact: mailto:\S+\nExpires: \d{4}-/);
  const catalog = await get('/.well-known/api-catalog');
  expect(catalog.type).toBe('application/linkset+json');
  expect(JSON.parse(catalog.text).linkset[0]['service-desc'][0].href).toBe(
    `${it.url}/openapi.json`,
  );
  expect(JSON.parse((await get('/.well-known/gpc.json')).text).gpc).toBe(true);
  expect((await get('/why')).text).toContain('不感兴趣');
});
