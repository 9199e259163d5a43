/** What must be refused, asked for over HTTP: with its reason in both languages, at its field, and nothing half done. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  accounts,
  balanceOf,
  ledgerFaults,
  post,
  turnPeriod,
} from '../../../../api/ledger/ledger.ts';
import {
  type PayoutContext,
  receiveNotify,
  resolveUnknown,
  sendPayouts,
} from '../../../../api/payments/payments.ts';
import { statementPort } from '../../../../api/statements/statements.ts';
import { statement } from '../../../../db/schema/statements.ts';
import { addDays, dayOf, dayStartMs } from '../../../../db/terms/day.ts';
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

let now = dayStartMs('2026-11-10') + 12 * 3_600_000;
const clock = () => now;
let api: TestApi;
let pair: GatewayPair;
let buyer: Caller & { advertiserId: number };
let media: Caller & { outletId: number };
let maker: Caller;
let checker: Caller;

beforeAll(async () => {
  const { db } = await openTestDatabase();
  pair = await openGatewayPair({
    clock,
    openingFen: 1_000_000n,
    postNotify: (_url, form) => receiveNotify(api.ctx, form),
  });
  api = openTestApi({ db, redis: await openTestRedis(), alipay: pair.alipay, clock });
  buyer = await newAdvertiser(api);
  media = await newOutlet(api, { payeeName: '示范融媒', payeeAlipayAccount: 'bad@hongze.test' });
  maker = await newCaller(api, 'platform', { roles: ['finance'] });
  checker = await newCaller(api, 'platform', { roles: ['finance'] });
});
afterAll(async () => {
  await pair.gateway.close();
  expect(api.bugs).toEqual([]);
  expect(await ledgerFaults(api.ctx.db)).toEqual([]);
});

/** Everything that a half-done request would leave. */
async function standing() {
  const [row] = await api.ctx.db.execute(sql`
    SELECT (SELECT count(*) FROM journal) AS journals, (SELECT sum(hashtextextended(b::text, 0)) FROM balance b) AS balances,
           (SELECT count(*) FROM statement) AS statements, (SELECT count(*) FROM statement_adjustment) AS adjustments,
           (SELECT count(*) FROM payout) AS payouts, (SELECT count(*) FROM payout_part) AS parts,
           (SELECT sum(hashtextextended(v.id || v.status, 0)) FROM contract_version v) AS versions,
           (SELECT count(*) FROM top_up) AS "topUps", (SELECT count(*) FROM bill_line) AS lines`);
  return row;
}

/** The request is refused so, at the pointer, in Chinese and English, and leaves everything as it was. */
async function refused(
  // biome-ignore lint/suspicious/noExplicitAny: a problem's body, looked at field by field
  ask: () => Promise<{ status: number; body: any }>,
  expected: { status: number; code: string; pointer?: string; zh?: string },
) {
  const before = await standing();
  const { status, body } = await ask();
  expect({ status, code: body.code }).toEqual({ status: expected.status, code: expected.code });
  const [reason] = body.errors ?? [];
  const said = reason ?? body.detail;
  expect(said.zh).toMatch(/[一-龥]/);
  expect(said.en).toMatch(/[a-z]/);
  if (expected.pointer) expect(reason.pointer).toBe(expected.pointer);
  if (expected.zh) expect(said.zh).toContain(expected.zh);
  expect(await standing()).toEqual(before);
}

/** Owed to the outlet by an approved statement; returns its id. */
async function owed(fen: bigint, month: string): Promise<number> {
  const { db } = api.ctx;
  const amountMicroCny = fen * 10_000n;
  const [row] = await db
    .insert(statement)
    .values({
      outletId: media.outletId,
      month,
      status: 'approved',
      shareMicroCny: amountMicroCny,
      totalMicroCny: amountMicroCny,
      document: '{}',
      contentHash: 'x',
      frozenAt: new Date(now),
      frozenBy: 'maker',
      invoiceNo: '26330000000000000001',
    })
    .returning({ id: statement.id });
  const entries = [
    { account: accounts.opening, amountMicroCny },
    { account: accounts.payable(media.outletId), amountMicroCny: -amountMicroCny },
  ];
  await post(db, [{ key: `owed:${month}`, kind: 'charge', day: dayOf(now), entries }]);
  return row?.id ?? 0;
}

it('a statement, and an adjustment, of a month that is closed', async () => {
  const { db } = api.ctx;
  const month = '2026-08';
  await turnPeriod(db, { month, to: 'closing', by: 'a' });
  await turnPeriod(db, { month, to: 'closed', by: 'b', certificate: {} });
  for (const path of ['drafts', 'freeze'])
    await refused(() => maker.call('POST', `/api/statements/${path}`, { month }), {
      status: 409,
      code: 'period_closed',
    });
  const adjustment = { outletId: media.outletId, month, amountMicroCny: '100', reason: 'r' };
  await refused(() => maker.call('POST', '/api/adjustments', adjustment), {
    status: 409,
    code: 'period_closed',
  });
});

it('a share that is not a hundred per cent, and a contract that overlaps', async () => {
  const { outletId } = media;
  const draft = (platformPpm: number) =>
    maker.call('POST', '/api/contracts', {
      name: '分成合同',
      outletId,
      effectiveFrom: '2026-01-01',
      parties: [
        { outletId, sharePpm: 700_000 },
        { outletId: null, sharePpm: platformPpm },
      ],
    });
  for (const wrong of [299_999, 300_001])
    await refused(() => draft(wrong), {
      status: 422,
      code: 'invalid_input',
      pointer: '/parties',
    });
  const [first, second] = [await draft(300_000), await draft(300_000)];
  const activate = (id: number, who = checker) => who.call('POST', `/api/contracts/${id}/activate`);
  await refused(() => activate(first.body.id, maker), { status: 403, code: 'four_eyes' });
  expect((await activate(first.body.id)).status).toBe(200);
  await refused(() => activate(second.body.id), { status: 409, code: 'conflict', zh: '重叠' });
});

it('an amount with three decimals, in fen as in yuan', async () => {
  const { advertiserId } = buyer;
  for (const amountFen of [100.5, '1.005', '100'])
    await refused(() => buyer.call('POST', '/api/wallet/top-ups', { advertiserId, amountFen }), {
      status: 422,
      code: 'invalid_input',
      pointer: '/amountFen',
    });
});

it('a bill that is truncated, in the wrong encoding, or does not add up', async () => {
  const { book } = pair.gateway;
  const day = dayOf(now);
  book.deposit(100n, '入账');
  now = dayStartMs(addDays(day, 1)) + 10 * 3_600_000;
  const match = () => maker.call('POST', `/api/reconciliation/bills/${day}/match`);
  for (const [fault, pointer] of [
    ['truncated', '/truncated'],
    ['wrong_encoding', '/encoding'],
    ['wrong_total', '/totals'],
  ] as const) {
    pair.gateway.faults.onBill(fault);
    await refused(match, { status: 422, code: 'invalid_input', pointer, zh: '账单被拒' });
  }
  expect((await match()).status).toBe(200);
});

it('a replayed approval, and a payee whose name is not the account’s', async () => {
  const { db } = api.ctx;
  pair.gateway.book.payees.set('bad@hongze.test', '另一个人');
  const statementId = await owed(5_000n, '2026-09');
  const { body } = await maker.call('POST', '/api/payouts', { statementId });
  const approve = () =>
    checker.call(
      'POST',
      `/api/payouts/${body.payoutId}/approve`,
      {},
      { 'idempotency-key': 'approval-1' },
    );
  expect((await approve()).status).toBe(200);
  await refused(approve, { status: 409, code: 'conflict', zh: '不能再次批准' });

  const ctx: PayoutContext = { ...api.ctx, statements: statementPort(clock) };
  await sendPayouts(ctx);
  now += 11 * 60_000;
  await resolveUnknown(ctx);
  const seen = await maker.call('GET', `/api/payouts/${body.payoutId}`);
  expect(seen.body).toMatchObject({ status: 'failed' });
  const { items } = (await maker.call('GET', '/api/payments/refusals')).body;
  expect(items[0]).toMatchObject({ what: 'payout.transfer', reason: 'PAYEE_USER_INFO_ERROR' });
  expect(items[0].zh).toContain('不匹配');
  expect(pair.gateway.book.transfers.size).toBe(0);
  expect((await balanceOf(db, accounts.payable(media.outletId))).balanceMicroCny).toBe(50_000_000n);
});
