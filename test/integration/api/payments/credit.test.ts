/** Credit: an agency's line spread over its clients, never more than it is, however many spread it at once. */
import { sql } from 'drizzle-orm';
import { beforeAll, expect, it } from 'vitest';
import { accounts, balanceOf, post } from '../../../../api/ledger/ledger.ts';
import { requestRefund } from '../../../../api/payments/payments.ts';
import { topUp } from '../../../../db/schema/payments.ts';
import { type Caller, newCaller, openTestApi, type TestApi } from '../../../kit/actors.ts';
import { addAdvertiser } from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
let finance: Caller;
let agency: Caller;
let clients: number[];

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
  finance = await newCaller(api, 'platform', { roles: ['finance'] });
  agency = await newCaller(api, 'agency');
  clients = [];
  for (let n = 0; n < 3; n++) {
    const { id } = await addAdvertiser(db, 0n);
    await db.execute(
      sql`UPDATE advertiser SET agency_organization_id = ${agency.organizationId} WHERE id = ${id}`,
    );
    clients.push(id);
  }
});

const spread = (who: Caller, advertiserId: number | undefined, limitMicroCny: string) =>
  who.call('PUT', '/api/wallet/credit', { advertiserId, limitMicroCny });
const line = (limitMicroCny: string, who = finance) =>
  who.call('PUT', '/api/credit-line', { organizationId: agency.organizationId, limitMicroCny });

it('is spread up to the line and no further, by whoever comes at once', async () => {
  expect((await spread(agency, clients[0], '1')).status).toBe(422);
  expect((await line('100', agency)).status).toBe(403);
  expect((await line('100')).status).toBe(200);
  const answers = await Promise.all(clients.map((id) => spread(agency, id, '50')));
  expect(answers.map((one) => one.status).sort()).toEqual([200, 200, 422]);
  const seen = await agency.call('GET', '/api/credit-line');
  expect(seen.body).toMatchObject({ limitMicroCny: '100', spreadMicroCny: '100' });
  expect((await line('99')).status).toBe(422);
});

it('lets a wallet fall that far and no further, and cannot be taken back once drawn', async () => {
  const { db } = api.ctx;
  await line('10000');
  // Which two of the three were first is chance.
  for (const [n, limit] of ['5000', '50', '0'].entries()) await spread(agency, clients[n], limit);
  const wallet = accounts.wallet(clients[0] as number);
  const take = (key: string, amount: bigint) =>
    post(db, [
      {
        key,
        kind: 'test',
        day: '2026-10-01',
        entries: [
          { account: wallet, amountMicroCny: amount },
          { account: accounts.platformRevenue, amountMicroCny: -amount },
        ],
      },
    ]);
  await take('credit-1', 4_000n);
  await expect(take('credit-2', 1_001n)).rejects.toMatchObject({ code: 'insufficient_funds' });
  expect((await balanceOf(db, wallet)).availableMicroCny).toBe(1_000n);
  expect((await spread(agency, clients[0], '3999')).body.code).toBe('insufficient_funds');
  expect((await agency.call('GET', '/api/credit-line')).body.spreadMicroCny).toBe('5050');
});

it('is not drawn as cash: only what was paid in is refunded', async () => {
  const { db } = api.ctx;
  const advertiserId = clients[0] as number;
  const wallet = accounts.wallet(advertiserId);
  const now = new Date(api.ctx.clock());
  // Ten yuan came in for a wallet that is 0.004 yuan down; it may fall half a fen.
  const [paid] = await db
    .insert(topUp)
    .values({
      advertiserId,
      outTradeNo: 'TUcredit',
      method: 'page',
      subject: 's',
      amountFen: 1_000n,
      status: 'credited',
      tradeNo: 'T',
      createdBy: 'u',
      createdAt: now,
      expiresAt: now,
      paidAt: now,
      creditedAt: now,
    })
    .returning();
  const amountMicroCny = 10_000_000n;
  await post(db, [
    {
      key: 'credit-top-up',
      kind: 'top_up',
      day: '2026-10-01',
      entries: [
        { account: accounts.alipayCash, amountMicroCny },
        { account: wallet, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
  const refund = (amountFen: number) =>
    requestRefund(api.ctx, { topUpId: paid?.id ?? 0, amountFen, reason: 'r', by: 'u' });
  expect((await balanceOf(db, wallet)).availableMicroCny).toBeGreaterThan(amountMicroCny);
  await expect(refund(1_000)).rejects.toMatchObject({ code: 'insufficient_funds' });
  await refund(999);
  expect((await balanceOf(db, wallet)).balanceMicroCny).toBe(6_000n);
});

it('what the platform granted is not the agency’s to change, nor a stranger’s to see', async () => {
  await spread(agency, clients[2], '0');
  expect((await spread(finance, clients[2], '700')).status).toBe(200);
  expect((await spread(agency, clients[2], '900')).status).toBe(409);
  const stranger = await newCaller(api, 'agency');
  expect((await spread(stranger, clients[0], '1')).status).toBe(404);
  const other = `/api/credit-line?organizationId=${agency.organizationId}`;
  expect((await stranger.call('GET', other)).status).toBe(404);
});

it('of the platform and an agency granting a wallet its first credit at once, the platform’s stands', async () => {
  const { db } = api.ctx;
  await line('100000');
  const fresh: number[] = [];
  for (let n = 0; n < 6; n++) {
    const { id } = await addAdvertiser(db, 0n);
    await db.execute(
      sql`UPDATE advertiser SET agency_organization_id = ${agency.organizationId} WHERE id = ${id}`,
    );
    fresh.push(id);
  }
  await Promise.all(
    fresh.flatMap((id, n) =>
      n % 2
        ? [spread(agency, id, '900'), spread(finance, id, '700')]
        : [spread(finance, id, '700'), spread(agency, id, '900')],
    ),
  );
  const rows = await db.execute(sql`
    SELECT organization_id, limit_micro_cny::int AS limit FROM wallet_credit WHERE advertiser_id >= ${fresh[0]}`);
  expect([...rows]).toEqual(fresh.map(() => ({ organization_id: null, limit: 700 })));
});
