/**
 * Line items that an order promised: guaranteed impressions at a fixed price, and days bought outright. Owns their making;
 * price, dates and target are the order's, and no buyer edits them here. Guaranteed impressions are delivered and charged like
 * any other line item's; those of a booked day cost nothing, for the day is charged by itself.
 */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { campaign, lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';
import type { Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import type { Target } from '../../db/terms/target.ts';
import { type Author, record } from '../audit/audit.ts';
import { assertTarget } from './guards.ts';
import type { DemandContext } from './ownership.ts';

export interface PromisedLine {
  name: string;
  priority: 'guaranteed' | 'booked';
  /** 0 of a booked day. */
  cpmFen: number;
  priceMicroCny: MicroCny;
  /** Days it runs on, both included. */
  startsOn: Day;
  endsOn: Day;
  days: number;
  target: Target;
  creativeIds: readonly number[];
}

interface PromisingOrder {
  name: string;
  advertiserId: number;
  /** Of its promises so far. */
  campaignId: number | null;
}

/** The order's campaign, wide enough for these lines too. */
async function campaignFor(
  tx: Db,
  actor: Author,
  { name, advertiserId, campaignId }: PromisingOrder,
  lines: readonly PromisedLine[],
): Promise<number> {
  const startsOn = lines.reduce((day, l) => (l.startsOn < day ? l.startsOn : day), '9999-12-31');
  const endsOn = lines.reduce((day, l) => (l.endsOn > day ? l.endsOn : day), '0000-01-01');
  const totalBudgetMicroCny = lines.reduce((sum, line) => sum + line.priceMicroCny, 0n);
  const [made] =
    campaignId === null
      ? await tx
          .insert(campaign)
          .values({ name, advertiserId, status: 'active', totalBudgetMicroCny, startsOn, endsOn })
          .returning()
      : await tx
          .update(campaign)
          .set({
            totalBudgetMicroCny: sql`${campaign.totalBudgetMicroCny} + ${totalBudgetMicroCny}`,
            startsOn: sql`least(${campaign.startsOn}, ${startsOn}::date)`,
            endsOn: sql`greatest(${campaign.endsOn}, ${endsOn}::date)`,
            version: sql`${campaign.version} + 1`,
          })
          .where(eq(campaign.id, campaignId))
          .returning();
  if (!made) throw new Error('neither made nor found');
  await record(tx, {
    actor,
    action: 'campaign.guarantee',
    subject: `campaign:${made.id}`,
    after: made,
  });
  return made.id;
}

/** A line item for each promise, in the order's one campaign; those with a creative are active at once. Ids in the order given. */
export async function createPromised(
  ctx: DemandContext,
  actor: Author,
  order: PromisingOrder,
  lines: readonly PromisedLine[],
): Promise<{ campaignId: number; lineItemIds: number[] }> {
  return ctx.db.transaction(async (tx) => {
    for (const line of lines) await assertTarget(tx, line.target, order.advertiserId);
    const campaignId = await campaignFor(tx, actor, order, lines);
    const items = await tx
      .insert(lineItem)
      .values(
        lines.map((line) => ({
          campaignId,
          advertiserId: order.advertiserId,
          name: line.name,
          status: line.creativeIds.length > 0 ? ('active' as const) : ('draft' as const),
          priority: line.priority,
          // A day bought outright has nothing to spread.
          pacing: line.priority === 'booked' ? ('asap' as const) : ('even' as const),
          pricing: 'CPM' as const,
          bidFen: line.cpmFen,
          // Rounded up, so that the days together reach the promise; the total stops them there.
          dailyBudgetMicroCny: (line.priceMicroCny + BigInt(line.days) - 1n) / BigInt(line.days),
          totalBudgetMicroCny: line.priceMicroCny,
          startsOn: line.startsOn,
          endsOn: line.endsOn,
          target: line.target,
        })),
      )
      .returning({ id: lineItem.id });
    const links = items.flatMap(({ id }, i) =>
      (lines[i]?.creativeIds ?? []).map((creativeId) => ({ lineItemId: id, creativeId })),
    );
    if (links.length > 0) await tx.insert(lineItemCreative).values(links);
    return { campaignId, lineItemIds: items.map(({ id }) => id) };
  });
}

/** What is left of a guarantee, evenly: today's part of it. */
export async function planPromised(
  tx: Db,
  lineItemId: number,
  dailyBudgetMicroCny: MicroCny,
): Promise<void> {
  await tx
    .update(lineItem)
    .set({ dailyBudgetMicroCny })
    .where(and(eq(lineItem.id, lineItemId), ne(lineItem.dailyBudgetMicroCny, dailyBudgetMicroCny)));
}

/**
 * The order is over or was cancelled: its guaranteed impressions end, and with them its days; `stillShown`: some days have
 * begun and go on, those whose slots it still has.
 */
export async function endPromised(
  tx: Db,
  campaignId: number,
  { stillShown = false } = {},
): Promise<void> {
  const status = 'ended' as const;
  const over = stillShown ? (['guaranteed'] as const) : (['guaranteed', 'booked'] as const);
  await tx
    .update(lineItem)
    .set({ status })
    .where(and(eq(lineItem.campaignId, campaignId), inArray(lineItem.priority, [...over])));
  if (!stillShown) await tx.update(campaign).set({ status }).where(eq(campaign.id, campaignId));
}
