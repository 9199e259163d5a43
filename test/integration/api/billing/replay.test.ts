/** What other terms would have paid, told from the charges that were really made. */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeHour, replayContract } from '../../../../api/billing/billing.ts';
import { createVersion, type Terms } from '../../../../api/contracts/contracts.ts';
import { trialBalance } from '../../../../api/ledger/ledger.ts';
import type { Database } from '../../../../db/client.ts';
import { dayStartMs, hourOf } from '../../../../db/terms/day.ts';
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

/** A county with a contract that gives it 55 % and its city 20 %, one charge on its placement. */
async function charged(spendMicroCny: bigint, minimumMonthlyMicroCny = 0n) {
  const county = await addOutlet(db);
  const city = await addOutlet(db, 'city');
  const place = await addPlacement(db, county.id);
  const version = await signContract(db, county.id, { cityId: city.id, minimumMonthlyMicroCny });
  const advertiser = await addAdvertiser(db, 50_000_000n);
  const line = await addLineItem(db, advertiser.id);
  const charge = async (at: { id: number }) => {
    const { propertyId, outletId } = place;
    const spot = { ...place, ...at, propertyId, outletId };
    await deliver(db, HOUR, { line, place: spot, impressions: 3, spendMicroCny });
    await closeHour({ db, clock }, HOUR);
  };
  await charge(place);
  const draft = (terms: Partial<Terms>) =>
    createVersion(db, version.contractId, { effectiveFrom: '2026-12-01', ...terms });
  return { county, city, place, draft, charge };
}

const whole = (outletId: number | null) => [{ outletId, sharePpm: 1_000_000 }];

/** The lines by party. */
async function replayed(versionId: number, from = DAY, to = DAY) {
  const replay = await replayContract(db, { versionId, from, to });
  const of = (outletId: number | null) => {
    const line = replay.lines.find((one) => one.outletId === outletId);
    return line && [line.actualMicroCny, line.replayedMicroCny];
  };
  return { ...replay, of };
}

describe('replaying days under other terms', () => {
  it('tells what each party would have got, to the µCNY, and changes nothing', async () => {
    const { county, city, draft } = await charged(1_000_001n);
    const before = await trialBalance(db);
    const { id } = await draft({
      tiers: [
        { fromMicroCny: 0n, parties: whole(county.id) },
        { fromMicroCny: 600_001n, parties: whole(null) },
      ],
    });
    const replay = await replayed(id);
    expect(replay).toMatchObject({ charges: 1, grossMicroCny: 1_000_001n });
    expect(replay.of(county.id)).toEqual([550_001n, 600_001n]);
    expect(replay.of(null)).toEqual([250_000n, 400_000n]);
    expect(replay.of(city.id)).toEqual([200_000n, 0n]);
    expect(await trialBalance(db)).toEqual(before);
  });

  it('leaves out what a contract of a narrower place governs, and that contract’s draft sees only its place', async () => {
    const { county, place, draft, charge } = await charged(1_000_000n);
    const [other] = await db.execute<{ id: number }>(sql`
      INSERT INTO placement (outlet_id, property_id, name, format, floor_cpm_fen)
      VALUES (${county.id}, ${place.propertyId}, '次屏', 'banner', 100) RETURNING id::int AS id`);
    const id = Number(other?.id);
    const narrow = await signContract(db, county.id, { placementId: id, parties: whole(null) });
    await charge({ id });
    const outlets = await draft({ parties: whole(county.id) });
    expect(await replayed(outlets.id)).toMatchObject({ charges: 1, grossMicroCny: 1_000_000n });
    const places = await createVersion(db, narrow.contractId, {
      effectiveFrom: '2026-12-01',
      parties: whole(county.id),
    });
    const replay = await replayed(places.id);
    expect(replay.charges).toBe(1);
    expect(replay.of(county.id)).toEqual([0n, 1_000_000n]);
  });

  it('holds the minimum guarantee on both sides, by days of the month', async () => {
    const { county, city, draft } = await charged(1_000_000n, 30_000_000n);
    const { id } = await draft({ parties: whole(county.id), minimumMonthlyMicroCny: 60_000_000n });
    const month = await replayed(id, '2026-11-01', '2026-11-30');
    expect(month.guarantee).toEqual({ actualMicroCny: 29_450_000n, replayedMicroCny: 59_000_000n });
    expect(month.of(county.id)).toEqual([30_000_000n, 60_000_000n]);
    expect(month.of(null)).toEqual([250_000n - 29_450_000n, -59_000_000n]);
    expect(month.of(city.id)).toEqual([200_000n, 0n]);
    const day = await replayed(id);
    expect(day.guarantee).toEqual({ actualMicroCny: 450_000n, replayedMicroCny: 1_000_000n });
  });

  it('tells months apart: tiers and minimum begin anew in each', async () => {
    const { county, draft } = await charged(1_000_000n);
    const { id } = await draft({ parties: whole(county.id), minimumMonthlyMicroCny: 31_000_000n });
    const replay = await replayed(id, '2026-10-31', '2026-11-30');
    expect(replay.guarantee.replayedMicroCny).toBe(1_000_000n + 30_000_000n);
  });
});
