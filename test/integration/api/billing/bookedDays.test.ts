/** Booked days as charges: once each, split like hours, from the order's hold, and taken back when they did not run. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BookedDay, chargeBookedDays, cutMonth } from '../../../../api/billing/billing.ts';
import {
  accounts,
  balanceOf,
  findHolds,
  ledgerFaults,
  placeHold,
} from '../../../../api/ledger/ledger.ts';
import { draftStatements } from '../../../../api/statements/statements.ts';
import type { Database } from '../../../../db/client.ts';
import { dayStartMs } from '../../../../db/terms/day.ts';
import { addAdvertiser, addOutlet, addPlacement, signContract } from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';

const clock = () => dayStartMs('2026-11-12');
let db: Database;
let lines = 0;
beforeAll(async () => {
  ({ db } = await openTestDatabase());
});

/** An order's hold of 300 yuan and its two booked days of 100 yuan each. */
async function order(walletMicroCny = 400_000_000n, held = 300_000_000n) {
  const county = await addOutlet(db);
  const city = await addOutlet(db, 'city');
  const place = await addPlacement(db, county.id);
  await signContract(db, county.id, { cityId: city.id });
  const advertiser = await addAdvertiser(db, walletMicroCny);
  const wallet = accounts.wallet(advertiser.id);
  lines += 1;
  const holdKey = `booking:${lines}`;
  await placeHold(db, { key: holdKey, account: wallet, amountMicroCny: held });
  const day = (on: string): BookedDay => ({
    bookingLineId: lines,
    day: on,
    advertiserId: advertiser.id,
    placementId: place.id,
    quantity: 2,
    amountMicroCny: 100_000_000n,
    holdKey,
    subject: `order:${lines}`,
  });
  return { county, city, wallet, holdKey, days: [day('2026-11-10'), day('2026-11-11')] };
}

const balance = async (account: Parameters<typeof balanceOf>[1]) =>
  (await balanceOf(db, account)).balanceMicroCny;

describe('charging booked days', () => {
  it('captures the order’s hold and pays each party its share, once', async () => {
    const { county, city, wallet, holdKey, days } = await order();
    const first = await chargeBookedDays({ db, clock }, days);
    expect(first).toMatchObject({ charges: 2, amountMicroCny: 200_000_000n, absorbedMicroCny: 0n });
    const again = await Promise.all([1, 2].map(() => chargeBookedDays({ db, clock }, days)));
    expect(again.map((one) => one.charges)).toEqual([0, 0]);
    expect(await balance(wallet)).toBe(200_000_000n);
    expect(await balance(accounts.payable(county.id))).toBe(110_000_000n);
    expect(await balance(accounts.payable(city.id))).toBe(40_000_000n);
    const hold = (await findHolds(db, [holdKey])).get(holdKey);
    expect(hold).toMatchObject({ capturedMicroCny: 200_000_000n, remainingMicroCny: 100_000_000n });
    expect(await ledgerFaults(db)).toEqual([]);
  });

  it('takes back a day that did not run, as a further revision, and charges it again when it did', async () => {
    const { county, wallet, days } = await order();
    await chargeBookedDays({ db, clock }, days);
    const [day] = days as [BookedDay];
    const none = { ...day, quantity: 0, amountMicroCny: 0n };
    expect(await chargeBookedDays({ db, clock }, [none])).toMatchObject({
      amountMicroCny: -100_000_000n,
    });
    expect(await balance(wallet)).toBe(300_000_000n);
    expect(await balance(accounts.payable(county.id))).toBe(55_000_000n);
    await chargeBookedDays({ db, clock }, [day]);
    const rows = await db.execute(sql`SELECT revision, reason, quantity::int AS quantity FROM charge
      WHERE booking_line_id = ${day.bookingLineId} AND day = ${day.day}::date ORDER BY revision`);
    expect([...rows]).toEqual([
      { revision: 0, reason: 'booking', quantity: 2 },
      { revision: 1, reason: 'booking_change', quantity: -2 },
      { revision: 2, reason: 'booking_change', quantity: 2 },
    ]);
  });

  it('never takes a wallet below its floor when the hold is gone', async () => {
    const { wallet, county, days } = await order(120_000_000n, 1_000_000n);
    const charged = await chargeBookedDays({ db, clock }, days);
    expect(charged.absorbedMicroCny).toBe(80_000_000n);
    expect(await balance(wallet)).toBe(0n);
    expect(await balance(accounts.payable(county.id))).toBe(110_000_000n);
  });

  it('leaves a day that no contract covers uncharged and names it', async () => {
    const { days } = await order();
    const early = { ...(days[0] as BookedDay), day: '2025-11-10' };
    const charged = await chargeBookedDays({ db, clock }, [early]);
    expect(charged).toMatchObject({ charges: 0, withoutContract: [early] });
  });

  it('stands in the outlet’s statement, and after the cut on a later day', async () => {
    const { county, days } = await order();
    await cutMonth({ db, clock }, '2026-10');
    const october = { ...(days[0] as BookedDay), day: '2026-10-31' };
    await chargeBookedDays({ db, clock }, [october, days[1] as BookedDay]);
    await draftStatements({ db }, '2026-11');
    const [row] = await db.execute(sql`SELECT month, share_micro_cny::text AS share FROM statement
      WHERE outlet_id = ${county.id}`);
    expect(row).toEqual({ month: '2026-11', share: '110000000' });
  });
});
