/**
 * Clawbacks: what an outlet has to give back after it was paid (earnings later found invalid). Owns which payout
 * nets which clawback, oldest first. The ledger has already taken the amount from the payable when the charge was
 * corrected; this only keeps the next payouts from sending it.
 */
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../../db/client.ts';
import { clawback, clawbackUse } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';

/** Records one, once per `key` (the adjustment it comes from). */
export async function recordClawback(
  ctx: { db: Db; clock: Clock },
  input: { outletId: number; key: string; amountMicroCny: MicroCny; reason: string; by: string },
): Promise<void> {
  const { by, ...fields } = input;
  await ctx.db
    .insert(clawback)
    .values({
      ...fields,
      remainingMicroCny: input.amountMicroCny,
      createdBy: by,
      createdAt: new Date(ctx.clock()),
    })
    .onConflictDoNothing({ target: clawback.key });
}

export interface Netting {
  totalMicroCny: MicroCny;
  uses: { clawbackId: number; amountMicroCny: MicroCny }[];
}

/** Oldest clawbacks first, up to what there is. */
export async function planNetting(
  tx: Transaction,
  outletId: number,
  upTo: MicroCny,
): Promise<Netting> {
  const open = await tx
    .select()
    .from(clawback)
    .where(and(eq(clawback.outletId, outletId), gt(clawback.remainingMicroCny, 0n)))
    .orderBy(clawback.id)
    .for('update');
  const netting: Netting = { totalMicroCny: 0n, uses: [] };
  for (const { id, remainingMicroCny } of open) {
    const left = upTo - netting.totalMicroCny;
    const amountMicroCny = remainingMicroCny < left ? remainingMicroCny : left;
    if (amountMicroCny <= 0n) break;
    netting.totalMicroCny += amountMicroCny;
    netting.uses.push({ clawbackId: id, amountMicroCny });
  }
  return netting;
}

export async function useClawbacks(tx: Transaction, payoutId: number, uses: Netting['uses']) {
  for (const use of uses) {
    await tx.insert(clawbackUse).values({ payoutId, ...use });
    await tx
      .update(clawback)
      .set({ remainingMicroCny: sql`${clawback.remainingMicroCny} - ${use.amountMicroCny}` })
      .where(eq(clawback.id, use.clawbackId));
  }
}

/** Gives a dead payout's netted clawbacks back to be netted again. */
export async function returnClawbacks(tx: Transaction, payoutId: number): Promise<void> {
  const uses = await tx.delete(clawbackUse).where(eq(clawbackUse.payoutId, payoutId)).returning();
  for (const use of uses)
    await tx
      .update(clawback)
      .set({ remainingMicroCny: sql`${clawback.remainingMicroCny} + ${use.amountMicroCny}` })
      .where(eq(clawback.id, use.clawbackId));
}
