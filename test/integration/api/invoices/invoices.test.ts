/** Invoices over HTTP: what gates a payout, what an advertiser may ask for, and how both are taken back. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { deductionsOf } from '../../../../api/invoices/invoices.ts';
import { turnPeriod } from '../../../../api/ledger/ledger.ts';
import {
  approveStatement,
  confirmStatement,
  freezeMonth,
} from '../../../../api/statements/statements.ts';
import { dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import {
  type Caller,
  newCaller,
  newOutlet,
  openTestApi,
  type TestApi,
} from '../../../kit/actors.ts';
import {
  addAdvertiser,
  addLineItem,
  addPlacement,
  deliver,
  signContract,
} from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { invoiceFor, invoiceNoOf, taxNoOf } from '../../../kit/invoices.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let now = dayStartMs('2026-10-20');
let api: TestApi;
let media: Caller;
let outletId: number;
let maker: Caller;
let checker: Caller;
let buyer: Caller;
let advertiserId: number;
let statementId: number;
let serial = 900_000;

const title = (n: number, over: Record<string, unknown> = {}) => ({
  name: `公司${n}`,
  taxNo: taxNoOf(n),
  taxpayer: 'general',
  ...over,
});
const number = () => {
  serial += 1;
  return { invoiceNo: invoiceNoOf(serial), issuedOn: '2026-11-03' };
};

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis(), clock: () => now });
  const supply = await newOutlet(api, { payeeName: '县', payeeAlipayAccount: 'x@hongze.test' });
  media = supply;
  outletId = supply.outletId;
  maker = await newCaller(api, 'platform', { roles: ['finance'] });
  checker = await newCaller(api, 'platform', { roles: ['finance'] });
  buyer = await newCaller(api, 'advertiser');
  const place = await addPlacement(db, outletId);
  await signContract(db, outletId);
  const advertiser = await addAdvertiser(db, 200_000_000n);
  advertiserId = advertiser.id;
  await db.execute(
    sql`UPDATE advertiser SET organization_id = ${buyer.organizationId} WHERE id = ${advertiserId}`,
  );
  const line = await addLineItem(db, advertiserId);
  const hour = hourOf(dayStartMs('2026-10-09'));
  await deliver(db, hour, { line, place, impressions: 1000, spendMicroCny: 106_000_000n });
  await closeHour(api.ctx, hour);
  now = dayStartMs('2026-11-03') + 36_000_000;
  await freezeMonth(api.ctx, { month: '2026-10', by: maker.userId });
  const [row] = await db.execute<{ id: string }>(sql`SELECT id FROM statement`);
  statementId = Number(row?.id);
  await confirmStatement(api.ctx, { statementId, by: media.userId });
  await approveStatement(api.ctx, { statementId, by: checker.userId });
});

const field = (answer: { body: { errors?: { pointer?: string }[] } }) =>
  answer.body.errors?.[0]?.pointer;

describe('an outlet’s invoice', () => {
  let payoutId: number;
  let invoiceId: number;
  const post = (body: unknown) =>
    media.call('POST', `/api/statements/${statementId}/invoices`, body);

  it('waits for the titles of both sides; a wrong check character is refused', async () => {
    const bare = { ...number(), kind: 'special', sellerTaxNo: taxNoOf(1), buyerTaxNo: taxNoOf(2) };
    const none = await post({ ...bare, amountFen: 1, taxRatePpm: 60_000, taxFen: 0, totalFen: 1 });
    expect(none).toMatchObject({ status: 409 });
    const wrong = await media.call(
      'PUT',
      '/api/invoice-titles',
      title(1, { taxNo: taxNoOf(1).replace(/.$/, '0') }),
    );
    expect(wrong.status).toBe(422);
    expect((await media.call('PUT', '/api/invoice-titles', title(1))).status).toBe(200);
    expect((await maker.call('PUT', '/api/invoice-titles', title(2))).status).toBe(200);
    const seen = await media.call('GET', '/api/invoice-titles');
    expect(seen.body).toMatchObject({ title: { outletId }, platform: { taxNo: taxNoOf(2) } });
  });

  it.each([
    ['/invoiceNo', { invoiceNo: '25330000000000000001' }],
    ['/issuedOn', { issuedOn: '2026-11-04' }],
    ['/issuedOn', { issuedOn: '2026-09-30' }],
    ['/sellerTaxNo', { sellerTaxNo: taxNoOf(9) }],
    ['/buyerTaxNo', { buyerTaxNo: taxNoOf(9) }],
    ['/taxRatePpm', { taxRatePpm: 30_000 }],
    ['/taxFen', { taxFen: 340, amountFen: 5_490 }],
    ['/totalFen', { totalFen: 58_301, amountFen: 55_001, taxFen: 3_300 }],
    ['/amountFen', { amountFen: 55.123 }],
  ])('is refused for its %s', async (pointer, over) => {
    const { statementId: _, ...good } = await invoiceFor(api.ctx, statementId);
    const body = Object.fromEntries(
      Object.entries({ ...good, ...over }).map(([k, v]) => [
        k,
        typeof v === 'bigint' ? Number(v) : v,
      ]),
    );
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain(pointer);
  });

  it('gates the payout until finance has verified it', async () => {
    const made = await maker.call('POST', '/api/payouts', { statementId });
    payoutId = made.body.payoutId;
    const approve = () => checker.call('POST', `/api/payouts/${payoutId}/approve`);
    expect((await approve()).status).toBe(409);
    const { statementId: _, ...good } = await invoiceFor(api.ctx, statementId);
    const body = { ...good, amountFen: 5_500, taxFen: 330, totalFen: 5_830 };
    const registered = await post(body);
    expect(registered).toMatchObject({
      status: 201,
      body: { status: 'registered', totalFen: '5830' },
    });
    invoiceId = registered.body.id;
    expect(field(await post({ ...body, ...number() }))).toBe('/totalFen'); // nothing is left of it
    expect((await approve()).status).toBe(409);
    expect((await media.call('POST', `/api/invoices/${invoiceId}/verify`)).status).toBe(403);
    expect((await maker.call('POST', `/api/invoices/${invoiceId}/verify`)).status).toBe(200);
    // Taken back before the approval: the gate closes again, though the payout was made before.
    const asked = await media.call('POST', `/api/invoices/${invoiceId}/red-letters`, {
      reason: 'issued_wrongly',
    });
    expect(asked.body).toMatchObject({ status: 'confirmed', totalFen: '5830' });
    const red = { ...number(), confirmationNo: invoiceNoOf(1) };
    expect((await maker.call('POST', `/api/red-letters/${asked.body.id}/issue`, red)).status).toBe(
      409,
    );
    expect(
      (await media.call('POST', `/api/red-letters/${asked.body.id}/issue`, red)).body,
    ).toMatchObject({
      totalFen: '-5830',
      taxFen: '-330',
    });
    expect((await approve()).status).toBe(409);
    const next = await post({ ...body, ...number() });
    invoiceId = next.body.id;
    await maker.call('POST', `/api/invoices/${invoiceId}/verify`);
    expect((await approve()).status).toBe(200);
  });

  it('is deducted in an open month once; after that the platform must agree to losing it', async () => {
    const deduct = (month: string) =>
      maker.call('POST', `/api/invoices/${invoiceId}/deduct`, { month });
    expect((await deduct('2026-10')).status).toBe(422);
    expect((await deduct('2026-11')).status).toBe(200);
    expect((await deduct('2026-11')).status).toBe(409);
    expect(await deductionsOf(api.ctx.db, '2026-11')).toEqual({ taxFen: 330n, totalFen: 5_830n });
    const asked = await media.call('POST', `/api/invoices/${invoiceId}/red-letters`, {
      reason: 'allowance',
      totalFen: 1_000,
    });
    expect(asked.body.status).toBe('requested');
    const answer = (who: Caller) =>
      who.call('POST', `/api/red-letters/${asked.body.id}/answer`, { accept: true });
    expect((await answer(media)).status).toBe(409);
    expect((await answer(maker)).status).toBe(200);
    const red = { ...number(), confirmationNo: invoiceNoOf(2) };
    await media.call('POST', `/api/red-letters/${asked.body.id}/issue`, red);
    expect(await deductionsOf(api.ctx.db, '2026-11')).toEqual({ taxFen: 273n, totalFen: 4_830n });
    const rest = await media.call('POST', `/api/invoices/${invoiceId}/red-letters`, {
      reason: 'returned',
    });
    expect(rest.body.totalFen).toBe('4830');
    now += 73 * 3_600_000;
    expect(
      (await maker.call('POST', `/api/red-letters/${rest.body.id}/answer`, { accept: true }))
        .status,
    ).toBe(409);
    now -= 73 * 3_600_000;
  });

  it('cannot be edited or deleted under the table', async () => {
    const asked = await maker.call('GET', `/api/invoices/${invoiceId}`);
    expect(asked.body.redInvoices).toHaveLength(1);
    await expect(
      api.ctx.db.execute(
        sql`UPDATE invoice SET total_fen = 1, amount_fen = 1, tax_fen = 0 WHERE id = ${invoiceId}`,
      ),
    ).rejects.toThrow();
    await expect(
      api.ctx.db.execute(sql`DELETE FROM invoice WHERE id = ${invoiceId}`),
    ).rejects.toThrow();
  });
});

describe('an advertiser’s invoice', () => {
  const ask = (totalFen: number, over: Record<string, unknown> = {}) =>
    buyer.call('POST', '/api/invoices', { advertiserId, kind: 'special', totalFen, ...over });

  it('is for what was charged and no more, however many ask at once', async () => {
    await buyer.call('PUT', '/api/invoice-titles', title(3));
    const before = await buyer.call('GET', `/api/invoices/available?advertiserId=${advertiserId}`);
    expect(before.body).toEqual({ chargedFen: '10600', invoicedFen: '0', availableFen: '10600' });
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask(4_000)));
    expect(answers.map((a) => a.status).sort()).toEqual([201, 201, 422, 422].map((s) => s).sort());
    expect(answers.find((a) => a.status === 201)?.body).toMatchObject({
      taxFen: '226',
      amountFen: '3774',
    });
    const stranger = await newCaller(api, 'advertiser');
    expect(
      (await stranger.call('POST', '/api/invoices', { advertiserId, kind: 'special', totalFen: 1 }))
        .status,
    ).toBe(404);
  });

  it('is issued under a number that is used once, declined with a reason, or taken back', async () => {
    const list = await maker.call('GET', '/api/invoices?direction=outgoing&status=requested');
    const [one, two] = list.body.items as { id: number }[];
    const numbers = number();
    const issue = (id: number | undefined, body: unknown) =>
      maker.call('POST', `/api/invoices/${id}/issue`, body);
    expect((await issue(one?.id, numbers)).body).toMatchObject({ status: 'issued' });
    expect((await issue(two?.id, numbers)).status).toBe(409);
    expect(
      (await maker.call('POST', `/api/invoices/${two?.id}/decline`, { reason: '抬头有误' })).status,
    ).toBe(200);
    expect((await issue(two?.id, number())).status).toBe(409);
    const third = await ask(2_600);
    expect((await buyer.call('POST', `/api/invoices/${third.body.id}/cancel`)).body.status).toBe(
      'cancelled',
    );
    const left = await buyer.call('GET', `/api/invoices/available?advertiserId=${advertiserId}`);
    expect(left.body.availableFen).toBe('6600');
  });

  it('a special one is taken back only with the buyer’s word, and its amount can be asked for again', async () => {
    const issued = await buyer.call('GET', '/api/invoices?status=issued');
    const id = issued.body.items[0].id;
    const asked = await maker.call('POST', `/api/invoices/${id}/red-letters`, {
      reason: 'service_ended',
    });
    expect(asked.body.status).toBe('requested');
    const again = await buyer.call('POST', `/api/invoices/${id}/red-letters`, {
      reason: 'returned',
    });
    expect(again.status).toBe(409);
    expect(
      (await media.call('POST', `/api/red-letters/${asked.body.id}/answer`, { accept: true }))
        .status,
    ).toBe(404);
    await buyer.call('POST', `/api/red-letters/${asked.body.id}/answer`, { accept: true });
    const red = { ...number(), confirmationNo: invoiceNoOf(3) };
    expect((await maker.call('POST', `/api/red-letters/${asked.body.id}/issue`, red)).status).toBe(
      201,
    );
    expect((await buyer.call('GET', `/api/invoices/${id}`)).body.status).toBe('reversed');
    const left = await buyer.call('GET', `/api/invoices/available?advertiserId=${advertiserId}`);
    expect(left.body.availableFen).toBe('10600');
  });

  it('leaves what is sold in an outlet’s own name to the outlet', async () => {
    const { db } = api.ctx;
    const agent = await newOutlet(api);
    const place = await addPlacement(db, agent.outletId);
    await signContract(db, agent.outletId, { kind: 'agency' });
    const line = await addLineItem(db, advertiserId);
    const hour = hourOf(dayStartMs('2026-11-02'));
    await deliver(db, hour, { line, place, impressions: 1, spendMicroCny: 5_000_000n });
    await closeHour(api.ctx, hour);
    const left = await buyer.call('GET', `/api/invoices/available?advertiserId=${advertiserId}`);
    expect(left.body.availableFen).toBe('10600');
  });
});

it('what was deducted is not turned out into a month that is closing', async () => {
  const { db } = api.ctx;
  const list = await maker.call('GET', '/api/invoices?direction=incoming&status=verified');
  const blue = list.body.items.find((one: { redOf: number | null }) => one.redOf === null);
  const red = `/api/invoices/${blue.id}/red-letters`;
  now += 73 * 3_600_000; // the one that nobody answered has lapsed
  const asked = await maker.call('POST', red, { reason: 'returned' });
  await media.call('POST', `/api/red-letters/${asked.body.id}/answer`, { accept: true });
  await turnPeriod(db, { month: '2026-11', to: 'closing', by: 'a' });
  const issue = { ...number(), confirmationNo: invoiceNoOf(4) };
  const path = `/api/red-letters/${asked.body.id}/issue`;
  expect((await media.call('POST', path, issue)).body.code).toBe('period_closed');
  await turnPeriod(db, { month: '2026-11', to: 'open', by: 'a' });
  expect((await media.call('POST', path, issue)).status).toBe(201);
  expect(await deductionsOf(db, '2026-11')).toEqual({ taxFen: 0n, totalFen: 0n });
});
