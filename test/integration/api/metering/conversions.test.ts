import { sql } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { recordConversion } from '../../../../api/metering/conversions.ts';
import { drain } from '../../../../api/metering/metering.ts';
import { EVENT_KIND } from '../../../../bidding/wire/event.ts';
import { advertiser } from '../../../../db/schema/campaigns.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, MONDAY_TEN_MS, trackedEvent } from './events.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();
const DAY_MS = 86_400_000;
let nowMs = MONDAY_TEN_MS + 3_600_000;
const ctx = { db, redis, clock: () => nowMs };

let mine = 0;
let other = 0;
beforeAll(async () => {
  const rows = await db
    .insert(advertiser)
    .values(['甲', '乙'].map((name) => ({ organizationId: name, name, category: 'retail' })))
    .returning();
  [mine, other] = rows.map((row) => row.id) as [number, number];
  const seen = { advertiserId: mine };
  await append(redis, [
    trackedEvent(1, { ...seen, eventKey: 'clickedclicked00:1:1' }),
    trackedEvent(2, {
      ...seen,
      eventKey: 'clickedclicked00:1:3',
      kind: EVENT_KIND.click,
      priceMicroCny: 0,
    }),
    trackedEvent(3, { ...seen, eventKey: 'viewedviewed0000:2:1' }),
  ]);
  await drain(ctx);
});

const told = (orderId: string, requestId: string, advertiserId = mine) => ({
  advertiserId, requestId, orderId, kind: 'order' as const, valueMicroCny: 99_000_000n, atMs: nowMs,
}); // biome-ignore format: one shape

const counted = async (): Promise<number> => {
  const [row] = await db.execute<{ n: string }>(sql`SELECT sum(conversions) AS n FROM rollup_hour`);
  return Number(row?.n);
};

test('an order is attributed to its click and counts once, whatever is retried', async () => {
  const first = await recordConversion(ctx, told('A-1', 'clickedclicked00'));
  expect(first).toMatchObject({ attributedTo: 'click', lineItemId: 700 });
  expect(await recordConversion(ctx, told('A-1', 'clickedclicked00'))).toEqual(first);
  expect(await counted()).toBe(1);
  await recordConversion(ctx, told('A-2', 'clickedclicked00'));
  expect(await counted()).toBe(2);
});

test('without a click a view counts, for a day', async () => {
  expect(await recordConversion(ctx, told('B-1', 'viewedviewed0000'))).toMatchObject({
    attributedTo: 'view',
  });
  nowMs += 2 * DAY_MS;
  expect(await recordConversion(ctx, told('B-2', 'viewedviewed0000'))).toMatchObject({
    attributedTo: null,
  });
  expect(await recordConversion(ctx, told('A-3', 'clickedclicked00'))).toMatchObject({
    attributedTo: 'click',
  });
  nowMs += 6 * DAY_MS;
  expect(await recordConversion(ctx, told('A-4', 'clickedclicked00'))).toMatchObject({
    attributedTo: null,
  });
});

test('nobody is credited with another advertiser’s click', async () => {
  nowMs = MONDAY_TEN_MS + 3_600_000;
  const found = await recordConversion(ctx, told('C-1', 'clickedclicked00', other));
  expect(found).toMatchObject({ attributedTo: null, lineItemId: null });
});

test('a time that cannot be is refused with its field', async () => {
  await expect(
    recordConversion(ctx, { ...told('D', 'clickedclicked00'), atMs: nowMs + DAY_MS }),
  ).rejects.toThrow('invalid_input');
});
