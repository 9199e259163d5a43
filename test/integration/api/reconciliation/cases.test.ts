/** What closes a case, and what a month's cash is compared with. */
import { afterEach, describe, expect, it } from 'vitest';
import { accounts, post } from '../../../../api/ledger/ledger.ts';
import { queryTopUp, refusals } from '../../../../api/payments/payments.ts';
import { gateOf } from '../../../../api/periods/periods.ts';
import {
  applyRemedy,
  approveWriteOff,
  balanceCash,
  proposeWriteOff,
  refundCase,
  resolveCase,
  suspendCase,
  suspenseAgeing,
  unsettledCases,
} from '../../../../api/reconciliation/reconciliation.ts';
import { addDays, dayStartMs, monthOf } from '../../../../db/terms/day.ts';
import { addAdvertiser } from '../../../kit/books.ts';
import { MINUTE, openDays } from './days.ts';

const { world, today, newDay, reconcile, topUp, cases, unexplained } = await openDays();
const { ctx, gateway } = world;

afterEach(() => gateway.faults.clear());

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
  /** Alipay's fee for a trade of nobody's, which a refund does not give back. */
  async function writeOff(caseId: number) {
    await suspendCase(ctx, { caseId, by: 'f1' });
    await proposeWriteOff(ctx, { caseId, by: 'f1', note: '手续费不退' });
    await approveWriteOff(ctx, { caseId, by: 'f2' });
  }
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
    await end(caseId, 'f2');
    expect(await unsettledCases(ctx.db)).toEqual([]);
    expect(await world.wrongs()).toEqual([]);
    expect(await world.balance(accounts.suspense)).toBe(0n);
  });

  it('of a trade that went back at the merchant’s desk is not written off: the bill says so', async () => {
    const caseId = await stray(() => trade('STRAY-0', 1_000n));
    const { wallet, suspense } = { wallet: accounts.wallet(1), suspense: accounts.suspense };
    const before = await world.balance(wallet);
    gateway.book.refund('STRAY-0', 'by-hand', 1_000n);
    await reconcile(addDays(today(), 1));
    const proposal = proposeWriteOff(ctx, { caseId, by: 'f2', note: '无人认领' });
    await expect(proposal).rejects.toMatchObject({ code: 'conflict' });
    const booked = { caseId, by: 'f2', resolution: 'supplemented', note: 'n' } as const;
    await expect(resolveCase(ctx, { ...booked, advertiserId: 1 })).rejects.toMatchObject({
      code: 'conflict',
    });
    await end(caseId, 'f2');
    expect([await world.balance(wallet), await world.balance(suspense)]).toEqual([before, 0n]);
    for (const fee of await unsettledCases(ctx.db)) await writeOff(fee.id);
    expect(await world.wrongs()).toEqual([]);
  });

  it('refunded before its answer came, and listed by a bill, is one matter', async () => {
    const caseId = await stray(() => trade('STRAY-9', 2_000n));
    const method = 'alipay.trade.refund';
    const queries = 'alipay.trade.fastpay.refund.query';
    gateway.faults.onCall({ kind: 'http_502', when: 'after', method, times: 1 });
    gateway.faults.onCall({ kind: 'http_502', when: 'before', method: queries, times: 1 });
    const refund = () => refundCase(ctx, { caseId, by: 'f2', note: 'n' });
    expect(await refund()).toBe(false);
    await reconcile(addDays(today(), 1));
    expect(await refund()).toBe(true);
    const left = await unsettledCases(ctx.db);
    expect(left).toMatchObject([{ differenceFen: -12n }]);
    await writeOff(left[0]!.id);
    expect(await world.wrongs()).toEqual([]);
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

  it('of the company’s own money, moved to its bank and back, has an account of its own; a trade is never that', async () => {
    const own = { by: 'f2', resolution: 'supplemented', note: '划转', ownTransfer: true } as const;
    const day = newDay();
    await topUp();
    gateway.book.deposit(-50_000n, '提现至公司账户');
    await reconcile(day);
    const [withdrawn] = await cases();
    const caseId = withdrawn!.id;
    await suspendCase(ctx, { caseId, by: 'f1' });
    await expect(resolveCase(ctx, { ...own, caseId, by: 'f1' })).rejects.toMatchObject({
      code: 'four_eyes',
    });
    await resolveCase(ctx, { ...own, caseId });
    expect(await world.balance(accounts.ownBank)).toBe(50_000n * 10_000n);
    expect(await world.balance(accounts.suspense)).toBe(0n);
    const strange = await stray(() => trade('STRAY-7', 1_000n));
    await expect(resolveCase(ctx, { ...own, caseId: strange })).rejects.toMatchObject({
      code: 'conflict',
    });
    await resolveCase(ctx, { ...own, caseId: strange, ownTransfer: false, advertiserId: 1 });
    for (const fee of await unsettledCases(ctx.db)) await writeOff(fee.id);
    expect(await world.wrongs()).toEqual([]);
  });

  it('of a trade that nobody ordered is refunded at Alipay, once, and its line in the bill is no difference', async () => {
    const caseId = await stray(() => trade('STRAY-1', 4_000n));
    const [fee] = (await cases()).filter((one) => one.kinds.includes('short'));
    expect(fee).toMatchObject({ outNo: 'STRAY-1', differenceFen: -24n });
    await writeOff(fee!.id);
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
    await reconcile(addDays(today(), 1));
    expect(await unsettledCases(ctx.db)).toEqual([]);
  });

  it('of a line that the bill’s own balances deny is neither booked to anybody, sent back nor written off', async () => {
    const day = newDay();
    await topUp();
    gateway.faults.onBill('extra_row');
    await reconcile(day);
    const [found] = await cases();
    const caseId = found!.id;
    await suspendCase(ctx, { caseId, by: 'f1' });
    const by = 'f2';
    const booked = { caseId, by, resolution: 'supplemented', note: 'n', advertiserId: 1 } as const;
    for (const attempt of [
      () => resolveCase(ctx, booked),
      () => refundCase(ctx, { caseId, by, note: 'n' }),
      () => proposeWriteOff(ctx, { caseId, by, note: 'n' }),
      () => end(caseId, by),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'conflict' });
    await resolveCase(ctx, { caseId, by, resolution: 'reversed', note: '账单有误' });
    expect(await world.wrongs()).toEqual([]);
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
    expect(await applyRemedy(ctx, { caseId, by: 'f2' })).toBe('supplemented');
    expect(await settled(caseId)).toBe(1);
    expect(await world.wrongs()).toEqual([]);
  });

  it('of a top-up that was heard of after all is booked to nobody a second time', async () => {
    const day = newDay();
    const made = await topUp(50_000, false);
    await reconcile(day);
    const [found] = await cases();
    const caseId = found!.id;
    await suspendCase(ctx, { caseId, by: 'f1' });
    const wallet = await world.balance(accounts.wallet(1));
    expect(await queryTopUp(ctx, made.topUpId, made.outTradeNo)).toBe('credited');
    const late = end(caseId, 'f2', 'supplemented');
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    const proposal = proposeWriteOff(ctx, { caseId, by: 'f2', note: 'n' });
    await expect(proposal).rejects.toMatchObject({ code: 'conflict' });
    expect(await world.balance(accounts.wallet(1))).toBe(wallet + 500_000_000n);
    expect(await applyRemedy(ctx, { caseId, by: 'f2' })).toBe('supplemented');
    expect(await world.balance(accounts.suspense)).toBe(0n);
    expect(await world.wrongs()).toEqual([]);
  });

  it('suspended while Alipay is being asked is taken out of suspense by the answer', async () => {
    const day = newDay();
    await topUp(50_000, false);
    await reconcile(day);
    const [found] = await cases();
    const caseId = found!.id;
    const alipay: typeof ctx.alipay = {
      ...ctx.alipay,
      async queryTrade(...asked) {
        await suspendCase(ctx, { caseId, by: 'f1' });
        return ctx.alipay.queryTrade(...asked);
      },
    };
    expect(await applyRemedy({ ...ctx, alipay }, { caseId, by: 'f2' })).toBe('supplemented');
    expect(await world.balance(accounts.suspense)).toBe(0n);
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
  it('differs at the end of every day by what is explained, whatever became of its cases', async () => {
    expect(await unexplained()).toEqual([]);
  });

  it('tells to the fen what nothing explains', async () => {
    await post(ctx.db, [
      {
        key: 'nobody',
        kind: 'opening',
        day: today(),
        entries: [
          { account: accounts.alipayCash, amountMicroCny: 70_000n },
          { account: accounts.opening, amountMicroCny: -70_000n },
        ],
      },
    ]);
    expect(await balanceCash(ctx.db, today())).toMatchObject({ unexplainedFen: 7n });
    const gate = await gateOf(ctx, monthOf(today()));
    const cash = gate.find((check) => check.name === 'cash');
    expect(cash).toMatchObject({ ok: false });
    expect(cash?.zh).toContain('0.07 元无法说明');
  });
});
