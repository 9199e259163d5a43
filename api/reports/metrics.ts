/**
 * The metrics of a spend report: sums, and what is worked out from them. Owns each one's name, its SQL for sorting and its
 * figure; a rate without a base is null, never zero. Pure.
 */
import { type SQL, sql } from 'drizzle-orm';

export const METRICS = [
  'impressions', 'viewables', 'clicks', 'conversions', 'invalid', 'spend', 'viewability', 'ctr', 'cvr', 'ecpm', 'cpc',
  'cpa',
] as const; // biome-ignore format: one list
export type Metric = (typeof METRICS)[number];

export interface SpendSums {
  impressions: number;
  /** Of them, of days that were bought outright: nobody bid for them, and their money is no part of the spend. */
  bookedImpressions: number;
  viewables: number;
  clicks: number;
  conversions: number;
  /** Removed as invalid traffic; in none of the others. */
  invalid: number;
  spendMicroCny: bigint;
}

export interface Rates {
  /** Viewable ÷ impressions, clicks ÷ impressions, conversions ÷ clicks. */
  viewability: number | null;
  ctr: number | null;
  cvr: number | null;
  /** µCNY a thousand impressions that were auctioned, a click, a conversion. */
  ecpmMicroCny: bigint | null;
  cpcMicroCny: bigint | null;
  cpaMicroCny: bigint | null;
}

export type SpendMetrics = SpendSums & Rates;

const share = (part: number, whole: number): number | null =>
  whole > 0 ? Math.round((part / whole) * 1e6) / 1e6 : null;
const each = (amount: bigint, count: number): bigint | null =>
  count > 0 ? amount / BigInt(count) : null;

export const ratesOf = (sums: SpendSums): Rates => ({
  viewability: share(sums.viewables, sums.impressions),
  ctr: share(sums.clicks, sums.impressions),
  cvr: share(sums.conversions, sums.clicks),
  ecpmMicroCny: each(sums.spendMicroCny * 1_000n, sums.impressions - sums.bookedImpressions),
  cpcMicroCny: each(sums.spendMicroCny, sums.clicks),
  cpaMicroCny: each(sums.spendMicroCny, sums.conversions),
});

const total = (column: string): SQL => sql`sum(r.${sql.identifier(column)})`;
const ratio = (part: string, whole: string): SQL =>
  sql`${total(part)}::numeric / nullif(${total(whole)}, 0)`;

/** Impressions of booked days, over `rollup_hour r`. */
export const BOOKED_IMPRESSIONS = sql`coalesce(sum(r.impressions) FILTER (
  WHERE r.line_item_id IN (SELECT id FROM line_item WHERE priority = 'booked')), 0)`;

/** What rows are ordered by, over the grouped `rollup_hour r`. */
export const ORDERS: Record<Metric, SQL> = {
  impressions: total('impressions'),
  viewables: total('viewables'),
  clicks: total('clicks'),
  conversions: total('conversions'),
  invalid: total('invalid'),
  spend: total('spend_micro_cny'),
  viewability: ratio('viewables', 'impressions'),
  ctr: ratio('clicks', 'impressions'),
  cvr: ratio('conversions', 'clicks'),
  ecpm: sql`${total('spend_micro_cny')}::numeric / nullif(${total('impressions')} - ${BOOKED_IMPRESSIONS}, 0)`,
  cpc: ratio('spend_micro_cny', 'clicks'),
  cpa: ratio('spend_micro_cny', 'conversions'),
};
