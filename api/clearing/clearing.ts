/**
 * Clearing with partners: a demand or supply partner's report of its days against what was charged. Owns the report as it came
 * (once by its hash), the case of each difference, and its end: explained, ours stands, or theirs accepted by two people,
 * which moves money between the platform and the partner's own account. A later report replaces what an earlier left open.
 */
import { createHash } from 'node:crypto';
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type PartnerSide, partnerDifference, partnerStatement } from '../../db/schema/clearing.ts';
import { type Clock, type Day, dayOf, monthOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { accounts, post } from '../ledger/ledger.ts';
import { approveAdjustment, proposeAdjustment } from '../statements/statements.ts';
import { comparePartner, type DayDifference, type DayFigures } from './compare.ts';
import { accountOf, ourDays } from './ours.ts';

interface Ctx {
  db: Db;
  clock: Clock;
}
export type PartnerStatement = typeof partnerStatement.$inferSelect;
export type PartnerDifference = typeof partnerDifference.$inferSelect;

export interface ReportInput {
  side: PartnerSide;
  partnerId: number;
  /** The days it is about, inclusive: what was charged on them and is not reported is a difference. */
  fromDay: Day;
  toDay: Day;
  tolerancePpm: number;
  rows: (DayFigures & { day: Day })[];
}

/** @throws Failure `invalid_input` (a row outside of its days), `not_found` (partner), `conflict` (the same report again). */
export function receiveReport(ctx: Ctx, input: ReportInput, by: string): Promise<PartnerStatement> {
  const { side, partnerId, fromDay, toDay, tolerancePpm } = input;
  for (const [i, { day }] of input.rows.entries()) {
    if (day >= fromDay && day <= toDay) continue;
    throw new Failure('invalid_input', {
      pointer: `/rows/${i}/day`,
      zh: `不在 ${fromDay} 至 ${toDay} 之间`,
      en: `it is not between ${fromDay} and ${toDay}`,
    });
  }
  return ctx.db.transaction(async (tx) => {
    await tx.execute(
      sql`SELECT pg_advisory_xact_lock(hashtext('clearing'), ${side === 'demand' ? partnerId : -partnerId}::int)`,
    );
    const account = await accountOf(tx, side, partnerId);
    const ours = await ourDays(tx, { side, partnerId }, account, { from: fromDay, to: toDay });
    const { matchedDays, differences } = comparePartner(ours, input.rows, tolerancePpm);
    const rows = input.rows.map((row) => ({
      ...row,
      amountMicroCny: row.amountMicroCny.toString(),
    }));
    const sha256 = createHash('sha256')
      .update(JSON.stringify([fromDay, toDay, tolerancePpm, rows]))
      .digest('hex');
    const [made] = await tx
      .insert(partnerStatement)
      .values({
        side,
        partnerId,
        advertiserId: account.advertiserId ?? null,
        outletId: account.outletId ?? null,
        fromDay,
        toDay,
        tolerancePpm,
        rows,
        sha256,
        matchedDays,
        receivedBy: by,
        receivedAt: new Date(ctx.clock()),
      })
      .onConflictDoNothing()
      .returning();
    if (!made) {
      throw new Failure('conflict', {
        zh: '该报表已收到过',
        en: 'this report was received before',
      });
    }
    await replaceOpen(ctx, tx, made);
    await keepDifferences(ctx, tx, made, differences);
    await record(tx, {
      actor: { userId: by },
      action: 'partnerStatement.receive',
      subject: `partnerStatement:${made.id}`,
      after: { side, partnerId, fromDay, toDay, matchedDays, differences: differences.length },
      at: new Date(ctx.clock()),
    });
    return made;
  });
}

/** What earlier reports left open on these days is this one's business now. */
async function replaceOpen(ctx: Ctx, tx: Db, made: PartnerStatement): Promise<void> {
  await tx
    .update(partnerDifference)
    .set({
      status: 'closed',
      resolution: 'explained',
      note: `由报表 ${made.id} 取代`,
      closedBy: made.receivedBy,
      closedAt: new Date(ctx.clock()),
    })
    .where(
      and(
        eq(partnerDifference.side, made.side),
        eq(partnerDifference.partnerId, made.partnerId),
        ne(partnerDifference.status, 'closed'),
        sql`${partnerDifference.day} BETWEEN ${made.fromDay} AND ${made.toDay}`,
      ),
    );
}

async function keepDifferences(
  ctx: Ctx,
  tx: Db,
  made: PartnerStatement,
  differences: readonly DayDifference[],
): Promise<void> {
  if (differences.length === 0) return;
  const closed = {
    status: 'closed',
    resolution: 'explained',
    closedBy: 'clearing',
    closedAt: new Date(ctx.clock()),
  } as const;
  await tx.insert(partnerDifference).values(
    differences.map((one) => ({
      partnerStatementId: made.id,
      side: made.side,
      partnerId: made.partnerId,
      advertiserId: made.advertiserId,
      outletId: made.outletId,
      day: one.day,
      kinds: one.kinds,
      ourQuantity: one.ours.quantity,
      ourMicroCny: one.ours.amountMicroCny,
      theirQuantity: one.theirs.quantity,
      theirMicroCny: one.theirs.amountMicroCny,
      ...(one.explained ? closed : {}),
    })),
  );
}

/** A report's differences, by day. */
export const reportDifferences = (
  db: Db,
  partnerStatementId: number,
): Promise<PartnerDifference[]> =>
  db
    .select()
    .from(partnerDifference)
    .where(eq(partnerDifference.partnerStatementId, partnerStatementId))
    .orderBy(asc(partnerDifference.day));

async function lockDifference(tx: Db, id: number): Promise<PartnerDifference> {
  const [row] = await tx
    .select()
    .from(partnerDifference)
    .where(eq(partnerDifference.id, id))
    .for('update');
  if (!row) throw new Failure('not_found', { zh: '没有这个差异', en: 'no such difference' });
  if (row.status === 'closed') {
    throw new Failure('conflict', { zh: '差异已经关闭', en: 'the difference is closed' });
  }
  return row;
}

async function change(
  ctx: Ctx,
  tx: Db,
  row: PartnerDifference,
  action: string,
  by: string,
  changes: Partial<PartnerDifference>,
): Promise<PartnerDifference> {
  const [after] = await tx
    .update(partnerDifference)
    .set({ ...changes, version: row.version + 1 })
    .where(eq(partnerDifference.id, row.id))
    .returning();
  await record(tx, {
    actor: { userId: by },
    action: `partnerDifference.${action}`,
    subject: `partnerDifference:${row.id}`,
    before: { status: row.status },
    after: changes,
    at: new Date(ctx.clock()),
  });
  return after as PartnerDifference;
}

/** Ends a case without moving money. @throws Failure `conflict`, `not_found`. */
export function closeDifference(
  ctx: Ctx,
  input: { id: number; resolution: 'explained' | 'ours_stands'; note: string; by: string },
): Promise<PartnerDifference> {
  const { id, resolution, note, by } = input;
  return ctx.db.transaction(async (tx) => {
    const row = await lockDifference(tx, id);
    const closed = { status: 'closed', closedBy: by, closedAt: new Date(ctx.clock()) } as const;
    return change(ctx, tx, row, 'close', by, { ...closed, resolution, note });
  });
}

/** First pair of eyes: the partner is right. @throws Failure `conflict` (nothing to move), `not_found`. */
export function proposeTheirs(
  ctx: Ctx,
  input: { id: number; note: string; by: string },
): Promise<PartnerDifference> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockDifference(tx, input.id);
    if (row.theirMicroCny === row.ourMicroCny) {
      throw new Failure('conflict', { zh: '金额没有差异', en: 'the amounts do not differ' });
    }
    const { by, note } = input;
    return change(ctx, tx, row, 'propose', by, { status: 'proposed', proposedBy: by, note });
  });
}

/**
 * Second pair of eyes: the difference moves. A demand partner's wallet is set right against revenue; a supply partner gets an
 * adjustment on its current month's statement. @throws Failure `four_eyes`, `conflict`, `insufficient_funds`, `not_found`.
 */
export function approveTheirs(
  ctx: Ctx,
  input: { id: number; by: string },
): Promise<PartnerDifference> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockDifference(tx, input.id);
    if (row.status !== 'proposed' || row.proposedBy === null) {
      throw new Failure('conflict', { zh: '尚未提出', en: 'it was not proposed' });
    }
    if (row.proposedBy === input.by) {
      throw new Failure('four_eyes', {
        zh: '提出的人不能批准',
        en: 'whoever proposed it cannot approve it',
      });
    }
    await refuseChanged(tx, row);
    await moveDifference({ ...ctx, db: tx }, row, input.by);
    return change(ctx, tx, row, 'approve', input.by, {
      status: 'closed',
      resolution: 'theirs_accepted',
      closedBy: input.by,
      closedAt: new Date(ctx.clock()),
    });
  });
}

/** What was proposed stands against what is charged now, or what has come since would be moved as well. */
async function refuseChanged(tx: Db, row: PartnerDifference): Promise<void> {
  const { side, partnerId, day } = row;
  const account = await accountOf(tx, side, partnerId);
  const ours = await ourDays(tx, { side, partnerId }, account, { from: day, to: day });
  if ((ours.get(day)?.amountMicroCny ?? 0n) === row.ourMicroCny) return;
  throw new Failure('conflict', {
    zh: '我方该日金额在比对之后有变，请重新提交报表比对',
    en: 'our amount of that day changed after it was compared: have the report compared again',
  });
}

async function moveDifference(ctx: Ctx, row: PartnerDifference, by: string): Promise<void> {
  const amountMicroCny: MicroCny = row.theirMicroCny - row.ourMicroCny;
  const reason = `合作方对账差异 ${row.day}`;
  if (row.outletId !== null) {
    const adjustment = await proposeAdjustment(ctx, {
      outletId: row.outletId,
      month: monthOf(dayOf(ctx.clock())),
      amountMicroCny,
      reason,
      by: row.proposedBy as string,
    });
    await approveAdjustment(ctx, { adjustmentId: adjustment.id, by });
    return;
  }
  await post(ctx.db, [
    {
      key: `partnerDifference:${row.id}`,
      kind: 'partner.adjustment',
      day: dayOf(ctx.clock()),
      memo: reason,
      subject: `partnerDifference:${row.id}`,
      entries: [
        { account: accounts.wallet(row.advertiserId as number), amountMicroCny },
        { account: accounts.platformRevenue, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}
