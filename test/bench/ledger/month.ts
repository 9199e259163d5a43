/**
 * A month of delivery, closed from its hourly rollups: every hour charged, split and posted; every statement drafted, proved and
 * frozen; the gate passed and the period closed with its certificate.
 */
import { sql } from 'drizzle-orm';
import { closeHour } from '../../../api/billing/billing.ts';
import { accounts, post } from '../../../api/ledger/ledger.ts';
import { mergeSums } from '../../../api/metering/merging.ts';
import { beginClose, closePeriod } from '../../../api/periods/periods.ts';
import { freezeMonth } from '../../../api/statements/statements.ts';
import type { Database } from '../../../db/client.ts';
import { dayStartMs, hourOf } from '../../../db/terms/day.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  signContract,
} from '../../kit/books.ts';

const MONTH = '2026-10';
const OUTLETS = 80;
const PLACEMENTS_EACH = 4;
const ADVERTISERS = 40;
const LINES_EACH = 10;

export interface MonthFigures {
  impressions: number;
  rollupRows: number;
  charges: number;
  statements: number;
  /** Sums merged, as the worker does all along; hours charged; statements frozen; period closed; all four; of it this process's own processor time. */
  seconds: {
    merge: number;
    charge: number;
    freeze: number;
    close: number;
    total: number;
    cpu: number;
  };
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
    const advertiser = await addAdvertiser(db, 0n);
    await fund(db, advertiser.id);
    for (let k = 0; k < LINES_EACH; k++) lines.push(await addLineItem(db, advertiser.id));
  }
  const first = hourOf(dayStartMs(`${MONTH}-01`));
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
  const cpu = process.cpuUsage();
  let now = dayStartMs('2026-11-01') + 3_600_000;
  const ctx = { db, clock: () => now, config: { authSecret: 'a secret for the bench, 32 long' } };
  await mergeSums(ctx);
  const merged = performance.now();
  const counts: number[] = [];
  let next = 0;
  await Promise.all(
    [0, 1].map(async () => {
      while (next < hours) counts.push((await closeHour(ctx, first + next++)).charges);
    }),
  );
  const charges = counts.reduce((sum, count) => sum + count, 0);
  const charged = performance.now();
  const statements = await freezeMonth(ctx, { month: MONTH, by: 'maker' });
  const frozen = performance.now();
  now += 86_400_000;
  await beginClose(ctx, { month: MONTH, by: 'maker' });
  await closePeriod(ctx, { month: MONTH, by: 'checker' });
  const closed = performance.now();
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  return {
    impressions: Number(rows?.impressions ?? 0),
    rollupRows: rows?.rows ?? 0,
    charges,
    statements,
    seconds: {
      merge: seconds(merged - began),
      charge: seconds(charged - merged),
      freeze: seconds(frozen - charged),
      close: seconds(closed - frozen),
      total: seconds(closed - began),
      cpu: seconds(process.cpuUsage(cpu).user / 1000),
    },
    chargesPerSecond: Math.round((charges * 1000) / (charged - merged)),
  };
}

/** Money brought over from before: no bank's bill stands behind it. */
async function fund(db: Database, advertiserId: number): Promise<void> {
  const amountMicroCny = 10n ** 15n;
  await post(db, [
    {
      key: `bench-fund:${advertiserId}`,
      kind: 'opening',
      day: `${MONTH}-01`,
      entries: [
        { account: accounts.opening, amountMicroCny },
        { account: accounts.wallet(advertiserId), amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}
