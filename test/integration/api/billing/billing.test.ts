/** Billing against a real database: exactly once, exact to the µCNY, and never more than a wallet has. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeHour, cutMonth, hoursDue } from '../../../../api/billing/billing.ts';
import { activate, createVersion } from '../../../../api/contracts/contracts.ts';
import {
  accounts,
  balanceOf,
  findHolds,
  holdKeys,
  ledgerFaults,
  placeHold,
  trialBalance,
} from '../../../../api/ledger/ledger.ts';
import type { Database } from '../../../../db/client.ts';
import { dayOfHour, dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  deliver,
  signContract,
} from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';

const DAY = '2026-11-10';
const HOUR = hourOf(dayStartMs(DAY)) + 9;
const clock = () => dayStartMs('2026-11-11');

let db: Database;
beforeAll(async () => {
  ({ db } = await openTestDatabase());
});

async function market(walletMicroCny: bigint) {
  const county = await addOutlet(db);
  const city = await addOutlet(db, 'city');
  const place = await addPlacement(db, county.id);
  await signContract(db, county.id, { cityId: city.id });
  const advertiser = await addAdvertiser(db, walletMicroCny);
  const line = await addLineItem(db, advertiser.id);
  return { county, city, place, advertiser, line };
}

const balance = async (account: Parameters<typeof balanceOf>[1]) =>
  (await balanceOf(db, account)).balanceMicroCny;

async function expectWholeBooks() {
  expect(await ledgerFaults(db, { chain: true })).toEqual([]);
  const rows = await trialBalance(db);
  const sum = rows.reduce((total, row) => total + row.debitMicroCny - row.creditMicroCny, 0n);
  expect(sum).toBe(0n);
}

describe('closing an hour', () => {
  it('charges the wallet, pays each party its share, and does nothing the second time', async () => {
    const { county, city, place, advertiser, line } = await market(5_000_000n);
    const revenue = await balance(accounts.platformRevenue);
    await deliver(db, HOUR, { line, place, impressions: 100, spendMicroCny: 1_000_000n });
    const first = await closeHour({ db, clock }, HOUR);
    expect(first).toMatchObject({ charges: 1, amountMicroCny: 1_000_000n, absorbedMicroCny: 0n });
    expect(await closeHour({ db, clock }, HOUR)).toMatchObject({ charges: 0, amountMicroCny: 0n });
    expect(await balance(accounts.wallet(advertiser.id))).toBe(4_000_000n);
    expect(await balance(accounts.payable(county.id))).toBe(550_000n);
    expect(await balance(accounts.payable(city.id))).toBe(200_000n);
    expect((await balance(accounts.platformRevenue)) - revenue).toBe(250_000n);
    await expectWholeBooks();
  });

  it('charges late events as a further revision with the difference', async () => {
    const { county, place, line } = await market(5_000_000n);
    const hour = HOUR + 1;
    await deliver(db, hour, { line, place, impressions: 1, spendMicroCny: 10_000n });
    await closeHour({ db, clock }, hour);
    await deliver(db, hour, { line, place, impressions: 2, spendMicroCny: 20_000n });
    expect(await hoursDue(db, hour + 1)).toContain(hour);
    expect(await closeHour({ db, clock }, hour)).toMatchObject({ amountMicroCny: 20_000n });
    expect(await hoursDue(db, hour + 1)).not.toContain(hour);
    expect(await balance(accounts.payable(county.id))).toBe(16_500n);
    const rows = await db.execute(sql`SELECT revision, quantity::int AS quantity FROM charge
      WHERE line_item_id = ${line.id} ORDER BY revision`);
    expect([...rows]).toEqual([
      { revision: 0, quantity: 1 },
      { revision: 1, quantity: 2 },
    ]);
  });

  it('takes back what proved invalid, to the last µCNY', async () => {
    const { county, city, place, advertiser, line } = await market(5_000_000n);
    const hour = HOUR + 2;
    await deliver(db, hour, { line, place, impressions: 7, spendMicroCny: 70_007n });
    await closeHour({ db, clock }, hour);
    await deliver(db, hour, { line, place, impressions: -7, spendMicroCny: -70_007n });
    await closeHour({ db, clock }, hour);
    expect(await balance(accounts.wallet(advertiser.id))).toBe(5_000_000n);
    expect(await balance(accounts.payable(county.id))).toBe(0n);
    expect(await balance(accounts.payable(city.id))).toBe(0n);
  });

  it('never charges a wallet below its floor: the platform absorbs it, the outlets are paid in full', async () => {
    const { county, place, advertiser, line } = await market(30_000n);
    const hour = HOUR + 3;
    await deliver(db, hour, { line, place, impressions: 5, spendMicroCny: 100_000n });
    const closed = await closeHour({ db, clock }, hour);
    expect(closed.absorbedMicroCny).toBe(70_000n);
    expect(await balance(accounts.wallet(advertiser.id))).toBe(0n);
    expect(await balance(accounts.payable(county.id))).toBe(55_000n);
    // A correction gives the platform its loss back before the advertiser gets anything.
    await deliver(db, hour, { line, place, impressions: -4, spendMicroCny: -80_000n });
    expect(await closeHour({ db, clock }, hour)).toMatchObject({ absorbedMicroCny: -70_000n });
    expect(await balance(accounts.wallet(advertiser.id))).toBe(10_000n);
    await expectWholeBooks();
  });

  it('spends the line item’s hold first, and leaves other holds alone', async () => {
    const { place, advertiser, line } = await market(1_000_000n);
    const hour = HOUR + 4;
    const mine = holdKeys.budget(line.id, dayOfHour(hour));
    const account = accounts.wallet(advertiser.id);
    await placeHold(db, { key: mine, account, amountMicroCny: 40_000n });
    await placeHold(db, { key: `other:${line.id}`, account, amountMicroCny: 930_000n });
    await deliver(db, hour, { line, place, impressions: 5, spendMicroCny: 100_000n });
    const closed = await closeHour({ db, clock }, hour);
    expect(closed.absorbedMicroCny).toBe(30_000n);
    const holds = await findHolds(db, [mine, `other:${line.id}`]);
    expect(holds.get(mine)).toMatchObject({ status: 'captured', remainingMicroCny: 0n });
    expect(holds.get(`other:${line.id}`)?.remainingMicroCny).toBe(930_000n);
    expect(await balance(account)).toBe(930_000n);
    await expectWholeBooks();
  });

  it('leaves what no contract covers uncharged, says so, and charges it once one is signed', async () => {
    const county = await addOutlet(db);
    const place = await addPlacement(db, county.id);
    const advertiser = await addAdvertiser(db, 1_000_000n);
    const line = await addLineItem(db, advertiser.id, 'CPC');
    const hour = HOUR + 5;
    await deliver(db, hour, { line, place, impressions: 9, clicks: 3, spendMicroCny: 30_000n });
    const closed = await closeHour({ db, clock }, hour);
    expect(closed.charges).toBe(0);
    expect(closed.withoutContract).toEqual([
      { placementId: place.id, lineItemId: line.id, amountMicroCny: 30_000n },
    ]);
    const chargeable = () => hoursDue(db, hour + 1, hour, { chargeable: true });
    expect(await hoursDue(db, hour + 1, hour)).toEqual([hour]);
    expect(await chargeable()).toEqual([]);
    await signContract(db, county.id);
    expect(await chargeable()).toEqual([hour]);
    await closeHour({ db, clock }, hour);
    const [row] = await db.execute(sql`SELECT quantity::int AS quantity FROM charge
      WHERE line_item_id = ${line.id}`);
    expect(row).toEqual({ quantity: 3 });
  });

  it('splits what a deal bought by the deal’s own contract, beside the outlet’s on the same placement', async () => {
    const { county, place, advertiser, line } = await market(5_000_000n);
    const dealt = await addLineItem(db, advertiser.id);
    const [deal] = await db.execute<{ id: string }>(sql`
      INSERT INTO deal (code, name, kind, outlet_id, advertiser_id, price_cpm_fen, starts_on, ends_on)
      VALUES ('D-7', '专场', 'preferred', ${county.id}, ${advertiser.id}, 100, '2026-01-01', '2026-12-31') RETURNING id`);
    const parties = [{ outletId: county.id, sharePpm: 1_000_000 }];
    await signContract(db, county.id, { dealId: 'D-7', parties });
    const hour = HOUR + 9;
    const one = { place, impressions: 1, spendMicroCny: 1_000_000n };
    await deliver(db, hour, { ...one, line });
    await deliver(db, hour, { ...one, line: dealt, dealId: Number(deal?.id) });
    await closeHour({ db, clock }, hour);
    expect(await balance(accounts.payable(county.id))).toBe(1_550_000n);
  });

  it('charges what was bought partly by a deal in two parts, each under its own contract, also what is found later', async () => {
    const { county, place, advertiser, line } = await market(9_000_000n);
    const [deal] = await db.execute<{ id: string }>(sql`
      INSERT INTO deal (code, name, kind, outlet_id, advertiser_id, price_cpm_fen, starts_on, ends_on)
      VALUES ('D-8', '专场', 'preferred', ${county.id}, ${advertiser.id}, 100, '2026-01-01', '2026-12-31') RETURNING id`);
    const dealId = Number(deal?.id);
    const parties = [{ outletId: county.id, sharePpm: 1_000_000 }];
    await signContract(db, county.id, { dealId: 'D-8', parties });
    const hour = HOUR + 10;
    const earned = () => balance(accounts.payable(county.id));
    await deliver(db, hour, { line, place, impressions: 1, spendMicroCny: 1_000_000n, dealId });
    await deliver(db, hour, { line, place, impressions: 2, spendMicroCny: 2_000_000n });
    expect(await closeHour({ db, clock }, hour, 1)).toMatchObject({ charges: 2 });
    expect(await earned()).toBe(1_000_000n + 1_100_000n);
    await deliver(db, hour, { line, place, impressions: 2, spendMicroCny: 2_000_000n });
    expect(await closeHour({ db, clock }, hour)).toMatchObject({ charges: 1 });
    expect(await earned()).toBe(1_000_000n + 2_200_000n);
    const rows =
      await db.execute(sql`SELECT deal_id::int AS deal, sum(quantity)::int AS quantity FROM charge
      WHERE line_item_id = ${line.id} GROUP BY 1 ORDER BY 1`);
    expect(rows).toEqual([
      { deal: 0, quantity: 4 },
      { deal: dealId, quantity: 1 },
    ]);
    await expectWholeBooks();
  });

  it('charges once however many billers run at once, in batches of any size', async () => {
    const { county, place, advertiser, line } = await market(50_000_000n);
    const hour = HOUR + 6;
    const lines = [
      line,
      await addLineItem(db, advertiser.id),
      await addLineItem(db, advertiser.id),
    ];
    const places = [place, await addPlacement(db, county.id)];
    for (const l of lines) {
      for (const p of places)
        await deliver(db, hour, { line: l, place: p, spendMicroCny: 333_333n });
    }
    await Promise.all([1, 2, 4, 100].map((batch) => closeHour({ db, clock }, hour, batch)));
    expect(await balance(accounts.wallet(advertiser.id))).toBe(50_000_000n - 6n * 333_333n);
    await expectWholeBooks();
  });

  it('splits the hours on either side of midnight by the contract of each one’s day, also what is found later', async () => {
    const { county, place, line } = await market(50_000_000n);
    const midnight = hourOf(dayStartMs('2026-11-16'));
    const { id } = (await db.execute(sql`SELECT id FROM contract WHERE outlet_id = ${county.id}`))[0] as { id: string }; // biome-ignore format: one row
    const next = await createVersion(db, Number(id), {
      effectiveFrom: '2026-11-16',
      parties: [
        { outletId: county.id, sharePpm: 900_000 },
        { outletId: null, sharePpm: 100_000 },
      ],
    });
    await activate({ db, clock }, { versionId: next.id, by: 'lin' });
    const earned = async () => balance(accounts.payable(county.id));
    const ran = async (hour: number) => {
      const before = await earned();
      await deliver(db, hour, { line, place, impressions: 1, spendMicroCny: 1_000_000n });
      await closeHour({ db, clock }, hour);
      return (await earned()) - before;
    };
    const old = await ran(midnight - 1);
    expect(old).not.toBe(900_000n);
    expect(await ran(midnight)).toBe(900_000n);
    expect(await ran(midnight - 1)).toBe(old);
  });

  it('books a month that was cut on a later day, under the contract of the day it was earned', async () => {
    const { place, line } = await market(5_000_000n);
    const hour = hourOf(dayStartMs('2026-09-30')) + 23;
    await cutMonth({ db, clock }, '2026-09');
    await deliver(db, hour, { line, place, impressions: 1, spendMicroCny: 10_000n });
    await closeHour({ db, clock }, hour);
    const [row] = await db.execute(
      sql`SELECT day::text AS day FROM charge WHERE line_item_id = ${line.id}`,
    );
    expect(row).toEqual({ day: '2026-11-11' });
  });
});
