/**
 * The market as PostgreSQL knows it, in the snapshot's form. Owns who may serve at all: active outlets, properties and
 * placements; line items that are active all the way up to a funded advertiser; creatives whose very content was approved.
 * Refuses to decide anything a request is needed for.
 */
import { and, eq, gte, isNull, type SQL, sql } from 'drizzle-orm';
import type { BookedVoice, Snapshot } from '../../bidding/wire/snapshot.ts';
import type { Db } from '../../db/client.ts';
import { advertiser, campaign, lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';
import { creative, creativeReview } from '../../db/schema/creatives.ts';
import { advertiserFunding, pacingState, stop } from '../../db/schema/delivery.ts';
import { floorRule, outlet, placement, property } from '../../db/schema/outlets.ts';
import { type Day, dayEndMs, dayOf, dayStartMs } from '../../db/terms/day.ts';
import type { Category } from '../../db/terms/market.ts';
import { readDeals, readDemandPartners, readSupplyPartners } from './agreements.ts';
import { type Ids, within } from './ids.ts';
import { bookedVoices } from './voice.ts';

export async function readOutlets(db: Db, ids?: Ids): Promise<Snapshot['outlets']> {
  return db
    .select({
      id: outlet.id,
      name: outlet.name,
      tier: outlet.tier,
      divisionCode: outlet.divisionCode,
      blockedCategories: outlet.blockedCategories,
      blockedAdvertiserIds: outlet.blockedAdvertiserIds,
    })
    .from(outlet)
    .where(and(eq(outlet.status, 'active'), within(outlet.id, ids)))
    .orderBy(outlet.id);
}

export async function readProperties(db: Db, ids?: Ids): Promise<Snapshot['properties']> {
  return db
    .select({
      id: property.id,
      outletId: property.outletId,
      kind: property.kind,
      domain: property.domain,
      forMinors: property.forMinors,
    })
    .from(property)
    .innerJoin(outlet, eq(outlet.id, property.outletId))
    .where(
      and(eq(property.status, 'active'), eq(outlet.status, 'active'), within(property.id, ids)),
    )
    .orderBy(property.id);
}

export async function readPlacements(db: Db, ids?: Ids): Promise<Snapshot['placements']> {
  return db
    .select({
      id: placement.id,
      propertyId: placement.propertyId,
      outletId: placement.outletId,
      format: placement.format,
      sizes: placement.sizes,
      floorCpmFen: placement.floorCpmFen,
      auctionType: placement.auctionType,
    })
    .from(placement)
    .innerJoin(property, eq(property.id, placement.propertyId))
    .innerJoin(outlet, eq(outlet.id, placement.outletId))
    .where(
      and(
        eq(placement.status, 'active'),
        eq(property.status, 'active'),
        eq(outlet.status, 'active'),
        within(placement.id, ids),
      ),
    )
    .orderBy(placement.id);
}

export async function readFloorRules(db: Db): Promise<Snapshot['floorRules']> {
  return db
    .select({
      outletId: floorRule.outletId,
      placementId: floorRule.placementId,
      format: floorRule.format,
      divisionCode: floorRule.divisionCode,
      hoursOfWeek: floorRule.hoursOfWeek,
      floorCpmFen: floorRule.floorCpmFen,
    })
    .from(floorRule)
    .orderBy(floorRule.id);
}

/** Approval is bound to the content's hash: an edit after review takes the creative out until it is reviewed again. */
const approved = (today: Day): SQL => sql`
  ${creative.status} = 'approved'
  AND (${creative.approvalExpiresOn} IS NULL OR ${creative.approvalExpiresOn} >= ${today})
  AND EXISTS (SELECT 1 FROM ${creativeReview} WHERE ${creativeReview.creativeId} = ${creative.id}
    AND ${creativeReview.contentHash} = ${creative.contentHash}
    AND ${creativeReview.verdict} IN ('approved', 'overruled'))`;

export async function readCreatives(
  db: Db,
  nowMs: number,
  ids?: Ids,
): Promise<Snapshot['creatives']> {
  const rows = await db
    .select({
      id: creative.id,
      advertiserId: creative.advertiserId,
      format: creative.format,
      w: creative.w,
      h: creative.h,
      content: creative.content,
      landingUrl: creative.landingUrl,
      category: creative.category,
      isPsa: creative.isPsa,
      aiGenerated: creative.aiGenerated,
      contentHash: creative.contentHash,
    })
    .from(creative)
    .innerJoin(advertiser, eq(advertiser.id, creative.advertiserId))
    .where(and(eq(advertiser.status, 'active'), approved(dayOf(nowMs)), within(creative.id, ids)))
    .orderBy(creative.id);
  return rows.map((row) => ({ ...row, category: row.category as Category }));
}

/** Line items that may serve now or later, with their approved creatives; without one they have nothing to show. */
export async function readLineItems(
  db: Db,
  nowMs: number,
  ids?: Ids,
): Promise<Snapshot['lineItems']> {
  const today = dayOf(nowMs);
  const rows = await db
    .select({
      item: lineItem,
      campaignStartsOn: campaign.startsOn,
      campaignEndsOn: campaign.endsOn,
      advertiserDomain: advertiser.domain,
      advertiserName: advertiser.name,
      category: advertiser.category,
      multiplier: pacingState.multiplier,
      controller: pacingState.state,
      creativeIds: sql<string[]>`array_agg(${creative.id} ORDER BY ${creative.id})`,
    })
    .from(lineItem)
    .innerJoin(campaign, eq(campaign.id, lineItem.campaignId))
    .innerJoin(advertiser, eq(advertiser.id, lineItem.advertiserId))
    .innerJoin(lineItemCreative, eq(lineItemCreative.lineItemId, lineItem.id))
    .innerJoin(creative, eq(creative.id, lineItemCreative.creativeId))
    .leftJoin(pacingState, eq(pacingState.lineItemId, lineItem.id))
    .leftJoin(advertiserFunding, eq(advertiserFunding.advertiserId, advertiser.id))
    .where(
      and(
        eq(lineItem.status, 'active'),
        eq(campaign.status, 'active'),
        eq(advertiser.status, 'active'),
        gte(lineItem.endsOn, today),
        gte(campaign.endsOn, today),
        // What was booked is held for already, whatever the wallet has left.
        sql`(${lineItem.priority} = 'booked' OR coalesce(${advertiserFunding.funded}, true))`,
        approved(today),
        within(lineItem.id, ids),
      ),
    )
    .groupBy(lineItem.id, campaign.id, advertiser.id, pacingState.lineItemId)
    .orderBy(lineItem.id);
  const isBooked = rows.some(({ item }) => item.priority === 'booked');
  const voices = isBooked ? await bookedVoices(db, today) : new Map<number, BookedVoice>();
  return rows.map(({ item, ...row }) => ({
    id: item.id,
    campaignId: item.campaignId,
    advertiserId: item.advertiserId,
    advertiserDomain: row.advertiserDomain,
    advertiserName: row.advertiserName,
    category: row.category as Category,
    priority: item.priority,
    pricing: item.pricing,
    bidFen: item.bidFen,
    startsAtMs: Math.max(dayStartMs(item.startsOn), dayStartMs(row.campaignStartsOn)),
    endsAtMs: Math.min(dayEndMs(item.endsOn), dayEndMs(row.campaignEndsOn)),
    target: item.target,
    frequencyCaps: item.frequencyCaps,
    creativeIds: row.creativeIds.map(Number),
    rankMultiplier: item.pacing === 'even' ? (row.multiplier ?? 1) : 1,
    ...(item.priority === 'guaranteed' ? dualPrices(row.controller) : {}),
    ...(item.priority === 'booked' ? { booked: voices.get(item.id) ?? SILENT } : {}),
  }));
}

/** Its days were given back. */
const SILENT: BookedVoice = { slotsADay: 1, days: {} };

/** As the controller of guarantees keeps them; a line item that was never stepped goes by strict priority. */
function dualPrices(
  controller: Record<string, unknown> | null,
): Pick<Snapshot['lineItems'][number], 'guaranteed'> {
  if (typeof controller?.alpha !== 'number') return {};
  const countyMicroCny = (controller.beta ?? {}) as Record<string, number>;
  return { guaranteed: { alphaMicroCny: controller.alpha, countyMicroCny } };
}

export async function readStops(db: Db, ids?: Ids): Promise<Snapshot['stops']> {
  return db
    .select({
      id: stop.id,
      scope: stop.scope,
      subject: stop.subject,
      divisionCode: stop.divisionCode,
      outletId: stop.outletId,
    })
    .from(stop)
    .where(and(isNull(stop.liftedAt), within(stop.id, ids)))
    .orderBy(stop.id);
}

/** All of it. Call in a repeatable-read transaction: the parts must agree. */
export async function readMarket(
  db: Db,
  nowMs: number,
): Promise<Omit<Snapshot, 'version' | 'publishedAtMs'>> {
  return {
    outlets: await readOutlets(db),
    properties: await readProperties(db),
    placements: await readPlacements(db),
    floorRules: await readFloorRules(db),
    creatives: await readCreatives(db, nowMs),
    lineItems: await readLineItems(db, nowMs),
    deals: await readDeals(db, nowMs),
    stops: await readStops(db),
    demandPartners: await readDemandPartners(db),
    supplyPartners: await readSupplyPartners(db),
  };
}
