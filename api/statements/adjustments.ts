/**
 * Adjustments: money moved to or from an outlet outside of its charges, proposed by one person and approved by another.
 * Approval posts it; it then shows on the outlet's next frozen statement of its month. Never an edit of anything.
 */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type AdjustmentKind, statement, statementAdjustment } from '../../db/schema/statements.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { accounts, lockPeriod, post } from '../ledger/ledger.ts';
import { daysOfMonth, lockMonth, refreshDrafts } from './drafts.ts';

export type Adjustment = typeof statementAdjustment.$inferSelect;

/** Proposes; nothing moves. @throws Failure `invalid_input` (zero, month), `period_closed`. */
export function proposeAdjustment(
  ctx: { db: Db; clock: Clock },
  input: {
    outletId: number;
    month: string;
    amountMicroCny: MicroCny;
    reason: string;
    kind?: AdjustmentKind;
    by: string;
  },
): Promise<Adjustment> {
  daysOfMonth(input.month);
  if (input.amountMicroCny === 0n) {
    throw new Failure('invalid_input', {
      pointer: '/amountMicroCny',
      zh: '调账金额不能为零',
      en: 'an adjustment cannot be zero',
    });
  }
  return ctx.db.transaction(async (tx) => {
    await lockPeriod(tx, input.month);
    const [made] = await tx
      .insert(statementAdjustment)
      .values({
        outletId: input.outletId,
        month: input.month,
        amountMicroCny: input.amountMicroCny,
        kind: input.kind ?? 'adjustment',
        reason: input.reason,
        createdBy: input.by,
        createdAt: new Date(ctx.clock()),
      })
      .returning();
    if (!made) throw new Error('insert returned nothing');
    await record(tx, {
      actor: { userId: input.by },
      action: 'adjustment.propose',
      subject: `adjustment:${made.id}`,
      after: made,
    });
    return made;
  });
}

/**
 * Approves and posts. @throws Failure `four_eyes`, `not_found`, `conflict` (approved before; the month's statement is
 * frozen already, so that this belongs to a later month), `period_closed`.
 */
export function approveAdjustment(
  ctx: { db: Db; clock: Clock },
  input: { adjustmentId: number; by: string },
): Promise<Adjustment> {
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .select()
      .from(statementAdjustment)
      .where(eq(statementAdjustment.id, input.adjustmentId))
      .for('update');
    if (!row) throw new Failure('not_found', { zh: '调账不存在', en: 'no such adjustment' });
    if (row.createdBy === input.by) {
      throw new Failure('four_eyes', {
        zh: '不能审批自己提出的调账',
        en: 'who proposed an adjustment cannot approve it',
      });
    }
    if (row.approvedBy) {
      throw new Failure('conflict', { zh: '该调账已审批', en: 'approved before' });
    }
    await lockMonth(tx, row.month);
    await refuseFrozen(tx, row);
    const journalKey = `adjustment:${row.id}`;
    await post(tx, [
      {
        key: journalKey,
        kind: 'adjustment',
        day: dayOf(ctx.clock()),
        memo: row.reason,
        subject: `outlet:${row.outletId}`,
        entries: [
          { account: accounts.platformRevenue, amountMicroCny: row.amountMicroCny },
          { account: accounts.payable(row.outletId), amountMicroCny: -row.amountMicroCny },
        ],
      },
    ]);
    const [done] = await tx
      .update(statementAdjustment)
      .set({ journalKey, approvedBy: input.by, approvedAt: new Date(ctx.clock()) })
      .where(eq(statementAdjustment.id, row.id))
      .returning();
    // A draft says what is approved, also one that is being frozen.
    await refreshDrafts(tx, row.month, row.outletId);
    await record(tx, {
      actor: { userId: input.by },
      action: 'adjustment.approve',
      subject: `adjustment:${row.id}`,
      before: row,
      after: done,
    });
    return done as Adjustment;
  });
}

async function refuseFrozen(tx: Db, row: Adjustment): Promise<void> {
  const living = await tx
    .select({ status: statement.status, month: statement.month })
    .from(statement)
    .where(eq(statement.outletId, row.outletId))
    .for('update');
  const frozen = living.some(
    (one) => one.month === row.month && one.status !== 'draft' && one.status !== 'superseded',
  );
  if (frozen) {
    throw new Failure('conflict', {
      zh: `${row.month} 的结算单已冻结，请记入之后的月份`,
      en: `the statement of ${row.month} is frozen: book this in a later month`,
    });
  }
}
