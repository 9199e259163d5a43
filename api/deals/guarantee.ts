/**
 * A deal's quantity. Owns two things: that no outlet guarantees more than its placements are expected to bring, and that nothing is
 * delivered beyond the quantity, promised or allowed: a deal that has reached it is over. Refuses nothing where nothing was measured yet: there
 * the outlet's own word decides, as with bookings.
 */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { deal } from '../../db/schema/deals.ts';
import { dealHour } from '../../db/schema/metering.ts';
import { asHouse } from '../../db/scope.ts';
import { type Clock, dayOf, daysBetween } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import type { Author } from '../audit/audit.ts';
import { pauseLineItem } from '../campaigns/campaigns.ts';
import { forecastTarget } from '../delivery/delivery.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { releaseLines } from './lines.ts';

type Context = { db: Db; clock: Clock };
type Deal = typeof deal.$inferSelect;

const HOUSE: Author = { userId: 'house' };

/** What is wrong with the quantity of a deal that is about to bind. */
export async function guaranteeProblem(
  ctx: Context,
  row: Pick<Deal, 'id' | 'kind' | 'impressions' | 'startsOn' | 'endsOn'>,
  placementIds: readonly number[],
): Promise<FailureDetail | undefined> {
  if (row.kind !== 'guaranteed' || row.impressions === null) return undefined;
  const target = { attribute: 'placement' as const, in: [...placementIds] };
  const { unbooked, basis } = await forecastTarget(ctx, target);
  if (basis === 'none') return undefined;
  const today = dayOf(ctx.clock());
  const from = row.startsOn > today ? row.startsOn : today;
  const expected = Math.round(unbooked.expected) * Math.max(0, daysBetween(from, row.endsOn) + 1);
  const others = await promisedElsewhere(ctx.db, row.id, placementIds, from, row.endsOn);
  const left = Math.max(0, expected - others);
  if (row.impressions <= left) return undefined;
  return {
    pointer: '/impressions',
    zh: `预计可保量 ${left} 次，少于约定的 ${row.impressions} 次`,
    en: `about ${left} impressions can be promised, fewer than the ${row.impressions} agreed on`,
  };
}

/**
 * By other deals in force for these placements and days that no line item buys by yet, or a partner does: what a line item was promised
 * is off the forecast already. Over the wall: other buyers' deals count, and only their sum is used.
 */
const promisedElsewhere = (
  db: Db,
  id: number,
  placementIds: readonly number[],
  from: string,
  to: string,
): Promise<number> =>
  asHouse(db, async (house) => {
    const [row] = await house.execute<{ promised: string }>(sql`
      SELECT coalesce(sum(ceil(d.impressions::numeric / (d.ends_on - d.starts_on + 1))
        * (least(d.ends_on, ${to}::date) - greatest(d.starts_on, ${from}::date) + 1)), 0) AS promised
      FROM deal d
      WHERE d.kind = 'guaranteed' AND d.status IN ('active', 'paused') AND d.id <> ${id}
        AND d.starts_on <= ${to}::date AND d.ends_on >= ${from}::date
        AND EXISTS (SELECT 1 FROM deal_placement p WHERE p.deal_id = d.id
          AND p.placement_id IN (${sql.join(placementIds.map(Number), sql`, `)}))
        AND NOT EXISTS (SELECT 1 FROM deal_line_item l JOIN line_item li ON li.id = l.line_item_id
          WHERE l.deal_id = d.id AND li.status = 'active')`);
    return Number(row?.promised ?? 0);
  });

/** What was delivered by the deal so far: valid impressions that its own id came back with. */
export async function deliveredImpressions(db: Db, dealId: number): Promise<number> {
  const [row] = await db
    .select({ delivered: sql<string>`coalesce(sum(${dealHour.impressions}), 0)` })
    .from(dealHour)
    .where(eq(dealHour.dealId, dealId));
  return Number(row?.delivered ?? 0);
}

/**
 * Ends the deals in force that have delivered their quantity; called by the worker. Line items that bought by nothing else are paused: in
 * the open market nobody has ordered them to buy. Returns how many ended.
 */
export async function endFulfilledDeals(ctx: Context): Promise<number> {
  const today = dayOf(ctx.clock());
  const rows = await ctx.db
    .select()
    .from(deal)
    .where(
      sql`${deal.impressions} IS NOT NULL AND ${deal.status} = 'active' AND ${deal.startsOn} <= ${today}::date`,
    );
  let ended = 0;
  for (const row of rows) {
    if ((await deliveredImpressions(ctx.db, row.id)) < (row.impressions ?? 0)) continue;
    await ctx.db.transaction((tx) => end(tx, ctx, row.id));
    ended++;
  }
  return ended;
}

async function end(tx: Db, ctx: Context, id: number): Promise<void> {
  const row = await lockRow(tx, deal, id);
  if (row.status !== 'active') return;
  for (const lineItemId of await releaseLines(tx, ctx, HOUSE, row))
    await pauseLineItem(tx, ctx, HOUSE, lineItemId);
  await saveEdit(tx, {
    table: deal,
    row,
    changes: { status: 'ended' },
    actor: HOUSE,
    action: 'deal.fulfilled',
    subject: `deal:${id}`,
    nowMs: ctx.clock(),
  });
}
