/**
 * Low-balance alerts. Owns when a wallet's people are told: once when the spendable balance falls below their
 * threshold, again only after it has recovered.
 */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { walletAlert } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { accounts, balanceOf } from '../ledger/ledger.ts';

export interface RaisedAlert {
  advertiserId: number;
  thresholdMicroCny: MicroCny;
  availableMicroCny: MicroCny;
}

export async function setWalletAlert(
  db: Db,
  input: { advertiserId: number; thresholdMicroCny: MicroCny; by: string },
): Promise<void> {
  const { by: updatedBy, ...alert } = input;
  await db
    .insert(walletAlert)
    .values({ ...alert, updatedBy })
    .onConflictDoUpdate({
      target: walletAlert.advertiserId,
      set: { thresholdMicroCny: alert.thresholdMicroCny, state: 'quiet', updatedBy },
    });
}

export async function walletAlertOf(db: Db, advertiserId: number) {
  const [row] = await db
    .select()
    .from(walletAlert)
    .where(eq(walletAlert.advertiserId, advertiserId));
  return row;
}

/** Looks at every watched wallet; returns those that have just fallen below. */
export async function checkWalletAlerts(ctx: { db: Db; clock: Clock }): Promise<RaisedAlert[]> {
  const raised: RaisedAlert[] = [];
  for (const watched of await ctx.db.select().from(walletAlert)) {
    const { advertiserId, thresholdMicroCny } = watched;
    const { availableMicroCny } = await balanceOf(ctx.db, accounts.wallet(advertiserId));
    const state = availableMicroCny < thresholdMicroCny ? 'raised' : 'quiet';
    if (state === watched.state) continue;
    await ctx.db
      .update(walletAlert)
      .set({
        state,
        balanceMicroCny: availableMicroCny,
        raisedAt: state === 'raised' ? new Date(ctx.clock()) : watched.raisedAt,
      })
      .where(eq(walletAlert.advertiserId, advertiserId));
    if (state === 'raised') raised.push({ advertiserId, thresholdMicroCny, availableMicroCny });
  }
  return raised;
}
