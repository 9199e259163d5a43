/**
 * The order's money: what its hold keeps and when it lets go. Owns the one rule: the hold is worth the days that may still be
 * charged, and the guaranteed impressions of days to come; today's have gone over to the budget that delivers them.
 */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingDay } from '../../db/schema/bookings.ts';
import type { Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { findHolds, holdKeys, releaseHold, resizeHold } from '../ledger/ledger.ts';
import { isBinding, type Line, linesOf, type Order } from './order.ts';
import { daysOf } from './slots.ts';

const CHARGEABLE = ['sold', 'proved', 'missed'];

/** Of a guaranteed line's price, the part of the days after `today`. */
export function promisedAhead(line: Line, today: Day): MicroCny {
  if (line.impressions === null || !isBinding(line)) return 0n;
  const days = daysOf(line);
  const ahead = days.filter((day) => day > today).length;
  return (line.priceMicroCny * BigInt(ahead)) / BigInt(days.length);
}

export async function owedStill(db: Db, orderId: number, today: Day): Promise<MicroCny> {
  const days = await db.select().from(bookingDay).where(eq(bookingDay.orderId, orderId));
  const lines = await linesOf(db, orderId);
  const fixed = days
    .filter((one) => CHARGEABLE.includes(one.status))
    .reduce((sum, one) => sum + one.priceMicroCny, 0n);
  return lines.reduce((sum, line) => sum + promisedAhead(line, today), fixed);
}

/**
 * Brings the hold to what is owed still. Down it always goes; up only with `mayRaise`, which fails with
 * `insufficient_funds` where the wallet has too little.
 */
export async function settleHold(
  tx: Db,
  order: Pick<Order, 'id'>,
  today: Day,
  { mayRaise = false } = {},
): Promise<void> {
  const key = holdKeys.booking(order.id);
  const hold = (await findHolds(tx, [key])).get(key);
  if (!hold || hold.status === 'released' || hold.status === 'expired') return;
  const owed = await owedStill(tx, order.id, today);
  if (owed < hold.remainingMicroCny || (owed > hold.remainingMicroCny && mayRaise)) {
    await resizeHold(tx, { key, remainingMicroCny: owed });
  }
}

/** Of an order that is over: whatever is left goes back. */
export async function endHold(tx: Db, orderId: number): Promise<void> {
  const key = holdKeys.booking(orderId);
  const hold = (await findHolds(tx, [key])).get(key);
  if (hold?.status === 'active') await releaseHold(tx, key);
}
