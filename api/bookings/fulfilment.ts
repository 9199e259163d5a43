/**
 * From a proof to a charge: the judging of days. Owns what a verdict does to a day, its order's hold and the order itself;
 * a day is charged when its proof is accepted, by a person or, where nothing was found wrong, by three days' silence.
 */
import { and, asc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { z } from 'zod';
import {
  bookingDay,
  bookingEvidence,
  bookingLine,
  bookingOrder,
} from '../../db/schema/bookings.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { type Day, dayOf, dayStartMs } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Author } from '../audit/audit.ts';
import { forbidden } from '../http/auth.ts';
import { lockRow } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import { advance } from './advancing.ts';
import { type BookedDayRow, lockDay, partOf, type Step, stepDay } from './days.ts';
import { overdueGuarantees, REMEDY_DAYS, remedyGuarantee } from './guaranteeing.ts';
import { settleHold } from './holding.ts';
import { type BookingContext, conflict, isRunning, type Line } from './order.ts';
import type { missSchema, releaseSchema, verdictSchema } from './shapes.ts';

/** A proof in which nothing was found is accepted by this much silence. */
export const SILENCE_MS = 3 * 86_400_000;

/** Order, then line, then day; every verb of a day takes its locks in this order. */
const withDay = <T>(
  ctx: BookingContext,
  at: { lineId: number; day: Day; version?: number },
  work: (inner: BookingContext, row: BookedDayRow) => Promise<T>,
): Promise<T> =>
  inOrder(ctx, at.lineId, async (inner) =>
    work(inner, await lockDay(inner.db, at.lineId, at.day, at.version)),
  );

/** In a running order, which is brought to what the work made of it. */
function inOrder<T>(
  ctx: BookingContext,
  lineId: number,
  work: (inner: BookingContext) => Promise<T>,
): Promise<T> {
  return ctx.db.transaction(async (tx) => {
    const [known] = await tx
      .select({ orderId: bookingLine.orderId })
      .from(bookingLine)
      .where(eq(bookingLine.id, lineId));
    const order = await lockRow(tx, bookingOrder, known?.orderId ?? 0);
    if (!isRunning(order)) throw conflict('订单不在执行中', 'the order is not in force');
    const inner = { ...ctx, db: tx };
    const done = await work(inner);
    await settleHold(tx, order);
    await advance(inner, order.id);
    return done;
  });
}

/** Accepting charges what ran; rejecting asks the outlet for a better proof. */
export function judgeDay(
  ctx: BookingContext,
  actor: Actor,
  lineId: number,
  { day, version, accept, ran, reason }: z.infer<typeof verdictSchema>,
): Promise<BookedDayRow> {
  return withDay(ctx, { lineId, day, version }, (inner, row) => {
    if (!accept) return stepDay(inner, actor, row, { status: 'sold', reason: reason ?? null });
    // A part that ran is for who keeps the market, not for who pays.
    if (ran !== undefined && ran !== row.slots && !opens('platform:operator', actor)) {
      throw forbidden();
    }
    return stepDay(inner, actor, row, deliveredStep(row, ran ?? row.slots, reason ?? null));
  });
}

function deliveredStep(row: BookedDayRow, ran: number, reason: string | null): Step {
  if (ran > row.slots || ran < 1) {
    throw conflict(
      `该日订了 ${row.slots} 档，履约数应为 1 至 ${row.slots}`,
      `${row.slots} slots were booked; 1 to ${row.slots} can have run`,
      '/ran',
    );
  }
  return { status: 'delivered', ran, chargedMicroCny: partOf(row, ran), reason };
}

/** The outlet owns up, or the platform finds: the day did not run. What was charged for it goes back. */
export function missDay(
  ctx: BookingContext,
  actor: Actor,
  lineId: number,
  { day, version, reason }: z.infer<typeof missSchema>,
): Promise<BookedDayRow> {
  return withDay(ctx, { lineId, day, version }, (inner, row) => {
    if (row.day > dayOf(ctx.clock())) {
      throw conflict('该日尚未到来，可提出变更', 'that day has not come; ask for a change');
    }
    if (row.status === 'delivered' && !opens('platform:operator', actor)) throw forbidden();
    return stepDay(inner, actor, row, { status: 'missed', ran: 0, chargedMicroCny: 0n, reason });
  });
}

/** The buyer takes the money of a missed day back instead of a make-good. */
export function releaseDay(
  ctx: BookingContext,
  actor: Actor,
  lineId: number,
  { day, version }: z.infer<typeof releaseSchema>,
): Promise<BookedDayRow | Line> {
  if (day === undefined) return releaseShortfall(ctx, actor, lineId, version);
  return withDay(ctx, { lineId, day, version }, (inner, row) =>
    stepDay(inner, actor, row, { status: 'released' }),
  );
}

/** The same of guaranteed impressions: what was not delivered is given back. */
function releaseShortfall(
  ctx: BookingContext,
  actor: Author,
  lineId: number,
  version?: number,
): Promise<Line> {
  return inOrder(ctx, lineId, async (inner) => {
    const line = await lockRow(inner.db, bookingLine, lineId, version);
    return remedyGuarantee(inner, actor, line, 'released');
  });
}

const HOUSE: Author = { userId: 'house' };
const BATCH = 200;

/** Proofs in which nothing was found and that nobody answered for three days. Returns how many days were charged. */
export async function acceptSilence(ctx: BookingContext): Promise<number> {
  const until = new Date(ctx.clock() - SILENCE_MS);
  const flawed = sql`EXISTS (SELECT 1 FROM ${bookingEvidence} WHERE ${bookingEvidence.lineId} = ${bookingDay.lineId}
    AND ${bookingEvidence.day} = ${bookingDay.day} AND ${bookingEvidence.findings} <> '[]'::jsonb)`;
  const due = await ctx.db
    .select()
    .from(bookingDay)
    .where(and(eq(bookingDay.status, 'proved'), lt(bookingDay.provedAt, until), sql`NOT ${flawed}`))
    .orderBy(asc(bookingDay.provedAt))
    .limit(BATCH);
  return eachDay(ctx, due, 'proved', (row) =>
    deliveredStep(row, row.slots, '三日内无异议，自动核验'),
  );
}

/** Days of which nothing was heard for this long did not run. */
export const UNPROVED_DAYS = 7;

/**
 * Days that begin while their outlet is suspended: cancelled without a fee as each begins, and its money goes back, so that a suspension
 * that ends costs the order no later day. A day on which it had begun to run is judged by its proof, like any.
 */
export async function cancelSuspended(ctx: BookingContext): Promise<number> {
  const today = dayOf(ctx.clock());
  const since = new Date(dayStartMs(today));
  const suspended = sql`(SELECT id FROM ${outlet} WHERE suspended_at < ${since.toISOString()}::timestamptz)`;
  const rows = await ctx.db
    .select()
    .from(bookingDay)
    .where(
      and(
        eq(bookingDay.status, 'sold'),
        eq(bookingDay.day, today),
        inArray(bookingDay.outletId, suspended),
        runningOrder,
      ),
    )
    .limit(BATCH);
  return eachDay(ctx, rows, 'sold', () => ({
    status: 'cancelled',
    ran: 0,
    chargedMicroCny: 0n,
    reason: '媒体已暂停合作，当日取消且不收违约金',
  }));
}

/** What nobody proved is missed; what nobody made good is given back. Returns how many days moved. */
export async function closeOverdue(ctx: BookingContext): Promise<number> {
  const now = ctx.clock();
  const unproved = await ctx.db
    .select()
    .from(bookingDay)
    .where(
      and(
        eq(bookingDay.status, 'sold'),
        lt(bookingDay.day, dayOf(now - UNPROVED_DAYS * 86_400_000)),
        runningOrder,
      ),
    )
    .limit(BATCH);
  const missed = await eachDay(ctx, unproved, 'sold', () => ({
    status: 'missed',
    reason: `${UNPROVED_DAYS} 日内未提交证明`,
  }));
  const unmade = await ctx.db
    .select()
    .from(bookingDay)
    .where(
      and(
        eq(bookingDay.status, 'missed'),
        lt(bookingDay.decidedAt, new Date(now - REMEDY_DAYS * 86_400_000)),
        runningOrder,
      ),
    )
    .limit(BATCH);
  const released = await eachDay(ctx, unmade, 'missed', () => ({ status: 'released' }));
  return missed + released + (await releaseOverdue(ctx));
}

async function releaseOverdue(ctx: BookingContext): Promise<number> {
  let released = 0;
  for (const { id } of await overdueGuarantees(ctx, BATCH)) {
    // Somebody may have made it good, or cancelled, in between.
    const done = await releaseShortfall(ctx, HOUSE, id).catch(failureIsNone);
    if (done) released++;
  }
  return released;
}

const runningOrder = inArray(
  bookingDay.orderId,
  sql`(SELECT id FROM ${bookingOrder} WHERE status IN ('booked', 'in_flight'))`,
);

/** Each in a transaction of its own, looked at anew under its lock; what cannot be charged now waits for the next round. */
async function eachDay(
  ctx: BookingContext,
  rows: readonly BookedDayRow[],
  from: BookedDayRow['status'],
  stepOf: (row: BookedDayRow) => Step,
): Promise<number> {
  let moved = 0;
  for (const { lineId, day } of rows) {
    const done = await withDay(ctx, { lineId, day }, async (inner, row) => {
      if (row.status !== from) return false;
      await stepDay(inner, HOUSE, row, stepOf(row));
      return true;
    }).catch(failureIsNone);
    if (done) moved++;
  }
  return moved;
}

function failureIsNone(error: unknown): undefined {
  if (error instanceof Failure) return undefined;
  throw error;
}
