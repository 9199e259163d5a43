/** Contract versions as they are shown: with the names of their outlet, place, parties and people. Private to the slice. */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { ContractKind } from '../../db/schema/contracts.ts';
import { Failure } from '../../db/terms/failure.ts';
import { COLUMNS, fromRow, type VersionRow } from './queries.ts';
import type { ContractVersion } from './version.ts';

export interface ShownVersion extends ContractVersion {
  name: string;
  kind: ContractKind;
  outletName: string;
  outletStatus: 'pending' | 'active' | 'suspended';
  /** What of the outlet it is about; null: all of it. */
  place: { kind: 'property' | 'placement' | 'deal'; name: string } | null;
  /** Of every outlet that has a share, by its id. */
  partyNames: Record<string, string>;
  draftedByName: string | null;
  activatedBy: string | null;
  activatedByName: string | null;
  activatedAt: string | null;
  createdAt: string;
}

type Row = VersionRow & {
  name: string;
  kind: ContractKind;
  outlet_name: string;
  outlet_status: ShownVersion['outletStatus'];
  place_kind: 'property' | 'placement' | 'deal' | null;
  place_name: string;
  party_names: Record<string, string> | null;
  drafted_by_name: string | null;
  activated_by: string | null;
  activated_by_name: string | null;
  activated_at: string | null;
  created_at: string;
};

/** What PostgreSQL writes of an instant as JSON, which a browser reads. */
const instant = (column: SQL) => sql`(to_jsonb(${column} AT TIME ZONE 'UTC') #>> '{}') || 'Z'`;

async function shown(db: Db, rest: SQL): Promise<ShownVersion[]> {
  const rows = await db.execute<Row & Record<string, unknown>>(sql`
    SELECT ${COLUMNS}, v.activated_by, c.name, c.kind, o.name AS outlet_name, o.status AS outlet_status,
           CASE WHEN c.deal_id IS NOT NULL THEN 'deal' WHEN c.placement_id IS NOT NULL THEN 'placement'
                WHEN c.property_id IS NOT NULL THEN 'property' END AS place_kind,
           coalesce(d.name, c.deal_id, concat_ws(' · ', r.name, l.name)) AS place_name,
           (SELECT json_object_agg(x.id, x.name) FROM outlet x WHERE x.id IN
              (SELECT p.outlet_id FROM contract_party p WHERE p.contract_version_id = v.id)) AS party_names,
           (SELECT u.name FROM user_account u WHERE u.id = v.drafted_by) AS drafted_by_name,
           (SELECT u.name FROM user_account u WHERE u.id = v.activated_by) AS activated_by_name,
           ${instant(sql`v.activated_at`)} AS activated_at, ${instant(sql`v.created_at`)} AS created_at
      FROM contract_version v JOIN contract c ON c.id = v.contract_id JOIN outlet o ON o.id = c.outlet_id
      LEFT JOIN placement l ON l.id = c.placement_id
      LEFT JOIN property r ON r.id = coalesce(c.property_id, l.property_id)
      LEFT JOIN deal d ON d.code = c.deal_id
    ${rest}`);
  return rows.map((row) => ({
    ...fromRow(row),
    name: row.name,
    kind: row.kind,
    outletName: row.outlet_name,
    outletStatus: row.outlet_status,
    place: row.place_kind && { kind: row.place_kind, name: row.place_name },
    partyNames: row.party_names ?? {},
    draftedByName: row.drafted_by_name,
    activatedBy: row.activated_by,
    activatedByName: row.activated_by_name,
    activatedAt: row.activated_at,
    createdAt: row.created_at,
  }));
}

/** @throws Failure `not_found`. */
export async function readContract(db: Db, id: number): Promise<ShownVersion> {
  const [found] = await shown(db, sql`WHERE v.id = ${id}`);
  if (!found) throw new Failure('not_found', { zh: '合同版本不存在', en: 'no such version' });
  return found;
}

export interface ContractFilter {
  /** Whose contracts, as owner or (those in force or ended) as party; everybody's where it is left out. */
  mine?: readonly number[] | undefined;
  outletId?: number | undefined;
  status?: ContractVersion['status'] | undefined;
  limit: number;
  cursor?: number | undefined;
}

/** Versions of contracts, newest first. */
export async function listContracts(
  db: Db,
  filter: ContractFilter,
): Promise<{ items: ShownVersion[]; nextCursor: number | null }> {
  const { limit, cursor = Number.MAX_SAFE_INTEGER } = filter;
  const ids = sql`(SELECT json_array_elements_text(${JSON.stringify(filter.mine ?? [])}::text::json)::bigint)`;
  const mine = filter.mine
    ? sql`AND (c.outlet_id IN ${ids} OR (v.status = 'active'
        AND EXISTS (SELECT 1 FROM contract_party p WHERE p.contract_version_id = v.id AND p.outlet_id IN ${ids})))`
    : sql``;
  const of = filter.outletId === undefined ? sql`` : sql`AND c.outlet_id = ${filter.outletId}`;
  const status = filter.status === undefined ? sql`` : sql`AND v.status = ${filter.status}`;
  const rows = await shown(
    db,
    sql`WHERE v.id < ${cursor.toString()}::bigint ${mine} ${of} ${status} ORDER BY v.id DESC LIMIT ${limit + 1}`,
  );
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
