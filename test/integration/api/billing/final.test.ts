/** From provisional to final: what the whole day's look removes is charged back before a statement can freeze. */
import { sql } from 'drizzle-orm';
import { beforeAll, expect, it } from 'vitest';
import { closeHour, dayStates, hoursDue } from '../../../../api/billing/billing.ts';
import { accounts, balanceOf } from '../../../../api/ledger/ledger.ts';
import { finalizeDay } from '../../../../api/metering/final.ts';
import { gateOf } from '../../../../api/periods/periods.ts';
import { freezeMonth } from '../../../../api/statements/statements.ts';
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

const DAY = '2026-10-09';
const MONTH = '2026-10';
const HOUR = hourOf(dayStartMs(DAY)) + 10;
const ctx = () => ({ db, clock: () => dayStartMs('2026-11-03') });
let db: Database;
beforeAll(async () => {
  ({ db } = await openTestDatabase());
});

/** 150 impressions of one user within a minute, a yuan each, and 10 of another, metered and rolled up. */
async function deliverRobot(
  line: { id: number; campaignId: number; advertiserId: number },
  place: { id: number; outletId: number },
) {
  await deliver(db, HOUR, { line, place, impressions: 160, spendMicroCny: 160_000_000n });
  await db.execute(sql`SELECT event_partition(${DAY}::date)`);
  await db.execute(sql`
    INSERT INTO event (day, event_key, kind, at_ms, hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
                       line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash)
    SELECT ${DAY}::date, 'e' || n, 1, ${dayStartMs(DAY) + 36_000_000}::bigint + n, ${HOUR}, ${place.outletId}, ${place.id}, '330106',
           ${line.advertiserId}, ${line.campaignId}, ${line.id}, 1, 0, 1000000, 0, CASE WHEN n < 150 THEN 'robot' ELSE 'reader' END
      FROM generate_series(0, 159) n`);
}

it('holds the freeze and the close back, corrects by a further revision, and says what changed', async () => {
  const county = await addOutlet(db);
  const place = await addPlacement(db, county.id);
  await signContract(db, county.id);
  const advertiser = await addAdvertiser(db, 500_000_000n);
  await deliverRobot(await addLineItem(db, advertiser.id), place);
  await closeHour(ctx(), HOUR);
  const states = () => dayStates(db, { from: `${MONTH}-01`, to: `${MONTH}-31` });
  expect(await states()).toMatchObject([
    { day: DAY, state: 'provisional', chargedMicroCny: 160_000_000n },
  ]);
  const freeze = () => freezeMonth(ctx(), { month: MONTH, by: 'maker' });
  await expect(freeze()).rejects.toMatchObject({ code: 'conflict' });
  const gate = await gateOf(ctx(), MONTH);
  expect(gate.find((check) => check.name === 'final')).toMatchObject({ ok: false, count: 1 });

  await finalizeDay(ctx(), DAY);
  // The refused freeze has not cut the month: the correction is still October's.
  await expect(freeze()).rejects.toMatchObject({ code: 'conflict' });
  expect(await hoursDue(db, HOUR + 1)).toEqual([HOUR]);
  await closeHour(ctx(), HOUR);
  expect(await states()).toMatchObject([
    { state: 'final', invalidMicroCny: -150_000_000n, lateMicroCny: 0n, removedEvents: 150 },
  ]);
  const rows = await db.execute(
    sql`SELECT revision, reason, quantity::int AS quantity, day::text AS day
    FROM charge ORDER BY revision`,
  );
  expect([...rows]).toEqual([
    { revision: 0, reason: 'delivery', quantity: 160, day: DAY },
    { revision: 1, reason: 'invalid_traffic', quantity: -150, day: DAY },
  ]);
  expect((await balanceOf(db, accounts.payable(county.id))).balanceMicroCny).toBe(5_500_000n);
  expect(await freeze()).toBe(1);
});
