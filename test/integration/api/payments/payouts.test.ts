import { afterEach, describe, expect, it } from 'vitest';
import { accounts } from '../../../../api/ledger/ledger.ts';
import {
  approvePayout,
  cancelPayout,
  checkReturns,
  DEFAULT_POLICY,
  recordClawback,
  refusals,
  requestPayout,
  resendFailedParts,
  resolveUnknown,
  sendPayouts,
} from '../../../../api/payments/payments.ts';
import { CALL_FAULTS } from '../../../simulator/alipay/faults.ts';
import { openWorld } from './world.ts';

const MINUTE = 60_000;
const TRANSFER = 'alipay.fund.trans.uni.transfer';
const world = await openWorld({ openingFen: 1_000_000_000n });
const { ctx, gateway } = world;

const made = async (amountMicroCny: bigint) => {
  const outletId = await world.owe(amountMicroCny);
  const statementId = world.statements.size;
  const { payoutId, amountFen } = await requestPayout(ctx, { statementId, by: 'maker' });
  return { outletId, statementId, payoutId, amountFen };
};
const approved = async (amountMicroCny: bigint) => {
  const payout = await made(amountMicroCny);
  await approvePayout(ctx, { payoutId: payout.payoutId, by: 'checker' });
  return payout;
};
const statusOf = async (payoutId: number): Promise<string> => {
  const rows = await ctx.db.execute(`SELECT status FROM payout WHERE id = ${payoutId}`);
  return (rows[0] as { status: string }).status;
};
/** Turns the clock until nothing is open. */
async function settleAll(hours = 12) {
  for (let n = 0; n < hours * 6; n += 1) {
    await sendPayouts(ctx);
    await resolveUnknown(ctx);
    if (
      (await world.count("FROM payout_part WHERE status IN ('pending','sending','unknown')")) === 0
    )
      return;
    world.advance(10 * MINUTE);
  }
}

afterEach(async () => {
  gateway.faults.clear();
  expect(await world.wrongs()).toEqual([]);
});

describe('a payout', () => {
  it('pays whole fen once and leaves the fraction owed', async () => {
    const { outletId, payoutId, statementId } = await approved(12_345_678n);
    expect(await world.balance(accounts.payable(outletId))).toBe(5_678n);
    expect(await sendPayouts(ctx)).toMatchObject({ sent: 1, succeeded: 1 });
    expect(await sendPayouts(ctx)).toMatchObject({ sent: 0 });
    expect(await statusOf(payoutId)).toBe('succeeded');
    expect(world.statements.get(statementId)?.steps).toEqual(['paying', 'paid']);
    expect(await world.balance(accounts.payoutClearing)).toBe(0n);
  });

  it('carries the fraction into the next one of that outlet', async () => {
    const { outletId } = await approved(10_009_999n);
    await sendPayouts(ctx);
    const statementId = await world.oweMore(outletId, 10_000_001n);
    const next = await requestPayout(ctx, { statementId, by: 'maker' });
    expect(next.amountFen).toBe(1_001n);
    await approvePayout(ctx, { payoutId: next.payoutId, by: 'checker' });
    await sendPayouts(ctx);
    expect(await world.balance(accounts.payable(outletId))).toBe(0n);
  });

  it('is cut into parts at the limit, each under a name of its own', async () => {
    const { payoutId } = await approved(250_000_050_000n);
    const rows = await ctx.db.execute(
      `SELECT out_biz_no, amount_fen FROM payout_part WHERE payout_id = ${payoutId} ORDER BY ordinal`,
    );
    expect(rows.map((r) => Number(r.amount_fen))).toEqual([10_000_000, 10_000_000, 5_000_005]);
    await sendPayouts(ctx);
    expect(await statusOf(payoutId)).toBe('succeeded');
  });

  it('nets a clawback from what is sent', async () => {
    const outletId = await world.owe(50_000_000n);
    const statementId = world.statements.size;
    await recordClawback(ctx, {
      outletId,
      key: `adj:${outletId}`,
      amountMicroCny: 12_340_000n,
      reason: 'IVT',
      by: 'u',
    });
    const { amountFen, payoutId } = await requestPayout(ctx, { statementId, by: 'maker' });
    expect(amountFen).toBe(3_766n);
    await cancelPayout(ctx, { payoutId, by: 'maker' });
    expect((await requestPayout(ctx, { statementId, by: 'maker' })).amountFen).toBe(3_766n);
  });
});

describe('approval is refused, kept with its reason, and moves nothing', () => {
  const cases = [
    [
      'four_eyes',
      'by the maker',
      (payoutId: number) => approvePayout(ctx, { payoutId, by: 'maker' }),
    ],
    [
      'conflict',
      'a second time',
      async (payoutId: number) => {
        await approvePayout(ctx, { payoutId, by: 'checker' });
        return approvePayout(ctx, { payoutId, by: 'checker' });
      },
    ],
    [
      'second_factor_required',
      'without a fresh second factor',
      (payoutId: number) =>
        approvePayout(
          { ...ctx, policy: { ...DEFAULT_POLICY, secondFactorWithinMs: 5 * MINUTE } },
          { payoutId, by: 'checker', secondFactorAtMs: world.clock() - 6 * MINUTE },
        ),
    ],
    [
      'conflict',
      "before the outlet's invoice",
      (payoutId: number) => {
        for (const statement of world.statements.values()) statement.needsInvoice = true;
        return approvePayout(ctx, { payoutId, by: 'checker' });
      },
    ],
  ] as const;
  it.each(cases)('%s: %s', async (code, _name, act) => {
    const { payoutId } = await made(10_000_000n);
    await expect(act(payoutId)).rejects.toMatchObject({ code });
    const [kept] = await refusals(ctx.db, { limit: 1 });
    expect(kept).toMatchObject({
      what: 'payout.approve',
      reason: code,
      subject: `payout:${payoutId}`,
    });
    expect(await world.count(`FROM payout_part WHERE payout_id = ${payoutId}`)).toBe(
      await world.count(`FROM journal WHERE key = 'payout:${payoutId}:approved'`),
    );
    await settleAll();
  });

  it('when the statement changed meanwhile', async () => {
    const { payoutId, statementId } = await made(10_000_000n);
    world.statements.get(statementId)!.amountMicroCny = 9_000_000n;
    await expect(approvePayout(ctx, { payoutId, by: 'checker' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('a second payout of one statement', async () => {
    const { statementId } = await made(10_000_000n);
    await expect(requestPayout(ctx, { statementId, by: 'maker' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('the database itself refuses the maker as checker', async () => {
    const { payoutId } = await made(10_000_000n);
    await expect(
      ctx.db.execute(
        `UPDATE payout SET status = 'approved', approved_by = 'maker' WHERE id = ${payoutId}`,
      ),
    ).rejects.toMatchObject({ cause: { constraint_name: 'payout_four_eyes' } });
  });
});

describe('an unknown outcome', () => {
  const faults = CALL_FAULTS.flatMap((kind) => [
    [kind, 'before'] as const,
    [kind, 'after'] as const,
  ]);
  it.each(faults)('%s %s the commit: paid once, never twice', async (kind, when) => {
    const bank = gateway.book.balanceFen;
    const { payoutId } = await approved(10_000_000n);
    gateway.faults.onCall({ kind, when, method: TRANSFER, times: 2 });
    const first = await sendPayouts(ctx);
    if (kind !== 'reset') expect(first.succeeded).toBe(0);
    gateway.faults.clear();
    await settleAll();
    expect(await statusOf(payoutId)).toBe('succeeded');
    expect(gateway.book.balanceFen).toBe(bank - 1_000n);
  });

  it('is not resent while ORDER_NOT_EXIST may still become an order', async () => {
    const { payoutId } = await approved(10_000_000n);
    gateway.faults.onCall({ kind: 'http_502', when: 'before', method: TRANSFER, times: 1 });
    await sendPayouts(ctx);
    world.advance(MINUTE);
    expect(await resolveUnknown(ctx)).toMatchObject({ asked: 1, resent: 0 });
    expect(await statusOf(payoutId)).toBe('unknown');
    world.advance(10 * MINUTE);
    expect(await resolveUnknown(ctx)).toMatchObject({ resent: 1 });
    expect(await sendPayouts(ctx)).toMatchObject({ succeeded: 1 });
  });

  it('left by a process that died after claiming is taken over', async () => {
    const { payoutId } = await approved(10_000_000n);
    await ctx.db.execute(`UPDATE payout_part SET status = 'sending', attempts = 1, sent_at = '${new Date(world.clock()).toISOString()}',
      next_attempt_at = '${new Date(world.clock() + 2 * MINUTE).toISOString()}' WHERE payout_id = ${payoutId}`);
    await settleAll();
    expect(await statusOf(payoutId)).toBe('succeeded');
  });
});

describe('a refused transfer', () => {
  it("a payee whose name is not the account's: fails after a query, and the money is owed again", async () => {
    const outletId = await world.owe(10_000_000n, '真名融媒体中心');
    const statementId = world.statements.size;
    gateway.book.payees.set(`outlet${statementId}@hongze.test`, '另一个名字');
    const { payoutId } = await requestPayout(ctx, { statementId, by: 'maker' });
    await approvePayout(ctx, { payoutId, by: 'checker' });
    await sendPayouts(ctx);
    expect(await statusOf(payoutId)).toBe('unknown');
    await settleAll();
    expect(await statusOf(payoutId)).toBe('failed');
    expect(await world.balance(accounts.payable(outletId))).toBe(10_000_000n);
    const [kept] = await refusals(ctx.db, { limit: 1 });
    expect(kept).toMatchObject({ what: 'payout.transfer', reason: 'PAYEE_USER_INFO_ERROR' });
    expect(world.statements.get(statementId)?.steps).toEqual(['paying', 'failed']);
    await expect(requestPayout(ctx, { statementId, by: 'maker' })).resolves.toMatchObject({
      amountFen: 1_000n,
    });
  });

  it('that comes back days later is owed again', async () => {
    const { payoutId, outletId, statementId } = await approved(10_000_000n);
    await sendPayouts(ctx);
    const rows = await ctx.db.execute(
      `SELECT out_biz_no FROM payout_part WHERE payout_id = ${payoutId}`,
    );
    gateway.book.bounce(String(rows[0]?.out_biz_no));
    world.advance(26 * 60 * MINUTE);
    expect(await checkReturns(ctx)).toBe(1);
    expect(await statusOf(payoutId)).toBe('returned');
    expect(await world.balance(accounts.payable(outletId))).toBe(10_000_000n);
    expect(world.statements.get(statementId)?.steps).toEqual(['paying', 'paid', 'returned']);
  });
});

describe('a payout of which one part failed', () => {
  it('is sent again for that part only, under a new name and a second person', async () => {
    const { payoutId, statementId } = await approved(150_000_000_000n);
    const rows = await ctx.db.execute(
      `SELECT out_biz_no FROM payout_part WHERE payout_id = ${payoutId} ORDER BY ordinal`,
    );
    await sendPayouts(ctx);
    gateway.book.bounce(String(rows[1]?.out_biz_no));
    world.advance(60 * MINUTE);
    await checkReturns(ctx);
    expect(await statusOf(payoutId)).toBe('part_succeeded');
    await expect(resendFailedParts(ctx, { payoutId, by: 'maker' })).rejects.toMatchObject({
      code: 'four_eyes',
    });
    expect(await resendFailedParts(ctx, { payoutId, by: 'checker' })).toEqual({ parts: 1 });
    await expect(resendFailedParts(ctx, { payoutId, by: 'checker' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await sendPayouts(ctx);
    expect(await statusOf(payoutId)).toBe('succeeded');
    expect(
      await world.count(`FROM payout_part WHERE payout_id = ${payoutId} AND status = 'succeeded'`),
    ).toBe(2);
    expect(world.statements.get(statementId)?.steps.at(-1)).toBe('paid');
  });
});
