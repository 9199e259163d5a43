/**
 * From what changed to whom it concerns: a campaign's pause concerns its line items, a suspended outlet its placements.
 * Owns that fan-out; `publish.ts` then reads what each is now.
 */
import { inArray, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';
import { creative } from '../../db/schema/creatives.ts';
import { placement, property } from '../../db/schema/outlets.ts';

export interface Affected {
  outlets: Set<number>;
  properties: Set<number>;
  placements: Set<number>;
  creatives: Set<number>;
  lineItems: Set<number>;
  stops: Set<number>;
  deals: Set<number>;
  demandPartners: Set<number>;
  supplyPartners: Set<number>;
  floorRules: boolean;
}

export const isEmpty = (a: Affected): boolean =>
  Object.values(a).every((ids: Set<number> | boolean) =>
    typeof ids === 'boolean' ? !ids : ids.size === 0,
  );

/** Subjects by kind; a word that is no entity of the market (a later slice's) is passed over. */
function byKind(subjects: readonly string[]): Map<string, number[]> {
  const kinds = new Map<string, number[]>();
  for (const subject of subjects) {
    const [kind = '', id] = subject.split(':');
    const ids = kinds.get(kind) ?? [];
    if (Number.isSafeInteger(Number(id))) ids.push(Number(id));
    kinds.set(kind, ids);
  }
  return kinds;
}

/** All entities whose snapshot form may differ because of `subjects` (`lineItem:42`). */
export async function affectedBy(db: Db, subjects: readonly string[]): Promise<Affected> {
  const kinds = byKind(subjects);
  const of = (kind: string): number[] => kinds.get(kind) ?? [];
  const affected: Affected = {
    outlets: new Set(of('outlet')),
    properties: new Set(of('property')),
    placements: new Set(of('placement')),
    creatives: new Set(of('creative')),
    lineItems: new Set(of('lineItem')),
    stops: new Set(of('stop')),
    deals: new Set(of('deal')),
    demandPartners: new Set(of('demandPartner')),
    supplyPartners: new Set(of('supplyPartner')),
    floorRules: kinds.has('floorRule'),
  };
  await addSupply(db, affected, of('outlet'), of('property'));
  await addDemand(db, affected, of('advertiser'), of('campaign'), of('creative'));
  return affected;
}

async function addSupply(
  db: Db,
  affected: Affected,
  outlets: number[],
  properties: number[],
): Promise<void> {
  if (outlets.length > 0) {
    const rows = await db
      .select({ id: property.id })
      .from(property)
      .where(inArray(property.outletId, outlets));
    for (const { id } of rows) affected.properties.add(id);
  }
  if (outlets.length > 0 || properties.length > 0) {
    const rows = await db
      .select({ id: placement.id })
      .from(placement)
      .where(
        or(
          outlets.length > 0 ? inArray(placement.outletId, outlets) : sql`false`,
          properties.length > 0 ? inArray(placement.propertyId, properties) : sql`false`,
        ),
      );
    for (const { id } of rows) affected.placements.add(id);
  }
}

async function addDemand(
  db: Db,
  affected: Affected,
  advertisers: number[],
  campaigns: number[],
  creatives: number[],
): Promise<void> {
  if (advertisers.length > 0) {
    const rows = await db
      .select({ id: creative.id })
      .from(creative)
      .where(inArray(creative.advertiserId, advertisers));
    for (const { id } of rows) affected.creatives.add(id);
  }
  if (advertisers.length > 0 || campaigns.length > 0) {
    const rows = await db
      .select({ id: lineItem.id })
      .from(lineItem)
      .where(
        or(
          advertisers.length > 0 ? inArray(lineItem.advertiserId, advertisers) : sql`false`,
          campaigns.length > 0 ? inArray(lineItem.campaignId, campaigns) : sql`false`,
        ),
      );
    for (const { id } of rows) affected.lineItems.add(id);
  }
  if (creatives.length > 0) {
    const rows = await db
      .select({ id: lineItemCreative.lineItemId })
      .from(lineItemCreative)
      .where(inArray(lineItemCreative.creativeId, creatives));
    for (const { id } of rows) affected.lineItems.add(id);
  }
}
