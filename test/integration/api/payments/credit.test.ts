/**
 * Credit: an agency's line spread over its clients, never more than it is, however many spread it at once; and what the
 * platform grants, by two people.
 */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { accounts, balanceOf, post } from '../../../../api/ledger/ledger.ts';
import { requestRefund } from '../../../../api/payments/payments.ts';
import { topUp } from '../../../../db/schema/payments.ts';
import { type Caller, newCaller, openTestApi, send, type TestApi } from '../../../kit/actors.ts';
import { addAdvertiser } from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

let api: TestApi;
let finance: Caller;
let second: Caller;
let agency: Caller;
let clients: number[];

beforeAll(async () => {
  const { db } = await openTestDatabase();
  api = openTestApi({ db, redis: await openTestRedis() });
  finance = await newCaller(api, 'platform', { roles: ['finance'] });
  const { organizationId } = finance;
  second = await newCaller(api, 'platform', { roles: ['admin', 'finance'], organizationId });
  agency = await newCaller(api, 'agency');
  clients = await newClients(3);
});

async function newClients(many: number): Promise<number[]> {
  const { db } = api.ctx;
  const made: number[] = [];
  for (let n = 0; n < many; n++) {
    const { id } = await addAdvertiser(db, 0n);
    await db.execute(
      sql`UPDATE advertiser SET agency_organization_id = ${agency.organizationId} WHERE id = ${id}`,
    );
    made.push(id);
  }
  return made;
}

const spread = (who: Caller, advertiserId: number | undefined, limitMicroCny: string) =>
  who.call('PUT', '/api/wallet/credit', { advertiserId, limitMicroCny });
const propose = (of: object, limitMicroCny: string, who = finance) =>
  who.call('POST', '/api/credit-proposals', { ...of, limitMicroCny, reason: '年框客户' });
const confirm = ({ body }: { body: { id: number } }, who = second) =>
  who.call('POST', `/api/credit-proposals/${body.id}/confirm`);
/** As it comes to be: less by one person, more by two. */
async function grant(of: object, limitMicroCny: string) {
  const proposed = await propose(of, limitMicroCny);
  return proposed.body.status === 'open' ? confirm(proposed) : proposed;
}
const ourLine = () => ({ organizationId: agency.organizationId });
const line = (limitMicroCny: string) => grant(ourLine(), limitMicroCny);
const lineNow = async () => (await agency.call('GET', '/api/credit-line')).body.limitMicroCny;

it('is spread up to the line and no further, by whoever comes at once', async () => {
  expect((await spread(agency, clients[0], '1')).status).toBe(422);
  expect((await propose(ourLine(), '100', agency)).status).toBe(403);
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
  expect((await spread(finance, clients[2], '700')).status).toBe(403);
  expect((await grant({ advertiserId: clients[2] }, '700')).status).toBe(200);
  expect((await spread(agency, clients[2], '900')).status).toBe(409);
  const stranger = await newCaller(api, 'agency');
  expect((await spread(stranger, clients[0], '1')).status).toBe(404);
  const other = `/api/credit-line?organizationId=${agency.organizationId}`;
  expect((await stranger.call('GET', other)).status).toBe(404);
});

it('of the platform and an agency granting a wallet its first credit at once, one does and the other is told', async () => {
  const { db } = api.ctx;
  await line('100000');
  const fresh = await newClients(6);
  const proposals = new Map<number, Awaited<ReturnType<typeof propose>>>();
  for (const id of fresh) proposals.set(id, await propose({ advertiserId: id }, '700'));
  const confirmed = (id: number) =>
    confirm(proposals.get(id) as Awaited<ReturnType<typeof propose>>);
  const answers = await Promise.all(
    fresh.map(async (id, n) => {
      const both =
        n % 2
          ? [spread(agency, id, '900'), confirmed(id)]
          : [confirmed(id), spread(agency, id, '900')];
      const [one, other] = await Promise.all(both);
      return [one?.status, other?.status].sort().join();
    }),
  );
  // Whichever was first, the other heard that the limit is no longer what it was.
  expect(new Set(answers)).toEqual(new Set(['200,409']));
  const rows = await db.execute(sql`
    SELECT organization_id IS NULL AS ours, limit_micro_cny::int AS limit FROM wallet_credit WHERE advertiser_id >= ${fresh[0]}`);
  expect(rows).toHaveLength(fresh.length);
  for (const row of rows) expect(row.limit).toBe(row.ours ? 700 : 900);
});

describe('four eyes', () => {
  it('more takes a second person: not the proposer, no key, and the table holds it too', async () => {
    const before = await lineNow();
    const proposed = await propose(ourLine(), '200000');
    expect(proposed).toMatchObject({ status: 201, body: { status: 'open' } });
    expect(await lineNow()).toBe(before);
    expect((await confirm(proposed, finance)).body.code).toBe('four_eyes');
    const decline = (who: Caller) =>
      who.call('POST', `/api/credit-proposals/${proposed.body.id}/decline`, { note: '额度过高' });
    expect((await decline(finance)).body.code).toBe('four_eyes');
    const filed = await finance.call('GET', '/api/payments/refusals');
    expect(filed.body.items[1]).toMatchObject({ what: 'credit.confirm', reason: 'four_eyes' });
    const key = await second.call('POST', '/api/api-keys', { name: '机器', scopes: ['write'] });
    const asKey = await send<{ code: string }>(
      api.app,
      'POST',
      `/api/credit-proposals/${proposed.body.id}/confirm`,
      undefined,
      { authorization: `Bearer ${key.body.secret}` },
    );
    expect(asKey).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const forged = (change: string) =>
      api.ctx.db.execute(
        sql.raw(`UPDATE credit_proposal SET ${change} WHERE id = ${proposed.body.id}`),
      );
    await expect(
      forged(`status = 'confirmed', decided_by = proposed_by, decided_at = now()`),
    ).rejects.toMatchObject({ cause: { constraint_name: 'credit_proposal_four_eyes' } });
    await expect(forged(`proposed_by = 'somebody'`)).rejects.toMatchObject({
      cause: { code: '23514' },
    });
    await expect(forged('limit_micro_cny = 1')).rejects.toMatchObject({ cause: { code: '23514' } });
    expect((await confirm(proposed)).body).toMatchObject({
      status: 'confirmed',
      decidedBy: second.userId,
    });
    expect(await lineNow()).toBe('200000');
    await expect(forged(`reason = 'x'`)).rejects.toMatchObject({ cause: { code: '23514' } });
    const log = await api.ctx.db.execute(sql`SELECT action, user_id FROM audit_entry
      WHERE subject = ${`creditProposal:${proposed.body.id}`} ORDER BY id`);
    expect([...log]).toEqual([
      { action: 'credit.propose', user_id: finance.userId },
      { action: 'credit.confirm', user_id: second.userId },
    ]);
  });

  it('less is done at once, by one person, and stands in the same history', async () => {
    const lowered = await propose(ourLine(), '150000');
    expect(lowered.body).toMatchObject({
      status: 'lowered',
      beforeMicroCny: '200000',
      decidedBy: finance.userId,
    });
    expect(await lineNow()).toBe('150000');
    expect((await propose(ourLine(), '150000')).status).toBe(422);
    const { body } = await finance.call('GET', '/api/credit-proposals?status=lowered');
    expect(body.items[0]).toMatchObject({
      id: lowered.body.id,
      name: expect.stringMatching(/agency/),
    });
  });

  it('one proposal about the same is open at a time; its proposer may take it back, another declines it with a reason', async () => {
    const [first, other] = await Promise.all([
      propose(ourLine(), '160000'),
      propose(ourLine(), '170000', second),
    ]);
    expect([first.status, other.status].sort()).toEqual([201, 409]);
    const open = first.status === 201 ? first : other;
    const [proposer, another] = first.status === 201 ? [finance, second] : [second, finance];
    const act = (who: Caller, verb: string, body?: object) =>
      who.call('POST', `/api/credit-proposals/${open.body.id}/${verb}`, body);
    expect((await act(another, 'withdraw')).status).toBe(403);
    expect((await act(another, 'decline', { note: '' })).status).toBe(422);
    expect((await act(proposer, 'withdraw')).body.status).toBe('withdrawn');
    expect((await act(another, 'confirm')).status).toBe(409);
    const again = await propose(ourLine(), '160000');
    const declined = await second.call('POST', `/api/credit-proposals/${again.body.id}/decline`, {
      note: '额度过高',
    });
    expect(declined.body).toMatchObject({ status: 'declined', decisionNote: '额度过高' });
    expect(await lineNow()).toBe('150000');
  });

  it('of two who confirm at once one does; with the same key it is one confirmation', async () => {
    const third = await newCaller(api, 'platform', {
      roles: ['finance'],
      organizationId: finance.organizationId,
    });
    const proposed = await propose(ourLine(), '160000');
    const both = await Promise.all([confirm(proposed), confirm(proposed, third)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const next = await propose(ourLine(), '170000');
    const path = `/api/credit-proposals/${next.body.id}/confirm`;
    const once = () =>
      second.call('POST', path, undefined, { 'idempotency-key': 'confirm-credit-1' });
    expect((await once()).status).toBe(200);
    expect((await once()).status).toBe(200);
    const [granted] = await api.ctx.db.execute(sql`SELECT count(*)::int AS n FROM audit_entry
      WHERE action = 'credit.confirm' AND subject = ${`creditProposal:${next.body.id}`}`);
    expect(granted?.n).toBe(1);
  });

  it('what has changed since it was proposed is not confirmed', async () => {
    const proposed = await propose(ourLine(), '300000');
    expect((await propose(ourLine(), '120000')).body.status).toBe('lowered');
    expect((await confirm(proposed)).status).toBe(409);
    expect(await lineNow()).toBe('120000');
    await finance.call('POST', `/api/credit-proposals/${proposed.body.id}/withdraw`);
  });

  it('what is spread or drawn binds when it is proposed and again when it is confirmed', async () => {
    const { db } = api.ctx;
    const [advertiserId = 0] = await newClients(1);
    await spread(agency, advertiserId, '900');
    expect((await propose(ourLine(), '899')).body.errors[0].pointer).toBe('/limitMicroCny');
    // Instead of the agency's 900 the platform's own 700: the line has 900 to give again, so that it is more, and takes two.
    const proposed = await propose({ advertiserId }, '700');
    expect(proposed.body.status).toBe('open');
    const take = (key: string, amountMicroCny: bigint) =>
      post(db, [
        {
          key,
          kind: 'test',
          day: '2026-10-01',
          entries: [
            { account: accounts.wallet(advertiserId), amountMicroCny },
            { account: accounts.platformRevenue, amountMicroCny: -amountMicroCny },
          ],
        },
      ]);
    await take('drawn-since', 800n);
    expect((await confirm(proposed)).body.code).toBe('insufficient_funds');
    const [kept] =
      await db.execute(sql`SELECT p.status, c.limit_micro_cny::int AS limit FROM credit_proposal p
      JOIN wallet_credit c USING (advertiser_id) WHERE p.id = ${proposed.body.id}`);
    expect(kept).toEqual({ status: 'open', limit: 900 });
    await finance.call('POST', `/api/credit-proposals/${proposed.body.id}/withdraw`);
    expect((await propose({ advertiserId }, '700')).body.code).toBe('insufficient_funds');
    const [wallet] = (await agency.call('GET', '/api/wallet/credits?limit=200')).body.items.filter(
      (row: { advertiserId: number }) => row.advertiserId === advertiserId,
    );
    expect(wallet).toMatchObject({ limitMicroCny: '900', drawnMicroCny: '800' });
    const own = await agency.call('GET', `/api/wallet?advertiserId=${advertiserId}`);
    expect(own.body).toMatchObject({ creditLimitMicroCny: '900', availableMicroCny: '100' });
  });

  it('whoever is no agency gets no line, and nobody but finance sees or decides', async () => {
    const { organizationId } = await newCaller(api, 'outlet');
    expect((await propose({ organizationId }, '1')).status).toBe(404);
    expect((await propose({ advertiserId: 99_999_999 }, '1')).status).toBe(404);
    const operator = await newCaller(api, 'platform', {
      roles: ['operator'],
      organizationId: finance.organizationId,
    });
    for (const who of [agency, operator]) {
      expect((await who.call('GET', '/api/credit-proposals')).status).toBe(403);
      expect((await propose(ourLine(), '999999', who)).status).toBe(403);
    }
    const lines = await finance.call('GET', '/api/credit-lines?limit=200');
    expect(lines.body.items).toContainEqual(
      expect.objectContaining({ organizationId: agency.organizationId, limitMicroCny: '120000' }),
    );
    expect(api.bugs).toEqual([]);
  });
});
