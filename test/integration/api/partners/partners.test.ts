import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantBudgets } from '../../../../api/delivery/budgets.ts';
import { publishChanges, publishSnapshot } from '../../../../api/delivery/publish.ts';
import { accounts, post } from '../../../../api/ledger/ledger.ts';
import { consumeReports, readPrice } from '../../../../api/partners/reports.ts';
import { chainSigner } from '../../../../bidding/wire/chain.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import type { PartnerReport } from '../../../../bidding/wire/partner.ts';
import type { SnapshotDelta } from '../../../../bidding/wire/snapshot.ts';
import { rollupHour } from '../../../../db/schema/metering.ts';
import { partnerReport } from '../../../../db/schema/partners.ts';
import { dayOf, hourOf } from '../../../../db/terms/day.ts';
import {
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { seedDivisions } from '../../../kit/market.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');

let api: TestApi;
let operator: Caller;
let buyer: Caller & { advertiserId: number };
let seller: Caller & { outletId: number };

beforeAll(async () => {
  const { db } = await openTestDatabase();
  const config = { outboundAllow: [`localhost:${await openTheirs()}`] };
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => NOW, config });
  await seedDivisions(api);
  await publishSnapshot(api.ctx);
  operator = await newCaller(api, 'platform', { roles: ['operator'] });
  buyer = await newAdvertiser(api);
  seller = await newOutlet(api);
});

/** Another deployment's exchange, as far as its page goes. */
const theirs = { page: '', url: '' };
async function openTheirs(): Promise<number> {
  const server = createServer((req, res) => {
    res.statusCode = req.url === '/.well-known/hongze-chain.json' ? 200 : 404;
    res.end(theirs.page);
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  afterAll(() => void server.close());
  const { port } = server.address() as AddressInfo;
  theirs.url = `http://localhost:${port}`;
  return port;
}

async function lastDelta(): Promise<SnapshotDelta> {
  while ((await publishChanges(api.ctx)) !== undefined);
  const [entry] = await api.ctx.redis.xrevrange(keys.snapshotDeltas, '+', '-', 'COUNT', 1);
  return JSON.parse(entry?.[1][3] ?? '{}') as SnapshotDelta;
}

const demand = (over: object = {}) => ({
  code: 'dsp-one',
  name: '第一需求方',
  advertiserId: buyer.advertiserId,
  seat: 'one',
  url: 'https://dsp.example/bid',
  dailyBudgetMicroCny: '100000000',
  ...over,
});

test('a demand partner is opened paused, reaches the nodes when active, and leaves them when paused', async () => {
  const { status, body } = await operator.call('POST', '/api/demand-partners', demand());
  expect([status, body.status]).toEqual([201, 'paused']);
  const edit = (version: number, changes: object) =>
    operator.call('PATCH', `/api/demand-partners/${body.id}`, { version, ...changes });
  const on = await edit(1, { status: 'active', qps: 50, formats: ['banner'] });
  const sent = (await lastDelta()).upsert.demandPartners;
  expect(sent).toMatchObject([{ id: body.id, qps: 50, lineItemId: body.lineItemId, seat: 'one' }]);
  expect(Object.keys(sent?.[0] ?? {})).not.toContain('name');
  await edit(on.body.version, { status: 'paused' });
  expect((await lastDelta()).remove.demandPartners).toEqual([body.id]);
});

test('the key that another deployment gave us is told to nobody, sealed though it is, nor written into the audit log', async () => {
  const callKey = 'hzs_the-key-that-they-gave';
  const opened = await operator.call(
    'POST',
    '/api/demand-partners',
    demand({ code: 'province', callKey }),
  );
  const path = `/api/demand-partners/${opened.body.id}`;
  const edited = await operator.call('PATCH', path, { version: 1, callKey: `${callKey}-anew` });
  const answers = [opened, edited, await operator.call('GET', path)];
  answers.push(await operator.call('GET', '/api/demand-partners'));
  answers.push(await operator.call('GET', `/api/audit?subject=demandPartner:${opened.body.id}`));
  const [row] = await api.ctx.db.execute<{ key: string }>(
    sql`SELECT call_key AS key FROM demand_partner WHERE id = ${opened.body.id}`,
  );
  for (const { status, body } of answers) {
    expect(status).toBeLessThan(300);
    expect(JSON.stringify(body)).not.toMatch(/hzs_|"callKey":"[^…]/);
    expect(JSON.stringify(body)).not.toContain(row?.key);
  }
  expect(edited.body.hasCallKey).toBe(true);
});

test('another deployment’s public key is read where it publishes it, by HTTPS or where that is allowed, and kept by nobody', async () => {
  const publicKey = chainSigner('77'.repeat(32)).publicKey;
  const read = (exchange: string) =>
    operator.call('GET', `/api/chain-keys?exchange=${encodeURIComponent(exchange)}`);
  theirs.page = JSON.stringify({ domain: 'localhost', alg: 'EdDSA', publicKey });
  expect((await read(theirs.url)).body).toEqual({ domain: 'localhost', publicKey });
  for (const page of ['no json', '{}', theirs.page.replace('localhost', 'elsewhere.cn')]) {
    theirs.page = page;
    expect((await read(theirs.url)).body).toMatchObject({ errors: [{ pointer: '/exchange' }] });
  }
  for (const url of ['http://ad.example.cn', 'https://10.0.0.1', 'http://localhost:1'])
    expect((await read(url)).status, url).toBe(422);
  expect((await seller.call('GET', `/api/chain-keys?exchange=${theirs.url}`)).status).toBe(403);
});

test('what a partner buys is bounded by its advertiser’s wallet: its line item is granted like any other', async () => {
  const { body } = await operator.call('POST', '/api/demand-partners', demand({ code: 'dsp-two' }));
  const amountMicroCny = 40_000_000n;
  await post(api.ctx.db, [
    {
      key: 'partner-top-up',
      kind: 'top_up',
      day: dayOf(NOW),
      entries: [
        { account: accounts.alipayCash, amountMicroCny },
        { account: accounts.wallet(buyer.advertiserId), amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
  await grantBudgets(api.ctx);
  const pool = await api.ctx.redis.hgetall(keys.budget(body.lineItemId, dayOf(NOW)));
  expect(Number(pool.granted)).toBeGreaterThan(0);
  expect(Number(pool.granted)).toBeLessThanOrEqual(40_000_000);
});

test('a supply partner’s key is told once; nodes get digests, and for a day the one before', async () => {
  const opened = await operator.call('POST', '/api/supply-partners', {
    code: 'ssp-one',
    name: '第一供应方',
    outletId: seller.outletId,
    domain: 'ssp.example',
  });
  expect(opened.status).toBe(201);
  const { id, secret, version } = opened.body;
  const on = await operator.call('PATCH', `/api/supply-partners/${id}`, {
    version,
    status: 'active',
  });
  expect(JSON.stringify(on.body)).not.toContain('Sha256');
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const sent = (await lastDelta()).upsert.supplyPartners?.[0];
  expect(sent?.keys).toEqual([{ sha256: digest(secret), untilMs: null }]);
  const rotated = await operator.call('POST', `/api/supply-partners/${id}/key`, {
    version: on.body.version,
  });
  expect((await lastDelta()).upsert.supplyPartners?.[0]?.keys).toEqual([
    { sha256: digest(rotated.body.secret), untilMs: null },
    { sha256: digest(secret), untilMs: NOW + 86_400_000 },
  ]);
  const listed = await seller.call('GET', '/api/supply-partners');
  expect(listed.body.items.map((one: { id: number }) => one.id)).toEqual([id]);
  expect(JSON.stringify(listed.body)).not.toContain('Sha256');
});

/** A macro that the partner forgot to fill. */
const UNFILLED = '$'.concat('{AUCTION_PRICE}');

test('reported prices are kept as they came, once, settle at most the bid, and stand beside what was counted', async () => {
  const { body } = await operator.call('GET', '/api/supply-partners');
  const partner = body.items[0];
  const report = (over: Partial<PartnerReport>): string =>
    JSON.stringify({
      eventKey: 'a:0',
      atMs: NOW,
      outletId: seller.outletId,
      placementId: 1,
      lineItemId: 2,
      priceRaw: '8.5',
      bidMicroCny: 9_000,
      ...over,
    });
  const said = [
    report({}),
    report({}),
    report({ eventKey: 'b:0', priceRaw: '12.00' }),
    report({ eventKey: 'c:0', priceRaw: UNFILLED }),
    report({ eventKey: 'd:0', outletId: 999_999 }),
    'nonsense',
  ];
  for (const each of said) await api.ctx.redis.xadd(keys.partnerReports, '*', 'r', each);
  expect(await consumeReports(api.ctx)).toEqual({ taken: 6, kept: 3 });
  expect(await consumeReports(api.ctx)).toEqual({ taken: 0, kept: 0 });
  await api.ctx.db.insert(rollupHour).values({
    hour: hourOf(NOW),
    outletId: seller.outletId,
    placementId: 1,
    divisionCode: '330110',
    advertiserId: buyer.advertiserId,
    campaignId: 1,
    lineItemId: 2,
    creativeId: 0,
    device: 0,
    impressions: 3,
    spendMicroCny: 27_000n,
  });
  const days = await seller.call(
    'GET',
    `/api/supply-partners/${partner.id}/days?from=2026-03-01&to=2026-03-03`,
  );
  expect(days.body.items).toMatchObject([
    {
      day: '2026-03-02',
      impressions: 3,
      amountMicroCny: '27000',
      reportedImpressions: 2,
      reportedMicroCny: '17500',
    },
  ]);
  const raw = await seller.call('GET', `/api/supply-partners/${partner.id}/reports`);
  expect(raw.body.items.map((one: { priceRaw: string }) => one.priceRaw)).toEqual([
    UNFILLED,
    '12.00',
    '8.5',
  ]);
  await expect(api.ctx.db.update(partnerReport).set({ priceRaw: '1' })).rejects.toThrow();
  await expect(api.ctx.db.execute(sql`DELETE FROM partner_report`)).rejects.toThrow();
});

test('a price is read exactly, rounded down, and nothing else is a price', () => {
  expect(['2.13', '0.0009', '10', ' 7.5 '].map(readPrice)).toEqual([2_130n, 0n, 10_000n, 7_500n]);
  expect(['', 'AUDIT', '-1', '1e3', '1,5', 'NaN', '99999999'].map(readPrice)).toEqual(
    Array(7).fill(null),
  );
});

test('only an operator opens or changes a partner; codes and outlets are taken once', async () => {
  expect((await buyer.call('POST', '/api/demand-partners', demand())).status).toBe(403);
  expect(
    (await operator.call('POST', '/api/demand-partners', demand())).body.errors[0].pointer,
  ).toBe('/code');
  const again = { code: 'ssp-two', name: 'x', outletId: seller.outletId, domain: 'x.example' };
  const answer = await operator.call('POST', '/api/supply-partners', again);
  expect([answer.status, answer.body.errors[0].pointer]).toEqual([409, '/outletId']);
});
