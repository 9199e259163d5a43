/**
 * Slots: what is free on which day, and taking them. Owns `booking_slot` and the order of locks: placements by id, then
 * slots; refuses to take some of an order and not the rest. The table's primary key is the second wall.
 */
import { and, asc, between, eq, inArray, lt, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingLine, bookingOrder, bookingSlot } from '../../db/schema/bookings.ts';
import { placement } from '../../db/schema/outlets.ts';
import { asHouse } from '../../db/scope.ts';
import { addDays, type Day } from '../../db/terms/day.ts';
import { Failure, type FailureDetail } from '../../db/terms/failure.ts';
import { notFound } from '../http/auth.ts';

export interface Wanted {
  lineId: number;
  /** Its place among the order's lines, for the pointer of a refusal. */
  index: number;
  placementId: number;
  startsOn: Day;
  endsOn: Day;
  slots: number;
}

export function daysOf(range: { startsOn: Day; endsOn: Day }): Day[] {
  const days: Day[] = [];
  for (let day = range.startsOn; day <= range.endsOn; day = addDays(day, 1)) days.push(day);
  return days;
}

const cell = (placementId: number, day: Day) => `${placementId} ${day}`;

/** Slots taken on the days that the lines want; reservations that ran out do not count. */
async function takenSlots(db: Db, lines: readonly Wanted[], nowMs: number) {
  const rows = await db
    .select({ placementId: bookingSlot.placementId, day: bookingSlot.day, slot: bookingSlot.slot })
    .from(bookingSlot)
    .innerJoin(bookingLine, eq(bookingLine.id, bookingSlot.lineId))
    .innerJoin(bookingOrder, eq(bookingOrder.id, bookingLine.orderId))
    .where(
      and(
        or(
          ...lines.map((line) =>
            and(
              eq(bookingSlot.placementId, line.placementId),
              between(bookingSlot.day, line.startsOn, line.endsOn),
            ),
          ),
        ),
        sql`NOT (${bookingOrder.status} = 'reserved'
          AND ${bookingOrder.expiresAt} <= ${new Date(nowMs).toISOString()}::timestamptz)`,
      ),
    );
  const taken = new Map<string, Set<number>>();
  for (const { placementId, day, slot } of rows) {
    const key = cell(placementId, day);
    taken.set(key, (taken.get(key) ?? new Set()).add(slot));
  }
  return taken;
}

/** Which slots each line gets; the details of what is missing where any line comes short. */
function allot(
  lines: readonly Wanted[],
  capacity: ReadonlyMap<number, number>,
  taken: Map<string, Set<number>>,
): { rows: (typeof bookingSlot.$inferInsert)[]; short: FailureDetail[] } {
  const rows: (typeof bookingSlot.$inferInsert)[] = [];
  const short: FailureDetail[] = [];
  for (const line of lines) {
    const full: Day[] = [];
    const slots = capacity.get(line.placementId) ?? 0;
    for (const day of daysOf(line)) {
      const key = cell(line.placementId, day);
      const used = taken.get(key) ?? new Set<number>();
      taken.set(key, used);
      const free = Array.from({ length: slots }, (_, i) => i + 1).filter((one) => !used.has(one));
      if (free.length < line.slots) full.push(day);
      for (const slot of free.slice(0, line.slots)) {
        used.add(slot);
        rows.push({ placementId: line.placementId, day, slot, lineId: line.lineId });
      }
    }
    if (full.length > 0) short.push(soldOut(line.index, full));
  }
  return { rows, short };
}

function soldOut(index: number, days: Day[]): FailureDetail {
  const shown = days.slice(0, 5).join('、') + (days.length > 5 ? ` … (${days.length})` : '');
  return {
    pointer: `/lines/${index}`,
    zh: `以下日期已售完：${shown}`,
    en: `sold out on ${shown}`,
  };
}

async function capacities(db: Db, ids: number[], lock: boolean): Promise<Map<number, number>> {
  const query = db
    .select({ id: placement.id, slots: placement.dailySlots })
    .from(placement)
    .where(inArray(placement.id, ids))
    .orderBy(asc(placement.id));
  // NO KEY UPDATE: other tables' foreign keys to the placement need not wait.
  const rows = await (lock ? query.for('no key update') : query);
  return new Map(rows.map((row) => [row.id, row.slots]));
}

const refuse = ([first, ...rest]: FailureDetail[]) => {
  if (first) throw new Failure('conflict', first, ...rest);
};

/**
 * Takes every slot that the lines want, or none. Looks first without a lock: at a sold-out placement a crowd is turned away
 * by one read and nobody queues. `lockFirst` takes the locks that come before the placements'. Fails with `conflict` naming
 * each line and its days.
 */
export async function takeSlots(
  db: Db,
  lines: readonly Wanted[],
  nowMs: number,
  lockFirst: () => Promise<void>,
): Promise<void> {
  // Over the wall: that a slot is taken must be seen by all, whoever took it.
  if (lines.length > 0) await asHouse(db, (house) => take(house, lines, nowMs, lockFirst));
}

async function take(
  tx: Db,
  lines: readonly Wanted[],
  nowMs: number,
  lockFirst: () => Promise<void>,
): Promise<void> {
  const ids = [...new Set(lines.map((line) => line.placementId))];
  refuse(allot(lines, await capacities(tx, ids, false), await takenSlots(tx, lines, nowMs)).short);
  await lockFirst();
  const capacity = await capacities(tx, ids, true);
  await dropExpired(tx, ids, nowMs);
  const { rows, short } = allot(lines, capacity, await takenSlots(tx, lines, nowMs));
  refuse(short);
  await tx.insert(bookingSlot).values(rows);
}

/** Under the placements' locks: reservations whose time has passed give their slots back. */
async function dropExpired(tx: Db, placementIds: number[], nowMs: number): Promise<void> {
  const expired = tx
    .select({ id: bookingLine.id })
    .from(bookingLine)
    .innerJoin(bookingOrder, eq(bookingOrder.id, bookingLine.orderId))
    .where(
      and(
        inArray(bookingLine.placementId, placementIds),
        eq(bookingOrder.status, 'reserved'),
        lt(bookingOrder.expiresAt, new Date(nowMs + 1)),
      ),
    );
  await tx.delete(bookingSlot).where(inArray(bookingSlot.lineId, expired));
}

/** All slots of lines, or those of some days. What was never charged is as if it had never been sold. */
export async function giveBack(tx: Db, lineIds: number[], days?: readonly Day[]): Promise<void> {
  if (lineIds.length === 0 || days?.length === 0) return;
  const mine = inArray(bookingSlot.lineId, lineIds);
  await tx.delete(bookingSlot).where(days ? and(mine, inArray(bookingSlot.day, [...days])) : mine);
}

export interface AvailableDay {
  day: Day;
  slots: number;
  free: number;
  /** What one slot is of the day's views, parts per million. */
  slotSharePpm: number;
}

/** The calendar of a placement. */
export async function availability(
  db: Db,
  placementId: number,
  range: { from: Day; to: Day },
  nowMs: number,
): Promise<AvailableDay[]> {
  const capacity = (await capacities(db, [placementId], false)).get(placementId);
  if (capacity === undefined) throw notFound();
  const span = { startsOn: range.from, endsOn: range.to };
  const wanted = { lineId: 0, index: 0, placementId, slots: 1, ...span };
  const taken = await asHouse(db, (house) => takenSlots(house, [wanted], nowMs));
  return daysOf(span).map((day) => ({
    day,
    slots: capacity,
    free: Math.max(0, capacity - (taken.get(cell(placementId, day))?.size ?? 0)),
    slotSharePpm: Math.round(1_000_000 / capacity),
  }));
}
