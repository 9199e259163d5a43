/**
 * Orders of fixed-price days across outlets. Owns their states: draft → reserved (all slots or none, for three days) → booked
 * (every outlet has accepted, the money is held) → completed; cancelled on the way. Refuses double sales, prices that no
 * rate card publishes, and cancellations later than the terms allow.
 */
import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { placement } from '../../db/schema/outlets.ts';
import { type Clock, dayOf, dayStartMs } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { fenToMicroCny, type MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { assertActsFor, type Ownership } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { accounts, holdKeys, placeHold, releaseHold } from '../ledger/ledger.ts';
import type { answerSchema, newOrderSchema } from './shapes.ts';
import { dayPrices, daysOf, giveBack, takeSlots } from './slots.ts';

export type BookingContext = { db: Db; clock: Clock };
type Order = typeof bookingOrder.$inferSelect;

export const RESERVATION_MS = 72 * 3_600_000;
/** Free of charge until this long before the first day. */
export const CANCEL_BEFORE_MS = 72 * 3_600_000;

export const orderOwnership: Ownership = {
  table: bookingOrder,
  id: bookingOrder.id,
  advertiser: bookingOrder.advertiserId,
};
export const lineOwnership: Ownership = {
  table: bookingLine,
  id: bookingLine.id,
  outlet: bookingLine.outletId,
};

export const conflict = (zh: string, en: string, pointer?: string) =>
  new Failure('conflict', { ...(pointer ? { pointer } : {}), zh, en });

type LineInput = z.infer<typeof newOrderSchema>['lines'][number];

/** Σ over days of the published price × slots. */
async function priceLine(db: Db, line: LineInput, index: number, today: string) {
  const at = `/lines/${index}`;
  const problem = (pointer: string, zh: string, en: string): FailureDetail => ({ pointer, zh, en });
  const [spot] = await db.select().from(placement).where(eq(placement.id, line.placementId));
  if (spot?.status !== 'active') {
    return problem(`${at}/placementId`, '没有这个广告位', 'there is no such placement');
  }
  if (line.startsOn < today) {
    return problem(
      `${at}/startsOn`,
      '不能预订过去的日期',
      'days that have passed cannot be booked',
    );
  }
  const days = daysOf(line);
  const prices = await dayPrices(db, line.placementId, line.unit, days);
  let priceMicroCny: MicroCny = 0n;
  for (const [i, priceFen] of prices.entries()) {
    if (priceFen === undefined) {
      const day = days[i] ?? line.startsOn;
      return problem(`${at}/unit`, `${day} 没有刊例价`, `no price is published for ${day}`);
    }
    priceMicroCny += fenToMicroCny(priceFen) * BigInt(line.slots);
  }
  return { ...line, outletId: spot.outletId, priceMicroCny };
}

export async function createOrder(
  ctx: BookingContext,
  actor: Actor,
  input: z.infer<typeof newOrderSchema>,
) {
  assertActsFor(actor, { advertiserId: input.advertiserId });
  return ctx.db.transaction(async (tx) => {
    const today = dayOf(ctx.clock());
    const priced = [];
    const problems: FailureDetail[] = [];
    for (const [index, line] of input.lines.entries()) {
      const result = await priceLine(tx, line, index, today);
      if ('zh' in result) problems.push(result);
      else priced.push(result);
    }
    const [first, ...rest] = problems;
    if (first) throw new Failure('invalid_input', first, ...rest);
    const { advertiserId, name } = input;
    const totalMicroCny = priced.reduce((sum, line) => sum + line.priceMicroCny, 0n);
    const [order] = await tx
      .insert(bookingOrder)
      .values({ advertiserId, name, totalMicroCny, createdBy: actor.userId })
      .returning();
    if (!order) throw new Error('insert returned nothing');
    await tx
      .insert(bookingLine)
      .values(priced.map((line) => ({ ...line, orderId: order.id, advertiserId })));
    const subject = `order:${order.id}` as const;
    await record(tx, {
      actor,
      action: 'order.create',
      subject,
      after: { ...order, lines: priced },
    });
    return order;
  });
}

const linesOf = (db: Db, orderId: number) =>
  db.select().from(bookingLine).where(eq(bookingLine.orderId, orderId)).orderBy(bookingLine.id);

/** Takes all slots for three days. Fails with `conflict`, naming each line's sold-out days. */
export async function reserveOrder(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Order> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    const now = ctx.clock();
    const lapsed = row.status === 'reserved' && (row.expiresAt?.getTime() ?? 0) <= now;
    if (row.status !== 'draft' && !lapsed) {
      throw conflict('只有草稿可以预留', 'only a draft can be reserved');
    }
    const lines = await linesOf(tx, id);
    if (lapsed) {
      await giveBack(
        tx,
        lines.map((line) => line.id),
      );
      // What an outlet said of the days then does not bind it now.
      await tx
        .update(bookingLine)
        .set({ status: 'open', version: sql`${bookingLine.version} + 1` })
        .where(eq(bookingLine.orderId, id));
    }
    const first = lines.reduce((day, line) => (line.startsOn < day ? line.startsOn : day), '9999');
    if (first < dayOf(now)) {
      throw conflict('开始日期已过，请重新下单', 'its first day has passed; order again');
    }
    await takeSlots(
      tx,
      lines.map((line) => ({ ...line, lineId: line.id })),
      now,
    );
    const expiresAt = new Date(Math.min(now + RESERVATION_MS, dayStartMs(first) + 86_400_000));
    return saveEdit(tx, {
      table: bookingOrder,
      row,
      changes: { status: 'reserved', expiresAt },
      actor,
      action: 'order.reserve',
      subject: `order:${id}`,
      nowMs: now,
    });
  });
}

/** An outlet's word on its line; a refusal gives the line's slots back at once. */
export async function answerLine(
  ctx: BookingContext,
  actor: Actor,
  lineId: number,
  { version, accept, note }: z.infer<typeof answerSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const [known] = await tx
      .select({ orderId: bookingLine.orderId })
      .from(bookingLine)
      .where(eq(bookingLine.id, lineId));
    const order = await lockRow(tx, bookingOrder, known?.orderId ?? 0);
    const row = await lockRow(tx, bookingLine, lineId, version);
    if (order.status !== 'reserved' || (order.expiresAt?.getTime() ?? 0) <= ctx.clock()) {
      throw conflict('订单未处于预留状态', 'the order is not reserved');
    }
    if (row.status !== 'open') throw conflict('已答复过', 'it was answered already');
    if (!accept) await giveBack(tx, [lineId]);
    return saveEdit(tx, {
      table: bookingLine,
      row,
      changes: { status: accept ? 'accepted' : 'declined', note: note ?? null },
      actor,
      action: accept ? 'booking.accept' : 'booking.decline',
      subject: `booking:${lineId}`,
      nowMs: ctx.clock(),
    });
  });
}

/** Firm: accepted lines are booked and their price is held in the wallet. Fails with `insufficient_funds`. */
export async function confirmOrder(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Order> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    const live = row.status === 'reserved' && (row.expiresAt?.getTime() ?? 0) > ctx.clock();
    if (!live) throw conflict('预留已过期，请重新预留', 'the reservation is over; reserve again');
    const lines = await linesOf(tx, id);
    if (lines.some((line) => line.status === 'open')) {
      throw conflict('尚有媒体未答复', 'an outlet has not answered yet');
    }
    const accepted = lines.filter((line) => line.status === 'accepted');
    if (accepted.length === 0) throw conflict('没有媒体接受', 'no outlet accepted');
    const totalMicroCny = accepted.reduce((sum, line) => sum + line.priceMicroCny, 0n);
    if (totalMicroCny > 0n) {
      await placeHold(tx, {
        key: holdKeys.booking(id),
        account: accounts.wallet(row.advertiserId),
        amountMicroCny: totalMicroCny,
        subject: `order:${id}`,
      });
    }
    return saveEdit(tx, {
      table: bookingOrder,
      row,
      changes: { status: 'booked', totalMicroCny, expiresAt: null },
      actor,
      action: 'order.confirm',
      subject: `order:${id}`,
      nowMs: ctx.clock(),
    });
  });
}

/** Free until three days before the first day; later only the platform's operator may. Slots and money go back. */
export async function cancelOrder(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Order> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    if (row.status === 'completed' || row.status === 'cancelled') {
      throw conflict('订单已结束', 'the order is over');
    }
    const lines = await linesOf(tx, id);
    const first = lines.reduce((day, line) => (line.startsOn < day ? line.startsOn : day), '9999');
    const late = ctx.clock() > dayStartMs(first) - CANCEL_BEFORE_MS;
    if (row.status === 'booked' && late && actor.kind !== 'platform') {
      throw conflict(
        '距投放不足 72 小时，不能自行取消，请联系平台',
        'less than 72 hours are left; ask the platform to cancel',
      );
    }
    await giveBack(
      tx,
      lines.map((line) => line.id),
    );
    if (row.status === 'booked' && row.totalMicroCny > 0n) {
      await releaseHold(tx, holdKeys.booking(id));
    }
    return saveEdit(tx, {
      table: bookingOrder,
      row,
      changes: { status: 'cancelled', expiresAt: null },
      actor,
      action: 'order.cancel',
      subject: `order:${id}`,
      nowMs: ctx.clock(),
    });
  });
}
