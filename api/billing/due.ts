/** What an hour still owes: its rollup less what was charged already. Private to billing. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { HourNumber } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';

export interface DueBucket {
  lineItemId: number;
  placementId: number;
  propertyId: number;
  outletId: number;
  advertiserId: number;
  campaignId: number;
  /** The deal that it was bought by, 0: in the open market; and its code, as contracts name it. */
  dealId: number;
  dealCode: string | undefined;
  /** Billable units and amount not charged yet; negative where too much was. */
  quantity: number;
  amountMicroCny: MicroCny;
  /** What earlier charges of this bucket left to the platform. */
  absorbedMicroCny: MicroCny;
  /** Highest revision charged in the line item's hour, −1 for none. */
  lastRevision: number;
}

interface DueRow {
  line_item_id: string;
  placement_id: string;
  property_id: string;
  outlet_id: string;
  advertiser_id: string;
  campaign_id: string;
  deal_id: string;
  deal_code: string | null;
  quantity: string;
  amount: string;
  absorbed: string;
  last_revision: number;
}

/** Where in an hour's order a bucket stands. */
export type BucketPlace = Pick<DueBucket, 'lineItemId' | 'placementId' | 'dealId'>;

/**
 * Buckets of an hour after `after`, in the order of line item, placement and deal, that differ from what was charged. What no deal
 * bought is the rollup less the deals' part of it.
 */
export async function dueBuckets(
  tx: Db,
  hour: HourNumber,
  after: BucketPlace,
  limit: number,
): Promise<DueBucket[]> {
  const rows = (await tx.execute(sql`
    WITH delivered AS (
      SELECT line_item_id, placement_id, 0::bigint AS deal_id, outlet_id, advertiser_id, impressions, clicks,
             spend_micro_cny AS amount
        FROM rollup_hour WHERE hour = ${hour} AND (line_item_id, placement_id) >= (${after.lineItemId}::bigint, ${after.placementId}::bigint)
      UNION ALL
      SELECT h.line_item_id, h.placement_id, part.deal_id, h.outlet_id, h.advertiser_id, part.sign * h.impressions,
             part.sign * h.clicks, part.sign * h.spend_micro_cny
        FROM deal_hour h CROSS JOIN LATERAL (VALUES (h.deal_id, 1), (0, -1)) AS part(deal_id, sign)
       WHERE h.hour = ${hour} AND (h.line_item_id, h.placement_id) >= (${after.lineItemId}::bigint, ${after.placementId}::bigint)),
    earned AS (
      SELECT line_item_id, placement_id, deal_id, min(outlet_id) AS outlet_id, min(advertiser_id) AS advertiser_id,
             sum(impressions) AS impressions, sum(clicks) AS clicks, sum(amount) AS amount
        FROM delivered
       WHERE (line_item_id, placement_id, deal_id) > (${after.lineItemId}::bigint, ${after.placementId}::bigint, ${after.dealId}::bigint)
       GROUP BY 1, 2, 3),
    charged AS (
      SELECT c.line_item_id, c.placement_id, c.deal_id, sum(c.quantity) AS quantity, sum(c.amount_micro_cny) AS amount,
             sum(c.absorbed_micro_cny) AS absorbed
        FROM charge c WHERE c.hour = ${hour} GROUP BY 1, 2, 3),
    revised AS (SELECT c.line_item_id, max(c.revision) AS revision FROM charge c WHERE c.hour = ${hour} GROUP BY 1)
    SELECT e.line_item_id, e.placement_id, p.property_id, e.outlet_id, e.advertiser_id, l.campaign_id, e.deal_id,
           d.code AS deal_code,
           (CASE WHEN l.pricing = 'CPM' THEN e.impressions ELSE e.clicks END - coalesce(c.quantity, 0))::bigint AS quantity,
           (e.amount - coalesce(c.amount, 0))::bigint AS amount, coalesce(c.absorbed, 0)::bigint AS absorbed,
           coalesce(v.revision, -1) AS last_revision
      FROM earned e
      JOIN placement p ON p.id = e.placement_id
      JOIN line_item l ON l.id = e.line_item_id
      LEFT JOIN deal d ON d.id = e.deal_id
      LEFT JOIN charged c USING (line_item_id, placement_id, deal_id)
      LEFT JOIN revised v ON v.line_item_id = e.line_item_id
     WHERE e.amount <> coalesce(c.amount, 0)
     ORDER BY e.line_item_id, e.placement_id, e.deal_id LIMIT ${limit}`)) as unknown as DueRow[];
  return rows.map((row) => ({
    lineItemId: Number(row.line_item_id),
    placementId: Number(row.placement_id),
    propertyId: Number(row.property_id),
    outletId: Number(row.outlet_id),
    advertiserId: Number(row.advertiser_id),
    campaignId: Number(row.campaign_id),
    dealId: Number(row.deal_id),
    dealCode: row.deal_code ?? undefined,
    quantity: Number(row.quantity),
    amountMicroCny: BigInt(row.amount),
    absorbedMicroCny: BigInt(row.absorbed),
    lastRevision: row.last_revision,
  }));
}
