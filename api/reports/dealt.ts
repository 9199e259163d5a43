/**
 * Delivery with the deal that bought it: `deal_hour` beside what is left of `rollup_hour` without it, so that the two add up to it.
 * Owns which dimensions can stand beside a deal: sums by deals know neither county nor creative nor device.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { SpendDimension } from './dimensions.ts';

const APART: readonly SpendDimension[] = ['division', 'city', 'creative', 'device'];

/** What is asked cannot be told by deal; undefined: it can, or no deal is asked for. */
export function unknownByDeal(q: {
  by: readonly SpendDimension[];
  dealId?: number | undefined;
  divisionCode?: string | undefined;
}): SpendDimension | undefined {
  if (q.dealId === undefined && !q.by.includes('deal')) return undefined;
  return q.divisionCode === undefined ? q.by.find((each) => APART.includes(each)) : 'division';
}

const BY = sql.raw('hour, outlet_id, placement_id, advertiser_id, campaign_id, line_item_id');
const SUMMED = ['impressions', 'viewables', 'clicks', 'conversions', 'invalid', 'spend_micro_cny'];
const PLUS = sql.raw(SUMMED.join(', '));
const MINUS = sql.raw(SUMMED.map((column) => `-${column}`).join(', '));

/** What is left of a line item that bought by deals alone is nothing, and no row. */
export const SOMETHING: SQL = sql.join(
  SUMMED.map((column) => sql`sum(r.${sql.raw(column)}) <> 0`),
  sql` OR `,
);

/** In place of `rollup_hour`; deal 0: the open market. */
export const DEALT: SQL = sql`(
  SELECT deal_id, ${BY}, ${PLUS} FROM deal_hour
  UNION ALL SELECT 0, ${BY}, ${PLUS} FROM rollup_hour
  UNION ALL SELECT 0, ${BY}, ${MINUS} FROM deal_hour)`;
