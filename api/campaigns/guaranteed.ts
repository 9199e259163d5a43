/**
 * Line items that an order promised: guaranteed impressions at a fixed price. Owns their making; price, dates and target
 * are the order's, and no buyer edits them here. Delivered and charged like any other line item, by impression.
 */
import { and, eq } from 'drizzle-orm';
import type { Target } from '../../bidding/wire/target.ts';
import type { Db } from '../../db/client.ts';
import { campaign, lineItem, lineItemCreative } from '../../db/schema/campaigns.ts';
import type { Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { type Author, record } from '../audit/audit.ts';
import type { DemandContext } from './campaigns.ts';
import { assertTarget } from './guards.ts';

export interface GuaranteedLine {
  name: string;
  cpmFen: number;
  priceMicroCny: MicroCny;
  /** Days it runs on, both included. */
  startsOn: Day;
  endsOn: Day;
  days: number;
  target: Target;
  creativeIds: readonly number[];
}

/** One campaign with a line item for each promise; those with a creative are active at once. Ids in the order given. */
export async function createGuaranteed(
  ctx: DemandContext,
  actor: Author,
  order: { name: string; advertiserId: number },
  lines: readonly GuaranteedLine[],
): Promise<{ campaignId: number; lineItemIds: number[] }> {
  return ctx.db.transaction(async (tx) => {
    for (const line of lines) await assertTarget(tx, line.target, order.advertiserId);
    const startsOn = lines.reduce((day, l) => (l.startsOn < day ? l.startsOn : day), '9999-12-31');
    const endsOn = lines.reduce((day, l) => (l.endsOn > day ? l.endsOn : day), '0000-01-01');
    const totalBudgetMicroCny = lines.reduce((sum, line) => sum + line.priceMicroCny, 0n);
    const [made] = await tx
      .insert(campaign)
      .values({ ...order, status: 'active', totalBudgetMicroCny, startsOn, endsOn })
      .returning();
    if (!made) throw new Error('insert returned nothing');
    const items = await tx
      .insert(lineItem)
      .values(
        lines.map((line) => ({
          campaignId: made.id,
          advertiserId: order.advertiserId,
          name: line.name,
          status: line.creativeIds.length > 0 ? ('active' as const) : ('draft' as const),
          priority: 'guaranteed' as const,
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
    const subject = `campaign:${made.id}` as const;
    await record(tx, { actor, action: 'campaign.guarantee', subject, after: made });
    return { campaignId: made.id, lineItemIds: items.map(({ id }) => id) };
  });
}

/** The order is over or was cancelled: nothing of it serves any more. */
export async function endGuaranteed(tx: Db, campaignId: number): Promise<void> {
  const status = 'ended' as const;
  await tx
    .update(lineItem)
    .set({ status })
    .where(and(eq(lineItem.campaignId, campaignId), eq(lineItem.priority, 'guaranteed')));
  await tx.update(campaign).set({ status }).where(eq(campaign.id, campaignId));
}
