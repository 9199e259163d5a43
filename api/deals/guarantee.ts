/**
 * What a guaranteed deal promises. Owns two things: that no outlet agrees to more than its placements are expected to bring, and that
 * nothing is delivered beyond the quantity: a deal that has reached it is over. Refuses nothing where nothing was measured yet: there
 * the outlet's own word decides, as with bookings.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { deal } from '../../db/schema/deals.ts';
import { asHouse } from '../../db/scope.ts';
import { type Clock, dayEndMs, dayOf, dayStartMs, hourOf } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import type { Author } from '../audit/audit.ts';
import { pauseLineItem } from '../campaigns/campaigns.ts';
import { forecastTarget } from '../delivery/delivery.ts';
import { lockRow, saveEdit } from '../http/versioned.ts';
import { releaseLines } from './lines.ts';

type Context = { db: Db; clock: Clock };
type Deal = typeof deal.$inferSelect;

const HOUSE: Author = { userId: 'house' };
const DAY_MS = 86_400_000;

const daysBetween = (from: string, to: string): number =>
  Math.max(0, Math.round((dayStartMs(to) - dayStartMs(from)) / DAY_MS) + 1);

/** What is wrong with the quantity of a deal that is about to bind. */
export async function guaranteeProblem(
  ctx: Context,
  row: Pick<Deal, 'id' | 'impressions' | 'startsOn' | 'endsOn'>,
  placementIds: readonly number[],
): Promise<FailureDetail | undefined> {
  if (row.impressions === null) return undefined;
  const target = { attribute: 'placement' as const, in: [...placementIds] };
  const { unbooked, basis } = await forecastTarget(ctx, target);
  if (basis === 'none') return undefined;
  const today = dayOf(ctx.clock());
  const from = row.startsOn > today ? row.startsOn : today;
  const expected = Math.round(unbooked.expected) * daysBetween(from, row.endsOn);
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

/**
 * Impressions that count for the deal: its buyer's, at its placements, in its days. A partner buys by one line item: all that it
 * shows there counts.
 */
const deliveredBy = (d: Pick<Deal, 'id' | 'startsOn' | 'endsOn'>) => sql<string>`
  SELECT coalesce(sum(r.impressions), 0) AS delivered FROM rollup_hour r
  WHERE r.hour >= ${hourOf(dayStartMs(d.startsOn))} AND r.hour < ${hourOf(dayEndMs(d.endsOn))}
    AND r.placement_id IN (SELECT placement_id FROM deal_placement WHERE deal_id = ${d.id})
    AND r.line_item_id IN (SELECT line_item_id FROM deal_line_item WHERE deal_id = ${d.id}
      UNION ALL SELECT p.line_item_id FROM demand_partner p JOIN deal ON deal.demand_partner_id = p.id
      WHERE deal.id = ${d.id})`;

/** Over the wall: neither side sees the other's line items, both may know the sum. */
export const deliveredImpressions = (
  db: Db,
  row: Pick<Deal, 'id' | 'startsOn' | 'endsOn'>,
): Promise<number> =>
  asHouse(db, async (house) => {
    const [found] = await house.execute<{ delivered: string }>(deliveredBy(row));
    return Number(found?.delivered ?? 0);
  });

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
      sql`${deal.kind} = 'guaranteed' AND ${deal.status} = 'active' AND ${deal.startsOn} <= ${today}::date`,
    );
  let ended = 0;
  for (const row of rows) {
    if ((await deliveredImpressions(ctx.db, row)) < (row.impressions ?? 0)) continue;
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
