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
  /** The deal that most of it was bought by. */
  dealId: string | undefined;
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
  deal: string | null;
  quantity: string;
  amount: string;
  absorbed: string;
  last_revision: number;
}

/** Buckets of an hour after `after` in (line item, placement) order that differ from what was charged. */
export async function dueBuckets(
  tx: Db,
  hour: HourNumber,
  after: { lineItemId: number; placementId: number },
  limit: number,
): Promise<DueBucket[]> {
  const rows = (await tx.execute(sql`
    WITH earned AS (
      SELECT r.line_item_id, r.placement_id, min(r.outlet_id) AS outlet_id, min(r.advertiser_id) AS advertiser_id,
             min(r.campaign_id) AS campaign_id, sum(r.impressions) AS impressions, sum(r.clicks) AS clicks,
             sum(r.spend_micro_cny) AS amount
        FROM rollup_hour r
       WHERE r.hour = ${hour} AND (r.line_item_id, r.placement_id) > (${after.lineItemId}::bigint, ${after.placementId}::bigint)
       GROUP BY 1, 2),
    charged AS (
      SELECT c.line_item_id, c.placement_id, sum(c.quantity) AS quantity, sum(c.amount_micro_cny) AS amount,
             sum(c.absorbed_micro_cny) AS absorbed
        FROM charge c WHERE c.hour = ${hour} GROUP BY 1, 2),
    revised AS (SELECT c.line_item_id, max(c.revision) AS revision FROM charge c WHERE c.hour = ${hour} GROUP BY 1)
    SELECT e.line_item_id, e.placement_id, p.property_id, e.outlet_id, e.advertiser_id, e.campaign_id,
           (SELECT d.code FROM deal_hour h JOIN deal d ON d.id = h.deal_id
             WHERE h.hour = ${hour} AND h.line_item_id = e.line_item_id AND h.placement_id = e.placement_id
               AND h.spend_micro_cny * 2 > e.amount ORDER BY h.spend_micro_cny DESC, d.id LIMIT 1) AS deal,
           (CASE WHEN l.pricing = 'CPM' THEN e.impressions ELSE e.clicks END - coalesce(c.quantity, 0))::bigint AS quantity,
           (e.amount - coalesce(c.amount, 0))::bigint AS amount, coalesce(c.absorbed, 0)::bigint AS absorbed,
           coalesce(v.revision, -1) AS last_revision
      FROM earned e
      JOIN placement p ON p.id = e.placement_id
      JOIN line_item l ON l.id = e.line_item_id
      LEFT JOIN charged c ON c.line_item_id = e.line_item_id AND c.placement_id = e.placement_id
      LEFT JOIN revised v ON v.line_item_id = e.line_item_id
     WHERE e.amount <> coalesce(c.amount, 0)
     ORDER BY e.line_item_id, e.placement_id LIMIT ${limit}`)) as unknown as DueRow[];
  return rows.map((row) => ({
    lineItemId: Number(row.line_item_id),
    placementId: Number(row.placement_id),
    propertyId: Number(row.property_id),
    outletId: Number(row.outlet_id),
    advertiserId: Number(row.advertiser_id),
    campaignId: Number(row.campaign_id),
    dealId: row.deal ?? undefined,
    quantity: Number(row.quantity),
    amountMicroCny: BigInt(row.amount),
    absorbedMicroCny: BigInt(row.absorbed),
    lastRevision: row.last_revision,
  }));
}
