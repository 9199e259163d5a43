/**
 * Ids that a draft names, as they come from outside: the outlet, its property, placement or deal, and the parties. Each must
 * exist, a place must be the outlet's own, and a contract is about one place.
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { deal } from '../../db/schema/deals.ts';
import { outlet, placement, property } from '../../db/schema/outlets.ts';
import type { Failure } from '../../db/terms/failure.ts';
import type { DraftInput, Terms } from './contracts.ts';
import { invalid } from './failures.ts';

const missing = (pointer: string): Failure =>
  invalid(pointer, '不存在，或不属于该媒体', 'there is none, or not of this outlet');

/** @throws Failure `invalid_input` with a pointer to the id that is wrong. */
export async function assertPlace(db: Db, input: DraftInput): Promise<void> {
  const { outletId, propertyId, placementId, dealId } = input;
  if ([propertyId, placementId, dealId].filter((id) => id != null).length > 1) {
    throw invalid('/placementId', '一份合同只约定一个范围', 'a contract is about one place');
  }
  const own: [string, { id: number }[]][] = [
    ['/outletId', await db.select({ id: outlet.id }).from(outlet).where(eq(outlet.id, outletId))],
  ];
  if (propertyId != null) {
    const where = and(eq(property.id, propertyId), eq(property.outletId, outletId));
    own.push(['/propertyId', await db.select({ id: property.id }).from(property).where(where)]);
  }
  if (placementId != null) {
    const where = and(eq(placement.id, placementId), eq(placement.outletId, outletId));
    own.push(['/placementId', await db.select({ id: placement.id }).from(placement).where(where)]);
  }
  if (dealId != null) {
    const where = and(eq(deal.code, dealId), eq(deal.outletId, outletId));
    own.push(['/dealId', await db.select({ id: deal.id }).from(deal).where(where)]);
  }
  for (const [pointer, found] of own) if (found.length === 0) throw missing(pointer);
}

/** @throws Failure `invalid_input` with a pointer to the party that is no outlet. */
export async function assertParties(db: Db, terms: Terms): Promise<void> {
  const lists = terms.tiers
    ? terms.tiers.map(({ parties }, t) => ({ at: `/tiers/${t}/parties`, parties }))
    : [{ at: '/parties', parties: terms.parties ?? [] }];
  const named = lists.flatMap(({ at, parties }) =>
    parties.map(({ outletId }, p) => ({ pointer: `${at}/${p}/outletId`, outletId })),
  );
  const ids = [...new Set(named.flatMap(({ outletId }) => outletId ?? []))];
  if (ids.length === 0) return;
  const rows = await db.select({ id: outlet.id }).from(outlet).where(inArray(outlet.id, ids));
  const known = new Set(rows.map(({ id }) => id));
  const stranger = named.find(({ outletId }) => outletId !== null && !known.has(outletId));
  if (stranger) throw invalid(stranger.pointer, '没有这家媒体', 'there is no such outlet');
}
