import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, expect, inject, test } from 'vitest';
import { contentHashOf } from '../../../../api/creatives/content.ts';
import { readMarket } from '../../../../api/delivery/market.ts';
import { ledgerFaults } from '../../../../api/ledger/ledger.ts';
import { creative } from '../../../../db/schema/creatives.ts';
import { houseOf } from '../../../../db/scope.ts';
import { FORMATS } from '../../../../db/terms/market.ts';
import { seed } from '../../../../run/seed/seed.ts';
import { openTestDatabase } from '../../../kit/database.ts';

const opened = await openTestDatabase({ asProgram: inject('programLogin') !== null });
const db = houseOf(opened.db);
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));
const nowMs = Date.parse('2026-03-18T10:00:00+08:00');
const ctx = { db, clock: () => nowMs, config: { assetsDir } };

const count = async (table: string): Promise<number> => {
  const [row] = await db.execute<{ n: string }>(
    sql`SELECT count(*) AS n FROM ${sql.identifier(table)}`,
  );
  return Number(row?.n);
};

test('the demo province comes to be in seconds, with balanced books, and only once', async () => {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  expect(await seed(ctx)).toBe(true);
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(`seeded in ${seconds.toFixed(2)} s\n`);
  // Processor time of our own, not the wall's: a machine that is busy with other tests says nothing about the seed.
  expect(process.cpuUsage(startedCpu).user / 1e6).toBeLessThan(6);
  const before = await Promise.all(['outlet', 'campaign', 'journal', 'rollup_hour'].map(count));
  expect(await seed(ctx)).toBe(false);
  expect(await Promise.all(['outlet', 'campaign', 'journal', 'rollup_hour'].map(count))).toEqual(
    before,
  );
  expect(await ledgerFaults(db, { chain: true })).toEqual([]);
});

test('eleven cities, ninety counties, 92 outlets of three tiers, forty advertisers', async () => {
  const rows = await db.execute<{ level: string; n: string }>(
    sql`SELECT level, count(*) AS n FROM division WHERE valid_to IS NULL GROUP BY 1 ORDER BY 1`,
  );
  expect(rows.map((row) => [row.level, Number(row.n)])).toEqual([
    ['city', 11], ['county', 90], ['province', 1],
  ]); // biome-ignore format: one line
  const tiers = await db.execute<{ tier: string; n: string }>(
    sql`SELECT tier, count(*) AS n FROM outlet WHERE status = 'active' GROUP BY 1 ORDER BY 1`,
  );
  expect(tiers.map((row) => [row.tier, Number(row.n)])).toEqual([
    ['city', 10], ['county', 80], ['province', 2],
  ]); // biome-ignore format: one line
  expect(await count('advertiser')).toBe(43);
});

test('every format has a placement, and line items with approved files that exist', async () => {
  const market = await readMarket(db, nowMs);
  expect(new Set(market.placements.map((p) => p.format))).toEqual(new Set(FORMATS));
  expect(market.lineItems.length).toBeGreaterThan(80);
  const files = new Set(
    readdirSync(assetsDir, { recursive: true }).map((path) => basename(`${path}`)),
  );
  for (const creative of market.creatives) {
    const { imageUrl, videoUrl, audioUrl, videoRenditions = [] } = creative.content;
    for (const url of [
      imageUrl ?? videoUrl ?? audioUrl,
      ...videoRenditions.map((each) => each.url),
    ])
      expect(files.has(basename(url ?? '')), `${creative.id} ${url}`).toBe(true);
  }
  const formats = new Set(market.creatives.map((creative) => creative.format));
  for (const format of ['banner', 'native', 'video', 'splash', 'audio', 'dooh'] as const)
    expect([format, formats.has(format)]).toEqual([format, true]);
  expect(market.creatives.some((c) => c.isPsa)).toBe(true);
});

test('every approval is of the content as the product names it: saved again unchanged, it stays approved', async () => {
  const rows = await db.select().from(creative);
  expect(rows.length).toBeGreaterThan(100);
  for (const row of rows)
    expect([row.name, row.contentHash]).toEqual([row.name, contentHashOf(row)]);
});

test('the deal in force has brought something, and less than its quantity', async () => {
  const [row] = await db.execute<{ shown: string; most: string }>(sql`
    SELECT sum(h.impressions) AS shown, min(d.impressions) AS most FROM deal d JOIN deal_hour h ON h.deal_id = d.id
    WHERE d.status = 'active'`);
  expect(Number(row?.shown)).toBeGreaterThan(1_000);
  expect(Number(row?.shown)).toBeLessThan(Number(row?.most));
});

test('booked business stands in every state, with proofs that wait and a plan to look at', async () => {
  const orders = await db.execute<{ status: string }>(
    sql`SELECT DISTINCT status FROM booking_order`,
  );
  expect(orders.map((one) => one.status).sort()).toEqual([
    'booked', 'completed', 'draft', 'in_flight', 'pending', 'reserved',
  ]); // biome-ignore format: a list
  const days = await db.execute<{ status: string }>(sql`SELECT DISTINCT status FROM booking_day`);
  expect(days.map((one) => one.status).sort()).toEqual(['delivered', 'missed', 'proved', 'sold']);
  const [plan] = await db.execute<{ lines: number }>(
    sql`SELECT jsonb_array_length(lines) AS lines FROM media_plan`,
  );
  expect(plan?.lines).toBeGreaterThan(3);
});

test('something waits on every desk: admissions at each step, creatives to review and one refused, a stop in force', async () => {
  const admissions = await db.execute<{ status: string }>(
    sql`SELECT status FROM outlet_admission WHERE status <> 'active' ORDER BY outlet_id`,
  );
  expect(admissions.map((one) => one.status)).toEqual(['submitted', 'signed', 'draft']);
  expect(await count('review_task')).toBe(2);
  const told = ['webhook_endpoint', 'webhook_delivery', 'api_key', 'rejected_event'];
  expect(await Promise.all(told.map(count))).toEqual([3, 8, 3, 6]);
  const refused = await db.execute<{ reject_reason: string }>(
    sql`SELECT r.reject_reason FROM creative c JOIN creative_review r ON r.creative_id = c.id WHERE c.status = 'rejected'`,
  );
  expect(refused.length).toBe(1);
  const [stops] = await db.execute<{ standing: string; lifted: string }>(
    sql`SELECT count(*) FILTER (WHERE lifted_at IS NULL) AS standing, count(lifted_at) AS lifted FROM stop`,
  );
  expect(stops).toEqual({ standing: '1', lifted: '1' });
});

test('an agency acts for three advertisers, a group’s clerk for two organisations and three outlets', async () => {
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT u.email, count(DISTINCT m.organization_id) AS organisations,
           count(DISTINCT o.id) AS outlets, count(DISTINCT a.id) AS advertisers
      FROM user_account u JOIN organization_member m ON m.user_id = u.id LEFT JOIN outlet o ON o.organization_id = m.organization_id
      LEFT JOIN advertiser a ON a.agency_organization_id = m.organization_id
     WHERE u.email IN ('agency@demo.hongze', 'group@demo.hongze') GROUP BY 1 ORDER BY 1`);
  expect(rows.map(({ email, ...of }) => [email, ...Object.values(of).map(Number)])).toEqual([
    ['agency@demo.hongze', 1, 0, 3],
    ['group@demo.hongze', 2, 3, 0],
  ]);
});
