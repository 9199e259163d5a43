import { afterEach, describe, expect, it } from 'vitest';
import { accounts } from '../../../../api/ledger/ledger.ts';
import {
  approvePayout,
  querySweep,
  refusals,
  requestPayout,
  requestRefund,
  resolveUnknown,
  sendPayouts,
  sendRefunds,
} from '../../../../api/payments/payments.ts';
import {
  applyRemedy,
  fetchBill,
  matchBill,
  resolveCase,
  suspendCase,
} from '../../../../api/reconciliation/reconciliation.ts';
import { addDays, dayStartMs } from '../../../../db/terms/day.ts';
import { MINUTE, openDays } from './days.ts';

const { world, newDay, reconcile, topUp, cases, unexplained } = await openDays();
const { ctx, gateway } = world;

async function payout(amountMicroCny = 20_000_000n) {
  await world.owe(amountMicroCny);
  const statementId = world.statements.size;
  const { payoutId } = await requestPayout(ctx, { statementId, by: 'maker' });
  await approvePayout(ctx, { payoutId, by: 'checker' });
  await sendPayouts(ctx);
  return { payoutId, statementId };
}
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
    expect(await applyRemedy(ctx, { caseId: found!.id, by: 'f' })).toBe('supplemented');
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

  it('a refund that no bill lists waits on, though the next bill lists another of its trade', async () => {
    const paid = newDay();
    const { topUpId } = await topUp();
    await reconcile(paid);
    const day = newDay();
    const refund = async (amountFen: number) => {
      await requestRefund(ctx, { topUpId, amountFen, reason: 'r', by: 'f' });
      await sendRefunds(ctx);
    };
    await refund(300);
    gateway.faults.onBill('missing_row');
    await reconcile(day);
    const missing = { kinds: ['long'], differenceFen: 300n };
    expect(await cases()).toMatchObject([missing]);
    await refund(200);
    expect(await reconcile(addDays(day, 1))).toMatchObject({ matched: 1, cases: 0 });
    expect(await cases()).toMatchObject([missing]);
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
    expect(await applyRemedy(ctx, { caseId: found!.id, by: 'f' })).toBe('supplemented');
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

  it('leave no fen between the ledger’s cash and the bank’s closing balance unexplained', async () => {
    expect(await unexplained()).toEqual([]);
  });
});
