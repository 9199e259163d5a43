import { beforeAll, describe, expect, test } from 'vitest';
import { division } from '../../../../db/schema/delivery.ts';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { addDays, dayOf, hourOf } from '../../../../db/terms/day.ts';
import {
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import {
  approve,
  campaignInput,
  lineItemInput,
  newCampaign,
  newCreative,
  newLineItem,
  newPlacement,
  seedDivisions,
} from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
const TODAY = dayOf(NOW);
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  buyer = await newAdvertiser(api);
});

async function spend(ids: { campaignId: number; lineItemId: number }, amount: bigint) {
  await api.ctx.db.insert(rollupHour).values({
    hour: hourOf(NOW),
    outletId: 1,
    placementId: 1,
    divisionCode: '330106',
    advertiserId: buyer.advertiserId,
    creativeId: 1,
    device: 0,
    impressions: 1,
    spendMicroCny: amount,
    ...ids,
  });
}

describe('campaigns', () => {
  test('a campaign starts as a draft and remembers who changed what', async () => {
    const { id, version } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const edited = await buyer.call('PATCH', `/api/campaigns/${id}`, { version, name: '明前茶' });
    expect(edited.body).toMatchObject({ name: '明前茶', status: 'draft', version: 2 });
    const { body } = await buyer.call('GET', `/api/campaigns/${id}/history`);
    expect(body.items[0]).toMatchObject({
      action: 'campaign.edit',
      before: { name: '春茶上市' },
      after: { name: '明前茶' },
    });
  });

  test('whoever edits an old version is told, and overwrites nothing', async () => {
    const { id, version } = await newCampaign(buyer, buyer.advertiserId, NOW);
    await buyer.call('PATCH', `/api/campaigns/${id}`, { version, name: 'first' });
    const late = await buyer.call('PATCH', `/api/campaigns/${id}`, { version, name: 'second' });
    expect(late).toMatchObject({ status: 409, body: { code: 'stale_version' } });
    expect(late.body.detail.zh).toMatch(/^advertiser \d+ 已于 \d\d:\d\d 先作修改（第 2 版）/);
    expect((await buyer.call('GET', `/api/campaigns/${id}`)).body.name).toBe('first');
  });

  test('a budget below what is spent is refused with the lowest value allowed', async () => {
    const { id, version } = await newCampaign(buyer, buyer.advertiserId, NOW);
    await spend({ campaignId: id, lineItemId: 900_001 }, 123_456_789n);
    const answer = await buyer.call('PATCH', `/api/campaigns/${id}`, {
      version,
      totalBudgetMicroCny: '100000000',
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0]).toMatchObject({ pointer: '/totalBudgetMicroCny' });
    expect(answer.body.errors[0].en).toContain('123.456789');
  });

  test.each([
    ['an end before the start', { endsOn: '2020-01-01' }, '/endsOn'],
    ['a day that no calendar has', { startsOn: '2026-02-30' }, '/startsOn'],
    ['money as a number', { totalBudgetMicroCny: 5 }, '/totalBudgetMicroCny'],
    ['less than a yuan', { totalBudgetMicroCny: '999999' }, '/totalBudgetMicroCny'],
    ['a name of blanks', { name: '   ' }, '/name'],
    ['a field we do not know', { colour: 'red' }, '/colour'],
  ])('%s is refused by name', async (_what, wrong, pointer) => {
    const answer = await buyer.call(
      'POST',
      '/api/campaigns',
      campaignInput(buyer.advertiserId, NOW, wrong),
    );
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
  });

  test('states follow each other in order only', async () => {
    const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const go = async (status: string) => {
      const { body } = await buyer.call('GET', `/api/campaigns/${id}`);
      return (
        await buyer.call('POST', `/api/campaigns/${id}/status`, { version: body.version, status })
      ).status;
    };
    expect(await go('paused')).toBe(409);
    expect(await go('active')).toBe(200);
    expect(await go('draft')).toBe(409);
    expect(await go('ended')).toBe(200);
    expect(await go('active')).toBe(409);
  });
});

describe('idempotency', () => {
  test('the same key makes one campaign, however often and however concurrently it is sent', async () => {
    const input = campaignInput(buyer.advertiserId, NOW, { name: 'once' });
    const headers = { 'idempotency-key': 'campaign-once-1' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => buyer.call('POST', '/api/campaigns', input, headers)),
    );
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((one) => one.body.id)).size).toBe(1);
  });

  test('the same key with another body is refused', async () => {
    const headers = { 'idempotency-key': 'campaign-once-2' };
    const send = (name: string) =>
      buyer.call(
        'POST',
        '/api/campaigns',
        campaignInput(buyer.advertiserId, NOW, { name }),
        headers,
      );
    expect((await send('a')).status).toBe(201);
    expect((await send('b')).body.code).toBe('idempotency_mismatch');
  });

  test('a refused request may be corrected and sent under the same key', async () => {
    const headers = { 'idempotency-key': 'campaign-once-3' };
    const send = (endsOn: string) =>
      buyer.call(
        'POST',
        '/api/campaigns',
        campaignInput(buyer.advertiserId, NOW, { endsOn }),
        headers,
      );
    expect((await send('2020-01-01')).status).toBe(422);
    expect((await send('2026-12-31')).status).toBe(201);
  });
});

describe('line items', () => {
  test('only lie within their campaign and name divisions that exist', async () => {
    const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const late = await buyer.call(
      'POST',
      '/api/line-items',
      lineItemInput(id, NOW, { endsOn: addDays(TODAY, 31) }),
    );
    expect(late.body.errors[0].pointer).toBe('/endsOn');
    const nowhere = await buyer.call(
      'POST',
      '/api/line-items',
      lineItemInput(id, NOW, {
        target: { any: [{ attribute: 'division', in: ['330100', '999999'] }] },
      }),
    );
    expect(nowhere.body.errors).toMatchObject([{ pointer: '/target/any/0/in/1' }]);
    await api.ctx.db
      .insert(division)
      .values({
        code: '330103',
        nameZh: '下城区',
        nameEn: 'Xiacheng District',
        level: 'county',
        parentCode: '330100',
        validTo: '2021-04-09',
        successorCode: '330105',
      })
      .onConflictDoNothing();
    const abolished = await buyer.call(
      'POST',
      '/api/line-items',
      lineItemInput(id, NOW, { target: { attribute: 'division', in: ['330103'] } }),
    );
    expect(abolished.body.errors).toMatchObject([{ pointer: '/target/in/0' }]);
    expect(abolished.body.errors[0].zh).toContain('330105');
  });

  test('another advertiser’s creative is as good as missing', async () => {
    const other = await newAdvertiser(api);
    const foreign = await newCreative(other, other.advertiserId);
    const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const answer = await buyer.call(
      'POST',
      '/api/line-items',
      lineItemInput(id, NOW, { creativeIds: [foreign.id] }),
    );
    expect(answer.body.errors).toMatchObject([{ pointer: '/creativeIds/0' }]);
  });

  test('the diagnosis names what is missing, one by one, until it delivers', async () => {
    const reviewer = await newCaller(api, 'platform', { roles: ['reviewer'] });
    const outlet = await newOutlet(api);
    await newPlacement(outlet, outlet.outletId, { format: 'native' });
    const { id: campaignId } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const item = await newLineItem(buyer, campaignId, NOW);
    const codes = async () => {
      const { body } = await buyer.call('GET', `/api/line-items/${item.id}/diagnosis`);
      return body.findings.map((one: { code: string }) => one.code);
    };
    expect(await codes()).toEqual(['campaign_not_active', 'line_item_not_active', 'no_creative']);
    const start = await buyer.call('POST', `/api/line-items/${item.id}/status`, {
      version: item.version,
      status: 'active',
    });
    expect(start.body.errors[0].pointer).toBe('/creativeIds');
    const creative = await newCreative(buyer, buyer.advertiserId);
    const linked = await buyer.call('PUT', `/api/line-items/${item.id}/creatives`, {
      version: item.version,
      creativeIds: [creative.id],
    });
    const { version } = linked.body;
    await buyer.call('POST', `/api/line-items/${item.id}/status`, { version, status: 'active' });
    await buyer.call('POST', `/api/campaigns/${campaignId}/status`, {
      version: 1,
      status: 'active',
    });
    expect(await codes()).toEqual(['no_approved_creative']);
    await approve(buyer, reviewer, creative);
    expect(await codes()).toEqual([]);
    await spend({ campaignId, lineItemId: item.id }, 200_000_000n);
    expect(await codes()).toEqual(['daily_budget_spent']);
  });

  test('many are edited at once or not at all, each problem named by its row', async () => {
    const { id: campaignId } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const items = [
      await newLineItem(buyer, campaignId, NOW),
      await newLineItem(buyer, campaignId, NOW),
      await newLineItem(buyer, campaignId, NOW),
    ];
    const edit = (changes: unknown[]) =>
      buyer.call('POST', '/api/line-items/bulk-edit', {
        edits: items.map(({ id, version }, i) => ({ id, version, changes: changes[i] })),
      });
    const refused = await edit([
      { bidFen: 900 },
      { dailyBudgetMicroCny: '3000000000' },
      { endsOn: '2027-01-01' },
    ]);
    expect(refused.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual([
      '/edits/1/changes/dailyBudgetMicroCny',
      '/edits/2/changes/endsOn',
    ]);
    const untouched = await buyer.call('GET', `/api/line-items/${items[0]?.id}`);
    expect(untouched.body).toMatchObject({ bidFen: 1200, version: 1 });
    const done = await edit([{ bidFen: 900 }, { bidFen: 901 }, { bidFen: 902 }]);
    expect(done.body.items.map((one: { bidFen: number }) => one.bidFen)).toEqual([900, 901, 902]);
    expect((await edit([{ bidFen: 1 }, {}, {}])).body.errors[0].pointer).toBe('/edits/0/version');
  });

  test('another advertiser’s row spoils the whole table', async () => {
    const other = await newAdvertiser(api);
    const theirs = await newCampaign(other, other.advertiserId, NOW);
    const foreign = await newLineItem(other, theirs.id, NOW);
    const { id: campaignId } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const own = await newLineItem(buyer, campaignId, NOW);
    const edits = [own, foreign].map(({ id, version }) => ({
      id,
      version,
      changes: { bidFen: 5 },
    }));
    expect((await buyer.call('POST', '/api/line-items/bulk-edit', { edits })).status).toBe(404);
    expect((await buyer.call('GET', `/api/line-items/${own.id}`)).body.bidFen).toBe(1200);
  });

  test('a copy of a campaign brings line items and creatives, and none of the past', async () => {
    const creative = await newCreative(buyer, buyer.advertiserId);
    const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
    await newLineItem(buyer, id, NOW, { creativeIds: [creative.id] });
    const copy = await buyer.call('POST', `/api/campaigns/${id}/copy`);
    expect(copy.body).toMatchObject({ status: 'draft' });
    const { body } = await buyer.call('GET', `/api/line-items?campaignId=${copy.body.id}`);
    expect(body.items).toMatchObject([
      { status: 'draft', creativeIds: [creative.id], spentMicroCny: '0' },
    ]);
  });
});

test('an agency acts for its clients and for nobody else', async () => {
  const agency = await newCaller(api, 'agency');
  const client = await newAdvertiser(api, { agencyOrganizationId: agency.organizationId });
  const input = (id: number) => campaignInput(id, NOW, { name: 'by agency' });
  expect((await agency.call('POST', '/api/campaigns', input(client.advertiserId))).status).toBe(
    201,
  );
  expect((await agency.call('POST', '/api/campaigns', input(buyer.advertiserId))).status).toBe(404);
});

test('no request of this file was answered by a bug', () => {
  expect(api.bugs).toEqual([]);
});
