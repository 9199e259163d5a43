/**
 * Statements: what an outlet is owed for a month. Owns draft → frozen → outlet_confirmed · disputed → approved → paying
 * → paid → reconciled. Frozen content never changes: an accepted dispute supersedes it with a new revision. Refuses an
 * approval by whoever froze it, and every step out of turn.
 */
import type { Database, Db } from '../../db/client.ts';
import { statement } from '../../db/schema/statements.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { recordClawback } from '../payments/payments.ts';
import { lockMonth, openDrafts, refreshDrafts } from './drafts.ts';
import { freezeMonth } from './freezing.ts';
import { find, move, outOfTurn, type Statement } from './steps.ts';

export { approveAdjustment, proposeAdjustment } from './adjustments.ts';
export { canonicalJson } from './document.ts';
export { daysOfMonth } from './drafts.ts';
export { freezeMonth } from './freezing.ts';
export { lockStatementToInvoice, noteInvoice } from './invoicing.ts';
export { statementPort } from './payoutPort.ts';
export { chargesOfLine, listStatements, statementDetail, statementFile } from './queries.ts';
export type { Statement } from './steps.ts';
export { verifyStatement } from './verify.ts';

interface Ctx {
  db: Database;
  clock: Clock;
}

/** Drafts or refreshes every outlet's statement of a month (`YYYY-MM`). Returns how many drafts there are. */
export function draftStatements(ctx: { db: Db }, month: string): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    await lockMonth(tx, month);
    await openDrafts(tx, month);
    return refreshDrafts(tx, month);
  });
}

/** Freezes one draft. @throws Failure `not_found`, `conflict` (not a draft, month not over, hours not charged). */
export async function freezeStatement(
  ctx: Ctx,
  input: { statementId: number; by: string },
): Promise<Statement> {
  const draft = await find(ctx.db, input.statementId);
  if (draft.status !== 'draft') throw outOfTurn(draft.status, 'frozen');
  await freezeMonth(ctx, { month: draft.month, by: input.by, outletId: draft.outletId });
  return find(ctx.db, input.statementId);
}

/** The outlet accepts. @throws Failure `not_found`, `conflict`. */
export const confirmStatement = (
  ctx: Ctx,
  input: { statementId: number; by: string },
): Promise<Statement> =>
  move(ctx, { ...input, from: ['frozen'], to: 'outlet_confirmed' }, (at) => ({
    confirmedAt: at,
    confirmedBy: input.by,
  }));

/** The outlet objects, to certain lines (by ordinal) or to the whole. @throws Failure `not_found`, `conflict`. */
export const disputeStatement = (
  ctx: Ctx,
  input: { statementId: number; by: string; reason: string; lines?: number[] },
): Promise<Statement> =>
  move(ctx, { ...input, note: input.reason, from: ['frozen'], to: 'disputed' });

/**
 * Finance answers a dispute. Rejected: the frozen statement stands and waits for confirmation again. Accepted: it is
 * superseded by a draft of the next revision, to be frozen once its adjustments are approved. A closed month keeps its
 * statements: reject, and adjust in a later one.
 * @returns the statement that stands now. @throws Failure `not_found`, `conflict`, `period_closed`.
 */
export async function resolveDispute(
  ctx: Ctx,
  input: { statementId: number; by: string; accept: boolean; note: string },
): Promise<Statement> {
  if (!input.accept) return move(ctx, { ...input, from: ['disputed'], to: 'frozen' });
  return ctx.db.transaction(async (tx) => {
    // The month first, its statements second: as everybody who writes them.
    await lockMonth(tx, (await find(tx, input.statementId)).month);
    const old = await move({ ...ctx, db: tx }, { ...input, from: ['disputed'], to: 'superseded' });
    const [next] = await tx
      .insert(statement)
      .values({ outletId: old.outletId, month: old.month, revision: old.revision + 1 })
      .returning();
    await refreshDrafts(tx, old.month, old.outletId);
    return find(tx, next?.id ?? 0);
  });
}

/**
 * A second person of finance approves what the outlet confirmed; one that is less than nothing becomes a clawback.
 * @throws Failure `four_eyes`, `conflict`.
 */
export async function approveStatement(
  ctx: Ctx,
  input: { statementId: number; by: string },
): Promise<Statement> {
  const found = await find(ctx.db, input.statementId);
  if (found.frozenBy === input.by) {
    throw new Failure('four_eyes', {
      zh: '制单人不能审批自己的结算单',
      en: 'who froze the statement cannot approve it',
    });
  }
  return ctx.db.transaction(async (tx) => {
    const approved = await move(
      { ...ctx, db: tx },
      { ...input, from: ['outlet_confirmed'], to: 'approved' },
      (at) => ({ approvedAt: at, approvedBy: input.by }),
    );
    await keepBack({ ...ctx, db: tx }, approved, input.by);
    return approved;
  });
}

/** What a statement leaves the outlet owing is kept back from its next payouts. */
async function keepBack(
  ctx: { db: Db; clock: Clock },
  { id, outletId, month, totalMicroCny }: Statement,
  by: string,
): Promise<void> {
  if (totalMicroCny >= 0n) return;
  const reason = `${month} 结算单为负`;
  await recordClawback(ctx, {
    outletId,
    key: `statement:${id}`,
    amountMicroCny: -totalMicroCny,
    reason,
    by,
  });
}
