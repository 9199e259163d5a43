/** Clearing with partners: compared with what was charged, closed by people, money moved by two of them, once. */
import { beforeAll, expect, it } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { accounts, balanceOf, ledgerFaults } from '../../../../api/ledger/ledger.ts';
import { demandPartner, supplyPartner } from '../../../../db/schema/partners.ts';
import { dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import { type Caller, newCaller, openTestApi, type TestApi } from '../../../kit/actors.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  deliver,
  signContract,
} from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { csvOf, formWith } from '../../../kit/files.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
let maker: Caller;
let checker: Caller;
let buyerId: number;
let sellerId: number;
let advertiserId: number;
let outletId: number;
const clock = () => dayStartMs('2026-11-03') + 36_000_000;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock });
  maker = await newCaller(api, 'platform', { roles: ['finance'] });
  checker = await newCaller(api, 'platform', { roles: ['finance'] });
  const outlet = await addOutlet(db);
  outletId = outlet.id;
  const place = await addPlacement(db, outletId);
  await signContract(db, outletId);
  const advertiser = await addAdvertiser(db, 100_000_000n);
  advertiserId = advertiser.id;
  const line = await addLineItem(db, advertiserId);
  for (const day of ['2026-10-08', '2026-10-09']) {
    const hour = hourOf(dayStartMs(day)) + 12;
    await deliver(db, hour, { line, place, impressions: 100, spendMicroCny: 10_000_000n });
    await closeHour(api.ctx, hour);
  }
  const named = { code: 'p', name: '合作方', qps: 1 };
  const [buyer] = await db
    .insert(demandPartner)
    .values({
      ...named,
      advertiserId,
      campaignId: line.campaignId,
      lineItemId: line.id,
      seat: 's',
      url: 'http://x',
      timeoutMs: 100,
    })
    .returning();
  const [seller] = await db
    .insert(supplyPartner)
    .values({ ...named, outletId, domain: 'x.cn', keySha256: 'x', keyPrefix: 'x' })
    .returning();
  buyerId = buyer?.id ?? 0;
  sellerId = seller?.id ?? 0;
});

const report = (over: Record<string, unknown>) =>
  maker.call('POST', '/api/partner-statements', {
    side: 'demand',
    partnerId: buyerId,
    fromDay: '2026-10-08',
    toDay: '2026-10-09',
    rows: [],
    ...over,
  });
const day = (on: string, amountMicroCny: string, quantity = 100) => ({
  day: on,
  quantity,
  amountMicroCny,
});
const differences = async (id: number) =>
  (await maker.call('GET', `/api/partner-statements/${id}`)).body.differences;

it('a report that agrees leaves no case; the same report again is refused, a row outside its days as well', async () => {
  const rows = [day('2026-10-08', '10000000'), day('2026-10-09', '9950000')];
  const made = await report({ rows });
  expect(made).toMatchObject({ status: 201, body: { matchedDays: 2 } });
  expect(await differences(made.body.id)).toEqual([]);
  expect((await report({ rows })).status).toBe(409);
  expect((await report({ rows: [day('2026-10-10', '1')] })).status).toBe(422);
  expect((await report({ partnerId: 999_999 })).status).toBe(404);
  const outsider = await newCaller(api, 'advertiser');
  expect((await outsider.call('GET', '/api/partner-statements')).status).toBe(403);
});

it('accepting a demand partner’s figure takes two people and moves the difference once', async () => {
  const made = await report({
    rows: [day('2026-10-08', '8000000'), day('2026-10-09', '10000000')],
  });
  const [one] = await differences(made.body.id);
  expect(one).toMatchObject({ day: '2026-10-08', kinds: ['amount'], status: 'open', advertiserId });
  const path = `/api/partner-differences/${one.id}`;
  expect((await checker.call('POST', `${path}/approve`)).status).toBe(409);
  await maker.call('POST', `${path}/propose`, { note: '对方日志为准' });
  expect((await maker.call('POST', `${path}/approve`)).body.code).toBe('four_eyes');
  const answers = await Promise.all([1, 2, 3].map(() => checker.call('POST', `${path}/approve`)));
  expect(answers.map((a) => a.status).sort()).toEqual([200, 409, 409]);
  const { balanceMicroCny } = await balanceOf(api.ctx.db, accounts.wallet(advertiserId));
  expect(balanceMicroCny).toBe(82_000_000n);
  // The month's report has the same day once more: what was accepted is not accepted again.
  const again = await report({
    rows: [day('2026-10-08', '8000000', 101), day('2026-10-09', '10000000')],
  });
  expect(again.body.matchedDays).toBe(2);
  expect(await differences(again.body.id)).toEqual([]);
  expect(await ledgerFaults(api.ctx.db)).toEqual([]);
});

it('a supply partner’s becomes an adjustment of its current statement; a later report replaces open cases', async () => {
  const side = { side: 'supply', partnerId: sellerId };
  const first = await report({ ...side, rows: [day('2026-10-08', '5500000')] });
  const [missing] = await differences(first.body.id);
  expect(missing).toMatchObject({ day: '2026-10-09', kinds: ['short'], ourMicroCny: '5500000' });
  const second = await report({
    ...side,
    rows: [day('2026-10-08', '5500000'), day('2026-10-09', '6000000')],
  });
  const [old] = await differences(first.body.id);
  expect(old).toMatchObject({ status: 'closed', resolution: 'explained' });
  const [now] = await differences(second.body.id);
  await maker.call('POST', `/api/partner-differences/${now.id}/propose`, { note: '补计' });
  const answer = await checker.call('POST', `/api/partner-differences/${now.id}/approve`);
  expect(answer.body).toMatchObject({ resolution: 'theirs_accepted' });
  expect((await balanceOf(api.ctx.db, accounts.payable(outletId))).balanceMicroCny).toBe(
    11_500_000n,
  );
  const list = await maker.call('GET', '/api/partner-differences?status=open');
  expect(list.body.items).toEqual([]);
});

it('comes as the sheet of the partner’s system: every wrong cell is named, a preview keeps nothing, the whole is taken once', async () => {
  const send = (rows: (string | number)[][], apply: boolean, over = {}) =>
    maker.call(
      'POST',
      '/api/imports/partner-report',
      formWith(csvOf([['日期', '数量', '金额（元）'], ...rows]), {
        side: 'supply',
        partnerId: sellerId,
        fromDay: '2026-10-08',
        toDay: '2026-10-09',
        apply: String(apply),
        ...over,
      }),
    );
  const wrong = [
    ['2026-10-07', 100, '5.50'],
    ['2026-10-08', '1.5', '5,5x'],
    ['2026-10-09', '1,000', '1,234.5678901'],
  ];
  const cells = ['/cells/A2', '/cells/B3', '/cells/C3', '/cells/C4'];
  const pointers = (faults: { pointer: string }[]) => faults.map((one) => one.pointer).sort();
  const looked = await send(wrong, false);
  expect(looked.body).toMatchObject({ applied: false, rows: 3, items: [] });
  expect(pointers(looked.body.faults)).toEqual(cells);
  const refused = await send(wrong, true);
  expect([refused.status, ...pointers(refused.body.errors)]).toEqual([422, ...cells]);
  const kept = async () =>
    (await maker.call('GET', `/api/partner-statements?side=supply`)).body.items.length;
  const before = await kept();
  const good = [
    ['2026-10-08', 100, '5.60'],
    ['2026-10-09', 100, '6.10'],
  ];
  const preview = await send(good, false);
  expect(preview.body).toMatchObject({ applied: false, faults: [] });
  expect(preview.body.items[0].differences).toHaveLength(2);
  expect(await kept()).toBe(before);
  expect((await send(good, true)).body).toMatchObject({ applied: true, rows: 2 });
  expect(await kept()).toBe(before + 1);
  expect((await send(good, true)).status).toBe(422);
  expect((await send(good, true, { toDay: '2028-01-01' })).status).toBe(422);
  const template = await maker.call('GET', '/api/imports/partner-report/template?as=csv');
  expect(template.body).toContain('金额（元）');
});
