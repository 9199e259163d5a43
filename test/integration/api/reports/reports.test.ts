import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeHour, hoursDue } from '../../../../api/billing/billing.ts';
import { sheetFile } from '../../../../api/http/sheetFile.ts';
import { spendQuery } from '../../../../api/reports/asked.ts';
import { INCOME_DIMENSIONS, SPEND_DIMENSIONS } from '../../../../api/reports/dimensions.ts';
import { incomeReport } from '../../../../api/reports/income.ts';
import { spendSheet } from '../../../../api/reports/sheets.ts';
import { spendReport } from '../../../../api/reports/spend.ts';
import { addDays, dayOf, hourOf } from '../../../../db/terms/day.ts';
import { seed } from '../../../../run/seed/seed.ts';
import { openTestDatabase } from '../../../kit/database.ts';

const { db } = await openTestDatabase();
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));
const nowMs = Date.parse('2026-03-18T10:00:00+08:00');
const ctx = { db, clock: () => nowMs, config: { assetsDir } };
const to = dayOf(nowMs);
const from = addDays(to, -3);
const all = { from: addDays(to, -70), to };

beforeAll(async () => {
  await seed(ctx);
  const now = hourOf(nowMs);
  for (const hour of await hoursDue(db, now, now - 24 * 4)) await closeHour(ctx, hour);
});

test('every dimension sums to the same totals', async () => {
  const { totals } = await spendReport(db, { from, to, by: [] });
  expect(totals.spendMicroCny).toBeGreaterThan(0n);
  for (const dimension of SPEND_DIMENSIONS) {
    const report = await spendReport(db, { from, to, by: [dimension], limit: 50_000 });
    const spend = report.items.reduce((sum, item) => sum + item.spendMicroCny, 0n);
    const impressions = report.items.reduce((sum, item) => sum + item.impressions, 0);
    expect([dimension, spend, impressions]).toEqual([
      dimension, totals.spendMicroCny, totals.impressions,
    ]); // biome-ignore format: one line
  }
});

test('what an advertiser was charged is what its wallet was debited, to the last µCNY', async () => {
  const { items } = await spendReport(db, { ...all, by: ['advertiser'] });
  expect(items.length).toBeGreaterThan(30);
  for (const item of items.slice(0, 40)) {
    const advertiserId = Number(item.dimensions.advertiser?.key);
    const { totals } = await spendReport(db, { ...all, by: [], advertiserIds: [advertiserId] });
    const [ledger] = await db.execute<{ debit: string | null }>(sql`
      SELECT sum(e.amount_micro_cny) AS debit FROM entry e JOIN account a ON a.id = e.account_id
      JOIN journal j ON j.id = e.journal_id
      WHERE a.code = ${`wallet:${advertiserId}`} AND j.kind <> 'opening'`);
    expect(totals.chargedMicroCny + totals.bookedMicroCny).toBe(BigInt(ledger?.debit ?? 0));
    expect(totals.chargedMicroCny + totals.pendingMicroCny).toBe(item.spendMicroCny);
  }
});

test('what an outlet earned is what its payable was credited', async () => {
  const { items, totals } = await incomeReport(db, { ...all, by: ['outlet'] });
  for (const item of items) {
    const [ledger] = await db.execute<{ credit: string | null }>(sql`
      SELECT -sum(e.amount_micro_cny) AS credit FROM entry e JOIN account a ON a.id = e.account_id
      WHERE a.code = ${`payable:${item.dimensions.outlet?.key}`}`);
    expect(item.incomeMicroCny).toBe(BigInt(ledger?.credit ?? 0));
  }
  for (const dimension of INCOME_DIMENSIONS) {
    const report = await incomeReport(db, { ...all, by: [dimension], limit: 50_000 });
    const income = report.items.reduce((sum, item) => sum + item.incomeMicroCny, 0n);
    expect([dimension, income]).toEqual([dimension, totals.incomeMicroCny]);
  }
});

test('a scope holds: an outlet or advertiser sees nothing of others, and nobody nothing of none', async () => {
  const mine = await spendReport(db, { ...all, by: ['advertiser'], advertiserIds: [2] });
  expect(mine.items.map((item) => item.dimensions.advertiser?.key)).toEqual(['2']);
  const none = await spendReport(db, { ...all, by: ['advertiser'], advertiserIds: [] });
  expect(none).toMatchObject({ items: [], totals: { spendMicroCny: 0n, impressions: 0 } });
  const income = await incomeReport(db, { ...all, by: ['outlet'], outletIds: [15] });
  expect(income.items.map((item) => item.dimensions.outlet?.key)).toEqual(['15']);
});

test('deals stand beside the open market, in delivery and income, for either side its own; counties of them are refused', async () => {
  const { items, totals } = await spendReport(db, { ...all, by: ['deal', 'outlet'] });
  const dealt = items.filter((item) => item.dimensions.deal?.key !== '0');
  const [row] = await db.execute<{ impressions: string; spend: string }>(sql`
    SELECT sum(impressions) AS impressions, sum(spend_micro_cny) AS spend FROM deal_hour`);
  const sum = (of: typeof items) => of.reduce((total, item) => total + item.spendMicroCny, 0n);
  expect(sum(dealt)).toBe(BigInt(row?.spend ?? 0));
  expect(sum(dealt)).toBeGreaterThan(0n);
  expect(sum(items)).toBe(totals.spendMicroCny);
  const [one] = dealt;
  expect(one?.dimensions.deal?.nameZh).toMatch(/./);
  expect(items.find((item) => item.dimensions.deal?.key === '0')?.dimensions.deal).toMatchObject({
    nameZh: '公开交易',
    nameEn: 'Open market',
  });
  const [dealId, outletId] = [one?.dimensions.deal?.key, one?.dimensions.outlet?.key].map(Number);
  const alone = await spendReport(db, { ...all, by: ['day'], dealId });
  expect(alone.totals.spendMicroCny).toBe(
    sum(dealt.filter((item) => item.dimensions.deal?.key === String(dealId))),
  );
  const others = await spendReport(db, { ...all, by: ['deal'], dealId, outletIds: [-1] });
  expect(others).toMatchObject({ items: [], totals: { spendMicroCny: 0n } });
  const income = await incomeReport(db, { ...all, by: ['deal'], outletIds: [outletId ?? 0] });
  expect(income.items.map((item) => item.dimensions.deal?.key)).toContain('0');
  for (const over of [{ by: 'deal,division' }, { by: 'deal', divisionCode: '330100' }]) {
    const refused = spendQuery.safeParse({ ...all, ...over });
    expect(refused.error?.issues[0]?.path).toEqual(['by']);
  }
});

test('counties come with their names, and a city is the sum of its counties', async () => {
  const { items } = await spendReport(db, { ...all, by: ['division'], divisionCode: '330100' });
  expect(items.every((item) => item.dimensions.division?.key.startsWith('3301'))).toBe(true);
  expect(
    items.every((item) => item.dimensions.division?.nameZh && item.dimensions.division.nameEn),
  ).toBe(true);
  const { items: cities } = await spendReport(db, { ...all, by: ['city'] });
  const hangzhou = cities.find((item) => item.dimensions.city?.key === '330100');
  const sum = items.reduce((total, item) => total + item.spendMicroCny, 0n);
  expect(sum).toBe(hangzhou?.spendMicroCny);
});

test('a file opens in Excel: byte-order mark, headings, totals, no formula', async () => {
  const report = await spendReport(db, { from, to, by: ['campaign'] });
  const first = report.items[0];
  if (first?.dimensions.campaign) first.dimensions.campaign.nameZh = '=HYPERLINK("http://x")';
  const sheet = spendSheet(report, ['campaign']);
  const { bytes } = await sheetFile(sheet, 'csv');
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  expect(text.startsWith('\uFEFF推广计划,展现')).toBe(true);
  expect(text).toContain("'=HYPERLINK");
  expect(text).toContain('合计');
  const xlsx = await sheetFile(sheet, 'xlsx');
  expect([...xlsx.bytes.slice(0, 2)]).toEqual([0x50, 0x4b]);
});
