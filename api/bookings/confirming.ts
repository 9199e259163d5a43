/**
 * Firm: what outlets accepted is booked, its price is held in the wallet, and guaranteed impressions become line items of
 * a campaign of the order's own. Refuses while an outlet has not answered, and what the wallet cannot pay.
 */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import type { Author } from '../audit/audit.ts';
import { createGuaranteed } from '../campaigns/campaigns.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { accounts, holdKeys, placeHold } from '../ledger/ledger.ts';
import { guaranteedTarget } from './impressions.ts';
import {
  type BookingContext,
  conflict,
  isHolding,
  type Line,
  linesOf,
  type Order,
} from './order.ts';
import { daysOf } from './slots.ts';

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

/** Line items for the guaranteed lines, if there are any; the campaign's id. */
async function promise(
  ctx: { db: Db; clock: BookingContext['clock'] },
  actor: Author,
  order: Order,
  accepted: readonly Line[],
): Promise<number | null> {
  const promised = accepted.filter((line) => line.impressions !== null);
  if (promised.length === 0) return null;
  const { campaignId, lineItemIds } = await createGuaranteed(
    ctx,
    actor,
    { name: order.name, advertiserId: order.advertiserId },
    promised.map((line, i) => ({
      name: `${order.name.slice(0, 80)} 保量 ${i + 1}`,
      // The price is its CPM times its impressions exactly (pricing.ts), in µCNY: ten an impression and fen.
      cpmFen: Number(line.priceMicroCny / (10n * BigInt(line.impressions ?? 1))),
      priceMicroCny: line.priceMicroCny,
      startsOn: line.startsOn,
      endsOn: line.endsOn,
      days: daysOf(line).length,
      target: guaranteedTarget(line),
      creativeIds: line.creativeIds,
    })),
  );
  for (const [i, line] of promised.entries()) {
    await ctx.db
      .update(bookingLine)
      .set({ lineItemId: lineItemIds[i] ?? null })
      .where(eq(bookingLine.id, line.id));
  }
  return campaignId;
}
