/**
 * Two months of delivery before the first start, so that no console is empty: hourly sums as metering would have written
 * them, without the raw events. Billing closes these hours and statements follow, through their own front doors, as for
 * any other hour.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { leaseSpend, rollupHour } from '../../db/schema/metering.ts';
import { placement } from '../../db/schema/outlets.ts';
import { addDays, type Day, dayOf, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { covers, divisionLevel } from '../../db/terms/division.ts';
import { MICRO_CNY_PER_CPM_FEN, MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import { RUNS_BEFORE_DAYS, type SeedLine } from './campaigns.ts';
import type { SeedDivision } from './divisions.ts';
import { createRandom, type Random } from './random.ts';

/** Hours of the day that the sums are gathered in: fewer than 24, so that closing two months takes seconds. */
const HOURS = [8, 12, 20];
const PLACEMENTS_A_DAY = 3;

type Row = typeof rollupHour.$inferInsert;

interface Spot {
  placementId: number;
  outletId: number;
  format: string;
  divisionCode: string;
}

/** Placements with their outlet's division, where a line item's formats and places allow. */
async function readSpots(db: Db): Promise<Spot[]> {
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT p.id, p.outlet_id, p.format, o.division_code FROM ${placement} p
    JOIN outlet o ON o.id = p.outlet_id ORDER BY p.id`);
  return rows.map((row) => ({
    placementId: Number(row.id),
    outletId: Number(row.outlet_id),
    format: row.format ?? '',
    divisionCode: row.division_code ?? '',
  }));
}

function rowsOf(
  random: Random,
  line: SeedLine,
  spots: readonly Spot[],
  day: Day,
  counties: readonly string[],
): Row[] {
  const rows: Row[] = [];
  for (const spot of random.some(spots, PLACEMENTS_A_DAY)) {
    const at = counties.filter((county) => covers(spot.divisionCode, county));
    const hour = hourOf(dayStartMs(day) + random.pick(HOURS) * 3_600_000);
    const impressions = random.between(300, 2_400);
    const clicks = Math.round((impressions * random.between(4, 16)) / 1_000);
    const spend =
      line.pricing === 'CPM'
        ? BigInt(impressions) * BigInt(line.bidFen) * MICRO_CNY_PER_CPM_FEN
        : BigInt(clicks) * BigInt(line.bidFen) * MICRO_CNY_PER_FEN;
    rows.push({
      hour,
      outletId: spot.outletId,
      placementId: spot.placementId,
      divisionCode: at.length > 0 ? random.pick(at) : spot.divisionCode,
      advertiserId: line.advertiserId,
      campaignId: line.campaignId,
      lineItemId: line.lineItemId,
      creativeId: random.pick(line.creativeIds),
      device: 0,
      impressions,
      viewables: Math.round((impressions * random.between(62, 81)) / 100),
      clicks,
      invalid: Math.round(impressions * 0.006),
      spendMicroCny: spend,
    });
  }
  return rows;
}

/** From the first day of last month to yesterday. */
export async function seedHistory(
  db: Db,
  lines: readonly SeedLine[],
  divisions: readonly SeedDivision[],
  nowMs: number,
): Promise<void> {
  const random = createRandom(7_070);
  const spots = await readSpots(db);
  const counties = divisions.map((d) => d.code).filter((code) => divisionLevel(code) === 'county');
  const today = dayOf(nowMs);
  const fitting = new Map(
    lines.map((line) => [
      line.lineItemId,
      spots.filter(
        (spot) =>
          (line.formats as string[]).includes(spot.format) &&
          line.divisionCodes.some(
            (code) => covers(code, spot.divisionCode) || covers(spot.divisionCode, code),
          ),
      ),
    ]),
  );
  const rows: Row[] = [];
  for (let ago = Math.min(RUNS_BEFORE_DAYS, daysSinceLastMonth(today)); ago >= 1; ago--) {
    const day = addDays(today, -ago);
    for (const line of lines) {
      if (random.next() < 0.55) continue;
      const own = fitting.get(line.lineItemId) ?? [];
      const at = counties.filter((c) => line.divisionCodes.some((code) => covers(code, c)));
      rows.push(...rowsOf(random, line, own, day, at));
    }
  }
  for (let i = 0; i < rows.length; i += 2_000) {
    await db.insert(rollupHour).values(rows.slice(i, i + 2_000));
  }
  // Budgets count what was billed: the same sums by line item and day.
  await db.execute(sql`
    INSERT INTO ${leaseSpend} (day, line_item_id, lease_id, spend_micro_cny)
    SELECT (to_timestamp(hour * 3600.0) AT TIME ZONE 'Asia/Shanghai')::date, line_item_id, 0, sum(spend_micro_cny)
    FROM ${rollupHour} GROUP BY 1, 2 ON CONFLICT DO NOTHING`);
}

/** Days from the first of last month to `today`. */
function daysSinceLastMonth(today: Day): number {
  const lastOfPrevious = addDays(`${today.slice(0, 7)}-01`, -1);
  const first = `${lastOfPrevious.slice(0, 7)}-01`;
  return Math.round((dayStartMs(today) - dayStartMs(first)) / 86_400_000);
}
