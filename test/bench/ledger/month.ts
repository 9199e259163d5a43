/** A month of delivery, closed hour by hour from its rollup: charges, shares, journals. */
import { sql } from 'drizzle-orm';
import { closeHour } from '../../../api/billing/billing.ts';
import type { Database } from '../../../db/client.ts';
import { dayStartMs, hourOf } from '../../../db/terms/day.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  signContract,
} from '../../kit/books.ts';

const OUTLETS = 80;
const PLACEMENTS_EACH = 4;
const ADVERTISERS = 40;
const LINES_EACH = 10;

export interface MonthFigures {
  impressions: number;
  rollupRows: number;
  charges: number;
  seconds: number;
  chargesPerSecond: number;
}

/** @param buckets line item × placement pairs that delivered in each hour; each has two rollup rows (devices). */
export async function measureMonth(
  db: Database,
  options: { hours: number; buckets: number; impressions: number },
): Promise<MonthFigures> {
  const { hours, buckets } = options;
  const placements: { id: number; outletId: number }[] = [];
  const city = await addOutlet(db, 'city');
  for (let n = 0; n < OUTLETS; n++) {
    const outlet = await addOutlet(db);
    await signContract(db, outlet.id, { cityId: city.id });
    for (let k = 0; k < PLACEMENTS_EACH; k++) placements.push(await addPlacement(db, outlet.id));
  }
  const lines: { id: number; campaignId: number; advertiserId: number }[] = [];
  for (let n = 0; n < ADVERTISERS; n++) {
    const advertiser = await addAdvertiser(db, 10n ** 15n);
    for (let k = 0; k < LINES_EACH; k++) lines.push(await addLineItem(db, advertiser.id));
  }
  const first = hourOf(dayStartMs('2026-10-01'));
  const each = Math.max(1, Math.round(options.impressions / (hours * buckets * 2)));
  const places = JSON.stringify(placements.map(({ id, outletId }) => ({ id, outletId })));
  const items = JSON.stringify(
    lines.map(({ id, campaignId, advertiserId }) => ({ id, campaignId, advertiserId })),
  );
  // Strides coprime to the counts pair every line item with ever other placements.
  await db.execute(sql`
    INSERT INTO rollup_hour (hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id, line_item_id,
                             creative_id, device, impressions, spend_micro_cny)
    SELECT ${first} + h, p."outletId", p.id, '330106', l."advertiserId", l."campaignId", l.id, 1, d,
           ${each}, ${each}::bigint * (10000 + (b * 37 + h) % 5000)
      FROM generate_series(0, ${hours - 1}) h, generate_series(0, ${buckets - 1}) b, generate_series(0, 1) d,
           LATERAL (SELECT ((b * 7 + h) % ${lines.length}) + 1 AS line, ((b * 11 + b / ${lines.length} + h) % ${placements.length}) + 1 AS place) i
      JOIN ROWS FROM (json_to_recordset(${items}::text::json) AS (id bigint, "campaignId" bigint, "advertiserId" bigint))
           WITH ORDINALITY AS l(id, "campaignId", "advertiserId", at) ON l.at = i.line
      JOIN ROWS FROM (json_to_recordset(${places}::text::json) AS (id bigint, "outletId" bigint))
           WITH ORDINALITY AS p(id, "outletId", at) ON p.at = i.place
    ON CONFLICT DO NOTHING`);
  await db.execute(sql`ANALYZE`);
  const [rows] = await db.execute<{ rows: number; impressions: string }>(
    sql`SELECT count(*)::int AS rows, sum(impressions) AS impressions FROM rollup_hour`,
  );
  const began = performance.now();
  const clock = () => dayStartMs('2026-11-01');
  let charges = 0;
  let next = 0;
  await Promise.all(
    [0, 1].map(async () => {
      while (next < hours) charges += (await closeHour({ db, clock }, first + next++)).charges;
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return {
    impressions: Number(rows?.impressions ?? 0),
    rollupRows: rows?.rows ?? 0,
    charges,
    seconds: Math.round(seconds * 10) / 10,
    chargesPerSecond: Math.round(charges / seconds),
  };
}
