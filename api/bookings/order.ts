/** An order as the verbs of this slice share it: whose it is, its lock, its lines, the words of a refusal. */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingChange, bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import type { Clock, Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Ownership } from '../http/auth.ts';

export type BookingContext = { db: Db; clock: Clock };
export type Order = typeof bookingOrder.$inferSelect;
export type Line = typeof bookingLine.$inferSelect;
export type Change = typeof bookingChange.$inferSelect;

export const orderOwnership: Ownership = {
  table: bookingOrder,
  id: bookingOrder.id,
  advertiser: bookingOrder.advertiserId,
};
/** A line is its buyer's and its seller's: each verb's door says which of them may. */
export const lineOwnership: Ownership = {
  table: bookingLine,
  id: bookingLine.id,
  outlet: bookingLine.outletId,
  advertiser: bookingLine.advertiserId,
};
export const changeOwnership: Ownership = {
  table: bookingChange,
  id: bookingChange.id,
  outlet: bookingChange.outletId,
  advertiser: bookingChange.advertiserId,
};

export const conflict = (zh: string, en: string, pointer?: string) =>
  new Failure('conflict', { ...(pointer ? { pointer } : {}), zh, en });

export const linesOf = (db: Db, orderId: number): Promise<Line[]> =>
  db.select().from(bookingLine).where(eq(bookingLine.orderId, orderId)).orderBy(bookingLine.id);

export const firstDayOf = (lines: readonly { startsOn: Day }[]): Day =>
  lines.reduce((day, line) => (line.startsOn < day ? line.startsOn : day), '9999-12-31');
export const lastDayOf = (lines: readonly { endsOn: Day }[]): Day =>
  lines.reduce((day, line) => (line.endsOn > day ? line.endsOn : day), '0000-01-01');

/** Lines that an outlet took and nobody has taken back. */
export const isBinding = (line: Pick<Line, 'status'>): boolean =>
  line.status === 'accepted' || line.status === 'short' || line.status === 'fulfilled';

export const isRunning = (order: Pick<Order, 'status'>): boolean =>
  order.status === 'booked' || order.status === 'in_flight';

export const isHolding = (order: Pick<Order, 'status' | 'expiresAt'>, nowMs: number): boolean =>
  order.status === 'reserved' && (order.expiresAt?.getTime() ?? 0) > nowMs;
