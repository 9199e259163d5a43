/** Statements while others are at work: whoever comes between two steps of a freeze, and many who decide at once. */
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeHour } from '../../../../api/billing/billing.ts';
import { accounts, balanceOf, ledgerFaults } from '../../../../api/ledger/ledger.ts';
import { requestPayout } from '../../../../api/payments/payments.ts';
import {
  approveAdjustment,
  approveStatement,
  confirmStatement,
  disputeStatement,
  draftStatements,
  freezeMonth,
  listStatements,
  proposeAdjustment,
  resolveDispute,
  statementFile,
  statementPort,
  verifyStatement,
} from '../../../../api/statements/statements.ts';
import type { Database } from '../../../../db/client.ts';
import { statementEvent } from '../../../../db/schema/statements.ts';
import { dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  deliver,
  signContract,
} from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';

const now = dayStartMs('2026-12-03');
const clock = () => now;
let db: Database;
const ctx = () => ({ db, clock });

beforeAll(async () => {
  ({ db } = await openTestDatabase({ max: 20 }));
});

/** A county outlet with an hour charged in a month. */
async function earned(month: string, outletId?: number) {
  const county = outletId ?? (await addOutlet(db)).id;
  const place = await addPlacement(db, county);
  if (!outletId) await signContract(db, county);
  const advertiser = await addAdvertiser(db, 100_000_000n, `${month}-01`);
  const line = await addLineItem(db, advertiser.id);
  const hour = hourOf(dayStartMs(`${month}-05`));
  await deliver(db, hour, { line, place, impressions: 3, spendMicroCny: 10_000_000n });
  await closeHour(ctx(), hour);
  return county;
}

const propose = (outletId: number, month: string, amountMicroCny: bigint) =>
  proposeAdjustment(ctx(), { outletId, month, amountMicroCny, reason: 'r', by: 'maker' });

async function statementOf(outletId: number, month: string) {
  const [found] = await listStatements(db, { outletIds: [outletId], month, limit: 5 });
  if (!found) throw new Error('no statement');
  return found;
}

/** What of many attempts was done, and what refused with which code. */
async function outcomes(attempts: Promise<unknown>[]) {
  const settled = await Promise.allSettled(attempts);
  return {
    done: settled.filter((one) => one.status === 'fulfilled').length,
    codes: [
      ...new Set(settled.flatMap((one) => (one.status === 'rejected' ? one.reason.code : []))),
    ],
  };
}

describe('between two steps of a freeze', () => {
  it('an adjustment that is approved is on the statement, or is refused', async () => {
    const month = '2026-03';
    const outletId = await earned(month);
    const proposals = await Promise.all(
      [1n, 20n, 300n, 4_000n].map((n) => propose(outletId, month, n)),
    );
    await draftStatements(ctx(), month);
    let next = 0;
    const refused: string[] = [];
    /** Before each of the freeze's own transactions somebody approves one. */
    const watched = new Proxy(db, {
      get(target, key) {
        if (key !== 'transaction') return Reflect.get(target, key);
        return async (...args: Parameters<Database['transaction']>) => {
          const adjustmentId = proposals[next++]?.id;
          if (adjustmentId)
            await approveAdjustment(ctx(), { adjustmentId, by: 'checker' }).catch((error) => {
              refused.push(error.code);
            });
          return target.transaction(...args);
        };
      },
    });
    await freezeMonth({ db: watched, clock }, { month, by: 'maker', outletId });
    expect(next).toBeGreaterThan(1);
    const { id, totalMicroCny } = await statementOf(outletId, month);
    const file = await statementFile(db, id);
    expect(verifyStatement(JSON.stringify(file))).toMatchObject({ ok: true });
    expect((await balanceOf(db, accounts.payable(outletId))).balanceMicroCny).toBe(totalMicroCny);
  });
});

describe('of many at once', () => {
  it('an outlet confirms or disputes, and finance answers, once', async () => {
    const month = '2026-04';
    const outletId = await earned(month);
    await freezeMonth(ctx(), { month, by: 'maker', outletId });
    const { id: statementId } = await statementOf(outletId, month);
    const answers = await outcomes(
      Array.from({ length: 12 }, (_, n) =>
        n % 2
          ? confirmStatement(ctx(), { statementId, by: 'o1' })
          : disputeStatement(ctx(), { statementId, by: 'o2', reason: 'r' }),
      ),
    );
    expect(answers).toEqual({ done: 1, codes: ['conflict'] });
    if ((await statementOf(outletId, month)).status === 'outlet_confirmed') return;
    const resolved = await outcomes(
      Array.from({ length: 8 }, (_, n) =>
        resolveDispute(ctx(), { statementId, by: `f${n}`, accept: n % 2 === 0, note: 'n' }),
      ),
    );
    expect(resolved).toEqual({ done: 1, codes: ['conflict'] });
  });

  it('an accepted dispute becomes one new revision', async () => {
    const month = '2026-05';
    const outletId = await earned(month);
    await freezeMonth(ctx(), { month, by: 'maker', outletId });
    const { id: statementId } = await statementOf(outletId, month);
    await disputeStatement(ctx(), { statementId, by: 'o', reason: 'r' });
    const accepted = await outcomes(
      Array.from({ length: 8 }, () =>
        resolveDispute(ctx(), { statementId, by: 'f', accept: true, note: 'n' }),
      ),
    );
    expect(accepted).toEqual({ done: 1, codes: ['conflict'] });
    const all = await listStatements(db, { outletIds: [outletId], month, limit: 9 });
    expect(all.map((one) => one.revision).sort()).toEqual([0, 1]);
  });
});

describe('a statement that is less than nothing', () => {
  it('is kept back from the outlet’s next payouts, to the µCNY and once', async () => {
    const [june, july] = ['2026-06', '2026-07'] as const;
    const outletId = await earned(june);
    await earned(july, outletId);
    const over = await propose(outletId, june, -8_000_000n);
    await approveAdjustment(ctx(), { adjustmentId: over.id, by: 'checker' });
    for (const month of [june, july]) {
      await freezeMonth(ctx(), { month, by: 'maker', outletId });
      const { id: statementId } = await statementOf(outletId, month);
      await confirmStatement(ctx(), { statementId, by: 'outlet' });
      const approvals = Array.from({ length: 4 }, () =>
        approveStatement(ctx(), { statementId, by: 'checker' }),
      );
      expect((await outcomes(approvals)).done).toBe(1);
    }
    const first = await statementOf(outletId, june);
    const second = await statementOf(outletId, july);
    expect(first.totalMicroCny).toBeLessThan(0n);
    const pay = { ...ctx(), alipay: {} as never, statements: statementPort(clock) };
    await addPayee(outletId);
    await expect(requestPayout(pay, { statementId: first.id, by: 'maker' })).rejects.toThrow(
      'nothing to pay',
    );
    const { amountFen } = await requestPayout(pay, { statementId: second.id, by: 'maker' });
    expect(amountFen * 10_000n).toBe(second.totalMicroCny + first.totalMicroCny);
    expect((await balanceOf(db, accounts.payable(outletId))).balanceMicroCny).toBe(
      amountFen * 10_000n,
    );
    expect(await ledgerFaults(db)).toEqual([]);
  });
});

async function addPayee(outletId: number): Promise<void> {
  await db.execute(
    `UPDATE outlet SET payee_name = '示范', payee_alipay_account = 'a@hongze.test' WHERE id = ${outletId}`,
  );
}

describe('parts of a payout that come back one by one', () => {
  it('make their statement owed again once, and each is booked', async () => {
    const month = '2026-09';
    const outletId = await earned(month);
    await freezeMonth(ctx(), { month, by: 'maker', outletId });
    const { id } = await statementOf(outletId, month);
    await confirmStatement(ctx(), { statementId: id, by: 'outlet' });
    await approveStatement(ctx(), { statementId: id, by: 'checker' });
    const port = statementPort(clock);
    for (const step of ['paying', 'paid', 'returned', 'returned'] as const)
      await db.transaction((tx) => port.advance(tx, id, step));
    expect((await statementOf(outletId, month)).status).toBe('approved');
    const steps = await db
      .select({ status: statementEvent.status })
      .from(statementEvent)
      .where(eq(statementEvent.statementId, id))
      .orderBy(statementEvent.id);
    expect(steps.slice(-3)).toEqual(['paying', 'paid', 'approved'].map((status) => ({ status })));
    const late = db.transaction((tx) => port.advance(tx, id, 'paid'));
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
  });
});
