import { afterEach, describe, expect, it } from 'vitest';
import { accounts, post } from '../../../../api/ledger/ledger.ts';
import {
  approvePayout,
  createTopUp,
  querySweep,
  refusals,
  requestPayout,
  resolveUnknown,
  sendPayouts,
} from '../../../../api/payments/payments.ts';
import { gateOf } from '../../../../api/periods/periods.ts';
import {
  applyRemedy,
  approveWriteOff,
  balanceCash,
  fetchBill,
  matchBill,
  proposeWriteOff,
  refundCase,
  resolveCase,
  suspendCase,
  suspenseAgeing,
  unsettledCases,
} from '../../../../api/reconciliation/reconciliation.ts';
import { addDays, type Day, dayOf, dayStartMs, monthOf } from '../../../../db/terms/day.ts';
import { addAdvertiser } from '../../../kit/books.ts';
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
  const end = (caseId: number, by: string, resolution: 'refunded' | 'supplemented' = 'refunded') =>
    resolveCase(ctx, { caseId, by, resolution, note: '已退回' });
  /** Income that nobody knows of, suspended by `f1`. */
  async function stray(come: () => void) {
    const day = newDay();
    await topUp();
    come();
    await reconcile(day);
    const [found] = (await cases()).filter((one) => one.kinds.includes('long'));
    await suspendCase(ctx, { caseId: found!.id, by: 'f1' });
    return found!.id;
  }
  const trade = (outTradeNo: string, amountFen: bigint) => {
    const order = { outTradeNo, subject: '不明订单', notifyUrl: null, returnUrl: null };
    gateway.book.openTrade({ ...order, amountFen });
    gateway.book.pay(outTradeNo);
  };
  const settled = async (id: number) =>
    world.count(`FROM reconciliation_case WHERE id = ${id} AND status = 'closed'`);

  it('with money in it is closed by two people, and not on their word: a bill must list what took it back', async () => {
    const day = newDay();
    await topUp();
    gateway.book.deposit(333n, '来历不明');
    await reconcile(day);
    const [found] = await cases();
    const caseId = found!.id;
    await expect(end(caseId, 'f1')).rejects.toMatchObject({ code: 'conflict' });
    await suspendCase(ctx, { caseId, by: 'f1' });
    await expect(end(caseId, 'f1')).rejects.toMatchObject({ code: 'four_eyes' });
    expect((await refusals(ctx.db, { limit: 1 }))[0]).toMatchObject({ what: 'case.resolve' });
    await expect(end(caseId, 'f2')).rejects.toMatchObject({ code: 'conflict' });
    await expect(end(caseId, 'f2', 'supplemented')).rejects.toMatchObject({
      details: [{ pointer: '/advertiserId' }],
    });
    world.set(dayStartMs(addDays(day, 1)) + 12 * 60 * MINUTE);
    gateway.book.deposit(-333n, '退回');
    await reconcile(addDays(day, 1));
    // What a bill bears out is not written off either.
    const proposal = proposeWriteOff(ctx, { caseId, by: 'f2', note: '无人认领' });
    await expect(proposal).rejects.toMatchObject({ code: 'conflict' });
    await end(caseId, 'f2');
    expect(await unsettledCases(ctx.db)).toEqual([]);
    expect(await world.wrongs()).toEqual([]);
    expect(await world.balance(accounts.suspense)).toBe(0n);
  });

  it('of income without an owner is booked to the advertiser whose it is', async () => {
    const caseId = await stray(() => gateway.book.deposit(5_000n, '线下汇款'));
    const before = await world.balance(accounts.wallet(1));
    const input = { caseId, by: 'f2', resolution: 'supplemented', note: 'A1 的汇款' } as const;
    await expect(resolveCase(ctx, { ...input, advertiserId: 999 })).rejects.toThrow();
    expect((await addAdvertiser(ctx.db, 0n)).id).toBe(1);
    await resolveCase(ctx, { ...input, advertiserId: 1 });
    expect(await world.balance(accounts.wallet(1))).toBe(before + 50_000_000n);
    expect(await world.balance(accounts.suspense)).toBe(0n);
    expect(await world.wrongs()).toEqual([]);
    await expect(resolveCase(ctx, { ...input, advertiserId: 1 })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('of a trade that nobody ordered is refunded at Alipay, once, and its line in the bill is no difference', async () => {
    const caseId = await stray(() => trade('STRAY-1', 4_000n));
    // Alipay's fee for it, which a refund does not give back.
    const [fee] = (await cases()).filter((one) => one.kinds.includes('short'));
    expect(fee).toMatchObject({ outNo: 'STRAY-1', differenceFen: -24n });
    await suspendCase(ctx, { caseId: fee!.id, by: 'f1' });
    await proposeWriteOff(ctx, { caseId: fee!.id, by: 'f1', note: '手续费不退' });
    await approveWriteOff(ctx, { caseId: fee!.id, by: 'f2' });
    const bank = gateway.book.balanceFen;
    const refund = (by: string) => refundCase(ctx, { caseId, by, note: '非本平台订单' });
    await expect(refund('f1')).rejects.toMatchObject({ code: 'four_eyes' });
    const method = 'alipay.trade.refund';
    gateway.faults.onCall({ kind: 'http_502', when: 'after', method, times: 1 });
    gateway.faults.onCall({
      kind: 'http_502',
      when: 'before',
      method: 'alipay.trade.fastpay.refund.query',
      times: 1,
    });
    expect(await refund('f2')).toBe(false);
    // Its fate is unknown: nobody may decide it otherwise meanwhile.
    const proposal = proposeWriteOff(ctx, { caseId, by: 'f2', note: '无人认领' });
    await expect(proposal).rejects.toMatchObject({ code: 'conflict' });
    expect(await refund('f2')).toBe(true);
    expect(gateway.book.balanceFen).toBe(bank - 4_000n);
    expect(await world.wrongs()).toEqual([]);
    await reconcile(addDays(today, 1));
    expect(await unsettledCases(ctx.db)).toEqual([]);
  });

  it('of a movement that Alipay can still tell of is asked about, not written off', async () => {
    const day = newDay();
    await topUp(50_000, false);
    await reconcile(day);
    const [found] = await cases();
    const caseId = found!.id;
    await suspendCase(ctx, { caseId, by: 'f1' });
    const proposal = proposeWriteOff(ctx, { caseId, by: 'f1', note: 'n' });
    await expect(proposal).rejects.toMatchObject({ code: 'conflict' });
    await expect(end(caseId, 'f2', 'supplemented')).rejects.toMatchObject({ code: 'conflict' });
    expect(await applyRemedy(ctx, { caseId, by: 'f2' })).toBe(true);
    expect(await settled(caseId)).toBe(1);
    expect(await world.wrongs()).toEqual([]);
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
    const writtenOff = await world.balance(accounts.writeOff);
    await expect(approveWriteOff(ctx, { caseId, by: 'f1' })).rejects.toMatchObject({
      code: 'four_eyes',
    });
    expect(await world.balance(accounts.suspense)).toBe(7_770_000n);
    await approveWriteOff(ctx, { caseId, by: 'f2' });
    expect(await world.balance(accounts.suspense)).toBe(0n);
    expect(await world.balance(accounts.writeOff)).toBe(writtenOff - 7_770_000n);
    await expect(approveWriteOff(ctx, { caseId, by: 'f2' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await world.wrongs()).toEqual([]);
  });
});

describe('the ledger’s cash against the bank’s closing balance', () => {
  it('differs at the end of every day by what is explained, whatever went wrong in it', async () => {
    const days = await ctx.db.execute<{ day: Day }>(
      `SELECT day::text AS day FROM bill WHERE status = 'matched' ORDER BY day`,
    );
    expect(days.length).toBeGreaterThan(10);
    for (const { day } of days) {
      const cash = await balanceCash(ctx.db, day);
      expect({ day, ...cash }).toMatchObject({ unexplainedFen: 0n, onWordFen: 0n });
    }
  });

  it('tells to the fen what nothing explains', async () => {
    await post(ctx.db, [
      {
        key: 'nobody',
        kind: 'opening',
        day: today,
        entries: [
          { account: accounts.alipayCash, amountMicroCny: 70_000n },
          { account: accounts.opening, amountMicroCny: -70_000n },
        ],
      },
    ]);
    expect(await balanceCash(ctx.db, today)).toMatchObject({ unexplainedFen: 7n });
    const gate = await gateOf(ctx, monthOf(today));
    const cash = gate.find((check) => check.name === 'cash');
    expect(cash).toMatchObject({ ok: false });
    expect(cash?.zh).toContain('未说明 0.07 元');
  });
});
