/**
 * Cancelling an order by its terms: each day that has not come costs a part of its price, by how near it is; slots and the
 * rest of the money go back at once. Days that have run, or should have, stay to be proved. Owns the terms.
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { bookingDay, bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { type Day, dayStartMs } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { endPromised } from '../campaigns/campaigns.ts';
import { forbidden } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import { type BookedDayRow, stepDay } from './days.ts';
import { endHold, settleHold } from './holding.ts';
import { type BookingContext, conflict, isRunning, linesOf, type Order } from './order.ts';
import type { cancellationSchema } from './shapes.ts';
import { giveBack } from './slots.ts';

const HOUR_MS = 3_600_000;

/** Least notice in hours → part of the day's price that is owed all the same, ppm. First that fits. */
export const CANCELLATION_TERMS = [
  { noticeHours: 72, feePpm: 0 },
  { noticeHours: 24, feePpm: 300_000 },
  { noticeHours: 0, feePpm: 500_000 },
] as const;

/** What cancelling a day now costs, ppm of its price; undefined: it has begun and cannot be cancelled. */
export function feePpmOf(day: Day, nowMs: number): number | undefined {
  const noticeMs = dayStartMs(day) - nowMs;
  return CANCELLATION_TERMS.find((term) => noticeMs >= term.noticeHours * HOUR_MS)?.feePpm;
}

export interface CancellationQuote {
  /** Days that would go, with what each would cost. */
  days: { lineId: number; day: Day; priceMicroCny: MicroCny; feeMicroCny: MicroCny }[];
  feeMicroCny: MicroCny;
  refundMicroCny: MicroCny;
  /** The terms by which each day was judged, longest notice first. */
  terms: typeof CANCELLATION_TERMS;
}

const feeOf = (row: BookedDayRow, nowMs: number): MicroCny =>
  (row.priceMicroCny * BigInt(feePpmOf(row.day, nowMs) ?? 0)) / 1_000_000n;

const openDays = (db: Db, orderId: number): Promise<BookedDayRow[]> =>
  db
    .select()
    .from(bookingDay)
    .where(and(eq(bookingDay.orderId, orderId), eq(bookingDay.status, 'sold')))
    .orderBy(bookingDay.day, bookingDay.lineId);

export async function quoteCancellation(
  ctx: BookingContext,
  orderId: number,
): Promise<CancellationQuote> {
  const now = ctx.clock();
  const days = (await openDays(ctx.db, orderId))
    .filter((row) => feePpmOf(row.day, now) !== undefined)
    .map((row) => ({
      lineId: row.lineId,
      day: row.day,
      priceMicroCny: row.priceMicroCny,
      feeMicroCny: feeOf(row, now),
    }));
  const feeMicroCny = days.reduce((sum, one) => sum + one.feeMicroCny, 0n);
  const refundMicroCny = days.reduce((sum, one) => sum + one.priceMicroCny - one.feeMicroCny, 0n);
  return { days, feeMicroCny, refundMicroCny, terms: CANCELLATION_TERMS };
}

/** By the terms; an operator may waive the fee. What has begun stays: the order then ends when that is settled. */
export async function cancelOrder(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version, waiveFee }: z.infer<typeof cancellationSchema>,
): Promise<Order> {
  if (waiveFee && !opens('platform:operator', actor)) throw forbidden();
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    if (row.status === 'completed' || row.status === 'cancelled') {
      throw conflict('订单已结束', 'the order is over');
    }
    const lines = await linesOf(tx, id);
    if (!isRunning(row)) {
      const ids = lines.map((line) => line.id);
      await giveBack(tx, ids);
      if (ids.length > 0) await tx.delete(bookingDay).where(inArray(bookingDay.lineId, ids));
      return end(ctx, tx, actor, row, 'cancelled');
    }
    const kept = await cancelDays({ ...ctx, db: tx }, actor, id, waiveFee);
    await stopPromises(tx, row, kept > 0);
    await settleHold(tx, row);
    if (kept > 0) return end(ctx, tx, actor, row, 'in_flight');
    await endHold(tx, id);
    return end(ctx, tx, actor, row, 'cancelled');
  });
}

/** Returns how many days are not settled yet and stay. */
async function cancelDays(
  ctx: BookingContext,
  actor: Actor,
  orderId: number,
  waiveFee: boolean,
): Promise<number> {
  const now = ctx.clock();
  const rows = await ctx.db
    .select()
    .from(bookingDay)
    .where(
      and(
        eq(bookingDay.orderId, orderId),
        inArray(bookingDay.status, ['sold', 'proved', 'missed']),
      ),
    )
    .orderBy(bookingDay.lineId, bookingDay.day)
    .for('update');
  let kept = 0;
  for (const row of rows) {
    if (row.status !== 'sold' || feePpmOf(row.day, now) === undefined) {
      kept++;
      continue;
    }
    const chargedMicroCny = waiveFee ? 0n : feeOf(row, now);
    await stepDay(ctx, actor, row, { status: 'cancelled', chargedMicroCny });
    await giveBack(ctx.db, [row.lineId], [row.day]);
  }
  return kept;
}

/** Guaranteed impressions stop at once: what was delivered is charged already, the rest was never owed. */
async function stopPromises(tx: Db, order: Order, stillShown: boolean): Promise<void> {
  if (order.campaignId === null) return;
  await endPromised(tx, order.campaignId, { stillShown });
  await tx
    .update(bookingLine)
    .set({ status: 'cancelled' })
    .where(
      and(
        eq(bookingLine.orderId, order.id),
        eq(bookingLine.unit, 'CPM'),
        inArray(bookingLine.status, ['open', 'accepted', 'short']),
      ),
    );
}

const end = (
  ctx: BookingContext,
  tx: Db,
  actor: Actor,
  row: Order,
  status: 'cancelled' | 'in_flight',
) =>
  saveEdit(tx, {
    table: bookingOrder,
    row,
    changes: { status, expiresAt: null },
    actor,
    action: 'order.cancel',
    subject: `order:${row.id}`,
    nowMs: ctx.clock(),
  });
