/** What must not be saved of a line item: targets that nothing can match, and budgets below what is spent. */
import { beforeAll, expect, test } from 'vitest';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { hourOf } from '../../../../db/terms/day.ts';
import { newAdvertiser, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { lineItemInput, newCampaign, newLineItem, seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
const DAY_MS = 86_400_000;
let api: TestApi;
let buyer: Awaited<ReturnType<typeof newAdvertiser>>;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW });
  await seedDivisions(api);
  buyer = await newAdvertiser(api);
});

test.each([
  [
    'wanted and unwanted at once',
    {
      all: [
        { attribute: 'division', in: ['330106'] },
        { not: { attribute: 'division', in: ['330106'] } },
      ],
    },
    ['/target/all/1/not/in/0', '/target'],
  ],
  [
    'an outlet both allowed and denied',
    { all: [{ attribute: 'outlet', in: [1, 2] }, { not: { attribute: 'outlet', in: [2] } }] },
    ['/target/all/1/not/in/0'],
  ],
  [
    'a county outside of its city',
    {
      all: [
        { attribute: 'division', in: ['330106'] },
        { not: { attribute: 'division', in: ['330100'] } },
      ],
    },
    ['/target'],
  ],
  [
    'two devices at once',
    {
      all: [
        { attribute: 'device', in: ['tv'] },
        { attribute: 'device', in: ['mobile'] },
      ],
    },
    ['/target'],
  ],
  ['no hour at all', { attribute: 'hourOfWeek', in: [] }, ['/target']],
  ['an outlet that is not there', { attribute: 'outlet', in: [999_999] }, ['/target/in/0']],
  [
    'a division that is not there, of the reader or of the outlet',
    {
      any: [
        { attribute: 'division', in: ['330106', '339999'] },
        { attribute: 'outletDivision', in: ['999999'] },
      ],
    },
    ['/target/any/0/in/1', '/target/any/1/in/0'],
  ],
])(
  'a target that nothing can match is refused where it is wrong, at the start and by an edit: %s',
  async (_what, target, pointers) => {
    const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
    const made = await newLineItem(buyer, id, NOW);
    const edit = `/api/line-items/${made.id}`;
    for (const answer of [
      await buyer.call('POST', '/api/line-items', lineItemInput(id, NOW, { target })),
      await buyer.call('PATCH', edit, { version: made.version, target }),
    ]) {
      expect(answer.status).toBe(422);
      const told = answer.body.errors as { pointer: string; zh: string; en: string }[];
      for (const pointer of pointers)
        expect(told.some((each) => each.pointer.startsWith(pointer))).toBe(true);
      for (const { zh, en } of told) expect([zh, en]).not.toContain('');
    }
  },
);

/** So much of a line item's budget was spent at a time. */
const spend = (lineItemId: number, campaignId: number, atMs: number, spendMicroCny: bigint) =>
  api.ctx.db.insert(rollupHour).values({
    hour: hourOf(atMs),
    outletId: 1,
    placementId: 1,
    divisionCode: '330106',
    advertiserId: buyer.advertiserId,
    creativeId: 1,
    device: 0,
    impressions: 1,
    spendMicroCny,
    campaignId,
    lineItemId,
  });

test('budgets below what is spent are refused by name, each with the least that is allowed', async () => {
  const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
  const { id: lineItemId, version } = await newLineItem(buyer, id, NOW);
  await spend(lineItemId, id, NOW, 150_000_001n);
  const edit = (changes: object) =>
    buyer.call('PATCH', `/api/line-items/${lineItemId}`, { version, ...changes });
  const total = await edit({
    dailyBudgetMicroCny: '150000000',
    totalBudgetMicroCny: '150000000',
  });
  expect(total.status).toBe(422);
  const told = total.body.errors.find(
    (each: { pointer: string }) => each.pointer === '/totalBudgetMicroCny',
  );
  expect(told.en).toContain('150.000001');
  expect((await edit({ totalBudgetMicroCny: '200000000' })).status).toBe(200);
});

test('a daily budget is held against the spend of today alone, by one edit and by many', async () => {
  const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
  const { id: lineItemId, version } = await newLineItem(buyer, id, NOW);
  await spend(lineItemId, id, NOW - DAY_MS, 180_000_000n);
  await spend(lineItemId, id, NOW, 70_000_000n);
  const daily = (yuan: number) => ({ dailyBudgetMicroCny: String(yuan * 1_000_000) });
  const cut = (yuan: number) =>
    buyer.call('PATCH', `/api/line-items/${lineItemId}`, { version, ...daily(yuan) });
  const refused = await cut(69);
  expect(refused).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/dailyBudgetMicroCny' }] },
  });
  const [{ zh, en }] = refused.body.errors;
  for (const said of [zh, en]) expect(said).toContain('70.00');
  const edits = [{ id: lineItemId, version, changes: daily(69) }];
  expect(await buyer.call('POST', '/api/line-items/bulk-edit', { edits })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/edits/0/changes/dailyBudgetMicroCny' }] },
  });
  expect((await cut(70)).status).toBe(200);
});

test('a list of ten thousand counties is refused, not compiled', async () => {
  const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
  const many = Array.from({ length: 10_000 }, (_, i) => String(100_000 + i));
  const answer = await buyer.call(
    'POST',
    '/api/line-items',
    lineItemInput(id, NOW, { target: { attribute: 'division', in: many } }),
  );
  expect(answer.status).toBe(422);
});

test('an expression nine levels deep is refused', async () => {
  const { id } = await newCampaign(buyer, buyer.advertiserId, NOW);
  let target: unknown = { attribute: 'tier', in: ['city'] };
  for (let i = 0; i < 9; i++) target = { not: target };
  const answer = await buyer.call('POST', '/api/line-items', lineItemInput(id, NOW, { target }));
  expect(answer.body.errors[0].pointer).toBe('/target');
});
