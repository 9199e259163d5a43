/**
 * Orders by the calendar: booked → in flight on the first day, → completed when nothing is left to prove, charge or make
 * good. Owns those two steps and what goes with them: the hold follows what is owed still, the end releases it.
 */
import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingDay, bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { asHouse } from '../../db/scope.ts';
import { dayOf } from '../../db/terms/day.ts';
import type { Author } from '../audit/audit.ts';
import { endPromised } from '../campaigns/campaigns.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { isSettled } from './days.ts';
import { lookAtGuarantees } from './guaranteeing.ts';
import { endHold, settleHold } from './holding.ts';
import {
  type BookingContext,
  firstDayOf,
  isBinding,
  isRunning,
  type Line,
  linesOf,
  type Order,
} from './order.ts';
import { promise } from './promising.ts';

const HOUSE: Author = { userId: 'house' };

/**
 * Brings one order to where its days are; harmless when repeated. Looks over the wall: whether an order is over is for the days
 * of all its outlets to say, whoever of them asks.
 */
export const advance = (ctx: BookingContext, orderId: number): Promise<void> =>
  asHouse(ctx.db, (house) => advanceWhole({ ...ctx, db: house }, orderId));

async function advanceWhole(ctx: BookingContext, orderId: number): Promise<void> {
  const { db: tx } = ctx;
  const locked = await lockRow(tx, bookingOrder, orderId);
  if (!isRunning(locked)) return;
  const today = dayOf(ctx.clock());
  const known = (await linesOf(tx, orderId)).filter(isBinding);
  const row = await promiseMissing(ctx, locked, known);
  if (row.status === 'booked' && firstDayOf(known) > today) return;
  const lines = await lookAtGuarantees(ctx, HOUSE, await linesOf(tx, orderId));
  const isOver = await fulfilLines(tx, orderId, lines.filter(isBinding));
  if (!isOver) {
    await settleHold(tx, row);
    if (row.status === 'booked') await setStatus(ctx, row, 'in_flight');
    return;
  }
  if (row.campaignId !== null) await endPromised(tx, row.campaignId);
  await endHold(tx, orderId);
  const ran = await tx.$count(
    bookingDay,
    and(eq(bookingDay.orderId, orderId), eq(bookingDay.status, 'delivered')),
  );
  const promised = lines.some((line) => line.impressions !== null);
  await setStatus(ctx, row, ran > 0 || promised ? 'completed' : 'cancelled');
}

/** What a change brought is shown like the rest. */
async function promiseMissing(
  ctx: BookingContext,
  order: Order,
  lines: readonly Line[],
): Promise<Order> {
  const campaignId = await promise(ctx, HOUSE, order, lines);
  if (campaignId === order.campaignId) return order;
  await ctx.db.update(bookingOrder).set({ campaignId }).where(eq(bookingOrder.id, order.id));
  return { ...order, campaignId };
}

/** Marks lines all of whose days are settled; true when that is every line of the order. */
async function fulfilLines(tx: Db, orderId: number, lines: readonly Line[]): Promise<boolean> {
  const days = await tx.select().from(bookingDay).where(eq(bookingDay.orderId, orderId));
  const open = new Set(days.filter((one) => !isSettled(one.status)).map((one) => one.lineId));
  const done = lines.filter((line) =>
    line.impressions === null ? !open.has(line.id) : line.status === 'fulfilled',
  );
  const fresh = done.filter((line) => line.status === 'accepted').map((line) => line.id);
  if (fresh.length > 0) {
    await tx.update(bookingLine).set({ status: 'fulfilled' }).where(inArray(bookingLine.id, fresh));
  }
  return open.size === 0 && done.length === lines.length;
}

const setStatus = (
  ctx: BookingContext,
  row: Order,
  status: 'in_flight' | 'completed' | 'cancelled',
) =>
  saveEdit(ctx.db, {
    table: bookingOrder,
    row,
    changes: { status },
    actor: HOUSE,
    action: `order.${status}`,
    subject: `order:${row.id}`,
    nowMs: ctx.clock(),
  });

const PAGE = 200;

/** Every order in force, one transaction each; called by the worker. Returns how many were looked at. */
export async function advanceOrders(ctx: BookingContext): Promise<number> {
  let after = 0;
  let seen = 0;
  for (;;) {
    const rows = await ctx.db
      .select({ id: bookingOrder.id })
      .from(bookingOrder)
      .where(and(inArray(bookingOrder.status, ['booked', 'in_flight']), gt(bookingOrder.id, after)))
      .orderBy(asc(bookingOrder.id))
      .limit(PAGE);
    for (const { id } of rows) {
      await ctx.db.transaction((tx) => advance({ ...ctx, db: tx }, id));
    }
    seen += rows.length;
    if (rows.length < PAGE) return seen;
    after = rows.at(-1)?.id ?? 0;
  }
}

/** A pending order that nobody approved in time is a draft again. */
export async function returnPending(ctx: BookingContext): Promise<void> {
  const rows = await ctx.db
    .select({ id: bookingOrder.id })
    .from(bookingOrder)
    .where(eq(bookingOrder.status, 'pending'));
  for (const { id } of rows) {
    await ctx.db.transaction(async (tx) => {
      const row = await lockRow(tx, bookingOrder, id);
      const isLapsed = row.status === 'pending' && (row.expiresAt?.getTime() ?? 0) <= ctx.clock();
      if (!isLapsed) return;
      await saveEdit(tx, {
        table: bookingOrder,
        row,
        changes: { status: 'draft', expiresAt: null },
        actor: HOUSE,
        action: 'order.lapse',
        subject: `order:${id}`,
        nowMs: ctx.clock(),
      });
    });
  }
}
