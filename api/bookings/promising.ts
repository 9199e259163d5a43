/**
 * What the exchange delivers of an order, as line items of a campaign of its own: guaranteed impressions, and days bought
 * outright on what readers open and what screens' players ask for. Owns which lines those are. Repeatable: a line has its line item once; one that came by a
 * change, or got its creatives late, is found the next time.
 */
import { eq } from 'drizzle-orm';
import { bookingLine } from '../../db/schema/bookings.ts';
import type { PropertyKind } from '../../db/terms/market.ts';
import type { Author } from '../audit/audit.ts';
import { createPromised, type PromisedLine } from '../campaigns/campaigns.ts';
import { guaranteedTarget } from './impressions.ts';
import { type BookingContext, isBinding, type Line, type Order } from './order.ts';
import { type Placed, placesOf } from './pricing.ts';
import { daysOf } from './slots.ts';

/** Where our tag or SDK asks for each ad; on the others an outlet puts it up by itself and proves it. */
const ONLINE: readonly PropertyKind[] = ['app', 'site', 'h5', 'mini_program'];

/** A screen's player asks for its playlist (bidding/http/player.ts); one without our player never asks, and is proved as before. */
const isAsked = (place: Placed | undefined): boolean =>
  place !== undefined &&
  (place.placement.format === 'dooh' || ONLINE.includes(place.property.kind as PropertyKind));

function promiseOf(order: Order, line: Line, ordinal: number): PromisedLine {
  const { priceMicroCny, impressions, startsOn, endsOn, creativeIds } = line;
  const terms = { startsOn, endsOn, creativeIds, days: daysOf(line).length };
  const name = order.name.slice(0, 80);
  const target = guaranteedTarget(line);
  if (impressions === null) {
    const free = { priority: 'booked', cpmFen: 0, priceMicroCny: 0n } as const;
    return { ...terms, ...free, target, name: `${name} 包段 ${ordinal}` };
  }
  // The price is its CPM times its impressions exactly (pricing.ts), in µCNY: ten an impression and fen.
  const cpmFen = Number(priceMicroCny / (10n * BigInt(impressions)));
  return {
    ...terms,
    priority: 'guaranteed',
    cpmFen,
    priceMicroCny,
    target,
    name: `${name} 保量 ${ordinal}`,
  };
}

/** Makes the line items that are missing, inside the caller's transaction; the campaign's id. */
export async function promise(
  ctx: BookingContext,
  actor: Author,
  order: Order,
  lines: readonly Line[],
): Promise<number | null> {
  const places = await placesOf(
    ctx.db,
    lines.map((line) => line.placementId),
  );
  const missing = lines.filter(
    (line) =>
      isBinding(line) &&
      line.lineItemId === null &&
      (line.impressions !== null ||
        (line.creativeIds.length > 0 && isAsked(places.get(line.placementId)))),
  );
  if (missing.length === 0) return order.campaignId;
  const { campaignId, lineItemIds } = await createPromised(
    ctx,
    actor,
    order,
    missing.map((line) => promiseOf(order, line, lines.indexOf(line) + 1)),
  );
  for (const [i, line] of missing.entries()) {
    await ctx.db
      .update(bookingLine)
      .set({ lineItemId: lineItemIds[i] ?? null })
      .where(eq(bookingLine.id, line.id));
  }
  return campaignId;
}
