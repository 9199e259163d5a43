/** Our side of a partner's days: what was charged on them, and what moved since: prices that it reported a sale
 * at, and what two people accepted of its figures. */
import { and, between, eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type PartnerSide, partnerDifference } from '../../db/schema/clearing.ts';
import { demandPartner, supplyPartner } from '../../db/schema/partners.ts';
import type { Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { chargedByDay, provisionalDays } from '../billing/billing.ts';
import type { OurDay } from './compare.ts';
import { settledDays } from './settling.ts';

export interface Partner {
  side: PartnerSide;
  partnerId: number;
}

/** Whose money it is: a demand partner's advertiser and line item, or a supply partner's outlet. */
export interface PartnerAccount {
  advertiserId?: number;
  outletId?: number;
  lineItemId?: number;
}

/** @throws Failure `not_found`. */
export async function accountOf(tx: Db, side: PartnerSide, id: number): Promise<PartnerAccount> {
  if (side === 'demand') {
    const [row] = await tx.select().from(demandPartner).where(eq(demandPartner.id, id));
    if (row) return { advertiserId: row.advertiserId, lineItemId: row.lineItemId };
  } else {
    const [row] = await tx.select().from(supplyPartner).where(eq(supplyPartner.id, id));
    if (row) return { outletId: row.outletId };
  }
  throw new Failure('not_found', { zh: '没有这个合作方', en: 'no such partner' });
}

/** A difference that was accepted has moved: a later report of the same day must not move it again. */
export async function ourDays(
  tx: Db,
  partner: Partner,
  { outletId, lineItemId }: PartnerAccount,
  { from, to }: { from: Day; to: Day },
): Promise<Map<Day, OurDay>> {
  const open = new Set(await provisionalDays(tx, from, to));
  const days = new Map(
    (await chargedByDay(tx, { outletId, lineItemId, from, to })).map((one) => [
      one.day,
      { ...one, isFinal: !open.has(one.day) },
    ]),
  );
  const accepted = await tx
    .select()
    .from(partnerDifference)
    .where(
      and(
        eq(partnerDifference.side, partner.side),
        eq(partnerDifference.partnerId, partner.partnerId),
        eq(partnerDifference.resolution, 'theirs_accepted'),
        between(partnerDifference.day, from, to),
      ),
    );
  if (partner.side === 'supply')
    for (const [day, amount] of await settledDays(tx, partner.partnerId, { from, to })) {
      const ours = days.get(day);
      if (ours) days.set(day, { ...ours, amountMicroCny: ours.amountMicroCny + amount });
    }
  for (const { day, ...one } of accepted) {
    const ours = days.get(day) ?? { day, quantity: 0, amountMicroCny: 0n, isFinal: !open.has(day) };
    days.set(day, {
      ...ours,
      quantity: ours.quantity + one.theirQuantity - one.ourQuantity,
      amountMicroCny: ours.amountMicroCny + one.theirMicroCny - one.ourMicroCny,
    });
  }
  return days;
}
