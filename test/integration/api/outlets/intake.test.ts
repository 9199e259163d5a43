import { beforeAll, describe, expect, test } from 'vitest';
import { newCaller, newOutlet, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { csvOf, formWith } from '../../../kit/files.ts';
import { newPlacement, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let seller: Awaited<ReturnType<typeof newOutlet>>;
let rival: Awaited<ReturnType<typeof newOutlet>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  seller = await newOutlet(api);
  rival = await newOutlet(api);
});

const HEAD = [
  '站点名称', '站点类型', '广告位名称', '广告形式', '尺寸', '底价（元/千次）', '每条秒数', '播出小时', '计价单位', '刊例价（元）', '价格生效日',
]; // biome-ignore format: a heading
const APP = [
  '云潮客户端',
  '客户端',
  '首页信息流',
  '信息流',
  '640x360',
  '6.5',
  '',
  '',
  '天',
  '800',
  '2026-03-10',
];
const TV = [
  '一套节目',
  '电视',
  '晚间 15 秒',
  '插播',
  '',
  '',
  '15',
  '18',
  '条',
  '2000',
  '2026-03-10',
];

const send = (rows: (string | number)[][], apply: boolean, outletId = seller.outletId) =>
  seller.call(
    'POST',
    '/api/imports/supply',
    formWith(csvOf([HEAD, ...rows]), { outletId, apply: String(apply) }),
  );
const placements = async () =>
  (await seller.call('GET', '/api/placements')).body.items as {
    name: string;
    floorCpmFen: number;
  }[];

describe('a sheet of placements', () => {
  test('is previewed with nothing written, then taken in whole, with properties and prices', async () => {
    const preview = await send([APP, TV], false);
    expect(preview.body).toMatchObject({ applied: false, rows: 2, faults: [] });
    expect(preview.body.items).toMatchObject([{ newProperty: true }, { newProperty: true }]);
    expect(await placements()).toEqual([]);
    expect((await send([APP, TV], true)).body).toMatchObject({ applied: true });
    expect((await placements()).map((one) => [one.name, one.floorCpmFen])).toEqual([
      ['首页信息流', 650],
      ['晚间 15 秒', 0],
    ]);
    const { body } = await seller.call('GET', `/api/rate-cards?outletId=${seller.outletId}`);
    expect(body.items).toMatchObject([{ priceFen: 80_000 }, { priceFen: 200_000, unit: 'SPOT' }]);
  });

  test('sent a second time is refused by cell: nothing is there twice', async () => {
    const again = await send([APP], true);
    expect(again.body.errors).toMatchObject([{ pointer: '/cells/C2' }]);
    expect(await placements()).toHaveLength(2);
  });

  test('with one wrong cell is taken in not at all, and every wrong cell is named', async () => {
    const good = ['新站', '网站', '通栏', '横幅', '728x90', '4', '', '', '', '', ''];
    const rows = [
      good,
      ['新站', '网站', '版面', '版面', '', '', '', '', '', '', ''],
      ['广播', '广播', '早高峰', '插播', '', '', '15', '', '', '', ''],
      ['新站', '飞船', '横幅', '横幅', '728', '4.999', '', '', '', '', ''],
      ['新站', '网站', '左栏', '横幅', '300x250', '4', '', '', '天', '', ''],
      ['新站', '网站', '右栏', '横幅', '300x250', '4', '', '', '天', '10', '2026-02-30'],
    ];
    const { status, body } = await send(rows, true);
    expect(status).toBe(422);
    expect(body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/cells/B5', '/cells/E5', '/cells/F5', '/cells/J6', '/cells/K7', '/cells/D3', '/cells/H4',
    ]); // biome-ignore format: a list
    // In the sheet's own words, not the validator's.
    expect(body.errors).toContainEqual(
      expect.objectContaining({
        pointer: '/cells/F5',
        zh: expect.stringContaining('最多两位小数'),
      }),
    );
    expect(await placements()).toHaveLength(2);
    const { body: properties } = await seller.call('GET', '/api/properties');
    expect(properties.items.map((one: { name: string }) => one.name)).not.toContain('新站');
  });

  test('of somebody else’s outlet is refused', async () => {
    expect((await send([APP], true, rival.outletId)).status).toBe(404);
  });

  test('starts from a template that the import itself reads', async () => {
    const { headers, body } = await seller.call('GET', '/api/imports/supply/template?as=csv');
    expect(headers.get('content-disposition')).toContain('placements.csv');
    const form = formWith(body, { outletId: rival.outletId, apply: 'false' });
    expect((await rival.call('POST', '/api/imports/supply', form)).body).toMatchObject({
      faults: [],
    });
  });
});

describe('public-service airtime', () => {
  test('is logged by channel and compared with what is owed', async () => {
    const { body } = await seller.call('GET', '/api/properties');
    const tv = body.items.find((one: { kind: string }) => one.kind === 'tv');
    const log = { propertyId: tv.id, day: '2026-03-01', airHour: 19, airings: 4, seconds: 60 };
    expect((await seller.call('POST', '/api/psa-airings', log)).status).toBe(201);
    const late = { ...log, day: '2026-03-03' };
    expect((await seller.call('POST', '/api/psa-airings', late)).body.errors).toMatchObject([
      { pointer: '/day' },
    ]);
    const quota = await seller.call('GET', '/api/psa-quota?from=2026-03-01&to=2026-03-02');
    expect(quota.body.broadcast).toMatchObject([
      { propertyId: tv.id, psaSeconds: 60, primePsaAirings: 4, owedSeconds: 0, isMet: true },
    ]);
    const others = await rival.call('GET', '/api/psa-quota?from=2026-03-01&to=2026-03-02');
    expect(others.body).toEqual({ broadcast: [], online: [] });
  });

  test('owed is set by the platform, not by the outlet', async () => {
    const path = `/api/outlets/${seller.outletId}`;
    const { body } = await seller.call('GET', path);
    const edit = { version: body.version, psaQuotaPpm: 0 };
    expect((await seller.call('PATCH', path, edit)).status).toBe(403);
    const operator = await newCaller(api, 'platform', { roles: ['operator'] });
    expect((await operator.call('PATCH', path, edit)).body.psaQuotaPpm).toBe(0);
  });
});

test('a broadcast spot without its hour is refused with the field', async () => {
  const { body: tv } = await seller.call('POST', '/api/properties', {
    outletId: seller.outletId,
    kind: 'tv',
    name: '二套节目',
  });
  const spot = { propertyId: tv.id, name: '晚间', format: 'spot', floorCpmFen: 0, spotSeconds: 15 };
  const answer = await seller.call('POST', '/api/placements', spot);
  expect(answer.body.errors).toMatchObject([{ pointer: '/airHour' }]);
});

test('a price in a unit its form is not sold by is refused with the field', async () => {
  const { placement } = await newPlacement(seller, seller.outletId);
  const rate = {
    placementId: placement.id,
    unit: 'SPOT',
    priceFen: 1,
    effectiveFrom: '2026-03-09',
  };
  expect((await seller.call('POST', '/api/rate-cards', rate)).body.errors).toMatchObject([
    { pointer: '/unit' },
  ]);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
