/** What has become of a cast's money so far: reads for the stages of the line, by a connection that does not die. */
import { eq } from 'drizzle-orm';
import { accounts, holdKeys } from '../../../api/ledger/ledger.ts';
import { charge } from '../../../db/schema/billing.ts';
import { invoice } from '../../../db/schema/invoices.ts';
import { payout, topUp, topUpRefund } from '../../../db/schema/payments.ts';
import { statement, statementAdjustment } from '../../../db/schema/statements.ts';
import { dayStartMs, hourOf } from '../../../db/terms/day.ts';
import type { Cast, World } from './world.ts';

export function lookAt({ db }: World, cast: Cast, month: string) {
  const line = cast.lines[0];
  const place = cast.placements[0];
  if (!line || !place) throw new Error('an empty cast');
  const mine = eq(topUp.advertiserId, line.advertiserId);
  const statements = () =>
    db.select().from(statement).where(eq(statement.outletId, place.outletId));
  const statementNow = async () =>
    (await statements()).find((row) => row.month === month && row.status !== 'superseded');
  return {
    line,
    place,
    hour: hourOf(dayStartMs(`${month}-02`)) + 9,
    key: holdKeys.budget(line.id, `${month}-02`),
    wallet: accounts.wallet(line.advertiserId),
    topUpNow: async () => (await db.select().from(topUp).where(mine))[0],
    chargesNow: () => db.select().from(charge).where(eq(charge.lineItemId, line.id)),
    statementNow,
    statusIs: async (...wanted: string[]) => wanted.includes((await statementNow())?.status ?? ''),
    idOf: async () => ({ statementId: (await statementNow())?.id ?? 0 }),
    disputed: async () =>
      (await statements()).some((row) => row.status === 'superseded' || row.status === 'disputed'),
    adjustmentNow: async () =>
      (await db.select().from(statementAdjustment)).find((row) => row.outletId === place.outletId),
    invoiceNow: async () =>
      (await db.select().from(invoice).where(eq(invoice.outletId, place.outletId)))[0],
    payoutNow: async () =>
      (await db.select().from(payout).where(eq(payout.outletId, place.outletId)))[0],
    refundNow: async () => {
      const rows = await db
        .select({ refund: topUpRefund })
        .from(topUpRefund)
        .innerJoin(topUp, eq(topUp.id, topUpRefund.topUpId))
        .where(mine);
      return rows[0]?.refund;
    },
  };
}
