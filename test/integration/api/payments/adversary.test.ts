/** Who would take money that is not theirs: keys, guesses, many at once, amounts that are none, and the same hand twice. */
import { symmetricEncrypt } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accounts, balanceOf, ledgerFaults, post } from '../../../../api/ledger/ledger.ts';
import { twoFactor, user } from '../../../../db/schema/identity.ts';
import { outlet } from '../../../../db/schema/outlets.ts';
import { payout, payoutBatch, payoutPart, topUp } from '../../../../db/schema/payments.ts';
import { statement } from '../../../../db/schema/statements.ts';
import {
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  send,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
let buyer: Caller & { advertiserId: number };
let media: Caller & { outletId: number };
let maker: Caller;
let checker: Caller;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
  buyer = await newAdvertiser(api);
  media = await newOutlet(api, { payeeName: '示范融媒', payeeAlipayAccount: 'm@hongze.test' });
  maker = await newCaller(api, 'platform', { roles: ['finance'] });
  checker = await newCaller(api, 'platform', { roles: ['finance'] });
});
afterAll(async () => {
  expect(api.bugs).toEqual([]);
  expect(await ledgerFaults(api.ctx.db)).toEqual([]);
});

let months = 0;
/** A statement of the outlet that is approved and owed. */
async function owed(amountMicroCny: bigint): Promise<number> {
  const { db } = api.ctx;
  months += 1;
  const [row] = await db
    .insert(statement)
    .values({
      outletId: media.outletId,
      month: `2025-${String(months).padStart(2, '0')}`,
      status: 'approved',
      shareMicroCny: amountMicroCny,
      totalMicroCny: amountMicroCny,
      document: '{}',
      contentHash: 'x',
      frozenAt: new Date(),
      frozenBy: 'maker',
      invoiceNo: '26330000000000000001',
    })
    .returning({ id: statement.id });
  await move(`owed:${months}`, accounts.payable(media.outletId), amountMicroCny);
  return row?.id ?? 0;
}

const move = (key: string, account: Parameters<typeof balanceOf>[1], amountMicroCny: bigint) =>
  post(api.ctx.db, [
    {
      key,
      kind: 'opening',
      day: '2026-10-01',
      entries: [
        { account: accounts.opening, amountMicroCny },
        { account, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);

const made = async (statementId: number) => {
  const answer = await maker.call('POST', '/api/payouts', { statementId });
  expect(answer.status).toBe(201);
  return answer.body.payoutId as number;
};
const tally = (answers: { status: number }[]) =>
  Object.fromEntries(
    [...new Set(answers.map((one) => one.status))]
      .sort()
      .map((status) => [status, answers.filter((one) => one.status === status).length]),
  );
const times = <T>(n: number, act: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => act(i)));

it('a key of a finance person approves, adjusts, closes and refunds nothing', async () => {
  const boss = await newCaller(api, 'platform', { roles: ['owner', 'finance'] });
  const key = await boss.call('POST', '/api/api-keys', { name: 'all', scopes: ['write'] });
  expect(key.status).toBe(201);
  const payoutId = await made(await owed(20_000n * 10_000n));
  for (const path of [
    `payouts/${payoutId}/approve`,
    'payout-batches',
    'payout-batches/1/approve',
    'adjustments/1/approve',
    'statements/1/approve',
    'ledger/periods/2026-09/close',
    'reconciliation/cases/1/write-off/approve',
    'partner-differences/1/approve',
    'contracts/1/activate',
    'wallet/top-ups/1/refunds',
  ]) {
    const headers = { authorization: `Bearer ${key.body.secret}` };
    const answer = await send(api.app, 'POST', `/api/${path}`, {}, headers);
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

it('a dozen wrong codes at once are five guesses, with an Idempotency-Key as without', async () => {
  const { db, config } = api.ctx;
  const guesser = await newCaller(api, 'platform', { roles: ['finance'] });
  const secret = await symmetricEncrypt({ key: config.authSecret, data: 'a-secret-of-32-chars' });
  await db.insert(twoFactor).values({ id: 'tf', userId: guesser.userId, secret, backupCodes: '' });
  await db.update(user).set({ twoFactorEnabled: true }).where(eq(user.id, guesser.userId));
  const path = `/api/payouts/${await made(await owed(10_000_000n))}/approve`;
  const answers = await times(12, (i) =>
    guesser.call('POST', path, { code: 'wrong' }, { 'idempotency-key': `guess-number-${i}` }),
  );
  expect(tally(answers)).toEqual({ 401: 5, 429: 7 });
});

it('a payout approved by ten at once, or by its maker in another chair, is approved once', async () => {
  const payoutId = await made(await owed(10_000_000n));
  const path = `/api/payouts/${payoutId}/approve`;
  // The same person as a member of another platform organisation is the same person.
  expect((await maker.call('POST', path)).body.code).toBe('four_eyes');
  expect(tally(await times(10, () => checker.call('POST', path)))).toEqual({ 200: 1, 409: 9 });
  const parts = await api.ctx.db.select().from(payoutPart).where(eq(payoutPart.payoutId, payoutId));
  expect(parts).toHaveLength(1);
});

it('a batch asked for twice under one key is one; the key with another body is refused', async () => {
  const statementIds = [await owed(10_000_000n)];
  const key = { 'idempotency-key': 'batch-of-march' };
  const ask = (name: string) =>
    maker.call('POST', '/api/payout-batches', { name, statementIds }, key);
  const [one, two] = await Promise.all([ask('三月'), ask('三月')]);
  expect(one.body).toEqual(two.body);
  expect(one.body.payoutIds).toHaveLength(1);
  expect((await ask('四月')).body.code).toBe('idempotency_mismatch');
  expect(await api.ctx.db.select().from(payoutBatch)).toHaveLength(1);
});

it('of two payouts made at once only one takes the fraction that an earlier one left', async () => {
  const { db } = api.ctx;
  await made(await owed(10_009_999n));
  const ids = [await owed(10_000_001n), await owed(10_000_001n)];
  const both = await Promise.all(ids.map(made));
  const rows = await db.select().from(payout);
  const fen = both.map((id) => rows.find((row) => row.id === id)?.amountFen);
  expect(fen.sort()).toEqual([1_000n, 1_001n]);
});

it('an outlet that changes its payee under a payout stops it', async () => {
  const { db } = api.ctx;
  const payoutId = await made(await owed(10_000_000n));
  const mine = eq(outlet.id, media.outletId);
  await db.update(outlet).set({ payeeAlipayAccount: 'thief@hongze.test' }).where(mine);
  const answer = await checker.call('POST', `/api/payouts/${payoutId}/approve`);
  expect([answer.status, answer.body.detail.zh]).toEqual([
    409,
    expect.stringContaining('收款账户'),
  ]);
  await db.update(outlet).set({ payeeAlipayAccount: 'm@hongze.test' }).where(mine);
  expect((await checker.call('POST', `/api/payouts/${payoutId}/approve`)).status).toBe(200);
});

it('refunds and spending at once never take more than there is', async () => {
  const { db } = api.ctx;
  const now = new Date();
  const [paid] = await db
    .insert(topUp)
    .values({
      advertiserId: buyer.advertiserId,
      outTradeNo: 'TUadversary',
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
  const wallet = accounts.wallet(buyer.advertiserId);
  await move('funded', wallet, 10_000_000n);
  const path = `/api/wallet/top-ups/${paid?.id}/refunds`;
  const refunds = times(5, () => buyer.call('POST', path, { amountFen: 400, reason: 'r' }));
  const charges = times(5, (i) =>
    move(`spend:${i}`, wallet, -3_000_000n).then(
      () => 3_000_000n,
      () => 0n,
    ),
  );
  const refunded = (await refunds).filter((one) => one.status === 201).length;
  const spent = (await charges).reduce((sum, one) => sum + one, 0n);
  const left = (await balanceOf(db, wallet)).balanceMicroCny;
  expect(left).toBe(10_000_000n - BigInt(refunded) * 4_000_000n - spent);
  expect(left).toBeGreaterThanOrEqual(0n);
  expect(refunded).toBeLessThanOrEqual(2);
});

it('amounts that are none, too large, in fractions of a fen or of another currency move nothing', async () => {
  const { db } = api.ctx;
  const before = (await db.execute('SELECT count(*) AS n FROM journal'))[0];
  const { advertiserId } = buyer;
  const [anyTopUp] = await db.select().from(topUp);
  const refund = `/api/wallet/top-ups/${anyTopUp?.id}/refunds`;
  const adjust = { outletId: media.outletId, month: '2026-10', reason: 'r' };
  const wrong = await Promise.all([
    ...[0, -1, 0.1, 1.001, 1e10 + 1, 1e300, '100', null].flatMap((amountFen) => [
      buyer.call('POST', '/api/wallet/top-ups', { advertiserId, amountFen }),
      buyer.call('POST', refund, { amountFen, reason: 'r' }),
    ]),
    buyer.call('POST', '/api/wallet/top-ups', { advertiserId, amountFen: 100, currency: 'USD' }),
    buyer.call('POST', refund, { amountFen: 1, reason: 'r', currency: 'USD' }),
    ...['0', '1e6', '-', '10000000000000000000', '100000000000001', '1.5', 5].map(
      (amountMicroCny) => maker.call('POST', '/api/adjustments', { ...adjust, amountMicroCny }),
    ),
    maker.call('POST', '/api/payouts', { statementId: -1 }),
    maker.call('POST', '/api/payouts', { statementId: 1.5 }),
  ]);
  expect(tally(wrong)).toEqual({ 422: wrong.length });
  for (const { body } of wrong) expect(body.errors[0].pointer).toMatch(/^\//);
  expect((await db.execute('SELECT count(*) AS n FROM journal'))[0]).toEqual(before);
});
