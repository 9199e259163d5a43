/** Proofs of play. Owns `booking_evidence`: each is linked to the one before it on its line, so that none can be slipped in. */
import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { bookingEvidence, bookingLine, bookingOrder } from '../../db/schema/bookings.ts';
import { dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { lockRow } from '../http/versioned.ts';
import type { Actor } from '../identity/actor.ts';
import { sha256Hex } from '../identity/identity.ts';
import { type BookingContext, conflict } from './bookings.ts';
import type { evidenceSchema } from './shapes.ts';

/** One more proof of play on a booked line; linked to the one before, so that none can be slipped in or taken out. */
export async function addEvidence(
  ctx: BookingContext,
  actor: Actor,
  lineId: number,
  input: z.infer<typeof evidenceSchema>,
) {
  return ctx.db.transaction(async (tx) => {
    const line = await lockRow(tx, bookingLine, lineId);
    const order = await lockRow(tx, bookingOrder, line.orderId);
    if (order.status !== 'booked' || line.status !== 'accepted') {
      throw conflict('订单尚未生效', 'the order is not in force');
    }
    if (input.day < line.startsOn || input.day > line.endsOn || input.day > dayOf(ctx.clock())) {
      const detail = { zh: '日期不在已投放的排期内', en: 'the day is not one it has run on' };
      throw new Failure('invalid_input', { pointer: '/day', ...detail });
    }
    const [last] = await tx
      .select({ ordinal: bookingEvidence.ordinal, hash: bookingEvidence.hash })
      .from(bookingEvidence)
      .where(eq(bookingEvidence.lineId, lineId))
      .orderBy(sql`${bookingEvidence.ordinal} DESC`)
      .limit(1);
    const ordinal = (last?.ordinal ?? 0) + 1;
    const previousHash = last?.hash ?? '0'.repeat(64);
    const link = [previousHash, lineId, ordinal, input.day, input.kind, input.proofSha256];
    const [row] = await tx
      .insert(bookingEvidence)
      .values({
        ...input,
        lineId,
        ordinal,
        note: input.note ?? null,
        submittedBy: actor.userId,
        submittedAt: new Date(ctx.clock()),
        previousHash,
        hash: sha256Hex(JSON.stringify(link)),
      })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    await record(tx, {
      actor,
      action: 'booking.evidence',
      subject: `booking:${lineId}`,
      after: row,
    });
    return row;
  });
}
