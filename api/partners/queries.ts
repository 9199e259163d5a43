/** Reading partners: who they are, how they do at this moment, what was sold to and bought from them a day. */
import { and, asc, desc, eq, getTableColumns, gt, lt, sql } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import { NODE_GONE_MS } from '../../bidding/wire/live.ts';
import type { PartnerHealth } from '../../bidding/wire/partner.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import {
  demandPartner,
  type PartnerStatus,
  partnerReport,
  supplyPartner,
} from '../../db/schema/partners.ts';
import type { Day } from '../../db/terms/day.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeCursor, decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';

// What may be shown: never a digest, never a key.
const { keySha256: _key, previousKeySha256: _previous, ...shown } = getTableColumns(supplyPartner);
const { callKey, ...plain } = getTableColumns(demandPartner);
const shownDemand = { ...plain, hasCallKey: sql<boolean>`${callKey} IS NOT NULL` };

export async function listDemandPartners(
  db: Db,
  actor: Actor,
  filter: { status?: PartnerStatus | undefined },
  page: PageQuery,
) {
  const after = decodeIdCursor(page.cursor);
  const rows = await db
    .select(shownDemand)
    .from(demandPartner)
    .where(
      and(
        ownedBy(actor, { advertiser: demandPartner.advertiserId }),
        filter.status && eq(demandPartner.status, filter.status),
        after === undefined ? undefined : gt(demandPartner.id, after),
      ),
    )
    .orderBy(asc(demandPartner.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function readDemandPartner(db: Db, id: number) {
  const [row] = await db.select(shownDemand).from(demandPartner).where(eq(demandPartner.id, id));
  if (!row) throw notFound();
  return row;
}

export async function listSupplyPartners(
  db: Db,
  actor: Actor,
  filter: { status?: PartnerStatus | undefined },
  page: PageQuery,
) {
  const after = decodeIdCursor(page.cursor);
  const rows = await db
    .select(shown)
    .from(supplyPartner)
    .where(
      and(
        ownedBy(actor, { outlet: supplyPartner.outletId }),
        filter.status && eq(supplyPartner.status, filter.status),
        after === undefined ? undefined : gt(supplyPartner.id, after),
      ),
    )
    .orderBy(asc(supplyPartner.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function readSupplyPartner(db: Db, id: number) {
  const [row] = await db.select(shown).from(supplyPartner).where(eq(supplyPartner.id, id));
  if (!row) throw notFound();
  return row;
}

/** How live nodes see a demand partner, each since it started; an empty list where none has asked it. */
export async function partnerHealth(
  ctx: { redis: RedisStore; clock: () => number },
  id: number,
): Promise<{ nodes: PartnerHealth[] }> {
  const all = await ctx.redis.hgetall(keys.partnerHealth);
  const nowMs = ctx.clock();
  const nodes = Object.values(all)
    .map((text) => JSON.parse(text) as PartnerHealth)
    .filter((each) => each.partnerId === id && nowMs - each.atMs < NODE_GONE_MS)
    .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  return { nodes };
}

export interface PartnerDay {
  side: 'demand' | 'supply';
  partnerId: number;
  day: Day;
  impressions: number;
  clicks: number;
  invalid: number;
  amountMicroCny: bigint;
  /** Of supply partners; null for demand. */
  reportedImpressions: number | null;
  reportedMicroCny: bigint | null;
}

/** Totals a day, as the view `partner_day` has them: what reconciliation compares a partner's own report with. */
export async function partnerDays(
  db: Db,
  of: { side: PartnerDay['side']; partnerId: number },
  days: { from: string; to: string },
): Promise<PartnerDay[]> {
  const rows = await db.execute<Record<string, string | null>>(sql`
    SELECT day::text, impressions, clicks, invalid, amount_micro_cny, reported_impressions, reported_micro_cny
    FROM partner_day WHERE side = ${of.side} AND partner_id = ${of.partnerId}
      AND day BETWEEN ${days.from}::date AND ${days.to}::date ORDER BY day`);
  return rows.map((row) => ({
    ...of,
    day: row.day as Day,
    impressions: Number(row.impressions),
    clicks: Number(row.clicks),
    invalid: Number(row.invalid),
    amountMicroCny: BigInt(row.amount_micro_cny ?? 0),
    reportedImpressions:
      row.reported_impressions === null ? null : Number(row.reported_impressions),
    reportedMicroCny:
      row.reported_micro_cny === null ? null : BigInt(row.reported_micro_cny as string),
  }));
}

/** What a supply partner reported, newest first, as it came. */
export async function listReports(
  db: Db,
  supplyPartnerId: number,
  filter: { day?: string | undefined },
  page: PageQuery,
) {
  const after = decodeCursor(page.cursor);
  const rows = await db
    .select()
    .from(partnerReport)
    .where(
      and(
        eq(partnerReport.supplyPartnerId, supplyPartnerId),
        filter.day ? eq(partnerReport.day, filter.day) : undefined,
        after === undefined ? undefined : lt(partnerReport.eventKey, after),
      ),
    )
    .orderBy(desc(partnerReport.eventKey))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.eventKey);
}
