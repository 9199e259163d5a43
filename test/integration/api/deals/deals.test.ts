import { gunzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import type { Redis } from 'ioredis';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { endFulfilledDeals } from '../../../../api/deals/deals.ts';
import { publishChanges, publishSnapshot } from '../../../../api/delivery/publish.ts';
import { drain } from '../../../../api/metering/metering.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import type { Snapshot, SnapshotDelta } from '../../../../bidding/wire/snapshot.ts';
import { lineItem } from '../../../../db/schema/campaigns.ts';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { outlet } from '../../../../db/schema/outlets.ts';
import { dayOf } from '../../../../db/terms/day.ts';
import {
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { newCampaign, newLineItem, newPlacement, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, trackedEvent } from '../metering/events.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
const TODAY = dayOf(NOW);

let api: TestApi;
let buyer: Caller & { advertiserId: number };
let seller: Caller & { outletId: number };
let placementId = 0;
let lineItemId = 0;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  await publishSnapshot(api.ctx);
  buyer = await newAdvertiser(api);
  seller = await newOutlet(api);
  placementId = (await newPlacement(seller, seller.outletId)).placement.id;
});

beforeEach(async () => {
  const campaign = await newCampaign(buyer, buyer.advertiserId, NOW);
  lineItemId = (await newLineItem(buyer, campaign.id, NOW)).id;
});

const terms = (over: object = {}) => ({
  kind: 'preferred',
  name: '首页优先购买',
  outletId: seller.outletId,
  advertiserId: buyer.advertiserId,
  priceCpmFen: 3_000,
  startsOn: TODAY,
  endsOn: '2026-04-01',
  placementIds: [placementId],
  ...over,
});

async function agreed(over: object = {}): Promise<{ id: number; version: number; code: string }> {
  const { body } = await buyer.call('POST', '/api/deals', terms(over));
  const answer = await seller.call('POST', `/api/deals/${body.id}/agreement`, {
    version: body.version,
  });
  expect(answer.body.status).toBe('active');
  return answer.body;
}

async function delta(): Promise<SnapshotDelta> {
  while ((await publishChanges(api.ctx)) !== undefined);
  const entries = await api.ctx.redis.xrange(keys.snapshotDeltas, '-', '+');
  const all = entries.map(([, fields]) => JSON.parse(fields[3] ?? '{}') as SnapshotDelta);
  return all.findLast((one) => one.upsert.deals || one.remove.deals) as SnapshotDelta;
}

test('a deal binds when both sides agreed to the very same terms, and reaches the nodes with its buyers', async () => {
  const deal = await agreed();
  const lines = await buyer.call('PUT', `/api/deals/${deal.id}/line-items`, {
    version: deal.version,
    lineItemIds: [lineItemId],
  });
  expect(lines.status).toBe(200);
  const sent = (await delta()).upsert.deals?.find((one) => one.id === deal.code);
  expect(sent).toMatchObject({
    kind: 'preferred',
    priceCpmFen: 3_000,
    placementIds: [placementId],
    lineItemIds: [lineItemId],
    advertiserIds: [buyer.advertiserId],
  });
  const [row] = await api.ctx.db.select().from(lineItem).where(eq(lineItem.id, lineItemId));
  expect(row?.priority).toBe('deal');
});

test('a counter-proposal takes the other side’s word back, and only the other side can make it bind', async () => {
  const { body: proposed } = await buyer.call('POST', '/api/deals', terms());
  const own = await buyer.call('POST', `/api/deals/${proposed.id}/agreement`, { version: 1 });
  expect(own.body.status).toBe('proposed');
  const counter = await seller.call('PATCH', `/api/deals/${proposed.id}`, {
    version: own.body.version,
    priceCpmFen: 3_500,
  });
  expect([counter.body.priceCpmFen, counter.body.buyerAgreedAt]).toEqual([3_500, null]);
  const stale = await buyer.call('POST', `/api/deals/${proposed.id}/agreement`, {
    version: own.body.version,
  });
  expect([stale.status, stale.body.code]).toEqual([409, 'stale_version']);
  const yes = await buyer.call('POST', `/api/deals/${proposed.id}/agreement`, {
    version: counter.body.version,
  });
  expect(yes.body.status).toBe('active');
  const late = await seller.call('PATCH', `/api/deals/${proposed.id}`, {
    version: yes.body.version,
    priceCpmFen: 9_000,
  });
  expect(late.status).toBe(409);
});

test('an outlet that is not admitted, or suspended, sells by no deal, and resumes none', async () => {
  const deal = await agreed();
  const pause = { version: deal.version, status: 'paused' };
  const { body } = await seller.call('POST', `/api/deals/${deal.id}/status`, pause);
  const set = (status: 'active' | 'pending' | 'suspended') =>
    api.ctx.db.update(outlet).set({ status }).where(eq(outlet.id, seller.outletId));
  const pointer = [{ pointer: '/placementIds/0' }];
  for (const status of ['pending', 'suspended'] as const) {
    await set(status);
    const proposed = await buyer.call('POST', '/api/deals', terms());
    expect(proposed).toMatchObject({ status: 422, body: { errors: pointer } });
    const resumed = await seller.call('POST', `/api/deals/${deal.id}/status`, {
      version: body.version,
      status: 'active',
    });
    expect(resumed).toMatchObject({ status: 422, body: { errors: pointer } });
  }
  await set('active');
  const again = { version: body.version, status: 'active' };
  expect((await seller.call('POST', `/api/deals/${deal.id}/status`, again)).status).toBe(200);
});

test('an ended deal is taken from the nodes, and its line items buy in the open market again', async () => {
  const deal = await agreed();
  await buyer.call('PUT', `/api/deals/${deal.id}/line-items`, {
    version: deal.version,
    lineItemIds: [lineItemId],
  });
  const { body } = await seller.call('GET', `/api/deals/${deal.id}`);
  expect(body.lineItemIds).toEqual([]);
  const end = { version: body.version, status: 'ended' };
  expect((await seller.call('POST', `/api/deals/${deal.id}/status`, end)).status).toBe(200);
  expect((await delta()).remove.deals).toContain(deal.code);
  const [row] = await api.ctx.db.select().from(lineItem).where(eq(lineItem.id, lineItemId));
  expect(row?.priority).toBe('open');
  await publishSnapshot(api.ctx);
  const packed = await api.ctx.redis.getBuffer(keys.snapshot);
  const full = JSON.parse(gunzipSync(packed as Buffer).toString()) as Snapshot;
  expect(full.deals.map((one) => one.id)).not.toContain(deal.code);
});

test('others’ placements, past dates, two buyers, a quantity that is missing and others’ line items are refused by field', async () => {
  const other = await newOutlet(api);
  const foreign = (await newPlacement(other, other.outletId)).placement.id;
  const pointers = async (over: object) => {
    const { status, body } = await buyer.call('POST', '/api/deals', terms(over));
    expect(status).toBe(422);
    return body.errors[0].pointer;
  };
  expect(await pointers({ placementIds: [placementId, foreign] })).toBe('/placementIds/1');
  expect(await pointers({ placementIds: [] })).toBe('/placementIds');
  expect(await pointers({ startsOn: '2026-01-01', endsOn: '2026-02-01' })).toBe('/endsOn');
  expect(await pointers({ kind: 'guaranteed' })).toBe('/impressions');
  expect(await pointers({ demandPartnerId: 1 })).toBe('/advertiserId');
  const stranger = await newAdvertiser(api);
  const plan = await newCampaign(stranger, stranger.advertiserId, NOW);
  const theirs = await newLineItem(stranger, plan.id, NOW);
  const deal = await agreed();
  const lines = await buyer.call('PUT', `/api/deals/${deal.id}/line-items`, {
    version: deal.version,
    lineItemIds: [lineItemId, theirs.id],
  });
  expect(lines.body.errors[0].pointer).toBe('/lineItemIds/1');
});

test('a line item buys by deals of one priority, and a fixed price by CPM only', async () => {
  const first = await agreed();
  const put = (deal: { id: number; version: number }, id: number) =>
    buyer.call('PUT', `/api/deals/${deal.id}/line-items`, {
      version: deal.version,
      lineItemIds: [id],
    });
  expect((await put(first, lineItemId)).status).toBe(200);
  const second = await agreed({ kind: 'guaranteed', impressions: 100_000 });
  expect((await put(second, lineItemId)).body.errors[0].zh).toContain('另一类交易');
  const plan = await newCampaign(buyer, buyer.advertiserId, NOW);
  const clicks = await newLineItem(buyer, plan.id, NOW, { pricing: 'CPC' });
  expect((await put(second, clicks.id)).body.errors[0].zh).toContain('CPM');
});

test('an operator speaks for a demand partner, may end any deal, and agrees for no advertiser', async () => {
  const operator = await newCaller(api, 'platform', { roles: ['operator'] });
  const partner = await operator.call('POST', '/api/demand-partners', {
    code: 'dsp-a',
    name: 'DSP A',
    advertiserId: buyer.advertiserId,
    seat: 'a',
    url: 'https://a.example/bid',
    dailyBudgetMicroCny: '1000000000',
  });
  expect(partner.status).toBe(201);
  const offer = terms({ advertiserId: null, demandPartnerId: partner.body.id, buyerSeats: ['a'] });
  const { body } = await operator.call('POST', '/api/deals', offer);
  expect(body.buyerAgreedAt).not.toBeNull();
  const yes = await seller.call('POST', `/api/deals/${body.id}/agreement`, { version: 1 });
  expect(yes.body.status).toBe('active');
  const sent = (await delta()).upsert.deals?.find((one) => one.id === body.code);
  expect(sent).toMatchObject({ partnerId: partner.body.id, buyerSeats: ['a'] });
  const { body: other } = await buyer.call('POST', '/api/deals', terms());
  const no = await operator.call('POST', `/api/deals/${other.id}/agreement`, { version: 1 });
  expect(no.status).toBe(403);
});

/** Impressions of a line item at the placement as its trackers tell them, in the hour before now. */
let shown = 0;
async function show(of: { lineItemId: number; campaignId: number; dealId: number }, count: number) {
  const events = Array.from({ length: count }, () =>
    trackedEvent(++shown, {
      ...of,
      atMs: NOW - 1_800_000,
      outletId: seller.outletId,
      placementId,
      divisionCode: '330100',
      advertiserId: buyer.advertiserId,
      priceMicroCny: 30_000,
    }),
  );
  await append(api.ctx.redis as Redis, events);
  await drain(api.ctx);
}

test.each(['guaranteed', 'preferred', 'pmp'])(
  'a %s deal with a quantity ends with its last impression, and what bought by it alone is paused',
  async (kind) => {
    const deal = await agreed({ kind, impressions: 1_000 });
    await buyer.call('PUT', `/api/deals/${deal.id}/line-items`, {
      version: deal.version,
      lineItemIds: [lineItemId],
    });
    const [line] = await api.ctx.db
      .update(lineItem)
      .set({ status: 'active' })
      .where(eq(lineItem.id, lineItemId))
      .returning();
    const of = { lineItemId, campaignId: line?.campaignId ?? 0, dealId: deal.id };
    await show(of, 999);
    // What it buys in the open market is none of the deal's.
    await show({ ...of, dealId: 0 }, 50);
    expect(await endFulfilledDeals(api.ctx)).toBe(0);
    const day = { day: dayOf(NOW), impressions: 999, clicks: 0, spendMicroCny: '29970000' };
    for (const side of [seller, buyer]) {
      const running = await side.call('GET', `/api/deals/${deal.id}`);
      expect(running.body).toMatchObject({
        status: 'active',
        deliveredImpressions: 999,
        delivery: { impressions: 999, spendMicroCny: '29970000', days: [day] },
      });
    }
    await show(of, 1);
    expect(await endFulfilledDeals(api.ctx)).toBe(1);
    expect(await endFulfilledDeals(api.ctx)).toBe(0);
    expect((await buyer.call('GET', `/api/deals/${deal.id}`)).body.status).toBe('ended');
    const [after] = await api.ctx.db.select().from(lineItem).where(eq(lineItem.id, lineItemId));
    expect([after?.status, after?.priority]).toEqual(['paused', 'open']);
    expect((await delta()).remove.deals).toContain(deal.code);
    await api.ctx.db.delete(rollupHour);
  },
);

test('a guaranteed deal names its quantity; another one may', async () => {
  const without = await buyer.call('POST', '/api/deals', terms({ kind: 'guaranteed' }));
  expect(without.body.errors[0].pointer).toBe('/impressions');
  const offer = await buyer.call('POST', '/api/deals', terms({ impressions: 5_000 }));
  expect([offer.status, offer.body.impressions]).toEqual([201, 5_000]);
});
