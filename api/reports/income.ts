/** What outlets earned, by any dimensions, over any days: shares of the charges that were posted, as in their statements. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import { INCOME, type IncomeDimension } from './dimensions.ts';
import { DEFAULT_ROWS, type DimensionValue, grouped, idList, valuesOf } from './grouped.ts';

export interface IncomeQuery {
  outletIds?: readonly number[] | undefined;
  from: Day;
  /** Inclusive; booking days, as in statements. */
  to: Day;
  by: readonly IncomeDimension[];
  limit?: number | undefined;
}

export interface IncomeMetrics {
  /** Billable units. */
  quantity: number;
  /** What advertisers paid where the outlet has a share. */
  grossMicroCny: bigint;
  /** What the outlet earned of it. */
  incomeMicroCny: bigint;
  /** Of that, by impressions and clicks: the rest is for booked days. */
  auctionedMicroCny: bigint;
}

export interface IncomeReport {
  items: (IncomeMetrics & { dimensions: Partial<Record<IncomeDimension, DimensionValue>> })[];
  totals: IncomeMetrics;
  truncated: boolean;
}

const incomeMetrics = (row: Record<string, string | null>): IncomeMetrics => ({
  quantity: Number(row.quantity ?? 0),
  grossMicroCny: BigInt(row.gross ?? 0),
  incomeMicroCny: BigInt(row.income ?? 0),
  auctionedMicroCny: BigInt(row.auctioned ?? 0),
});

/** Income of outlets from posted charges; equals the entries on their payables of the same days. */
export async function incomeReport(db: Db, q: IncomeQuery): Promise<IncomeReport> {
  const limit = q.limit ?? DEFAULT_ROWS;
  const mine = q.outletIds
    ? sql`s.outlet_id = ANY ${idList(q.outletIds)}`
    : sql`s.outlet_id IS NOT NULL`;
  const from = sql`FROM charge_share s JOIN charge c ON c.id = s.charge_id
    WHERE s.day BETWEEN ${q.from}::date AND ${q.to}::date AND ${mine}`;
  const sums = sql`sum(c.quantity) AS quantity, sum(c.amount_micro_cny) AS gross, sum(s.amount_micro_cny) AS income,
    sum(s.amount_micro_cny) FILTER (WHERE c.booking_line_id IS NULL) AS auctioned`;
  const order = {
    time: q.by[0] === 'day' || q.by[0] === 'month',
    measure: sql`sum(s.amount_micro_cny)`,
    limit: limit + 1,
  };
  const dimensions = q.by.map((d) => INCOME[d]);
  const rows =
    q.by.length === 0
      ? []
      : await db.execute<Record<string, string | null>>(grouped(dimensions, sums, from, order));
  const [total] = await db.execute<Record<string, string | null>>(sql`SELECT ${sums} ${from}`);
  return {
    items: rows.slice(0, limit).map((row) => ({
      dimensions: valuesOf(q.by, row),
      ...incomeMetrics(row),
    })),
    totals: incomeMetrics(total ?? {}),
    truncated: rows.length > limit,
  };
}
