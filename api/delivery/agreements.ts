/** Deals and partners in the snapshot's form. Owns which of them nodes hear of: deals in force, partners that are active. */
import { and, eq, getTableColumns, gte, inArray, sql } from 'drizzle-orm';
import type { SnapshotDemandPartner, SnapshotSupplyPartner } from '../../bidding/wire/partner.ts';
import type { Snapshot } from '../../bidding/wire/snapshot.ts';
import type { Db } from '../../db/client.ts';
import { deal, dealLineItem, dealPlacement } from '../../db/schema/deals.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { demandPartner, supplyPartner } from '../../db/schema/partners.ts';
import { dayEndMs, dayOf, dayStartMs } from '../../db/terms/day.ts';
import type { Ids } from './ids.ts';

/** Active deals that are not over, with what is sold and who buys by them. */
export async function readDeals(db: Db, nowMs: number, ids?: Ids): Promise<Snapshot['deals']> {
  const rows = await db
    .select({
      deal,
      placementIds: sql<string[]>`(SELECT coalesce(array_agg(${dealPlacement.placementId}
        ORDER BY ${dealPlacement.placementId}), '{}') FROM ${dealPlacement} WHERE ${dealPlacement.dealId} = ${deal.id})`,
      lineItemIds: sql<string[]>`(SELECT coalesce(array_agg(${dealLineItem.lineItemId}
        ORDER BY ${dealLineItem.lineItemId}), '{}') FROM ${dealLineItem} WHERE ${dealLineItem.dealId} = ${deal.id})`,
    })
    .from(deal)
    .where(
      and(
        eq(deal.status, 'active'),
        gte(deal.endsOn, dayOf(nowMs)),
        ids === undefined ? undefined : inArray(deal.id, [...ids]),
      ),
    )
    .orderBy(deal.id);
  return rows.map(({ deal: row, placementIds, lineItemIds }) => ({
    id: row.code,
    rowId: row.id,
    kind: row.kind,
    priceCpmFen: row.priceCpmFen,
    placementIds: placementIds.map(Number),
    advertiserIds: row.advertiserId === null ? [] : [row.advertiserId],
    buyerSeats: row.buyerSeats,
    lineItemIds: lineItemIds.map(Number),
    startsAtMs: dayStartMs(row.startsOn),
    endsAtMs: dayEndMs(row.endsOn),
    ...(row.advertiserDomains.length > 0 ? { advertiserDomains: row.advertiserDomains } : {}),
    ...(row.demandPartnerId === null ? {} : { partnerId: row.demandPartnerId }),
    ...(row.impressions === null ? {} : { impressions: row.impressions }),
  }));
}

/** Nodes know deals by code; an ended one is named by it once more, to be forgotten. */
export async function dealCodes(db: Db, ids: readonly number[]): Promise<string[]> {
  const rows = await db
    .select({ code: deal.code })
    .from(deal)
    .where(inArray(deal.id, [...ids]));
  return rows.map((row) => row.code);
}

export async function readDemandPartners(db: Db, ids?: Ids): Promise<SnapshotDemandPartner[]> {
  const { name, status, version, createdAt, updatedAt, ...columns } = demandColumns;
  const rows = await db
    .select(columns)
    .from(demandPartner)
    .where(
      and(
        eq(demandPartner.status, 'active'),
        ids === undefined ? undefined : inArray(demandPartner.id, [...ids]),
      ),
    )
    .orderBy(demandPartner.id);
  return rows.map(({ callKey, ...row }) => (callKey === null ? row : { ...row, callKey }));
}

const demandColumns = getTableColumns(demandPartner);

export async function readSupplyPartners(db: Db, ids?: Ids): Promise<SnapshotSupplyPartner[]> {
  const rows = await db
    .select({ partner: supplyPartner })
    .from(supplyPartner)
    .innerJoin(outlet, eq(outlet.id, supplyPartner.outletId))
    .where(
      and(
        eq(supplyPartner.status, 'active'),
        eq(outlet.status, 'active'),
        ids === undefined ? undefined : inArray(supplyPartner.id, [...ids]),
      ),
    )
    .orderBy(supplyPartner.id);
  return rows.map(({ partner }) => ({
    id: partner.id,
    code: partner.code,
    outletId: partner.outletId,
    domain: partner.domain,
    keys: [
      { sha256: partner.keySha256, untilMs: null },
      ...(partner.previousKeySha256 === null
        ? []
        : [
            {
              sha256: partner.previousKeySha256,
              untilMs: partner.previousKeyUntil?.getTime() ?? 0,
            },
          ]),
    ],
    qps: partner.qps,
    requireSchain: partner.requireSchain,
    takePercent: partner.takePercent,
    ...(partner.chainKey === null ? {} : { chainKey: partner.chainKey }),
  }));
}
