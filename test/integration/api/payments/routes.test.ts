import { symmetricEncrypt } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { totp } from '../../../../api/identity/secondFactor.ts';
import { accounts, post } from '../../../../api/ledger/ledger.ts';
import { receiveNotify, sendRefunds } from '../../../../api/payments/payments.ts';
import { twoFactor, user } from '../../../../db/schema/identity.ts';
import { statement } from '../../../../db/schema/statements.ts';
import {
  type Caller,
  newAdvertiser,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { type GatewayPair, openGatewayPair } from '../../../simulator/alipay/pair.ts';

let api: TestApi;
let pair: GatewayPair;
let buyer: Caller;
let maker: Caller;
let checker: Caller;
let media: Caller;
let advertiserId = 0;
let outletId = 0;
const clock = () => Date.now();

beforeAll(async () => {
  const { db } = await openTestDatabase();
  pair = await openGatewayPair({
    clock,
    openingFen: 1_000_000n,
    postNotify: (_url, form) => receiveNotify(api.ctx, form),
  });
  api = openTestApi({ db, redis: await openTestRedis(), alipay: pair.alipay, clock });
  ({ advertiserId, ...buyer } = await newAdvertiser(api));
  ({ outletId, ...media } = await newOutlet(api, {
    payeeName: '示范融媒',
    payeeAlipayAccount: 'media@hongze.test',
  }));
  maker = await newCaller(api, 'platform', { roles: ['finance'] });
  checker = await newCaller(api, 'platform', { roles: ['finance'] });
});
afterAll(async () => {
  await pair.gateway.close();
  expect(api.bugs).toEqual([]);
});

/** An approved statement of the outlet, and what it is owed in the ledger. */
async function approvedStatement(fen: bigint, month: string): Promise<{ statementId: number }> {
  const { db } = api.ctx;
  const totalMicroCny = fen * 10_000n;
  const [row] = await db
    .insert(statement)
    .values({
      outletId,
      month,
      status: 'approved',
      shareMicroCny: totalMicroCny,
      totalMicroCny,
      document: '{}',
      contentHash: 'x',
      frozenAt: new Date(),
      frozenBy: 'maker',
      invoiceNo: '26330000000000000001',
    })
    .returning({ id: statement.id });
  await post(db, [
    {
      key: `earned:${row!.id}`,
      kind: 'charge',
      day: '2026-10-01',
      entries: [
        { account: accounts.opening, amountMicroCny: totalMicroCny },
        { account: accounts.payable(outletId), amountMicroCny: -totalMicroCny },
      ],
    },
  ]);
  return { statementId: row!.id };
}

describe('a wallet over HTTP', () => {
  it('is filled by a top-up that Alipay confirms, and only its owner sees it', async () => {
    const made = await buyer.call('POST', '/api/wallet/top-ups', {
      advertiserId,
      amountFen: 5_000,
    });
    expect(made.status).toBe(201);
    await fetch(made.body.payUrl);
    pair.gateway.pay(made.body.outTradeNo);
    await pair.gateway.notifies.deliver();
    const wallet = await buyer.call('GET', '/api/wallet');
    expect(wallet.body).toMatchObject({
      advertiserId,
      balanceMicroCny: '50000000',
      availableMicroCny: '50000000',
    });
    const journals = await buyer.call('GET', '/api/wallet/journals');
    expect(journals.body.items[0]).toMatchObject({ kind: 'topup.credited' });
    const stranger = await newCaller(api, 'advertiser');
    expect((await stranger.call('GET', `/api/wallet?advertiserId=${advertiserId}`)).status).toBe(
      404,
    );
    expect((await stranger.call('GET', `/api/wallet/top-ups/${made.body.topUpId}`)).status).toBe(
      404,
    );
    expect((await media.call('GET', '/api/wallet')).status).toBe(403);
  });

  it('the same Idempotency-Key opens one top-up, and a fraction of a fen is refused', async () => {
    const key = { 'idempotency-key': 'top-up-key-1' };
    const body = { advertiserId, amountFen: 700 };
    const first = await buyer.call('POST', '/api/wallet/top-ups', body, key);
    const again = await buyer.call('POST', '/api/wallet/top-ups', body, key);
    expect(again.body).toEqual(first.body);
    for (const amountFen of [0, -1, 1.5, '7'])
      expect(
        (await buyer.call('POST', '/api/wallet/top-ups', { advertiserId, amountFen })).status,
      ).toBe(422);
  });

  it('a refund above what is left is 422 at its field; the refusal outlives the Idempotency-Key, which stays free', async () => {
    const { items } = (await buyer.call('GET', '/api/wallet/top-ups')).body;
    const paid = items.find((row: { status: string }) => row.status === 'credited');
    const path = `/api/wallet/top-ups/${paid.id}/refunds`;
    const key = { 'idempotency-key': 'refund-key-1' };
    const ask = (amountFen: number) =>
      buyer.call('POST', path, { amountFen, reason: '不再投放' }, key);
    const refused = await ask(5_001);
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0]).toMatchObject({ pointer: '/amountFen' });
    const onFile = (await maker.call('GET', '/api/payments/refusals')).body.items;
    expect(onFile[0]).toMatchObject({ what: 'topUp.refund', subject: `topUp:${paid.id}` });
    const made = await ask(1);
    expect(made.status).toBe(201);
    expect((await ask(1)).body).toEqual(made.body);
    expect((await ask(2)).body.code).toBe('idempotency_mismatch');
    // Given back, for what follows counts the wallet.
    await sendRefunds(api.ctx);
  });

  it('raises its alert once when it falls below the threshold', async () => {
    await buyer.call('PUT', '/api/wallet/alert', { advertiserId, thresholdMicroCny: '60000000' });
    const { checkWalletAlerts } = await import('../../../../api/payments/payments.ts');
    expect(await checkWalletAlerts(api.ctx)).toMatchObject([{ advertiserId }]);
    expect(await checkWalletAlerts(api.ctx)).toEqual([]);
    expect((await buyer.call('GET', '/api/wallet')).body.alert).toMatchObject({ state: 'raised' });
  });

  it("Alipay's public door answers `failure` to a forged notify and files it for finance", async () => {
    const form = new URLSearchParams({ out_trade_no: 'x', sign: 'AAAA', sign_type: 'RSA2' });
    const answer = await api.app.request('/api/payments/alipay/notify', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    });
    expect(await answer.text()).toBe('failure');
    const filed = await maker.call('GET', '/api/payments/refusals');
    expect(filed.body.items[0]).toMatchObject({ what: 'notify', reason: 'signature' });
    expect((await buyer.call('GET', '/api/payments/refusals')).status).toBe(403);
  });
});

describe('payouts over HTTP', () => {
  it('need two people, and the refusal is on file', async () => {
    const { statementId } = await approvedStatement(12_345n, '2026-07');
    const made = await maker.call('POST', '/api/payouts', { statementId });
    expect(made).toMatchObject({ status: 201, body: { amountFen: '12345' } });
    const path = `/api/payouts/${made.body.payoutId}`;
    const own = await maker.call('POST', `${path}/approve`, {});
    expect(own.body).toMatchObject({ code: 'four_eyes' });
    const filed = await maker.call('GET', '/api/payments/refusals');
    expect(filed.body.items[0]).toMatchObject({ what: 'payout.approve', reason: 'four_eyes' });
    expect((await checker.call('POST', `${path}/approve`)).status).toBe(200);
    const detail = await media.call('GET', path);
    expect(detail.body).toMatchObject({ status: 'approved', parts: [{ amountFen: '12345' }] });
    const stranger = await newCaller(api, 'outlet');
    expect((await stranger.call('GET', path)).status).toBe(404);
    expect((await buyer.call('GET', '/api/payouts')).status).toBe(403);
  });

  it('an enrolled checker must show a code, each code counts once, and guessing ends', async () => {
    const { db, config } = api.ctx;
    const secret = 'a-secret-of-thirty-two-characters';
    const enrolled = await newCaller(api, 'platform', { roles: ['finance'] });
    await db.insert(twoFactor).values({
      id: `tf-${enrolled.userId}`,
      userId: enrolled.userId,
      secret: await symmetricEncrypt({ key: config.authSecret, data: secret }),
      backupCodes: '',
    });
    await db.update(user).set({ twoFactorEnabled: true }).where(eq(user.id, enrolled.userId));
    const made: string[] = [];
    for (const month of ['2026-05', '2026-06']) {
      const { statementId } = await approvedStatement(100n, month);
      const { body } = await maker.call('POST', '/api/payouts', { statementId });
      made.push(`/api/payouts/${body.payoutId}/approve`);
    }
    const [first = '', second = ''] = made;
    const code = totp(secret, Math.floor(Date.now() / 30_000));
    expect((await enrolled.call('POST', first, {})).body.code).toBe('second_factor_required');
    expect((await enrolled.call('POST', first, { code: '000000' })).body.code).toBe(
      'second_factor_required',
    );
    expect((await enrolled.call('POST', first, { code })).status).toBe(200);
    expect((await enrolled.call('POST', second, { code })).body.code).toBe(
      'second_factor_required',
    );
    for (let n = 0; n < 3; n += 1) await enrolled.call('POST', second, { code: '000000' });
    expect((await enrolled.call('POST', second, { code })).body.code).toBe('limit_exceeded');
  });

  it('a batch is approved by a second person at once; what cannot be paid is named', async () => {
    const one = await approvedStatement(300n, '2026-03');
    const two = await approvedStatement(5n, '2026-04');
    const made = await maker.call('POST', '/api/payout-batches', {
      name: '四月',
      statementIds: [one.statementId, two.statementId],
    });
    expect(made.body.payoutIds).toHaveLength(1);
    expect(made.body.refused).toMatchObject([{ id: two.statementId, code: 'invalid_input' }]);
    const path = `/api/payout-batches/${made.body.batchId}/approve`;
    expect((await maker.call('POST', path, {})).body.code).toBe('four_eyes');
    expect((await checker.call('POST', path, {})).body).toEqual({
      approved: made.body.payoutIds,
      refused: [],
    });
    expect((await checker.call('POST', path, {})).body.code).toBe('conflict');
  });
});

describe('reconciliation over HTTP', () => {
  it('is for the platform, and a day without a bill says so', async () => {
    expect((await media.call('GET', '/api/reconciliation/cases')).status).toBe(403);
    const answer = await maker.call('POST', '/api/reconciliation/bills/2036-01-01/match');
    expect(answer.body.code).toBe('upstream_unavailable');
    expect((await maker.call('GET', '/api/reconciliation/cases')).body).toEqual({
      items: [],
      nextCursor: null,
    });
    expect((await maker.call('GET', '/api/reconciliation/bills/2026-02-30/lines')).status).toBe(
      422,
    );
  });
});
