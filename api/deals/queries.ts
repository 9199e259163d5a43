/** Reading deals: each side sees its own, with the other's name; of what a buyer buys with, the outlet sees nothing. */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { deal } from '../../db/schema/deals.ts';
import { dealHour } from '../../db/schema/metering.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { demandPartner } from '../../db/schema/partners.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { placementsOf } from './deals.ts';
import { linesOf } from './lines.ts';
import type { DealFilter } from './shapes.ts';

const SHOWN_DAYS = 60;

interface DeliveredDay {
  day: string;
  impressions: number;
  viewables: number;
  clicks: number;
  spendMicroCny: bigint;
}

const named = {
  deal,
  outletName: outlet.name,
  advertiserName: advertiser.name,
  demandPartnerName: demandPartner.name,
  deliveredImpressions:
    sql`(SELECT coalesce(sum(h.impressions), 0) FROM deal_hour h WHERE h.deal_id = ${deal.id})`.mapWith(
      Number,
    ),
};

const select = (db: Db) =>
  db
    .select(named)
    .from(deal)
    .innerJoin(outlet, eq(outlet.id, deal.outletId))
    .leftJoin(advertiser, eq(advertiser.id, deal.advertiserId))
    .leftJoin(demandPartner, eq(demandPartner.id, deal.demandPartnerId));

const flat = ({ deal: row, ...names }: Awaited<ReturnType<typeof select>>[number]) => ({
  ...row,
  ...names,
});

export async function listDeals(db: Db, actor: Actor, filter: DealFilter, page: PageQuery) {
  const before = decodeIdCursor(page.cursor);
  const { outletId, advertiserId, demandPartnerId, kind, status } = filter;
  const rows = await select(db)
    .where(
      and(
        ownedBy(actor, { outlet: deal.outletId, advertiser: deal.advertiserId }),
        outletId ? eq(deal.outletId, outletId) : undefined,
        advertiserId ? eq(deal.advertiserId, advertiserId) : undefined,
        demandPartnerId ? eq(deal.demandPartnerId, demandPartnerId) : undefined,
        kind && eq(deal.kind, kind),
        status && eq(deal.status, status),
        before === undefined ? undefined : lt(deal.id, before),
      ),
    )
    .orderBy(desc(deal.id))
    .limit(page.limit + 1);
  return pageOf(rows.map(flat), page.limit, (row) => row.id);
}

/** What was delivered by the deal, by Shanghai day, the last first. Both sides may know it: it is their trade. */
async function deliveryOf(db: Db, dealId: number) {
  const day = sql<string>`(to_timestamp(${dealHour.hour} * 3600.0) AT TIME ZONE 'Asia/Shanghai')::date::text`;
  const rows = await db
    .select({
      day,
      impressions: sql`sum(${dealHour.impressions})`.mapWith(Number),
      viewables: sql`sum(${dealHour.viewables})`.mapWith(Number),
      clicks: sql`sum(${dealHour.clicks})`.mapWith(Number),
      spendMicroCny: sql`sum(${dealHour.spendMicroCny})`.mapWith(BigInt),
    })
    .from(dealHour)
    .where(eq(dealHour.dealId, dealId))
    .groupBy(day)
    .orderBy(desc(day));
  const days = rows as DeliveredDay[];
  const total = days.reduce(
    (sum, one) => ({
      impressions: sum.impressions + one.impressions,
      viewables: sum.viewables + one.viewables,
      clicks: sum.clicks + one.clicks,
      spendMicroCny: sum.spendMicroCny + one.spendMicroCny,
    }),
    { impressions: 0, viewables: 0, clicks: 0, spendMicroCny: 0n },
  );
  return { ...total, days: days.slice(0, SHOWN_DAYS) };
}

export async function readDeal(db: Db, actor: Actor, id: number) {
  const [row] = await select(db).where(eq(deal.id, id));
  if (!row) throw notFound();
  return {
    ...flat(row),
    placementIds: await placementsOf(db, id),
    delivery: await deliveryOf(db, id),
    lineItemIds: actor.kind === 'outlet' ? [] : await linesOf(db, id),
  };
}
