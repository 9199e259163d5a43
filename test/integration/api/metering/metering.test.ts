import { sql } from 'drizzle-orm';
import type { Redis } from 'ioredis';
import { beforeEach, expect, test } from 'vitest';
import { consume, drain, keepPartitions, watermark } from '../../../../api/metering/metering.ts';
import { leaseDay, makeLeaseId } from '../../../../bidding/wire/budget.ts';
import { EVENT_KIND, encodeEvent, IVT, type TrackedEvent } from '../../../../bidding/wire/event.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import { within } from '../../../../db/scope.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, MONDAY_TEN_MS, trackedEvent } from './events.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();
const ctx = { db, redis, clock: () => MONDAY_TEN_MS + 60_000 };

beforeEach(async () => {
  await redis.flushdb();
  await db.execute(sql`TRUNCATE event, rollup_hour, lease_spend, rejected_event`);
});

interface Totals {
  events: number;
  impressions: number;
  clicks: number;
  invalid: number;
  spend: number;
  leased: number;
}

async function totals(): Promise<Totals> {
  const [row] = await db.execute<Record<keyof Totals, string>>(sql`
    SELECT (SELECT count(*) FROM event) AS events,
      (SELECT coalesce(sum(impressions), 0) FROM rollup_hour) AS impressions,
      (SELECT coalesce(sum(clicks), 0) FROM rollup_hour) AS clicks,
      (SELECT coalesce(sum(invalid), 0) FROM rollup_hour) AS invalid,
      (SELECT coalesce(sum(spend_micro_cny), 0) FROM rollup_hour) AS spend,
      (SELECT coalesce(sum(spend_micro_cny), 0) FROM lease_spend) AS leased`);
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]),
  ) as unknown as Totals;
}

test('an event counts once, whatever is sent again: in the batch, in the next one, after midnight', async () => {
  const event = trackedEvent(1);
  const later = { ...event, atMs: event.atMs + 14 * 3_600_000 };
  await append(redis, [event, event, trackedEvent(2), event]);
  await drain(ctx);
  await append(redis, [later, event]);
  await drain(ctx);
  expect(await totals()).toMatchObject({
    events: 2,
    impressions: 2,
    spend: 40_000,
    leased: 40_000,
  });
});

test('acknowledged entries leave the stream, and the watermark says how far it has come', async () => {
  await append(redis, [trackedEvent(1)]);
  expect(await watermark(ctx)).toBeLessThan(ctx.clock());
  await drain(ctx);
  expect(await watermark(ctx)).toBe(ctx.clock());
  expect(await redis.xlen(keys.events(0))).toBe(0);
});

test('a consumer that dies after the commit and before the acknowledgement doubles nothing', async () => {
  await append(
    redis,
    Array.from({ length: 400 }, (_, i) => trackedEvent(i)),
  );
  const mute = new Proxy(redis, {
    get: (target, name) =>
      name === 'eval'
        ? (lua: string, ...rest: [number, ...string[]]) =>
            lua.includes('XTRIM') ? Promise.reject(new Error('killed')) : target.eval(lua, ...rest)
        : Reflect.get(target, name, target),
  }) as Redis;
  await expect(consume({ ...ctx, redis: mute }, { consumer: 'dead' })).rejects.toThrow('killed');
  expect((await totals()).events).toBeGreaterThan(0);
  await drain(ctx, { consumer: 'heir', claimIdleMs: 0 });
  expect(await totals()).toMatchObject({ events: 400, impressions: 400, spend: 8_000_000 });
});

test('two consumers at once share the work and count each event once', async () => {
  await append(
    redis,
    Array.from({ length: 6_000 }, (_, i) => trackedEvent(i % 5_000)),
  );
  await Promise.all([drain(ctx, { consumer: 'a' }), drain(ctx, { consumer: 'b' })]);
  expect(await totals()).toMatchObject({ events: 5_000, impressions: 5_000 });
});

test('invalid traffic is kept and counted but neither sold nor billed', async () => {
  await append(redis, [
    trackedEvent(1, { userAgent: 'Mozilla/5.0 (compatible; Baiduspider/2.0)' }),
    trackedEvent(2, { ip: '47.96.1.1' }),
    trackedEvent(3, { kind: EVENT_KIND.viewable, geometry: '0,0,100,1000', priceMicroCny: 0 }),
    trackedEvent(4, {
      userAgent: 'Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile',
      ip: '60.191.1.1',
    }),
  ]);
  await drain(ctx);
  expect(await totals()).toMatchObject({ events: 4, impressions: 1, invalid: 3, spend: 20_000 });
  const rows = await db.execute<{ ivt: number }>(sql`SELECT ivt FROM event ORDER BY event_key`);
  expect(rows.map((row) => row.ivt)).toEqual([
    IVT.declaredBot, IVT.dataCentre, IVT.geometry, IVT.none,
  ]); // biome-ignore format: one line
});

test('events packed into one entry count each for itself, and a known one among them hides no new one', async () => {
  const pack = (from: number) =>
    redis.xadd(
      keys.events(0),
      '*',
      ...Array.from({ length: 5 }, (_, i) => ['e', encodeEvent(trackedEvent(from + i))]).flat(),
    );
  await pack(0);
  await drain(ctx);
  await pack(3);
  await pack(5);
  expect(await drain(ctx)).toMatchObject({ taken: 10, counted: 5 });
  expect(await totals()).toMatchObject({ events: 10, impressions: 10, spend: 200_000 });
});

test('what a reader wrote into an event comes back letter by letter, whatever COPY means by it', async () => {
  const hostile = 'a\\N\\.\n\\t"{,}\r界';
  await append(redis, [
    trackedEvent(1, { userHash: hostile }),
    trackedEvent(2, { userHash: '\\.' }),
    trackedEvent(3, { userHash: 'nul\0' }),
  ]);
  expect(await drain(ctx)).toMatchObject({ counted: 2, rejected: 1 });
  const rows = await db.execute<{ user_hash: string }>(
    sql`SELECT user_hash FROM event ORDER BY at_ms`,
  );
  expect(rows.map((row) => row.user_hash)).toEqual([hostile, '\\.']);
});

test('the worker’s role, which owns no table, may write what happened', async () => {
  await append(redis, [trackedEvent(1), trackedEvent(2)]);
  const house = within(db, { organizationId: null, personId: null });
  expect(await drain({ ...ctx, db: house })).toMatchObject({ counted: 2 });
});

test('an entry nobody can read is set aside and stops nothing', async () => {
  await redis.xadd(keys.events(0), '*', 'e', 'nonsense');
  await redis.xadd(keys.events(0), '*', 'other', 'field');
  const unread: Partial<TrackedEvent>[] = [
    { outletId: Number.NaN },
    { priceMicroCny: -1 },
    { leaseId: 2 ** 53 },
    { device: 40_000 },
    { eventKey: '' },
  ];
  await append(redis, [...unread.map((change, i) => trackedEvent(i, change)), trackedEvent(9)]);
  await drain(ctx);
  expect(await totals()).toMatchObject({ events: 1 });
  const rows = await db.execute<{ reason: string }>(sql`SELECT reason FROM rejected_event`);
  expect(rows.map((row) => row.reason)).toEqual(Array(7).fill('malformed'));
});

test('a refused tracker call is kept with its reason', async () => {
  await redis.xadd(keys.rejected, '*', 'reason', 'forged', 'path', '/t/i', 'ip', '10.0.0.1');
  await drain(ctx);
  const rows = await db.execute<{ reason: string; detail: Record<string, string> }>(
    sql`SELECT reason, detail FROM rejected_event`,
  );
  expect(rows).toEqual([{ reason: 'forged', detail: { path: '/t/i', ip: '10.0.0.1' } }]);
});

test('spend under a lease belongs to the lease’s day, also when it is seen after midnight', async () => {
  const eveMs = Date.parse('2026-03-02T23:59:59.900+08:00');
  const lease = makeLeaseId(eveMs - 10_000, 5);
  await append(redis, [
    trackedEvent(1, { atMs: eveMs + 30_000, auctionAtMs: eveMs, leaseId: lease }),
  ]);
  await drain(ctx);
  const rows = await db.execute<{ day: string; hour: number }>(
    sql`SELECT l.day::text AS day, r.hour FROM lease_spend l, rollup_hour r`,
  );
  expect(leaseDay(lease)).toBe('2026-03-02');
  expect(rows).toEqual([{ day: '2026-03-02', hour: Math.floor((eveMs + 30_000) / 3_600_000) }]);
});

test('partitions are made ahead and dropped past retention', async () => {
  await keepPartitions(ctx);
  await keepPartitions({ db, clock: () => MONDAY_TEN_MS + 500 * 86_400_000 });
  const rows = await db.execute<{ name: string }>(
    sql`SELECT relname AS name FROM pg_class WHERE relname ~ '^event_\\d{8}$' ORDER BY 1`,
  );
  expect(rows[0]?.name).toBe('event_20270715');
});
