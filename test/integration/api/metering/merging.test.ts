import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { mergeSums } from '../../../../api/metering/merging.ts';
import { drain } from '../../../../api/metering/metering.ts';
import { EVENT_KIND } from '../../../../bidding/wire/event.ts';
import { within } from '../../../../db/scope.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, MONDAY_TEN_MS, trackedEvent } from './events.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();
const HOUR_MS = 3_600_000;
const at = (ms: number) => ({ db, redis, clock: () => MONDAY_TEN_MS + ms });

beforeEach(async () => {
  await db.execute(sql`TRUNCATE event, rollup_hour, lease_spend`);
});

const rows = async (): Promise<number[]> => {
  const [row] = await db.execute<Record<string, string>>(
    sql`SELECT (SELECT count(*) FROM rollup_part) AS parts, (SELECT count(*) FROM rollup_merged) AS merged`,
  );
  return [Number(row?.parts), Number(row?.merged)];
};

/** Every sum by everything that it is a sum of. */
const sums = () =>
  db.execute(sql`
    SELECT hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id, line_item_id, creative_id, device,
      sum(impressions) AS impressions, sum(viewables) AS viewables, sum(clicks) AS clicks, sum(conversions) AS conversions,
      sum(invalid) AS invalid, sum(spend_micro_cny) AS spend
    FROM rollup_hour GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9`);

/** Three batches over two hours; line items and placements that share a mark of theirs (sums.ts) stay apart. */
async function threeBatches(): Promise<void> {
  const places = [
    { placementId: 11, lineItemId: 700 },
    { placementId: 11 + 1_048_576, lineItemId: 699 },
    { placementId: 11, lineItemId: 700, device: 2 },
    { placementId: 11, lineItemId: 700, divisionCode: '330108' },
    { placementId: 11, lineItemId: 700, atMs: MONDAY_TEN_MS + HOUR_MS },
  ];
  for (let batch = 0; batch < 3; batch++) {
    await append(
      redis,
      places.flatMap((place, i) => [
        trackedEvent(100 * batch + i, place),
        trackedEvent(100 * batch + i, { ...place, kind: EVENT_KIND.click, priceMicroCny: 0 }),
      ]),
    );
    await drain(at(0), { judge: () => 0 });
  }
}

test('merged parts are what they were, one row of each kind, and later parts come to them', async () => {
  await threeBatches();
  const [parts = 0] = await rows();
  expect(parts).toBeGreaterThanOrEqual(15);
  const before = await sums();
  expect(before).toHaveLength(5);
  expect(await mergeSums(at(0), 1)).toBe(2);
  expect(await rows()).toEqual([0, 5]);
  expect(await sums()).toEqual(before);
  await append(redis, [trackedEvent(999)]);
  await drain(at(0), { judge: () => 0 });
  expect(await rows()).toEqual([1, 5]);
  expect(await mergeSums(at(0), 1)).toBe(0);
  expect(await mergeSums(at(72 * HOUR_MS), 1)).toBe(1);
  expect(await rows()).toEqual([0, 5]);
  const [first] = await sums();
  expect(first).toMatchObject({ impressions: '4', clicks: '3', spend: '80000' });
});

test('merging beside consumers, and twice at once, loses and doubles nothing', async () => {
  const worker = within(db, { organizationId: null, personId: null });
  const clock = () => MONDAY_TEN_MS;
  for (let round = 0; round < 4; round++) {
    await append(
      redis,
      Array.from({ length: 300 }, (_, i) => trackedEvent(round * 300 + i, { placementId: i % 40 })),
    );
    await Promise.all([
      drain({ db: worker, redis, clock }, { consumer: 'one', judge: () => 0 }),
      mergeSums({ db: worker, clock }, 1),
      mergeSums({ db: worker, clock }, 1),
    ]);
  }
  await mergeSums({ db: worker, clock: at(72 * HOUR_MS).clock }, 1);
  expect(await rows()).toEqual([0, 40]);
  const [row] = await db.execute<Record<string, string>>(
    sql`SELECT sum(impressions) AS impressions, sum(spend_micro_cny) AS spend FROM rollup_hour`,
  );
  expect(row).toEqual({ impressions: '1200', spend: String(1_200 * 20_000) });
});
