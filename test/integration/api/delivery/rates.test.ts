import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishSnapshot } from '../../../../api/delivery/publish.ts';
import { learnRates } from '../../../../api/delivery/rates.ts';
import { drain } from '../../../../api/metering/metering.ts';
import { PRIOR_CVR } from '../../../../bidding/engine/pctr.ts';
import { followMarket } from '../../../../bidding/state/snapshot.ts';
import { EVENT_KIND } from '../../../../bidding/wire/event.ts';
import { connect } from '../../../../db/client.ts';
import { lineItem, lineItemCreative } from '../../../../db/schema/campaigns.ts';
import { creative } from '../../../../db/schema/creatives.ts';
import { rateModel } from '../../../../db/schema/delivery.ts';
import { seed } from '../../../../run/seed/seed.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, trackedEvent } from '../metering/events.ts';

const { db, url } = await openTestDatabase();
const redis = await openTestRedis();
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));
const START_MS = Date.parse('2026-03-18T10:00:00+08:00');
const MINUTE_MS = 60_000;
let nowMs = START_MS;
const ctx = { db, redis, clock: () => nowMs, config: { assetsDir } };
const feed = followMarket(redis, () => {});

type Ad = { item: typeof lineItem.$inferSelect; shown: typeof creative.$inferSelect };
let keen: Ad;
let dull: Ad;

beforeAll(async () => {
  await seed(ctx, { history: false });
  await publishSnapshot(ctx);
  await feed.refresh();
  const rows = await db
    .select({ item: lineItem, shown: creative })
    .from(lineItem)
    .innerJoin(lineItemCreative, eq(lineItemCreative.lineItemId, lineItem.id))
    .innerJoin(creative, eq(creative.id, lineItemCreative.creativeId))
    .orderBy(lineItem.id);
  const paying = rows.filter(({ item }) => item.bidFen > 0);
  keen = paying[0] as Ad;
  dull = paying.find(({ item }) => item.advertiserId !== keen.item.advertiserId) as Ad;
});

let ordinal = 0;

/** Impressions of an ad over `minutes` from now, one in `clickEvery` clicked, one click in `sellEvery` converted `sellAfterMs` later. */
async function show(
  ad: Ad,
  count: number,
  { clickEvery = 0, sellEvery = 0, sellAfterMs = MINUTE_MS, minutes = 5 } = {},
): Promise<void> {
  const events = [];
  for (let i = 0; i < count; i++) {
    const n = ++ordinal;
    const atMs = nowMs + Math.floor((i * minutes * MINUTE_MS) / count);
    const facts = {
      auctionAtMs: atMs,
      lineItemId: ad.item.id,
      campaignId: ad.item.campaignId,
      advertiserId: ad.item.advertiserId,
      creativeId: ad.shown.id,
      priceMicroCny: 0,
      leaseId: 0,
    };
    events.push(trackedEvent(n, { ...facts, atMs: atMs + 1 }));
    if (clickEvery === 0 || i % clickEvery > 0) continue;
    events.push(trackedEvent(n, { ...facts, kind: EVENT_KIND.click, atMs: atMs + 20_000 }));
    if (sellEvery === 0 || i % (clickEvery * sellEvery) > 0) continue;
    const sold = { ...facts, kind: EVENT_KIND.conversion, atMs: atMs + 20_000 + sellAfterMs };
    events.push(trackedEvent(n, { ...sold, eventKey: `auction-${n}:1:4.order${n}` }));
  }
  await append(redis, events);
  await drain(ctx, { consumer: 'c', claimIdleMs: 0 });
}

const PLACE = { divisionCode: '330106', hour: 10, outletId: 1, placementId: 11, device: 0 };
const predicted = (ad: Ad, rate: 'ctr' | 'cvr'): number => {
  const category =
    feed.market?.index.items[feed.market.index.slotOf.get(ad.item.id) ?? -1]?.source.category;
  const item = { ...ad.item, category: category ?? 'other' };
  return feed.market?.predictor[rate](item, ad.shown, PLACE) ?? Number.NaN;
};

test('an ad that is clicked more is predicted to be, on a node, once its impressions are decided', async () => {
  await learnRates(ctx);
  await show(keen, 3_000, { clickEvery: 20 });
  await show(dull, 3_000);
  const before = predicted(keen, 'ctr');
  nowMs += 10 * MINUTE_MS;
  expect((await learnRates(ctx)).impressions).toBeLessThan(1_000);
  nowMs += 10 * MINUTE_MS;
  const learned = await learnRates(ctx);
  expect(learned.impressions).toBeGreaterThan(4_000);
  nowMs += 10 * MINUTE_MS;
  await learnRates(ctx);
  await feed.refresh();
  expect(predicted(keen, 'ctr')).toBeGreaterThan(2 * before);
  expect(predicted(keen, 'ctr')).toBeGreaterThan(0.02);
  expect(predicted(dull, 'ctr')).toBeLessThan(predicted(keen, 'ctr') / 4);
});

test('conversions are learned from clicks an hour old, and those that come later still count', async () => {
  await show(keen, 1_500, { clickEvery: 1, sellEvery: 5 });
  await show(dull, 1_500, { clickEvery: 1, sellEvery: 5, sellAfterMs: 3 * 3_600_000 });
  nowMs += 75 * MINUTE_MS;
  expect((await learnRates(ctx)).clicks).toBeGreaterThan(2_900);
  await feed.refresh();
  expect(predicted(keen, 'cvr')).toBeGreaterThan(3 * PRIOR_CVR);
  expect(predicted(dull, 'cvr')).toBeLessThan(PRIOR_CVR);
  const early = predicted(dull, 'cvr');
  nowMs += 5 * 3_600_000;
  await learnRates(ctx);
  await feed.refresh();
  expect(predicted(dull, 'cvr')).toBeGreaterThan(2 * early);
});

test('another worker goes on where this one stopped, and a node started cold has the model', async () => {
  const other = connect(url);
  const [kept] = await db.select().from(rateModel);
  nowMs += MINUTE_MS;
  const learned = await learnRates({ ...ctx, db: other });
  expect(learned).toMatchObject({ impressions: 0, clicks: 0 });
  await show(dull, 400);
  nowMs += 20 * MINUTE_MS;
  expect((await learnRates({ ...ctx, db: other })).impressions).toBe(400);
  const [after] = await db.select().from(rateModel);
  expect(after?.impressionsUntilMs).toBeGreaterThan(kept?.impressionsUntilMs ?? 0);
  // The first one sees that it was overtaken, and learns nothing twice.
  expect((await learnRates(ctx)).impressions).toBe(0);
  await other.$client.end();
  const cold = followMarket(redis, () => {});
  await cold.refresh();
  await feed.refresh();
  const ask = (from: typeof cold): number | undefined =>
    from.market?.predictor.ctr({ ...keen.item, category: 'other' }, keen.shown, PLACE);
  expect(ask(cold)).toBe(ask(feed));
  expect(ask(cold)).toBeGreaterThan(0.01);
});
