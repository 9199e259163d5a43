/** Reading deals: each side sees its own, with the other's name; of what a buyer buys with, the outlet sees nothing. */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { advertiser } from '../../db/schema/campaigns.ts';
import { deal } from '../../db/schema/deals.ts';
import { outlet } from '../../db/schema/outlets.ts';
import { demandPartner } from '../../db/schema/partners.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { placementsOf } from './deals.ts';
import { deliveredImpressions } from './guarantee.ts';
import { linesOf } from './lines.ts';
import type { DealFilter } from './shapes.ts';

const named = {
  deal,
  outletName: outlet.name,
  advertiserName: advertiser.name,
  demandPartnerName: demandPartner.name,
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

export async function readDeal(db: Db, actor: Actor, id: number) {
  const [row] = await select(db).where(eq(deal.id, id));
  if (!row) throw notFound();
  return {
    ...flat(row),
    placementIds: await placementsOf(db, id),
    /** Of a guaranteed deal, at its placements so far. */
    deliveredImpressions:
      row.deal.impressions === null ? null : await deliveredImpressions(db, row.deal),
    lineItemIds: actor.kind === 'outlet' ? [] : await linesOf(db, id),
  };
}
