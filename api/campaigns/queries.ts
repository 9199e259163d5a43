/** Reading demand: lists, one thing with what hangs on it, its history, and the facts of its diagnosis. */
import { and, desc, eq, gte, ilike, inArray, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { bookingLine, bookingSlot } from '../../db/schema/bookings.ts';
import { advertiser, campaign, lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';
import { creative } from '../../db/schema/creatives.ts';
import { advertiserFunding, stop } from '../../db/schema/delivery.ts';
import { rollupHour } from '../../db/schema/metering.ts';
import { outlet, placement } from '../../db/schema/outlets.ts';
import { type Day, dayOf, dayStartMs, hourOf, hourOfWeek } from '../../db/terms/day.ts';
import type { Target } from '../../db/terms/target.ts';
import { notFound, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type Page, type PageQuery, pageOf } from '../http/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { type DeliveryFacts, diagnose } from './diagnosis.ts';
import type { DemandFilter } from './shapes.ts';

const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&');

export async function listAdvertisers(
  db: Db,
  actor: Actor,
  filter: DemandFilter,
  page: PageQuery,
): Promise<Page<typeof advertiser.$inferSelect>> {
  const before = decodeIdCursor(page.cursor);
  const rows = await db
    .select()
    .from(advertiser)
    .where(
      and(
        ownedBy(actor, { advertiser: advertiser.id }),
        filter.q ? ilike(advertiser.name, `%${literal(filter.q)}%`) : undefined,
        before === undefined ? undefined : lt(advertiser.id, before),
      ),
    )
    .orderBy(desc(advertiser.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function readAdvertiser(db: Db, id: number) {
  const [row] = await db.select().from(advertiser).where(eq(advertiser.id, id));
  if (!row) throw notFound();
  return row;
}

/** Sum of the metered past of one line item, or of a campaign's, µCNY. */
const spentBy = (lineItems: SQL) =>
  sql<bigint>`coalesce((SELECT sum(${rollupHour.spendMicroCny}) FROM ${rollupHour}
    WHERE ${rollupHour.lineItemId} ${lineItems}), 0)`.mapWith(BigInt);
const spentByLineItem = spentBy(sql`= ${lineItem.id}`);
// By its line items: that is what sums are indexed by.
const spentByCampaign = spentBy(
  sql`IN (SELECT li.id FROM line_item li WHERE li.campaign_id = ${campaign.id})`,
);

const campaignRow = {
  id: campaign.id,
  advertiserId: campaign.advertiserId,
  advertiserName: advertiser.name,
  name: campaign.name,
  status: campaign.status,
  totalBudgetMicroCny: campaign.totalBudgetMicroCny,
  spentMicroCny: spentByCampaign,
  lineItems: sql<number>`(SELECT count(*)::int FROM ${lineItem}
    WHERE ${lineItem.campaignId} = ${campaign.id})`,
  startsOn: campaign.startsOn,
  endsOn: campaign.endsOn,
  version: campaign.version,
  createdAt: campaign.createdAt,
  updatedAt: campaign.updatedAt,
};

export async function listCampaigns(db: Db, actor: Actor, filter: DemandFilter, page: PageQuery) {
  const before = decodeIdCursor(page.cursor);
  const rows = await db
    .select(campaignRow)
    .from(campaign)
    .innerJoin(advertiser, eq(advertiser.id, campaign.advertiserId))
    .where(
      and(
        ownedBy(actor, { advertiser: campaign.advertiserId }),
        filter.advertiserId ? eq(campaign.advertiserId, filter.advertiserId) : undefined,
        filter.status ? eq(campaign.status, filter.status) : undefined,
        filter.q ? ilike(campaign.name, `%${literal(filter.q)}%`) : undefined,
        before === undefined ? undefined : lt(campaign.id, before),
      ),
    )
    .orderBy(desc(campaign.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function readCampaign(db: Db, id: number) {
  const [row] = await db
    .select(campaignRow)
    .from(campaign)
    .innerJoin(advertiser, eq(advertiser.id, campaign.advertiserId))
    .where(eq(campaign.id, id));
  if (!row) throw notFound();
  return row;
}

const lineItemRow = {
  lineItem,
  campaignName: campaign.name,
  spentMicroCny: spentByLineItem,
  creativeIds: sql<number[]>`coalesce((SELECT jsonb_agg(${lineItemCreative.creativeId}
    ORDER BY ${lineItemCreative.creativeId}) FROM ${lineItemCreative}
    WHERE ${lineItemCreative.lineItemId} = ${lineItem.id}), '[]')`,
};

export async function listLineItems(db: Db, actor: Actor, filter: DemandFilter, page: PageQuery) {
  const before = decodeIdCursor(page.cursor);
  const rows = await db
    .select(lineItemRow)
    .from(lineItem)
    .innerJoin(campaign, eq(campaign.id, lineItem.campaignId))
    .where(
      and(
        ownedBy(actor, { advertiser: lineItem.advertiserId }),
        filter.advertiserId ? eq(lineItem.advertiserId, filter.advertiserId) : undefined,
        filter.campaignId ? eq(lineItem.campaignId, filter.campaignId) : undefined,
        filter.status ? eq(lineItem.status, filter.status) : undefined,
        filter.q ? ilike(lineItem.name, `%${literal(filter.q)}%`) : undefined,
        before === undefined ? undefined : lt(lineItem.id, before),
      ),
    )
    .orderBy(desc(lineItem.id))
    .limit(page.limit + 1);
  const flat = rows.map(({ lineItem: item, ...rest }) => ({ ...item, ...rest }));
  return pageOf(flat, page.limit, (row) => row.id);
}

export async function readLineItem(db: Db, id: number) {
  const [row] = await db
    .select(lineItemRow)
    .from(lineItem)
    .innerJoin(campaign, eq(campaign.id, lineItem.campaignId))
    .where(eq(lineItem.id, id));
  if (!row) throw notFound();
  const { lineItem: item, ...rest } = row;
  return { ...item, ...rest };
}

/** Hours a target's top level allows; deeper or negated schedules are left to the exchange's own trace. */
export function hoursOf(target: Target): number[] | null {
  if ('attribute' in target) return target.attribute === 'hourOfWeek' ? target.in : null;
  if (!('all' in target)) return null;
  const lists = target.all.map(hoursOf).filter((one) => one !== null);
  if (lists.length === 0) return null;
  return lists.reduce((kept, list) => kept.filter((hour) => list.includes(hour)));
}

export async function diagnoseLineItem(db: Db, id: number, nowMs: number) {
  const today = dayOf(nowMs);
  const [row] = await db
    .select({
      lineItem,
      campaign,
      advertiserStatus: advertiser.status,
      category: advertiser.category,
      funded: advertiserFunding.funded,
      spentMicroCny: spentByLineItem,
      campaignSpentMicroCny: spentByCampaign,
      spentTodayMicroCny: sql<bigint>`coalesce((SELECT sum(${rollupHour.spendMicroCny})
        FROM ${rollupHour} WHERE ${rollupHour.lineItemId} = ${lineItem.id}
        AND ${rollupHour.hour} >= ${hourOf(dayStartMs(today))}), 0)`.mapWith(BigInt),
    })
    .from(lineItem)
    .innerJoin(campaign, eq(campaign.id, lineItem.campaignId))
    .innerJoin(advertiser, eq(advertiser.id, lineItem.advertiserId))
    .leftJoin(advertiserFunding, eq(advertiserFunding.advertiserId, lineItem.advertiserId))
    .where(eq(lineItem.id, id));
  if (!row) throw notFound();
  const creatives = await creativesOf(db, id);
  const facts: DeliveryFacts = {
    today,
    hourOfWeek: hourOfWeek(nowMs),
    advertiserStatus: row.advertiserStatus,
    funded: row.funded,
    campaignStatus: row.campaign.status,
    campaignBudgetMicroCny: row.campaign.totalBudgetMicroCny,
    campaignSpentMicroCny: row.campaignSpentMicroCny,
    lineItem: {
      ...row.lineItem,
      spentMicroCny: row.spentMicroCny,
      spentTodayMicroCny: row.spentTodayMicroCny,
      hours: hoursOf(row.lineItem.target),
    },
    creatives,
    bookedDays: row.lineItem.priority === 'booked' ? await bookedDays(db, id, today) : [],
    stops: await stopsOn(
      db,
      row.lineItem,
      row.category,
      creatives.map((one) => one.id),
    ),
    lowestFloorFen: await lowestFloor(
      db,
      creatives.map((one) => one.format),
    ),
  };
  return {
    delivering: !diagnose(facts).some((one) => one.severity === 'blocks'),
    findings: diagnose(facts),
  };
}

/** Every line item of a campaign that is not archived, with what stands in its way; the campaign's own reasons once. */
export async function diagnoseCampaign(db: Db, campaignId: number, nowMs: number) {
  const items = await db
    .select({ id: lineItem.id, name: lineItem.name, status: lineItem.status })
    .from(lineItem)
    .where(and(eq(lineItem.campaignId, campaignId), ne(lineItem.status, 'archived')))
    .orderBy(lineItem.id)
    .limit(200);
  const lineItems = [];
  for (const item of items) {
    lineItems.push({ ...item, ...(await diagnoseLineItem(db, item.id, nowMs)) });
  }
  return { delivering: lineItems.filter((one) => one.delivering).length, lineItems };
}

const creativesOf = (db: Db, lineItemId: number) =>
  db
    .select({
      id: creative.id,
      status: creative.status,
      approvalExpiresOn: creative.approvalExpiresOn,
      format: creative.format,
    })
    .from(lineItemCreative)
    .innerJoin(creative, eq(creative.id, lineItemCreative.creativeId))
    .where(eq(lineItemCreative.lineItemId, lineItemId));

/** Days of which it still has a slot, earliest first. */
async function bookedDays(db: Db, lineItemId: number, today: Day): Promise<Day[]> {
  const rows = await db
    .selectDistinct({ day: bookingSlot.day })
    .from(bookingSlot)
    .innerJoin(bookingLine, eq(bookingLine.id, bookingSlot.lineId))
    .where(and(eq(bookingLine.lineItemId, lineItemId), gte(bookingSlot.day, today)))
    .orderBy(bookingSlot.day)
    .limit(2);
  return rows.map(({ day }) => day);
}

/** Only what holds everywhere: a stop in one county is no reason for silence in the others. */
function stopsOn(
  db: Db,
  item: { id: number; advertiserId: number },
  category: string,
  creativeIds: number[],
) {
  const on = (scope: typeof stop.$inferSelect.scope, subject: string) =>
    and(eq(stop.scope, scope), eq(stop.subject, subject));
  return db
    .select({ id: stop.id, reason: stop.reason })
    .from(stop)
    .where(
      and(
        isNull(stop.liftedAt),
        isNull(stop.outletId),
        isNull(stop.divisionCode),
        or(
          eq(stop.scope, 'all'),
          on('category', category),
          on('advertiser', String(item.advertiserId)),
          on('lineItem', String(item.id)),
          // One stopped creative leaves the others.
          creativeIds.length === 1 ? on('creative', String(creativeIds[0])) : undefined,
        ),
      ),
    );
}

async function lowestFloor(
  db: Db,
  formats: (typeof placement.$inferSelect.format)[],
): Promise<number | null> {
  if (formats.length === 0) return null;
  const [row] = await db
    .select({ floor: sql<number | null>`min(${placement.floorCpmFen})::int` })
    .from(placement)
    .innerJoin(outlet, eq(outlet.id, placement.outletId))
    .where(
      and(
        eq(placement.status, 'active'),
        eq(outlet.status, 'active'),
        inArray(placement.format, [...new Set(formats)]),
      ),
    );
  return row?.floor ?? null;
}
