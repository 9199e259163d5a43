/**
 * What advertisers spent, by any dimensions, over any days. Owns the agreement with the ledger: amounts charged come from
 * the very charges that were posted, and what was metered but not charged yet is told apart.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Day, dayEndMs, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { DEALT, SOMETHING } from './dealt.ts';
import { SPEND, type SpendDimension } from './dimensions.ts';
import { DEFAULT_ROWS, type DimensionValue, grouped, idList, valuesOf } from './grouped.ts';
import {
  BOOKED_IMPRESSIONS,
  type Metric,
  ORDERS,
  ratesOf,
  type SpendMetrics,
  type SpendSums,
} from './metrics.ts';

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
  dealId?: number | undefined;
  divisionCode?: string | undefined;
  /** The largest of it first. */
  sort?: Metric | undefined;
  limit?: number | undefined;
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
  if (q.dealId !== undefined) parts.push(sql`${t}.deal_id = ${q.dealId}`);
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

/** Spend by the dimensions asked for, the largest first, or in order of time where a day or hour leads. */
export async function spendReport(db: Db, q: SpendQuery): Promise<SpendReport> {
  const limit = q.limit ?? DEFAULT_ROWS;
  const where = spendWhere(q, 'r');
  const order = {
    time: q.sort === undefined && (q.by[0] === 'day' || q.by[0] === 'hour'),
    measure: ORDERS[q.sort ?? 'spend'],
    limit: limit + 1,
    ...(q.by.includes('deal') ? { having: SOMETHING } : {}),
  };
  const delivered = q.dealId === undefined ? sql`rollup_hour` : DEALT;
  const from = sql`FROM ${q.by.includes('deal') ? DEALT : delivered} r WHERE ${where}`;
  const dimensions = q.by.map((d) => SPEND[d]);
  const rows =
    q.by.length === 0
      ? []
      : await db.execute<Record<string, string | null>>(grouped(dimensions, SUMS, from, order));
  const [total] = await db.execute<Record<string, string | null>>(
    sql`SELECT ${SUMS} FROM ${delivered} r WHERE ${where}`,
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
