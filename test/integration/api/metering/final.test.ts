import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { finalizeDay, finalizeDays } from '../../../../api/metering/final.ts';
import { drain } from '../../../../api/metering/metering.ts';
import { EVENT_KIND } from '../../../../bidding/wire/event.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, MONDAY_TEN_MS, trackedEvent } from './events.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();
const ctx = { db, redis, clock: () => MONDAY_TEN_MS };
const DAYS = 86_400_000;

/**
 * 150 impressions, a click and a conversion of one user in a minute, which consumers that saw a part each let pass, and 20
 * impressions of another.
 */
beforeAll(async () => {
  const fast = Array.from({ length: 150 }, (_, i) =>
    trackedEvent(i, { userHash: 'robot', dealId: i < 100 ? 9 : 0 }),
  );
  const free = { userHash: 'robot', atMs: MONDAY_TEN_MS + 5_000, priceMicroCny: 0, leaseId: 0 };
  const click = trackedEvent(900, { ...free, kind: EVENT_KIND.click });
  const bought = trackedEvent(901, { ...free, kind: EVENT_KIND.conversion, dealId: 9 });
  const slow = Array.from({ length: 20 }, (_, i) =>
    trackedEvent(1_000 + i, { userHash: 'reader', dealId: i < 5 ? 9 : 0 }),
  );
  await append(redis, [...fast, click, bought, ...slow]);
  await drain(ctx, { judge: () => 0 });
  // Sums by deals began to count conversions later than events came.
  await db.execute(sql`UPDATE deal_hour SET conversions = 0`);
});

const totals = async () => {
  const [row] = await db.execute<Record<string, string>>(sql`
    SELECT sum(impressions) AS impressions, sum(clicks) AS clicks, sum(invalid) AS invalid, sum(spend_micro_cny) AS spend,
      (SELECT sum(spend_micro_cny) FROM lease_spend) AS leased FROM rollup_hour`);
  return Object.values(row ?? {}).map(Number);
};

const dealt = async () => {
  const [row] = await db.execute<Record<string, string>>(sql`
    SELECT sum(impressions) AS impressions, sum(conversions) AS conversions, sum(invalid) AS invalid,
      sum(spend_micro_cny) AS spend FROM deal_hour WHERE deal_id = 9`);
  return Object.values(row ?? {}).map(Number);
};

test('a day is not final before its last click could come', async () => {
  const done = await finalizeDays({ db, clock: () => MONDAY_TEN_MS + DAYS });
  expect(done.map((one) => one.day)).not.toContain('2026-03-02');
});

test('what no person can have done is taken out of sums and budgets, once', async () => {
  expect(await totals()).toEqual([170, 1, 0, 3_400_000, 3_400_000]);
  expect(await dealt()).toEqual([105, 0, 0, 2_100_000]);
  const [final] = await finalizeDays({ db, clock: () => MONDAY_TEN_MS + 3 * DAYS }).then((days) =>
    days.filter((d) => d.removedEvents > 0),
  );
  expect(final).toEqual({ day: '2026-03-02', removedEvents: 152, removedMicroCny: 3_000_000n });
  expect(await totals()).toEqual([20, 0, 152, 400_000, 400_000]);
  expect(await dealt()).toEqual([5, 0, 101, 100_000]);
  expect(await finalizeDay(ctx, '2026-03-02')).toBeUndefined();
  expect(await totals()).toEqual([20, 0, 152, 400_000, 400_000]);
});
