import { beforeAll, describe, expect, test } from 'vitest';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { addDays, dayOf, dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import { newAdvertiser, type TestApi } from '../../../kit/actors.ts';
import { newCampaign, newLineItem } from '../../../kit/market.ts';
import { newSpot, openTrade, TODAY } from '../../../kit/trade.ts';

let api: TestApi;
let { buyer, seller } = {} as Awaited<ReturnType<typeof openTrade>>;
const START = addDays(TODAY, 5);

/** Two weeks in which the seller's banner was shown, so that there is something to forecast. */
beforeAll(async () => {
  ({ api, buyer, seller } = await openTrade());
  const now = api.ctx.clock();
  const banner = await newSpot(api, seller, { unit: 'CPM', priceFen: 2_000 });
  await newSpot(api, seller, { priceFen: 30_000, dailySlots: 2 });
  const campaign = await newCampaign(buyer, buyer.advertiserId, now);
  const item = await newLineItem(buyer, campaign.id, now);
  const place = { outletId: seller.outletId, placementId: banner, divisionCode: '330111' };
  const ids = { advertiserId: buyer.advertiserId, campaignId: campaign.id, lineItemId: item.id };
  await api.ctx.db.insert(rollupHour).values(
    Array.from({ length: 14 }, (_, ago) => ({
      ...place,
      ...ids,
      hour: hourOf(dayStartMs(addDays(dayOf(now), -ago - 1)) + 12 * 3_600_000),
      creativeId: 1,
      device: 0,
      impressions: 3_000,
      viewables: 2_000,
      clicks: 20,
      invalid: 0,
      spendMicroCny: 30_000_000n,
    })),
  );
});

const brief = (more = {}) => ({
  advertiserId: buyer.advertiserId,
  name: '冬季年货',
  divisionCodes: ['330100'],
  startsOn: START,
  endsOn: addDays(START, 13),
  budgetMicroCny: '5000000000',
  goal: 'reach',
  ...more,
});
const propose = async (more = {}) => {
  const { status, body } = await buyer.call('POST', '/api/plans', brief(more));
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
};
type Line = {
  key: string;
  kind: string;
  priceMicroCny: string;
  why: { zh: string; en: string };
  unit?: string;
};
const price = (lines: Line[]) => lines.reduce((sum, one) => sum + BigInt(one.priceMicroCny), 0n);

describe('a plan', () => {
  test('proposes lines of every kind within its budget, priced, forecast and explained', async () => {
    const plan = await propose({ goal: 'impressions' });
    expect(new Set(plan.lines.map((one: Line) => (one.kind === 'auction' ? 'auction' : one.unit)))).toEqual(new Set(['auction', 'CPM', 'CPD_DAY'])); // biome-ignore format: one row
    expect(price(plan.lines)).toBeLessThanOrEqual(5_000_000_000n);
    expect(plan.totals.priceMicroCny).toBe(price(plan.lines).toString());
    expect(plan.totals.impressions.expected).toBeGreaterThan(0);
    for (const line of plan.lines) {
      expect(line.why.zh).not.toBe('');
      // Neither nothing, nor thousandths of a person.
      expect(line.why.en).not.toMatch(/(^|\s)0(\.0\d*)? /);
    }
    expect(plan.reasons.length).toBeGreaterThan(0);
  });

  test('of a place without traffic says so instead of inventing some', async () => {
    const plan = await propose({ divisionCodes: ['330106'], tiers: ['city'] });
    expect(plan.lines).toEqual([]);
    expect(plan.reasons.map((one: { en: string }) => one.en).join()).toContain('no traffic');
  });

  test('is edited line by line, at the rate card’s prices', async () => {
    const plan = await propose({ goal: 'presence' });
    const fixed = plan.lines.find((one: Line) => one.unit === 'CPD_DAY');
    const auction = plan.lines.find((one: Line) => one.kind === 'auction');
    const edits = [
      { key: fixed.key, slots: 2, startsOn: START, endsOn: START },
      { key: auction.key, budgetMicroCny: '100000000', bidFen: 1_500 },
    ];
    const path = `/api/plans/${plan.id}`;
    const edited = await buyer.call('PATCH', path, { version: plan.version, lines: edits });
    const of = (key: string) => edited.body.lines.find((one: Line) => one.key === key);
    expect(of(fixed.key)).toMatchObject({ slots: 2, priceMicroCny: '600000000' });
    expect(of(auction.key)).toMatchObject({ bidFen: 1_500, priceMicroCny: '100000000' });
    const out = { version: edited.body.version, lines: [{ key: auction.key, keep: false }, { key: 'x' }] }; // biome-ignore format: one row
    expect((await buyer.call('PATCH', path, out)).body.errors).toMatchObject([
      { pointer: '/lines/1/key' },
    ]);
    const early = { version: edited.body.version, lines: [{ key: fixed.key, startsOn: '2026-01-01' }] }; // biome-ignore format: one row
    expect((await buyer.call('PATCH', path, early)).body.errors).toMatchObject([
      { pointer: '/lines/0/unit' },
    ]);
  });

  test('becomes one order and one campaign, once', async () => {
    const plan = await propose({ goal: 'impressions' });
    const step = { version: plan.version };
    const path = `/api/plans/${plan.id}/conversion`;
    const answers = await Promise.all([1, 2].map(() => buyer.call('POST', path, step)));
    expect(answers.map((one) => one.status).sort()).toEqual([200, 409]);
    const done = answers.find((one) => one.status === 200)?.body;
    expect(done.status).toBe('converted');
    const order = await buyer.call('GET', `/api/orders/${done.orderId}`);
    const booked = plan.lines.filter((one: Line) => one.kind === 'booked');
    expect(order.body).toMatchObject({ status: 'draft', totalMicroCny: price(booked).toString() });
    const items = await buyer.call('GET', `/api/line-items?campaignId=${done.campaignId}`);
    expect(items.body.items).toMatchObject([{ status: 'draft', priority: 'open' }]);
    const late = { version: done.version, name: '改名' };
    expect((await buyer.call('PATCH', `/api/plans/${plan.id}`, late)).status).toBe(409);
  });

  test('is refused with the field where its brief makes no sense', async () => {
    const fault = async (more: object) =>
      (await buyer.call('POST', '/api/plans', brief(more))).body.errors?.[0]?.pointer;
    expect(await fault({ startsOn: TODAY })).toBe('/startsOn');
    expect(await fault({ endsOn: '2027-09-01' })).toBe('/endsOn');
    expect(await fault({ divisionCodes: ['330100', '990000'] })).toBe('/divisionCodes/1');
    const many = Array.from({ length: 10_000 }, (_, i) => String(110_000 + i));
    expect(await fault({ divisionCodes: many })).toBe('/divisionCodes');
    expect(await fault({ budgetMicroCny: '1' })).toBe('/budgetMicroCny');
    const rival = await newAdvertiser(api);
    expect((await buyer.call('POST', '/api/plans', brief({ advertiserId: rival.advertiserId }))).status).toBe(404); // biome-ignore format: one row
  });
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
