/**
 * The order's money: what its hold keeps and when it lets go. Owns the one rule: the hold is worth the days that may still be
 * charged, and what guaranteed impressions are owed beyond what the budgets of their days have drawn already.
 */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingDay } from '../../db/schema/bookings.ts';
import { asHouse } from '../../db/scope.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import {
  accounts,
  findHolds,
  holdKeys,
  lockAccounts,
  releaseHold,
  resizeHold,
} from '../ledger/ledger.ts';
import { guaranteeOwed } from './guaranteeing.ts';
import { linesOf, type Order } from './order.ts';

const CHARGEABLE = ['sold', 'proved', 'missed'];

async function owedStill(db: Db, orderId: number): Promise<MicroCny> {
  const days = await db.select().from(bookingDay).where(eq(bookingDay.orderId, orderId));
  let owed = days
    .filter((one) => CHARGEABLE.includes(one.status))
    .reduce((sum, one) => sum + one.priceMicroCny, 0n);
  for (const line of await linesOf(db, orderId)) owed += await guaranteeOwed(db, line);
  return owed;
}

/**
 * Brings the hold to what is owed still. Down it always goes, and up as far as the wallet allows; with `mustCover` it fails
 * with `insufficient_funds` where that is too little. Looks over the wall: an outlet that answers for its own line
 * must not let go what the order owes the others.
 */
export async function settleHold(
  tx: Db,
  order: Pick<Order, 'id' | 'advertiserId'>,
  { mustCover = false } = {},
): Promise<void> {
  const key = holdKeys.booking(order.id);
  await asHouse(tx, async (house) => {
    // First: nothing is charged or granted between the reading of the one and the other.
    await lockAccounts(house, [accounts.wallet(order.advertiserId)]);
    const hold = (await findHolds(house, [key])).get(key);
    if (!hold || hold.status === 'released' || hold.status === 'expired') return;
    const remainingMicroCny = await owedStill(house, order.id);
    if (remainingMicroCny === hold.remainingMicroCny) return;
    await resizeHold(house, { key, remainingMicroCny, upTo: !mustCover });
  });
}

/** Of an order that is over: whatever is left goes back. */
export async function endHold(tx: Db, orderId: number): Promise<void> {
  const key = holdKeys.booking(orderId);
  const hold = (await findHolds(tx, [key])).get(key);
  if (hold?.status === 'active') await releaseHold(tx, key);
}
