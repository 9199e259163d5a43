/**
 * Changes of what is booked, asked by one side and answered by the other: days that move or are dropped, and make-goods for
 * days missed. Owns `booking_change` and what an accepted one does: old slots go and new ones come in one transaction, the
 * price is what was quoted, the hold follows. A make-good costs what the missed days would have; one of guaranteed impressions
 * is makegoods.ts.
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { bookingChange, bookingDay, bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { forbidden } from '../http/auth.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { advance } from './advancing.ts';
import { type Aim, aimOf, priceAim, priceOf } from './aims.ts';
import { airtimeProblems, lockChannels } from './airtime.ts';
import { type BookedDayRow, stepDay } from './days.ts';
import { settleHold } from './holding.ts';
import { makeGood, makegoodTerms } from './makegoods.ts';
import {
  type BookingContext,
  type Change,
  conflict,
  isRunning,
  type Line,
  type Order,
} from './order.ts';
import { placesOf } from './pricing.ts';
import { insertDays } from './reserving.ts';
import type { changeAnswerSchema, changeSchema } from './shapes.ts';
import { giveBack, takeSlots } from './slots.ts';

const sideOf = (actor: Actor): Change['askedSide'] =>
  actor.kind === 'outlet' ? 'seller' : 'buyer';

async function lockOrderOf(ctx: BookingContext, lineId: number) {
  const [known] = await ctx.db
    .select({ orderId: bookingLine.orderId })
    .from(bookingLine)
    .where(eq(bookingLine.id, lineId));
  const order = await lockRow(ctx.db, bookingOrder, known?.orderId ?? 0);
  if (!isRunning(order)) throw conflict('订单不在执行中', 'the order is not in force');
  return order;
}

/** The line's days that go: to come and sold, or missed, as the kind wants. */
async function goingDays(
  ctx: BookingContext,
  line: Line,
  kind: Change['kind'],
  days: readonly Day[],
): Promise<BookedDayRow[]> {
  if (days.length === 0) {
    throw new Failure('invalid_input', {
      pointer: '/days',
      zh: '须指明日期',
      en: 'name the days',
    });
  }
  const rows = await ctx.db
    .select()
    .from(bookingDay)
    .where(and(eq(bookingDay.lineId, line.id), inArray(bookingDay.day, [...days])))
    .orderBy(bookingDay.day)
    .for('update');
  const today = dayOf(ctx.clock());
  const fits = (row: BookedDayRow): boolean =>
    kind === 'makegood' ? row.status === 'missed' : row.status === 'sold' && row.day > today;
  const wrong = days.findIndex((day) => !rows.some((row) => row.day === day && fits(row)));
  if (wrong >= 0) {
    const makegood = kind === 'makegood';
    throw new Failure('conflict', {
      pointer: `/days/${wrong}`,
      zh: makegood ? `${days[wrong]} 不是未履约的日期` : `${days[wrong]} 不是尚未投放的日期`,
      en: makegood ? `${days[wrong]} was not missed` : `${days[wrong]} is no day still to come`,
    });
  }
  return rows;
}

export async function askChange(
  ctx: BookingContext,
  actor: Actor,
  lineId: number,
  input: z.infer<typeof changeSchema>,
): Promise<Change> {
  return ctx.db.transaction(async (tx) => {
    const inner = { ...ctx, db: tx };
    const order = await lockOrderOf(inner, lineId);
    const line = await lockRow(tx, bookingLine, lineId, input.version);
    const side = sideOf(actor);
    if (input.kind === 'makegood' && side !== 'seller' && actor.kind !== 'platform') {
      throw forbidden();
    }
    const aim = await aimOf(inner, line, input);
    const terms =
      line.impressions === null
        ? await dayTerms(inner, order, line, input, aim)
        : await makegoodTerms(inner, line, input.kind, aim);
    const [change] = await tx
      .insert(bookingChange)
      .values({
        orderId: order.id,
        lineId,
        advertiserId: line.advertiserId,
        outletId: line.outletId,
        kind: input.kind,
        // A make-good is the outlet's offer, whoever types it.
        askedSide: input.kind === 'makegood' ? 'seller' : side,
        ...aim,
        ...terms,
        reason: input.reason,
        askedBy: actor.userId,
      })
      .returning();
    if (!change) throw new Error('insert returned nothing');
    const subject = `booking:${lineId}` as const;
    await record(tx, { actor, action: `booking.change.${input.kind}`, subject, after: change });
    return change;
  });
}

async function dayTerms(
  ctx: BookingContext,
  order: Order,
  line: Line,
  { kind, days }: z.infer<typeof changeSchema>,
  aim: Aim | undefined,
): Promise<Pick<Change, 'days' | 'priceMicroCny'>> {
  const rows = await goingDays(ctx, line, kind, days);
  const makegood = kind === 'makegood' ? rows : undefined;
  const priced = aim ? await priceAim(ctx, order, line, aim, makegood) : [];
  return { days, priceMicroCny: priceOf(priced) };
}

/** The other side's word; or the asker takes it back. Accepting does it, or fails with what stands in the way. */
export async function answerChange(
  ctx: BookingContext,
  actor: Actor,
  changeId: number,
  { version, answer, note }: z.infer<typeof changeAnswerSchema>,
): Promise<Change> {
  return ctx.db.transaction(async (tx) => {
    const inner = { ...ctx, db: tx };
    const [known] = await tx
      .select({ lineId: bookingChange.lineId })
      .from(bookingChange)
      .where(eq(bookingChange.id, changeId));
    const order = await lockOrderOf(inner, known?.lineId ?? 0);
    const change = await lockRow(tx, bookingChange, changeId, version);
    if (change.status !== 'open') throw conflict('该变更已处理', 'it was answered already');
    const isAsker = actor.kind !== 'platform' && sideOf(actor) === change.askedSide;
    if (actor.kind !== 'platform' && isAsker !== (answer === 'withdraw')) throw forbidden();
    const status = ({ accept: 'accepted', decline: 'declined', withdraw: 'withdrawn' } as const)[
      answer
    ];
    if (answer === 'accept') await carryOut(inner, actor, order, change);
    return saveEdit(tx, {
      table: bookingChange,
      row: change,
      changes: { status, answeredBy: actor.userId, answerNote: note ?? null },
      actor,
      action: `booking.change.${status}`,
      subject: `booking:${change.lineId}`,
      nowMs: ctx.clock(),
    });
  });
}

async function carryOut(
  ctx: BookingContext,
  actor: Actor,
  order: Order,
  change: Change,
): Promise<void> {
  const { db: tx } = ctx;
  const line = await lockRow(tx, bookingLine, change.lineId);
  const { placementId, startsOn, endsOn, slots } = change;
  const aim =
    placementId && startsOn && endsOn && slots
      ? { placementId, startsOn, endsOn, slots }
      : undefined;
  if (line.impressions !== null && aim) await makeGood(ctx, actor, line, change, aim);
  else await moveDays(ctx, actor, order, line, change, aim);
  await settleHold(tx, order, { mustCover: true });
  await advance(ctx, order.id);
}

async function moveDays(
  ctx: BookingContext,
  actor: Actor,
  order: Order,
  line: Line,
  change: Change,
  aim: Aim | undefined,
): Promise<void> {
  const rows = await goingDays(ctx, line, change.kind, change.days);
  // First what goes: a move by a day may want slots of its own.
  if (change.kind !== 'makegood') await giveBack(ctx.db, [line.id], change.days);
  const newLineId = aim ? await takeAim(ctx, order, line, change, aim, rows) : undefined;
  for (const row of rows) {
    await stepDay(
      ctx,
      actor,
      row,
      change.kind === 'makegood'
        ? { status: 'made_good', ...(newLineId ? { makegoodLineId: newLineId } : {}) }
        : { status: 'cancelled', chargedMicroCny: 0n, reason: change.reason },
    );
  }
}

/** A line of its own for the new days: accepted on both sides, with slots, prices and days. */
async function takeAim(
  ctx: BookingContext,
  order: Order,
  line: Line,
  change: Change,
  aim: Aim,
  rows: readonly BookedDayRow[],
): Promise<number> {
  const { db: tx } = ctx;
  const makegood = change.kind === 'makegood';
  if (aim.startsOn <= dayOf(ctx.clock())) {
    throw conflict('新日期已过，请重新提出', 'its new days have begun; ask again');
  }
  const priced = await priceAim(ctx, order, line, aim, makegood ? rows : undefined);
  const priceMicroCny = priceOf(priced);
  if (priceMicroCny !== change.priceMicroCny) {
    throw conflict('刊例价已变，请重新提出变更', 'the rate card has changed; ask again');
  }
  const { id: _id, createdAt: _made, updatedAt: _edited, version: _version, ...terms } = line;
  const [made] = await tx
    .insert(bookingLine)
    .values({
      ...terms,
      ...aim,
      listMicroCny: priceMicroCny,
      priceMicroCny,
      status: 'accepted',
      note: change.reason,
      makegoodOf: makegood ? line.id : null,
    })
    .returning();
  if (!made) throw new Error('insert returned nothing');
  const places = await placesOf(tx, [aim.placementId]);
  const wanted = [{ ...aim, lineId: made.id, index: 0 }];
  await takeSlots(tx, wanted, ctx.clock(), () => lockChannels(tx, places.values()));
  const [problem] = await airtimeProblems(tx, wanted, places, ctx.clock());
  if (problem) throw new Failure('conflict', problem);
  await insertDays(tx, made, priced);
  return made.id;
}
