import { beforeAll, describe, expect, test } from 'vitest';
import { newAdvertiser, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { csvOf, formWith } from '../../../kit/files.ts';
import { lineItemInput, newCampaign, newLineItem, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let rival: Awaited<ReturnType<typeof newAdvertiser>>;
let campaignId: number;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  buyer = await newAdvertiser(api);
  rival = await newAdvertiser(api);
  campaignId = (await newCampaign(buyer, buyer.advertiserId, NOW)).id;
});

const HEAD =
  '编号,版本,名称,计费方式,出价（元）,日预算（元）,总预算（元）,投放节奏,开始日期,结束日期,地域,设备,时段';
const ROW = ',,新单元,千次,12.50,200,2000,匀速,2026-03-03,2026-03-20,杭州市、330106,手机,8-22';
const send = (file: string | Uint8Array, apply: boolean, id = campaignId) =>
  buyer.call('POST', '/api/imports/line-items', formWith(file, { campaignId: id, apply: String(apply) })); // biome-ignore format: one call
const items = async () =>
  (await buyer.call('GET', `/api/line-items?campaignId=${campaignId}`)).body.items;

describe('a sheet of line items', () => {
  test('drafts new ones, with places by name or code, after a preview that writes nothing', async () => {
    const preview = await send(`${HEAD}\n${ROW}\n`, false);
    expect(preview.body).toMatchObject({ applied: false, faults: [], items: [{ isNew: true }] });
    expect(await items()).toEqual([]);
    expect((await send(`${HEAD}\n${ROW}\n`, true)).status).toBe(200);
    const [item] = await items();
    expect(item).toMatchObject({ name: '新单元', bidFen: 1250, status: 'draft', dailyBudgetMicroCny: '200000000' }); // biome-ignore format: one row
    expect(item.target.all.map((one: { attribute: string }) => one.attribute)).toEqual(['division', 'device', 'hourOfWeek']); // biome-ignore format: one row
    expect(item.target.all[0].in).toEqual(['330100', '330106']);
  });

  test('taken out, edited and brought back changes what was edited; brought back stale, nothing', async () => {
    const out = await buyer.call('GET', `/api/campaigns/${campaignId}/sheet?as=csv`);
    const text = out.body as string;
    expect(text).toContain('8-22');
    const edited = text.replace('12.50', '13.00');
    const done = await send(edited, true);
    expect(done.body).toMatchObject({ applied: true, items: [{ isNew: false, changed: true }] });
    expect((await items())[0].bidFen).toBe(1300);
    const stale = await send(edited.replace('13.00', '14.00'), true);
    expect(stale.status).toBe(422);
    expect(stale.body.errors).toMatchObject([{ pointer: '/cells/B2' }]);
    expect((await items())[0].bidFen).toBe(1300);
  });

  test('is taken in whole or not at all, and every wrong cell is named', async () => {
    const rows = [
      ROW,
      ROW.replace('12.50', '12.505'),
      ROW.replace('杭州市', '火星市'),
      ROW.replace('2026-03-03', '2026-02-30'),
      ROW.replace('手机', '飞船'),
      ROW.replace('2026-03-20', '2027-03-20'),
      ROW.replace(',200,', ',9000,'),
      ROW.replace('千次', '=1+1'),
    ];
    const formula = await send([HEAD, ...rows].join('\n'), true);
    expect(formula.body.errors).toMatchObject([{ pointer: '/cells/D9' }]);
    const answer = await send([HEAD, ...rows.slice(0, -1)].join('\n'), true);
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/cells/I5', '/cells/E3', '/cells/K4', '/cells/L6', '/cells/J7', '/cells/F8',
    ]); // biome-ignore format: a list
    expect(await items()).toHaveLength(1);
  });

  test('cannot reach another campaign’s line items, nor another’s campaign', async () => {
    const foreign = await newCampaign(rival, rival.advertiserId, NOW);
    const theirs = await newLineItem(rival, foreign.id, NOW);
    expect((await send(`${HEAD}\n${ROW}\n`, true, foreign.id)).status).toBe(404);
    const sly = await send(`${HEAD}\n${theirs.id},1${ROW.slice(1)}\n`, true);
    expect(sly.body.errors).toMatchObject([{ pointer: '/cells/A2' }]);
  });

  test('keeps a target that a sheet cannot hold', async () => {
    const target = { not: { attribute: 'division', in: ['330106'] } };
    const { id } = await newLineItem(buyer, campaignId, NOW, { target, name: '特殊' });
    const { body } = await buyer.call('GET', `/api/campaigns/${campaignId}/sheet?as=csv`);
    expect((await send((body as string).replaceAll('特殊', '特别'), true)).status).toBe(200);
    const item = (await items()).find((one: { id: number }) => one.id === id);
    expect([item.name, item.target]).toEqual(['特别', target]);
  });
});

describe('a list too long', () => {
  test('of ten thousand counties is refused at the list, in a request and in a cell', async () => {
    const codes = Array.from({ length: 10_000 }, (_, i) => String(110_000 + i));
    const target = { all: [{ attribute: 'division', in: codes }] };
    const answer = await buyer.call('POST', '/api/line-items', lineItemInput(campaignId, NOW, { target })); // biome-ignore format: one call
    expect(answer.body.errors).toMatchObject([{ pointer: '/target/all/0/in', zh: '至多 4000 项' }]);
    const cell = await send(csvOf([HEAD.split(','), ROW.replace('杭州市、330106', codes.join('、')).split(',')]), true); // biome-ignore format: one call
    expect(cell.body.errors).toMatchObject([{ pointer: '/cells/K2' }]);
  });
});

test('a campaign tells which of its line items do not deliver, why, and what mends it', async () => {
  const { body } = await buyer.call('GET', `/api/campaigns/${campaignId}/diagnosis`);
  expect(body.delivering).toBe(0);
  expect(body.lineItems[0].findings[0]).toMatchObject({ severity: 'blocks' });
  expect(body.lineItems[0].findings[0].fix.zh).not.toBe('');
});

test('an edit sent twice under one key happens once', async () => {
  const [item] = await items();
  const edit = { version: item.version, bidFen: 1_700 };
  const key = { 'idempotency-key': 'edit-once-0001' };
  const path = `/api/line-items/${item.id}`;
  const [first, second] = [
    await buyer.call('PATCH', path, edit, key),
    await buyer.call('PATCH', path, edit, key),
  ];
  expect([first.status, second.status, second.body.version]).toEqual([
    200,
    200,
    first.body.version,
  ]);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
