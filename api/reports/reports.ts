/**
 * Reports: what advertisers spent and outlets earned, by any dimensions, over any days. Owns the agreement with the ledger:
 * amounts charged come from the very charges that were posted, and what was metered but not charged yet is told apart.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Day, dayEndMs, dayStartMs, hourOf } from '../../db/terms/day.ts';
import {
  type Dimension,
  INCOME,
  type IncomeDimension,
  namesOf,
  SPEND,
  type SpendDimension,
} from './dimensions.ts';
import {
  BOOKED_IMPRESSIONS,
  type Metric,
  ORDERS,
  ratesOf,
  type SpendMetrics,
  type SpendSums,
} from './metrics.ts';

export { expireExports, runExports } from './exports.ts';
export { queueScheduled } from './schedules.ts';

/** Ids to which a report is confined; undefined: all there are (the platform). */
export interface Scope {
  advertiserIds?: readonly number[] | undefined;
  outletIds?: readonly number[] | undefined;
}

export interface SpendQuery extends Scope {
  from: Day;
  /** Inclusive. */
  to: Day;
  by: readonly SpendDimension[];
  campaignId?: number | undefined;
  lineItemId?: number | undefined;
  outletId?: number | undefined;
  advertiserId?: number | undefined;
  divisionCode?: string | undefined;
  /** The largest of it first. */
  sort?: Metric | undefined;
  limit?: number | undefined;
}

export interface DimensionValue {
  key: string;
  nameZh: string | null;
  nameEn: string | null;
}

export interface SpendRow extends SpendMetrics {
  dimensions: Partial<Record<SpendDimension, DimensionValue>>;
}

export interface SpendReport {
  items: SpendRow[];
  totals: SpendMetrics & {
    /** Posted to the ledger. */
    chargedMicroCny: bigint;
    /** Posted for booked days: no part of the spend above, and part of what the wallet paid. */
    bookedMicroCny: bigint;
    /** Metered, its hour not closed yet. */
    pendingMicroCny: bigint;
  };
  /** More rows than `limit`: refine the question. The totals hold all. */
  truncated: boolean;
}

const idList = (ids: readonly number[]): SQL => sql`(${`{${ids.join(',')}}`}::text::bigint[])`;

function spendWhere(q: Omit<SpendQuery, 'by' | 'limit'>, table: 'r' | 'c'): SQL {
  const t = sql.raw(table);
  const hours = sql`${t}.hour >= ${hourOf(dayStartMs(q.from))} AND ${t}.hour < ${hourOf(dayEndMs(q.to))}`;
  const parts: SQL[] = [hours];
  if (q.advertiserIds) parts.push(sql`${t}.advertiser_id = ANY ${idList(q.advertiserIds)}`);
  if (q.outletIds) parts.push(sql`${t}.outlet_id = ANY ${idList(q.outletIds)}`);
  if (q.advertiserId !== undefined) parts.push(sql`${t}.advertiser_id = ${q.advertiserId}`);
  if (q.campaignId !== undefined) parts.push(sql`${t}.campaign_id = ${q.campaignId}`);
  if (q.lineItemId !== undefined) parts.push(sql`${t}.line_item_id = ${q.lineItemId}`);
  if (q.outletId !== undefined) parts.push(sql`${t}.outlet_id = ${q.outletId}`);
  if (q.divisionCode !== undefined && table === 'r') {
    const prefix = q.divisionCode.replace(/(00)+$/, '');
    parts.push(sql`r.division_code LIKE ${`${prefix}%`}`);
  }
  return sql.join(parts, sql` AND `);
}

const SUMS = sql`sum(r.impressions) AS impressions, ${BOOKED_IMPRESSIONS} AS booked, sum(r.viewables) AS viewables, sum(r.clicks) AS clicks,
  sum(r.conversions) AS conversions, sum(r.invalid) AS invalid, sum(r.spend_micro_cny) AS spend`;

function metrics(row: Record<string, string | null>): SpendMetrics {
  const sums: SpendSums = {
    impressions: Number(row.impressions ?? 0),
    bookedImpressions: Number(row.booked ?? 0),
    viewables: Number(row.viewables ?? 0),
    clicks: Number(row.clicks ?? 0),
    conversions: Number(row.conversions ?? 0),
    invalid: Number(row.invalid ?? 0),
    spendMicroCny: BigInt(row.spend ?? 0),
  };
  return { ...sums, ...ratesOf(sums) };
}

/**
 * `sums` of `from` by the dimensions' keys, at most `limit` rows, with names looked up for those rows only. `time`: in order of
 * the first key; else the greatest `measure` first.
 */
function grouped(
  dimensions: readonly Dimension[],
  sums: SQL,
  from: SQL,
  order: { time: boolean; measure: SQL; limit: number },
): SQL {
  const columns = dimensions.map(({ key }, i) => sql`${key} AS ${sql.identifier(`k${i}`)}`);
  const names = dimensions.flatMap((dimension, i) => {
    const [zh, en] = namesOf(dimension, sql.raw(`g.k${i}`));
    return [sql`${zh} AS ${sql.identifier(`n${i}`)}`, sql`${en} AS ${sql.identifier(`e${i}`)}`];
  });
  const places = sql.raw(dimensions.map((_, i) => i + 1).join(', '));
  const largest = sql`${order.measure} DESC NULLS LAST`;
  const by = order.time ? sql`1, ${largest}` : sql`${largest}, 1`;
  return sql`SELECT g.*, ${sql.join(names, sql`, `)} FROM (
    SELECT ${sql.join(columns, sql`, `)}, ${sums} ${from} GROUP BY ${places} ORDER BY ${by} LIMIT ${order.limit}
  ) g`;
}

function valuesOf<D extends string>(
  by: readonly D[],
  row: Record<string, string | null>,
): Partial<Record<D, DimensionValue>> {
  const values: Partial<Record<D, DimensionValue>> = {};
  for (const [i, dimension] of by.entries()) {
    values[dimension] = {
      key: row[`k${i}`] ?? '',
      nameZh: row[`n${i}`] ?? null,
      nameEn: row[`e${i}`] ?? null,
    };
  }
  return values;
}

const DEFAULT_ROWS = 1_000;

/** Spend by the dimensions asked for, the largest first, or in order of time where a day or hour leads. */
export async function spendReport(db: Db, q: SpendQuery): Promise<SpendReport> {
  const limit = q.limit ?? DEFAULT_ROWS;
  const where = spendWhere(q, 'r');
  const order = {
    time: q.sort === undefined && (q.by[0] === 'day' || q.by[0] === 'hour'),
    measure: ORDERS[q.sort ?? 'spend'],
    limit: limit + 1,
  };
  const from = sql`FROM rollup_hour r WHERE ${where}`;
  const dimensions = q.by.map((d) => SPEND[d]);
  const rows =
    q.by.length === 0
      ? []
      : await db.execute<Record<string, string | null>>(grouped(dimensions, SUMS, from, order));
  const [total] = await db.execute<Record<string, string | null>>(
    sql`SELECT ${SUMS} FROM rollup_hour r WHERE ${where}`,
  );
  const sums = metrics(total ?? {});
  // A charge knows its placement, not the reader's county: of a county only what was metered can be told.
  const charged =
    q.divisionCode === undefined
      ? await chargedOf(db, q)
      : { metered: sums.spendMicroCny, booked: 0n };
  return {
    items: rows.slice(0, limit).map((row) => ({
      dimensions: valuesOf(q.by, row),
      ...metrics(row),
    })),
    totals: {
      ...sums,
      chargedMicroCny: charged.metered,
      bookedMicroCny: charged.booked,
      pendingMicroCny: sums.spendMicroCny - charged.metered,
    },
    truncated: rows.length > limit,
  };
}

/** What the ledger holds: charges of what was metered, and of booked days, which are in no rollup. */
async function chargedOf(db: Db, q: SpendQuery): Promise<{ metered: bigint; booked: bigint }> {
  const [row] = await db.execute<{ metered: string | null; booked: string | null }>(sql`
    SELECT sum(c.amount_micro_cny) FILTER (WHERE c.booking_line_id IS NULL) AS metered,
      sum(c.amount_micro_cny) FILTER (WHERE c.booking_line_id IS NOT NULL) AS booked
    FROM charge c WHERE ${spendWhere(q, 'c')}`);
  return { metered: BigInt(row?.metered ?? 0), booked: BigInt(row?.booked ?? 0) };
}

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
