/** The words of reports: dimensions and where each comes from. Closed lists, so that nothing a caller writes reaches SQL. */
import { type SQL, sql } from 'drizzle-orm';

export const SPEND_DIMENSIONS = [
  'day', 'hour', 'division', 'city', 'advertiser', 'campaign', 'lineItem', 'creative', 'outlet', 'placement',
  'device', 'tier', 'deal',
] as const; // biome-ignore format: one list
export type SpendDimension = (typeof SPEND_DIMENSIONS)[number];

export const INCOME_DIMENSIONS = [
  'day', 'month', 'outlet', 'property', 'placement', 'source', 'advertiserCategory', 'deal',
] as const; // biome-ignore format: one list
export type IncomeDimension = (typeof INCOME_DIMENSIONS)[number];

export interface Dimension {
  /** Grouping key as text. */
  key: SQL;
  /** Table whose row `id` (or `code`) is the key, for the name that people read; undefined: the key says it. */
  names?:
    | 'division'
    | 'advertiser'
    | 'campaign'
    | 'line_item'
    | 'creative'
    | 'outlet'
    | 'property'
    | 'placement'
    | 'deal';
}

const placementProperty = sql`(SELECT p.property_id FROM placement p WHERE p.id = c.placement_id)`;

/** Over `r`: `rollup_hour`, and where deals are asked for what `dealt.ts` makes of it. */
export const SPEND: Record<SpendDimension, Dimension> = {
  day: { key: sql`(to_timestamp(r.hour * 3600.0) AT TIME ZONE 'Asia/Shanghai')::date::text` },
  hour: {
    key: sql`to_char(to_timestamp(r.hour * 3600.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
  },
  division: { key: sql`left(r.division_code, 6)`, names: 'division' },
  city: { key: sql`left(r.division_code, 4) || '00'`, names: 'division' },
  advertiser: { key: sql`r.advertiser_id::text`, names: 'advertiser' },
  campaign: { key: sql`r.campaign_id::text`, names: 'campaign' },
  lineItem: { key: sql`r.line_item_id::text`, names: 'line_item' },
  creative: { key: sql`r.creative_id::text`, names: 'creative' },
  outlet: { key: sql`r.outlet_id::text`, names: 'outlet' },
  placement: { key: sql`r.placement_id::text`, names: 'placement' },
  device: { key: sql`r.device::text` },
  tier: { key: sql`(SELECT o.tier FROM outlet o WHERE o.id = r.outlet_id)` },
  deal: { key: sql`r.deal_id::text`, names: 'deal' },
};

/** Over `s` (charge_share) and `c` (charge). `source`: on whose placement it was earned, its own or one it shares in. */
export const INCOME: Record<IncomeDimension, Dimension> = {
  day: { key: sql`s.day::text` },
  month: { key: sql`to_char(s.day, 'YYYY-MM')` },
  outlet: { key: sql`s.outlet_id::text`, names: 'outlet' },
  property: { key: sql`${placementProperty}::text`, names: 'property' },
  placement: { key: sql`c.placement_id::text`, names: 'placement' },
  source: { key: sql`c.outlet_id::text`, names: 'outlet' },
  advertiserCategory: {
    key: sql`(SELECT a.category FROM advertiser a WHERE a.id = c.advertiser_id)`,
  },
  deal: { key: sql`c.deal_id::text`, names: 'deal' },
};

/** The name of a key, Chinese and English, as scalar subqueries over the grouped rows. */
export function namesOf({ names }: Dimension, key: SQL): [zh: SQL, en: SQL] {
  const none = sql`NULL::text`;
  if (names === undefined) return [none, none];
  if (names === 'division') {
    return [
      sql`(SELECT d.name_zh FROM division d WHERE d.code = ${key})`,
      sql`(SELECT d.name_en FROM division d WHERE d.code = ${key})`,
    ];
  }
  const zh = sql`(SELECT t.name FROM ${sql.identifier(names)} t WHERE t.id = ${key}::bigint)`;
  if (names !== 'deal') return [zh, none];
  const open = (word: string) => sql`CASE WHEN ${key} = '0' THEN ${word} END`;
  return [sql`coalesce(${open('公开交易')}, ${zh})`, open('Open market')];
}
