/**
 * Firm: what outlets accepted is booked, its price is held in the wallet, and what the exchange delivers becomes line items
 * of a campaign of the order's own. Refuses while an outlet has not answered, and what the wallet cannot pay.
 */
import { bookingOrder } from '../../db/schema/bookings.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { accounts, holdKeys, placeHold } from '../ledger/ledger.ts';
import { type BookingContext, conflict, isHolding, linesOf, type Order } from './order.ts';
import { placesOf } from './pricing.ts';
import { promise } from './promising.ts';
import { notOnSale, refuseAll } from './reserving.ts';

/** Fails with `conflict` while an answer is missing, `insufficient_funds`. */
export async function confirmOrder(
  ctx: BookingContext,
  actor: Actor,
  id: number,
  { version }: { version: number },
): Promise<Order> {
  return ctx.db.transaction(async (tx) => {
    const row = await lockRow(tx, bookingOrder, id, version);
    if (!isHolding(row, ctx.clock())) {
      throw conflict('预留已过期，请重新预留', 'the reservation is over; reserve again');
    }
    const lines = await linesOf(tx, id);
    if (lines.some((line) => line.status === 'open')) {
      throw conflict('尚有媒体未答复', 'an outlet has not answered yet');
    }
    const accepted = lines.filter((line) => line.status === 'accepted');
    if (accepted.length === 0) throw conflict('没有媒体接受', 'no outlet accepted');
    const ids = accepted.map((line) => line.placementId);
    refuseAll(notOnSale(accepted, await placesOf(tx, ids)));
    const totalMicroCny = accepted.reduce((sum, line) => sum + line.priceMicroCny, 0n);
    if (totalMicroCny > 0n) {
      await placeHold(tx, {
        key: holdKeys.booking(id),
        account: accounts.wallet(row.advertiserId),
        amountMicroCny: totalMicroCny,
        subject: `order:${id}`,
      });
    }
    const campaignId = await promise({ ...ctx, db: tx }, actor, row, accepted);
    return saveEdit(tx, {
      table: bookingOrder,
      row,
      changes: { status: 'booked', totalMicroCny, expiresAt: null, campaignId },
      actor,
      action: 'order.confirm',
      subject: `order:${id}`,
      nowMs: ctx.clock(),
    });
  });
}
