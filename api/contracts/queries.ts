/** Reads of contracts, and the choice of the one in force. Private to the slice. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { ContractTier, ContractVersion } from './version.ts';

export interface VersionRow {
  id: string;
  contract_id: string;
  number: number;
  scope: string;
  status: ContractVersion['status'];
  outlet_id: string;
  drafted_by: string | null;
  effective_from: string;
  effective_to: string | null;
  minimum_monthly_micro_cny: string;
  parties: { tier: number; from: string; outletId: number | null; sharePpm: number }[];
}

export const COLUMNS = sql`v.id, v.contract_id, v.number, v.scope, v.status, c.outlet_id, v.drafted_by,
  v.effective_from::text AS effective_from, v.effective_to::text AS effective_to, v.minimum_monthly_micro_cny,
  (SELECT json_agg(json_build_object('tier', p.tier, 'from', p.from_micro_cny::text, 'outletId', p.outlet_id,
            'sharePpm', p.share_ppm) ORDER BY p.tier, p.ordinal)
     FROM contract_party p WHERE p.contract_version_id = v.id) AS parties`;

export function fromRow(row: VersionRow): ContractVersion {
  const tiers: ContractTier[] = [];
  for (const party of row.parties ?? []) {
    tiers[party.tier] ??= { fromMicroCny: BigInt(party.from), parties: [] };
    tiers[party.tier]?.parties.push({ outletId: party.outletId, sharePpm: party.sharePpm });
  }
  return {
    id: Number(row.id),
    contractId: Number(row.contract_id),
    number: row.number,
    scope: row.scope,
    status: row.status,
    outletId: Number(row.outlet_id),
    draftedBy: row.drafted_by,
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
    minimumMonthlyMicroCny: BigInt(row.minimum_monthly_micro_cny),
    parties: tiers[0]?.parties ?? [],
    tiers,
  };
}

async function versions(db: Db, where: ReturnType<typeof sql>): Promise<ContractVersion[]> {
  const rows = (await db.execute(sql`SELECT ${COLUMNS} FROM contract_version v
    JOIN contract c ON c.id = v.contract_id ${where}`)) as unknown as VersionRow[];
  return rows.map(fromRow);
}

/** @throws Failure `not_found`. */
export async function versionById(db: Db, id: number): Promise<ContractVersion> {
  const [found] = await versions(db, sql`WHERE v.id = ${id}`);
  if (!found) throw new Failure('not_found', { zh: '合同版本不存在', en: 'no such version' });
  return found;
}

/** Versions by id; unknown ids are absent. */
export async function versionsById(db: Db, ids: readonly number[]): Promise<ContractVersion[]> {
  if (ids.length === 0) return [];
  return versions(
    db,
    sql`WHERE v.id IN (SELECT json_array_elements_text(${JSON.stringify(ids)}::text::json)::bigint) ORDER BY v.id`,
  );
}

export interface ContractPlace {
  outletId: number;
  propertyId: number;
  placementId: number;
  /** The deal's own id, as contracts name it. */
  dealId?: string | undefined;
}

const scopesOf = (place: ContractPlace): string[] => [
  ...(place.dealId ? [`deal:${place.dealId}:${place.outletId}`] : []),
  `placement:${place.placementId}`,
  `property:${place.propertyId}`,
  `outlet:${place.outletId}`,
];

/**
 * The version in force on a day for each place, in their order: the deal's, else the placement's, else the property's, else the
 * outlet's; undefined where there is none. One query for all.
 */
export async function contractsFor(
  db: Db,
  places: readonly ContractPlace[],
  day: Day,
): Promise<(ContractVersion | undefined)[]> {
  const scopes = [...new Set(places.flatMap(scopesOf))];
  if (scopes.length === 0) return [];
  const found = await versions(
    db,
    sql`WHERE v.status = 'active' AND v.effective_from <= ${day}::date
      AND (v.effective_to IS NULL OR v.effective_to > ${day}::date)
      AND v.scope IN (SELECT json_array_elements_text(${JSON.stringify(scopes)}::text::json))`,
  );
  const byScope = new Map(found.map((version) => [version.scope, version]));
  return places.map((place) => {
    const scope = scopesOf(place).find((candidate) => byScope.has(candidate));
    return scope ? byScope.get(scope) : undefined;
  });
}
