import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expireExports, runExports } from '../../../../api/reports/exports.ts';
import { queueScheduled } from '../../../../api/reports/schedules.ts';
import { member } from '../../../../db/schema/identity.ts';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { hourOf } from '../../../../db/terms/day.ts';
import { newAdvertiser, newOutlet, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let now = Date.parse('2026-03-04T10:00:00+08:00');
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-exports-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;
let other: Awaited<ReturnType<typeof newAdvertiser>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => now, config: { assetsDir } });
  buyer = await newAdvertiser(api);
  other = await newAdvertiser(api);
  const row = (advertiserId: number, day: string, impressions: number) => ({
    hour: hourOf(Date.parse(`${day}T10:00:00+08:00`)),
    outletId: 1,
    placementId: 1,
    divisionCode: '330111',
    advertiserId,
    campaignId: advertiserId,
    lineItemId: advertiserId,
    creativeId: 1,
    device: 0,
    impressions,
    clicks: impressions / 100,
    spendMicroCny: BigInt(impressions) * 10_000n,
  });
  await db
    .insert(rollupHour)
    .values([
      row(buyer.advertiserId, '2026-03-03', 2_000),
      row(buyer.advertiserId, '2026-03-02', 1_000),
      row(buyer.advertiserId, '2026-03-01', 500),
      row(other.advertiserId, '2026-03-03', 777_700),
    ]);
});

const days = { from: '2026-03-02', to: '2026-03-03' };
const ask = (over = {}) =>
  buyer.call('POST', '/api/report-exports', {
    name: '三月日报',
    kind: 'spend',
    query: { ...days, by: 'day', metrics: ['impressions', 'spend', 'ctr'] },
    ...over,
  });

test('a report is made as a file with BOM, of the asker’s own figures, and fetched by its owner only', async () => {
  const asked = await ask();
  expect(asked).toMatchObject({ status: 202, body: { status: 'queued' } });
  expect((await buyer.call('GET', `/api/report-exports/${asked.body.id}/file`)).status).toBe(409);
  expect(await runExports(api.ctx)).toBe(1);
  const { body } = await buyer.call('GET', `/api/report-exports/${asked.body.id}`);
  expect(body).toMatchObject({ status: 'ready', rowCount: 2, truncated: false });
  const file = await buyer.call('GET', `/api/report-exports/${asked.body.id}/file`);
  expect(file.body).toBe(
    '日期,展现,消耗（元）,点击率\n2026-03-02,1000,10.00,0.01\n2026-03-03,2000,20.00,0.01\n合计,3000,30.00,0.01\n',
  );
  expect(file.headers.get('content-disposition')).toContain(`report-${asked.body.id}.csv`);
  expect((await other.call('GET', `/api/report-exports/${asked.body.id}/file`)).status).toBe(404);
});

test('XLSX begins as a zip does', async () => {
  const { body } = await ask({ format: 'xlsx' });
  await runExports(api.ctx);
  const response = await api.app.request(`/api/report-exports/${body.id}/file`, {
    headers: { cookie: buyer.cookie },
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect([...bytes.subarray(0, 2)]).toEqual([0x50, 0x4b]);
});

test('what cannot be asked is refused at once, at the field', async () => {
  const wrong = await ask({ query: { ...days, by: 'shoeSize' } });
  expect(wrong.body.errors[0].pointer).toContain('/query/by');
  const turned = await ask({ query: { from: '2026-03-03', to: '2026-03-02' } });
  expect(turned.body.errors[0].pointer).toBe('/query/to');
  const foreign = await ask({ query: { ...days, advertiserId: other.advertiserId } });
  expect(foreign.status).toBe(404);
});

test('a job that a crash left behind is made again, and given up after three', async () => {
  const { body } = await ask();
  const set = (attempts: number) =>
    api.ctx.db.execute(sql`UPDATE report_export SET status = 'running', attempts = ${attempts},
      started_at = ${new Date(now - 11 * 60_000).toISOString()}::timestamptz WHERE id = ${body.id}`);
  await set(1);
  await runExports(api.ctx);
  expect((await buyer.call('GET', `/api/report-exports/${body.id}`)).body).toMatchObject({
    status: 'ready',
    attempts: 2,
  });
  await set(3);
  await runExports(api.ctx);
  expect((await buyer.call('GET', `/api/report-exports/${body.id}`)).body.status).toBe('failed');
});

test('a schedule makes one export when it is due, for its days, and one after a long sleep', async () => {
  const plan = {
    name: '日报',
    kind: 'spend',
    format: 'csv',
    span: 'yesterday',
    cadence: 'daily',
    hourOfDay: 9,
  };
  const made = await buyer.call('POST', '/api/report-schedules', {
    ...plan,
    query: { by: ['outlet'] },
  });
  expect(made).toMatchObject({ status: 201, body: { nextRunAt: '2026-03-05T01:00:00.000Z' } });
  expect(await queueScheduled(api.ctx)).toBe(0);
  now = Date.parse('2026-03-08T12:00:00+08:00');
  expect(await queueScheduled(api.ctx)).toBe(1);
  expect(await queueScheduled(api.ctx)).toBe(0);
  const { body } = await buyer.call('GET', '/api/report-exports');
  expect(body.items[0]).toMatchObject({
    name: '日报 2026-03-07—2026-03-07',
    scheduleId: made.body.id,
  });
  const wrong = await buyer.call('POST', '/api/report-schedules', {
    ...plan,
    query: { by: ['nothing'] },
  });
  expect(wrong.body.errors[0].pointer).toContain('/query/by');
});

test('who has left the organisation gets nothing more', async () => {
  const guest = await newOutlet(api);
  const { body } = await guest.call('POST', '/api/report-exports', {
    name: 'x',
    kind: 'income',
    query: days,
  });
  await api.ctx.db.delete(member).where(eq(member.userId, guest.userId));
  await runExports(api.ctx);
  const [row] = await api.ctx.db.execute<{ status: string }>(
    sql`SELECT status FROM report_export WHERE id = ${body.id}`,
  );
  expect(row?.status).toBe('failed');
});

test('files are gone after a month, and the record stays', async () => {
  now += 31 * 86_400_000;
  await expireExports(api.ctx);
  const { body } = await buyer.call('GET', '/api/report-exports');
  expect(body.items.filter((one: { status: string }) => one.status === 'ready')).toEqual([]);
  expect(body.items.some((one: { status: string }) => one.status === 'expired')).toBe(true);
});

test('each row is told with its counterpart of the days before', async () => {
  const { body } = await buyer.call(
    'GET',
    '/api/reports/spend?from=2026-03-02&to=2026-03-03&by=day&compare=previous',
  );
  expect(body.comparison).toMatchObject({ from: '2026-02-28', to: '2026-03-01' });
  expect(
    body.items.map(
      (one: { previous: { impressions: number } | null }) => one.previous?.impressions ?? null,
    ),
  ).toEqual([null, 500]);
  const sorted = await buyer.call(
    'GET',
    '/api/reports/spend?from=2026-03-01&to=2026-03-03&by=day&sort=impressions',
  );
  expect(sorted.body.items.map((one: { impressions: number }) => one.impressions)).toEqual([
    2_000, 1_000, 500,
  ]);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
