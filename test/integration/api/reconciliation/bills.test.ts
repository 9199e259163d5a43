import { afterEach, describe, expect, it } from 'vitest';
import { accounts } from '../../../../api/ledger/ledger.ts';
import {
  approvePayout,
  createTopUp,
  querySweep,
  refusals,
  requestPayout,
  resolveUnknown,
  sendPayouts,
} from '../../../../api/payments/payments.ts';
import {
  applyRemedy,
  approveWriteOff,
  fetchBill,
  matchBill,
  proposeWriteOff,
  resolveCase,
  suspendCase,
  suspenseAgeing,
  unsettledCases,
} from '../../../../api/reconciliation/reconciliation.ts';
import { addDays, type Day, dayOf, dayStartMs } from '../../../../db/terms/day.ts';
import { NOON, openWorld } from '../payments/world.ts';

const MINUTE = 60_000;
const world = await openWorld({ openingFen: 10_000_000n });
const { ctx, gateway } = world;

/** Each test has a day of its own, far from the others'. */
let today: Day = dayOf(NOON);
function newDay(): Day {
  today = addDays(today, 7);
  world.set(dayStartMs(today) + 12 * 60 * MINUTE);
  return today;
}
/** To the morning after, when the bill is ready; then fetches and matches. */
async function reconcile(day: Day) {
  world.set(dayStartMs(addDays(day, 1)) + 10 * 60 * MINUTE);
  await fetchBill(ctx, day);
  return matchBill(ctx, day);
}
async function topUp(amountFen = 100_000, heard = true) {
  const made = await createTopUp(ctx, { advertiserId: 1, amountFen, by: 'u' });
  await fetch(made.payUrl);
  if (!heard) gateway.faults.onNotify('lost');
  gateway.pay(made.outTradeNo);
  await gateway.notifies.deliver();
  return made;
}
async function payout(amountMicroCny = 20_000_000n) {
  await world.owe(amountMicroCny);
  const statementId = world.statements.size;
  const { payoutId } = await requestPayout(ctx, { statementId, by: 'maker' });
  await approvePayout(ctx, { payoutId, by: 'checker' });
  await sendPayouts(ctx);
  return { payoutId, statementId };
}
const cases = async () => (await unsettledCases(ctx.db)).filter((c) => c.day === today);

afterEach(() => gateway.faults.clear());

describe('a day without trouble', () => {
  it('matches every line, books the fees, and marks payouts and top-ups reconciled', async () => {
    const day = newDay();
    const paid = await topUp();
    const sent = await payout();
    expect(await reconcile(day)).toEqual({ lines: 3, matched: 2, fees: 1, cases: 0 });
    expect(await world.wrongs()).toEqual([]);
    expect(await world.balance(accounts.alipayFee)).toBe(6_000_000n);
    expect(
      await world.count(
        `FROM top_up WHERE id = ${paid.topUpId} AND reconciled_on = '${day}' AND fee_fen = 600`,
      ),
    ).toBe(1);
    expect(
      await world.count(`FROM payout WHERE id = ${sent.payoutId} AND status = 'reconciled'`),
    ).toBe(1);
    expect(world.statements.get(sent.statementId)?.steps).toEqual(['paying', 'paid', 'reconciled']);
    expect(await matchBill(ctx, day)).toEqual({ lines: 0, matched: 0, fees: 0, cases: 0 });
  });

  it('has no bill before nine in the morning after', async () => {
    const day = newDay();
    await expect(fetchBill(ctx, day)).rejects.toMatchObject({ code: 'upstream_unavailable' });
  });
});

describe('a bill is refused with its reason, and can be fetched again', () => {
  it.each([
    ['truncated', 'truncated'],
    ['wrong_encoding', 'encoding'],
    ['wrong_total', 'totals'],
  ] as const)('%s', async (fault, reason) => {
    const day = newDay();
    await topUp();
    gateway.faults.onBill(fault);
    await expect(reconcile(day)).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await refusals(ctx.db, { limit: 1 }))[0]).toMatchObject({ what: 'bill', reason });
    expect(await reconcile(day)).toMatchObject({ matched: 1, cases: 0 });
  });

  it('missing: nothing is stored, the next try may have it', async () => {
    const day = newDay();
    await topUp();
    gateway.faults.onBill('missing');
    await expect(reconcile(day)).rejects.toMatchObject({ code: 'upstream_unavailable' });
    expect(await reconcile(day)).toMatchObject({ matched: 1 });
  });
});

/** The bill's own mistake: one person suspends it, where there is money in it, another says so. */
async function explain({ id, differenceFen }: { id: number; differenceFen: bigint }) {
  if (differenceFen !== 0n) await suspendCase(ctx, { caseId: id, by: 'f1' });
  await resolveCase(ctx, { caseId: id, by: 'f2', resolution: 'reversed', note: 'bill fault' });
}

describe('differences', () => {
  it.each([
    ['extra_row', ['long'], 12_345n, 'find_owner'],
    ['missing_row', ['short'], -100_000n, 'claim'],
    ['one_fen_off', ['amount'], 1n, 'correct_amount'],
    ['duplicated_row', ['duplicate'], 0n, 'ignore_duplicate'],
  ] as const)('%s is %j', async (fault, kinds, differenceFen, remedy) => {
    const day = newDay();
    await topUp();
    gateway.faults.onBill(fault);
    expect(await reconcile(day)).toMatchObject({ cases: 1 });
    expect(await cases()).toMatchObject([{ kinds, differenceFen, remedy }]);
    for (const one of await cases()) await explain(one);
  });

  it('a payment that nobody told us of is 状态不符, and asking Alipay credits it', async () => {
    const day = newDay();
    const made = await topUp(50_000, false);
    const before = await world.balance(accounts.wallet(1));
    await reconcile(day);
    const [found] = await cases();
    expect(found).toMatchObject({
      kinds: ['status'],
      differenceFen: 50_000n,
      remedy: 'ask_alipay',
    });
    expect(await applyRemedy(ctx, { caseId: found!.id, by: 'f' })).toBe(true);
    expect(await world.balance(accounts.wallet(1))).toBe(before + 500_000_000n);
    expect(
      await world.count(`FROM top_up WHERE id = ${made.topUpId} AND reconciled_on = '${day}'`),
    ).toBe(1);
    expect(await cases()).toEqual([]);
  });

  it('a case is closed by itself when the sweep has found the payment since', async () => {
    const day = newDay();
    await topUp(50_000, false);
    await reconcile(day);
    await querySweep(ctx);
    expect(await matchBill(ctx, day)).toMatchObject({ cases: 0 });
    expect(await cases()).toEqual([]);
  });

  it('a payment just before midnight, booked after it, is 跨期 and closed at once', async () => {
    const day = newDay();
    world.set(dayStartMs(addDays(day, 1)) - 1);
    const made = await topUp();
    await ctx.db.execute(
      `UPDATE top_up SET paid_at = paid_at + interval '2 seconds' WHERE id = ${made.topUpId}`,
    );
    await reconcile(day);
    expect(await cases()).toEqual([]);
    expect(
      await world.count(
        `FROM reconciliation_case WHERE day = '${day}' AND kinds = '{cross_period}' AND resolution = 'matched'`,
      ),
    ).toBe(1);
  });

  it("a line that midnight put into tomorrow's bill is awaited, then matched", async () => {
    const day = newDay();
    world.set(dayStartMs(addDays(day, 1)) + 1_000);
    const made = await topUp();
    await ctx.db.execute(
      `UPDATE top_up SET paid_at = paid_at - interval '2 seconds' WHERE id = ${made.topUpId}`,
    );
    await reconcile(day);
    expect(await cases()).toMatchObject([{ kinds: ['cross_period'], remedy: 'await_next_bill' }]);
    await reconcile(addDays(day, 1));
    expect(await cases()).toEqual([]);
  });

  it('a line that was awaited and does not come is 短款', async () => {
    const day = newDay();
    world.set(dayStartMs(addDays(day, 1)) - MINUTE);
    await topUp();
    gateway.faults.onBill('missing_row');
    await reconcile(day);
    expect(await cases()).toMatchObject([{ kinds: ['cross_period'] }]);
    world.set(dayStartMs(addDays(day, 1)) + 600 * MINUTE);
    await reconcile(addDays(day, 1));
    expect(await cases()).toMatchObject([{ kinds: ['short'], differenceFen: -100_000n }]);
    for (const one of await cases()) await explain(one);
  });

  it('a transfer that came back is 状态不符, and its remedy books the return', async () => {
    const day = newDay();
    const sent = await payout();
    const rows = await ctx.db.execute(
      `SELECT out_biz_no FROM payout_part WHERE payout_id = ${sent.payoutId}`,
    );
    gateway.book.bounce(String(rows[0]?.out_biz_no));
    await reconcile(day);
    const [found] = await cases();
    expect(found).toMatchObject({ kinds: ['status'], differenceFen: 2_000n });
    expect(await applyRemedy(ctx, { caseId: found!.id, by: 'f' })).toBe(true);
    expect(world.statements.get(sent.statementId)?.steps.at(-1)).toBe('returned');
  });

  it('a payout whose fate is unknown is found in the bill', async () => {
    const day = newDay();
    gateway.faults.onCall({
      kind: 'http_502',
      when: 'after',
      method: 'alipay.fund.trans.uni.transfer',
      times: 1,
    });
    const sent = await payout();
    await reconcile(day);
    const [found] = await cases();
    expect(found).toMatchObject({ kinds: ['status'], differenceFen: -2_000n });
    await resolveUnknown(ctx);
    await applyRemedy(ctx, { caseId: found!.id, by: 'f' }).catch(() => false);
    await matchBill(ctx, day);
    expect(await cases()).toEqual([]);
    expect(
      await world.count(`FROM payout WHERE id = ${sent.payoutId} AND status = 'reconciled'`),
    ).toBe(1);
  });
});

describe('a case', () => {
  it('with money in it is not closed on one person’s word', async () => {
    const day = newDay();
    await topUp();
    gateway.book.deposit(333n, '来历不明');
    await reconcile(day);
    const [found] = await cases();
    const caseId = found!.id;
    const end = (by: string) =>
      resolveCase(ctx, { caseId, by, resolution: 'refunded', note: '已退回' });
    await expect(end('f1')).rejects.toMatchObject({ code: 'conflict' });
    await suspendCase(ctx, { caseId, by: 'f1' });
    await expect(end('f1')).rejects.toMatchObject({ code: 'four_eyes' });
    expect((await refusals(ctx.db, { limit: 1 }))[0]).toMatchObject({ what: 'case.resolve' });
    // It is said to be refunded; the bank's next movement will have to bear that out.
    gateway.book.deposit(-333n, '退回');
    await end('f2');
    expect(await world.wrongs()).toEqual([]);
    expect(await world.balance(accounts.suspense)).toBe(0n);
  });

  it('suspends to the fen, ages, and is written off by two people only', async () => {
    const day = newDay();
    await topUp();
    gateway.book.deposit(777n, '来历不明');
    await reconcile(day);
    const [found] = await cases();
    expect(found).toMatchObject({ kinds: ['long'], differenceFen: 777n });
    const caseId = found!.id;
    expect((await world.wrongs())[0]).toMatch(/^cash /);
    await suspendCase(ctx, { caseId, by: 'f1' });
    expect(await world.wrongs()).toEqual([]);
    expect(await world.balance(accounts.suspense)).toBe(7_770_000n);
    world.advance(40 * 24 * 60 * MINUTE);
    expect(await suspenseAgeing(ctx)).toEqual([{ bucket: '31-90', cases: 1, differenceFen: 777n }]);
    await proposeWriteOff(ctx, { caseId, by: 'f1', note: '无人认领' });
    await expect(approveWriteOff(ctx, { caseId, by: 'f1' })).rejects.toMatchObject({
      code: 'four_eyes',
    });
    expect(await world.balance(accounts.suspense)).toBe(7_770_000n);
    await approveWriteOff(ctx, { caseId, by: 'f2' });
    expect(await world.balance(accounts.suspense)).toBe(0n);
    expect(await world.balance(accounts.writeOff)).toBe(-7_770_000n);
    await expect(approveWriteOff(ctx, { caseId, by: 'f2' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await world.wrongs()).toEqual([]);
  });
});
