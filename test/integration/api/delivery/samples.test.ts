import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forecastTarget } from '../../../../api/delivery/forecast.ts';
import { keepSamples, readSamples } from '../../../../api/delivery/samples.ts';
import { trafficOf } from '../../../../api/delivery/traffic.ts';
import { newImp, newRequest } from '../../../../bidding/engine/request.ts';
import { passed } from '../../../../bidding/engine/trafficForecast.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import { encodeSample, isInUserSample, SAMPLE_ONE_IN } from '../../../../bidding/wire/sample.ts';
import { bookingLine, bookingOrder, bookingSlot } from '../../../../db/schema/bookings.ts';
import { lineItem } from '../../../../db/schema/campaigns.ts';
import { creative } from '../../../../db/schema/creatives.ts';
import { requestSample } from '../../../../db/schema/delivery.ts';
import { placement } from '../../../../db/schema/outlets.ts';
import { addDays, dayOf, dayStartMs } from '../../../../db/terms/day.ts';
import { OPERATING_SYSTEMS } from '../../../../db/terms/market.ts';
import type { Target } from '../../../../db/terms/target.ts';
import { seed } from '../../../../run/seed/seed.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newRandom } from '../../../kit/random.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));
let nowMs = Date.parse('2026-03-18T10:00:00+08:00');
const ctx = { db, redis, clock: () => nowMs, config: { assetsDir } };
const today = dayOf(nowMs);
const yesterday = addDays(today, -1);

const REQUESTS = 40_000;
const READERS = 4_000;
const HOUR_MS = 3_600_000;
const COUNTIES = ['330106', '330110', '330203', '330326'];
/** Truth of the whole day, of which the log is a sample. */
const truth = { ios: 0, readers: new Set<string>(), morning: 0 };
let placementId = 0;
let line: typeof lineItem.$inferSelect;

beforeAll(async () => {
  await seed(ctx, { history: false });
  const items = await db.select().from(lineItem).where(eq(lineItem.pricing, 'CPM'));
  line = items[0] as typeof line;
  const places = await db.select().from(placement).where(eq(placement.format, 'banner'));
  placementId = places[0]?.id ?? 0;
  await logDay();
  expect(await keepSamples(ctx)).toBeGreaterThan(REQUESTS / SAMPLE_ONE_IN);
});

/** As busy nodes would: half of the traffic in the morning hour, half in the evening's. */
async function logDay(): Promise<void> {
  const random = newRandom(7);
  let lines: string[] = [];
  for (let n = 0; n < REQUESTS; n++) {
    const isMorning = random.chance(0.5);
    const hour = isMorning ? 8 : 20;
    const request = newRequest('', dayStartMs(yesterday) + (hour + random.next()) * HOUR_MS);
    request.atMs = Math.floor(request.atMs);
    const reader = random.below(READERS);
    request.userHash = `reader-${reader}`;
    request.declaredDivision = COUNTIES[reader % COUNTIES.length] as string;
    request.os = reader % 5 === 0 ? OPERATING_SYSTEMS.indexOf('ios') : 0;
    request.device = 0;
    request.imps.push(newImp('1', placementId));
    if (reader % 5 === 0) {
      truth.ios++;
      truth.readers.add(request.userHash);
    }
    if (isMorning) truth.morning++;
    const weight = random.chance(1 / SAMPLE_ONE_IN) ? SAMPLE_ONE_IN : 0;
    const isOfSampledUser = isInUserSample(request.userHash);
    if (weight > 0 || isOfSampledUser) {
      lines.push(encodeSample({ request, weight, isOfSampledUser }));
    }
    if (lines.length < 200 && n < REQUESTS - 1) continue;
    await redis.xadd(keys.samples, '*', 's', lines.join('\n'));
    lines = [];
  }
}

const IOS: Target = { attribute: 'os', in: ['ios'] };

test('a forecast goes by the log, which knows what shown ads do not', async () => {
  const ios = await forecastTarget(ctx, IOS);
  expect(ios).toMatchObject({ basis: 'log', ignored: [], day: yesterday });
  expect(truth.ios).toBeGreaterThan(ios.avails.low);
  expect(truth.ios).toBeLessThan(ios.avails.high);
  expect(truth.readers.size).toBeGreaterThan(ios.reach.low);
  expect(truth.readers.size).toBeLessThan(ios.reach.high);
});

test('what guaranteed line items and booked days take is not offered again', async () => {
  const before = await forecastTarget(ctx, IOS);
  expect(before.unbooked).toEqual(before.avails);
  const tomorrow = addDays(today, 1);
  const [own] = await db
    .select({ id: creative.id })
    .from(creative)
    .where(eq(creative.format, 'banner'));
  expect(own).toBeDefined();
  const [order] = await db
    .insert(bookingOrder)
    .values({
      advertiserId: line.advertiserId,
      name: '全天',
      status: 'booked',
      totalMicroCny: 0n,
      createdBy: 'test',
    })
    .returning();
  const [place] = await db.select().from(placement).where(eq(placement.id, placementId));
  await db.update(placement).set({ dailySlots: 4 }).where(eq(placement.id, placementId));
  const [booked] = await db
    .insert(bookingLine)
    .values({
      orderId: order?.id ?? 0,
      advertiserId: line.advertiserId,
      outletId: place?.outletId ?? 0,
      placementId,
      unit: 'CPD_DAY',
      startsOn: tomorrow,
      endsOn: tomorrow,
      slots: 1,
      priceMicroCny: 0n,
      status: 'accepted',
    })
    .returning();
  await db
    .insert(bookingSlot)
    .values({ placementId, day: tomorrow, slot: 1, lineId: booked?.id ?? 0 });
  nowMs += HOUR_MS;
  const after = await forecastTarget(ctx, IOS);
  expect(after.unbooked.expected).toBe(Math.round(after.avails.expected * 0.75));
});

test('pacing follows the line item’s own hours and counties, and the province’s where nothing is known', async () => {
  const evenings = Array.from({ length: 7 }, (_, d) => d * 24 + 20);
  const target: Target = {
    all: [
      { attribute: 'division', in: ['330106', '330110'] },
      { attribute: 'hourOfWeek', in: evenings },
    ],
  };
  await db
    .update(lineItem)
    .set({ target, startsOn: yesterday, endsOn: addDays(today, 5), bidFen: 90_000 })
    .where(eq(lineItem.id, line.id));
  const unknown = { lineItemId: 999_999, target: { all: [] } };
  const { lines: traffic } = await trafficOf(ctx, today, [
    { lineItemId: line.id, target },
    unknown,
  ]);
  const mine = traffic.get(line.id);
  const at = (hour: number): number =>
    passed(mine?.curve ?? { cumulative: new Float64Array(96) }, hour * HOUR_MS);
  expect(at(20)).toBe(0);
  expect(at(21)).toBeCloseTo(1, 9);
  expect(Object.keys(mine?.countyShare ?? {}).sort()).toEqual(['330106', '330110']);
  const everybody = traffic.get(unknown.lineItemId)?.curve;
  expect(passed(everybody ?? { cumulative: new Float64Array(96) }, 12 * HOUR_MS)).toBeCloseTo(
    0.5,
    1,
  );
});

test('a day too large for a process is read in part, and still adds up', async () => {
  const whole = await readSamples(db, yesterday);
  const part = await readSamples(db, yesterday, 1_000);
  expect(part.samples.length).toBeLessThan(whole.samples.length / 2);
  const sum = (all: typeof whole): number => all.samples.reduce((s, it) => s + it.weight, 0);
  expect(sum(part) / sum(whole)).toBeGreaterThan(0.7);
  expect(sum(part) / sum(whole)).toBeLessThan(1.3);
  expect(part.userShare).toBeLessThan(whole.userShare);
});

test('the log is forgotten after a week, and a repeated entry is kept once', async () => {
  const before = await db.$count(requestSample);
  const [row] = await db.select().from(requestSample).limit(1);
  // A crash after the commit leaves the entry in the stream.
  await redis.del(keys.samples);
  await redis.xadd(keys.samples, row?.id ?? '', 's', row?.lines ?? '');
  await keepSamples(ctx);
  expect(await db.$count(requestSample)).toBe(before);
  await keepSamples({ ...ctx, clock: () => nowMs + 9 * 86_400_000 });
  expect(await db.$count(requestSample)).toBe(0);
});
