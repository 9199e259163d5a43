/**
 * From a draft to a reservation: a discount is approved first, then all slots are held or none, at the prices of that
 * moment, and every outlet answers, by its own rules or by a person.
 */
import { eq, inArray, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { bookingDay, bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { dayOf, dayStartMs } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { stopOver } from '../delivery/delivery.ts';
import { forbidden } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { type Actor, opens } from '../identity/actor.ts';
import { airtimeProblems, lockChannels } from './airtime.ts';
import { judge } from './drafting.ts';
import { impressionProblems } from './impressions.ts';
import {
  type BookingContext,
  conflict,
  firstDayOf,
  isHolding,
  type Line,
  linesOf,
  type Order,
} from './order.ts';
import { isOnSale, type Placed, type Priced, placesOf, priceLine, ratesOf } from './pricing.ts';
import type { answerSchema, approvalSchema } from './shapes.ts';
import { giveBack, takeSlots } from './slots.ts';

export const RESERVATION_MS = 72 * 3_600_000;
const APPROVAL_WAIT_MS = 7 * 86_400_000;
/** What an operator may approve alone; more is finance's. */
export const OPERATOR_DISCOUNT_PPM = 150_000;

/**
 * Holds all slots for three days. A draft whose discount nobody has approved goes to `pending` first. Fails with
 * `conflict` naming each line's sold-out days, what breaks a limit of the law, or what cannot be promised.
 */
export async function reserveOrder(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Order> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    const now = ctx.clock();
    const lapsed = row.status === 'reserved' && !isHolding(row, now);
    if (row.status !== 'draft' && !lapsed) {
      throw conflict('只有草稿可以预留', 'only a draft can be reserved');
    }
    if (row.discountPpm > 0 && row.discountApprovedBy === null) {
      const expiresAt = new Date(now + APPROVAL_WAIT_MS);
      return setStatus(ctx, tx, actor, row, { status: 'pending', expiresAt }, 'order.submit');
    }
    return holdSlots({ ...ctx, db: tx }, actor, row, lapsed);
  });
}

const setStatus = (
  ctx: BookingContext,
  tx: Db,
  actor: Actor,
  row: Order,
  changes: Partial<typeof bookingOrder.$inferInsert>,
  action: string,
) =>
  saveEdit(tx, {
    table: bookingOrder,
    row,
    changes,
    actor,
    action,
    subject: `order:${row.id}`,
    nowMs: ctx.clock(),
  });

/** Somebody other than who asked for the discount says yes or no to it; a yes holds the slots at once. */
export async function decideDiscount(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version, approve, note }: z.infer<typeof approvalSchema>,
): Promise<Order> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    if (row.status !== 'pending') {
      throw conflict('订单没有待审批的折扣', 'no discount of this order waits for approval');
    }
    if (row.createdBy === actor.userId) {
      throw new Failure('four_eyes', {
        zh: '申请人不能审批自己的折扣',
        en: 'who asked for the discount cannot approve it',
      });
    }
    if (row.discountPpm > OPERATOR_DISCOUNT_PPM && !opens('platform:finance', actor)) {
      throw forbidden();
    }
    if (!approve) {
      const changes = { status: 'draft' as const, expiresAt: null };
      const subject = `order:${id}` as const;
      await record(tx, { actor, action: 'order.discount.decline', subject, after: { note } });
      return setStatus(ctx, tx, actor, row, changes, 'order.return');
    }
    const approved = await setStatus(
      ctx,
      tx,
      actor,
      row,
      { discountApprovedBy: actor.userId, discountApprovedAt: new Date(ctx.clock()) },
      'order.discount.approve',
    );
    return holdSlots({ ...ctx, db: tx }, actor, approved, false);
  });
}

async function holdSlots(
  ctx: BookingContext,
  actor: Actor,
  row: Order,
  lapsed: boolean,
): Promise<Order> {
  const { db: tx } = ctx;
  const now = ctx.clock();
  const lines = (await linesOf(tx, row.id)).map((line, index) => ({ ...line, index }));
  const ids = lines.map((line) => line.id);
  if (lapsed) await giveBack(tx, ids);
  const first = firstDayOf(lines);
  if (first < dayOf(now)) {
    throw conflict('开始日期已过，请重新下单', 'its first day has passed; order again');
  }
  const wanted = lines
    .filter((line) => line.impressions === null)
    .map((line) => ({ ...line, lineId: line.id }));
  const places = new Map<number, Placed>();
  const learn = async () => {
    const found = await placesOf(
      tx,
      lines.map((line) => line.placementId),
    );
    for (const [id, place] of found) places.set(id, place);
    await lockChannels(tx, places.values());
  };
  await takeSlots(tx, wanted, now, learn);
  if (wanted.length === 0) await learn();
  refuseAll(notOnSale(lines, places));
  refuseAll(await airtimeProblems(tx, wanted, places, now), await impressionProblems(ctx, lines));
  const priced = await priceAll(tx, row, lines);
  await writeHeld(ctx, row, lines, places, priced);
  const totalMicroCny = priced.reduce((sum, one) => sum + one.priceMicroCny, 0n);
  const expiresAt = new Date(Math.min(now + RESERVATION_MS, dayStartMs(first) + 86_400_000));
  const changes = { status: 'reserved' as const, totalMicroCny, expiresAt };
  return setStatus(ctx, tx, actor, row, changes, 'order.reserve');
}

/** Lines whose outlet was suspended, or whose placement was taken off sale, since they were drafted. */
export const notOnSale = (
  lines: readonly Line[],
  places: ReadonlyMap<number, Placed>,
): FailureDetail[] =>
  lines.flatMap(({ placementId }, i) => {
    const place = places.get(placementId);
    if (place && isOnSale(place)) return [];
    return {
      pointer: `/lines/${i}/placementId`,
      zh: '该广告位已停售，或媒体未准入、已停用',
      en: 'this placement is not on sale any more, or its outlet is not admitted',
    };
  });

export function refuseAll(...problems: FailureDetail[][]): void {
  const [first, ...rest] = problems.flat();
  if (first) throw new Failure('conflict', first, ...rest);
}

/** At the rate cards of this moment: what is held now is what will be paid. */
async function priceAll(tx: Db, row: Order, lines: readonly Line[]): Promise<Priced[]> {
  const rates = await ratesOf(
    tx,
    lines.map((line) => line.placementId),
  );
  const problems: FailureDetail[] = [];
  const priced = lines.flatMap((line, index): Priced[] => {
    const one = priceLine(line, rates, row.discountPpm, `/lines/${index}`);
    if (!('zh' in one)) return [one];
    problems.push(one);
    return [];
  });
  refuseAll(problems);
  return priced;
}

/** Each line with its price and its outlet's own answer, and its days. */
async function writeHeld(
  ctx: BookingContext,
  row: Order,
  lines: readonly Line[],
  places: ReadonlyMap<number, Placed>,
  priced: readonly Priced[],
): Promise<void> {
  const { db: tx } = ctx;
  const today = dayOf(ctx.clock());
  const [buyer] = await tx
    .select({ category: advertiser.category })
    .from(advertiser)
    .where(eq(advertiser.id, row.advertiserId));
  await tx.delete(bookingDay).where(
    inArray(
      bookingDay.lineId,
      lines.map((line) => line.id),
    ),
  );
  for (const [i, line] of lines.entries()) {
    const price = priced[i] as Priced;
    const place = places.get(line.placementId) as Placed;
    const category = buyer?.category ?? 'other';
    const judged = judge(place, line, row, category, today);
    const stopped = await stopOver(tx, {
      advertiserId: row.advertiserId,
      category,
      outletId: place.outlet.id,
      divisionCode: place.outlet.divisionCode,
    });
    const why = stopped
      ? { zh: `撤播中：${stopped.reason}`, en: `taken down: ${stopped.reason}` }
      : judged.answer === 'refuse' && judged;
    if (why) throw conflict(why.zh, why.en, `/lines/${i}/placementId`);
    // What an outlet said of the days before does not bind it now.
    const accepts = judged.answer === 'accept';
    await tx
      .update(bookingLine)
      .set({
        listMicroCny: price.listMicroCny,
        priceMicroCny: price.priceMicroCny,
        status: accepts ? 'accepted' : 'open',
        note: accepts ? judged.zh : null,
        version: sql`${bookingLine.version} + 1`,
      })
      .where(eq(bookingLine.id, line.id));
    await insertDays(tx, { ...line, orderId: row.id }, price.days);
  }
}

export async function insertDays(
  tx: Db,
  line: Pick<Line, 'id' | 'orderId' | 'advertiserId' | 'outletId' | 'placementId' | 'slots'>,
  days: Priced['days'],
): Promise<void> {
  if (days.length === 0) return;
  const { id, orderId, advertiserId, outletId, placementId, slots } = line;
  await tx
    .insert(bookingDay)
    .values(
      days.map((one) => ({
        ...one, lineId: id, orderId, advertiserId, outletId, placementId, slots,
      })),
    ); // biome-ignore format: one row
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
    if (!isHolding(order, ctx.clock())) {
      throw conflict('订单未处于预留状态', 'the order is not reserved');
    }
    if (row.status !== 'open') throw conflict('已答复过', 'it was answered already');
    if (!accept) {
      await giveBack(tx, [lineId]);
      await tx.delete(bookingDay).where(eq(bookingDay.lineId, lineId));
    }
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
