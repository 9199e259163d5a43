/** Days of a house of payments, each far from the others: lived, then compared with their bill the morning after. */
import { expect } from 'vitest';
import { createTopUp } from '../../../../api/payments/payments.ts';
import {
  balanceCash,
  fetchBill,
  listBills,
  matchBill,
  unsettledCases,
} from '../../../../api/reconciliation/reconciliation.ts';
import { addDays, type Day, dayOf, dayStartMs } from '../../../../db/terms/day.ts';
import { NOON, openWorld } from '../payments/world.ts';

export const MINUTE = 60_000;

export async function openDays() {
  const world = await openWorld({ openingFen: 10_000_000n });
  const { ctx, gateway } = world;
  let today: Day = dayOf(NOON);
  return {
    world,
    today: () => today,
    newDay(): Day {
      today = addDays(today, 7);
      world.set(dayStartMs(today) + 12 * 60 * MINUTE);
      return today;
    },
    /** To the morning after, when the bill is ready; then fetches and matches. */
    async reconcile(day: Day) {
      world.set(dayStartMs(addDays(day, 1)) + 10 * 60 * MINUTE);
      await fetchBill(ctx, day);
      return matchBill(ctx, day);
    },
    async topUp(amountFen = 100_000, heard = true) {
      const made = await createTopUp(ctx, { advertiserId: 1, amountFen, by: 'u' });
      await fetch(made.payUrl);
      if (!heard) gateway.faults.onNotify('lost');
      gateway.pay(made.outTradeNo);
      await gateway.notifies.deliver();
      return made;
    },
    /** The days whose end leaves something between the ledger's cash and the bank's that nothing explains. */
    async unexplained() {
      const bills = await listBills(ctx.db, 100);
      const matched = bills.filter((bill) => bill.status === 'matched');
      expect(matched.length).toBeGreaterThan(4);
      const ends = await Promise.all(
        matched.map(async ({ day }) => ({ day, ...(await balanceCash(ctx.db, day)) })),
      );
      return ends.filter((end) => end.unexplainedFen !== 0n || end.onWordFen !== 0n);
    },
    /** Today's unsettled cases. */
    cases: async () => (await unsettledCases(ctx.db)).filter((c) => c.day === today),
  };
}
