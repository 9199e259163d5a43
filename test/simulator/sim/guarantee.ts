/** Guaranteed impressions in the simulation: ordered, shown in part, judged, made good or given back, by whoever may. */
import { sql } from 'drizzle-orm';
import {
  advanceOrders,
  askChange,
  closeOverdue,
  confirmOrder,
} from '../../../api/bookings/bookings.ts';
import { answerChange } from '../../../api/bookings/changes.ts';
import { releaseDay } from '../../../api/bookings/fulfilment.ts';
import type { Actor } from '../../../api/identity/actor.ts';
import type { Db } from '../../../db/client.ts';
import { bookingLine, bookingOrder } from '../../../db/schema/bookings.ts';
import { addDays, type Day, dayOf, type HourNumber, hourOf } from '../../../db/terms/day.ts';
import { deliver } from '../../kit/books.ts';
import { idOf } from './pick.ts';
import type { Cast, World } from './world.ts';

const PERSON = {
  userName: '',
  email: '',
  organizationId: 'sim',
  organizationName: '',
  scopes: null,
};
export const sellerOf = (outletId: number): Actor => ({
  ...PERSON,
  userId: 'outlet',
  kind: 'outlet',
  roles: ['owner'],
  advertiserIds: [],
  outletIds: [outletId],
});
export const buyerOf = (advertiserId: number): Actor => ({
  ...PERSON,
  userId: 'a',
  kind: 'advertiser',
  roles: ['owner'],
  advertiserIds: [advertiserId],
  outletIds: [],
});

export interface Promised {
  advertiserId: number;
  place: { id: number; outletId: number };
  startsOn: Day;
  endsOn: Day;
  impressions: number;
  cpmFen: number;
}

/** An order that its outlet has taken and its buyer has yet to confirm; returns its id. */
export function reserve(db: Db, clock: () => number, terms: Promised): Promise<number> {
  const { advertiserId, place, startsOn, endsOn, impressions, cpmFen } = terms;
  const priceMicroCny = BigInt(impressions) * BigInt(cpmFen) * 10n;
  return db.transaction(async (tx) => {
    const [order] = await tx
      .insert(bookingOrder)
      .values({
        advertiserId,
        name: 'sim',
        status: 'reserved',
        totalMicroCny: priceMicroCny,
        expiresAt: new Date(clock() + 3 * 86_400_000),
        createdBy: 'a',
      })
      .returning({ id: bookingOrder.id });
    const orderId = order?.id ?? 0;
    await tx.insert(bookingLine).values({
      orderId,
      advertiserId,
      outletId: place.outletId,
      placementId: place.id,
      unit: 'CPM',
      startsOn,
      endsOn,
      slots: 1,
      listMicroCny: priceMicroCny,
      priceMicroCny,
      impressions,
      status: 'accepted',
    });
    return orderId;
  });
}

/** What a line's line item showed in an hour, at its price. */
export async function show(
  db: Db,
  line: typeof bookingLine.$inferSelect,
  hour: HourNumber,
  impressions: number,
): Promise<void> {
  const [item] = await db.execute<{ id: string; campaign_id: string }>(
    sql`SELECT id, campaign_id FROM line_item WHERE id = ${line.lineItemId}`,
  );
  if (!item) throw new Error('a promise without a line item');
  await deliver(db, hour, {
    line: {
      id: Number(item.id),
      campaignId: Number(item.campaign_id),
      advertiserId: line.advertiserId,
    },
    place: { id: line.placementId, outletId: line.outletId },
    impressions,
    spendMicroCny: (line.priceMicroCny / BigInt(line.impressions ?? 1)) * BigInt(impressions),
  });
}

/** Somebody orders impressions for the days to come, and confirms where the wallet allows it. */
export async function orderImpressions(world: World, cast: Cast): Promise<string> {
  const { random, ctx, db } = world;
  const from = addDays(dayOf(world.now()), 1);
  const id = await reserve(db, ctx.clock, {
    advertiserId: random.pick(cast.advertiserIds),
    place: random.pick(cast.placements),
    startsOn: from,
    endsOn: addDays(from, random.below(3)),
    impressions: 50 + random.below(400),
    cpmFen: 100 + random.below(2_000),
  });
  await confirmOrder(ctx, buyerOf(0), id, { version: 1 });
  return `order ${id}`;
}

const lineBy = async (db: Db, id: number | undefined) =>
  id === undefined ? undefined : (await db.select().from(bookingLine).where(sql`id = ${id}`))[0];

/** Some of a running promise is shown; never more than was promised. */
export async function showPromised({ db, random, now, ...world }: World): Promise<string> {
  const today = dayOf(now());
  const usual = `status = 'accepted' AND line_item_id IS NOT NULL AND '${today}' BETWEEN starts_on AND ends_on`;
  const line = await lineBy(db, await idOf({ db, random, now, ...world }, 'booking_line', usual));
  if (!line?.lineItemId || today < line.startsOn || today > line.endsOn) return 'nothing runs';
  const [row] = await db.execute<{ shown: number }>(
    sql`SELECT coalesce(sum(impressions), 0)::int AS shown FROM rollup_hour WHERE line_item_id = ${line.lineItemId}`,
  );
  const left = (line.impressions ?? 0) - (row?.shown ?? 0);
  const some = Math.min(left, random.below(200));
  if (some <= 0) return 'all shown';
  await show(db, line, hourOf(now()), some);
  return `${some} of line ${line.id}`;
}

/** The worker's round over orders. */
export async function advance({ ctx }: World): Promise<string> {
  return `${await advanceOrders(ctx)} orders, ${await closeOverdue(ctx)} given up`;
}

/** A shortfall is offered a make-good, answered, or given back; whatever the random finds, in whatever state. */
export async function makeGood(world: World): Promise<string> {
  const { ctx, random, db } = world;
  const change = random.chance(0.5)
    ? await idOf(world, 'booking_change', "status = 'open'")
    : undefined;
  if (change !== undefined) {
    const answer = random.pick(['accept', 'accept', 'decline'] as const);
    await answerChange(ctx, buyerOf(0), change, { version: 1, answer });
    return `${answer} ${change}`;
  }
  const line = await lineBy(db, await idOf(world, 'booking_line', "status = 'short'"));
  if (!line) return 'nothing is short';
  if (random.chance(0.3)) {
    await releaseDay(ctx, buyerOf(line.advertiserId), line.id, { version: line.version });
    return `released ${line.id}`;
  }
  const startsOn = addDays(dayOf(world.now()), 1 + random.below(2));
  const offer = { startsOn, endsOn: addDays(startsOn, random.below(3)), reason: 'sim' };
  const { version } = line;
  await askChange(ctx, sellerOf(line.outletId), line.id, {
    version,
    kind: 'makegood',
    days: [],
    ...offer,
  });
  return `offered ${line.id}`;
}
