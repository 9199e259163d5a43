/** Stages of guaranteed impressions that fall short twice: booked, shown in part, made good in part, the rest given back. */
import { eq } from 'drizzle-orm';
import { chargedFor, closeHour } from '../../../api/billing/billing.ts';
import { advanceOrders, askChange, confirmOrder } from '../../../api/bookings/bookings.ts';
import { answerChange } from '../../../api/bookings/changes.ts';
import { releaseDay } from '../../../api/bookings/fulfilment.ts';
import { bookingChange, bookingLine, bookingOrder } from '../../../db/schema/bookings.ts';
import { dayStartMs, hourOf } from '../../../db/terms/day.ts';
import { buyerOf, reserve, sellerOf, show } from './guarantee.ts';
import { lookAt } from './look.ts';
import type { Stage } from './stage.ts';
import type { Cast, World } from './world.ts';

const IMPRESSIONS = 300;

export function promising(world: World, cast: Cast, month: string): Stage[] {
  const { db, ctx } = world;
  const { line, place } = lookAt(world, cast, month);
  const { advertiserId } = line;
  const until = (day: string) =>
    world.turn(Math.max(0, dayStartMs(`${month}-${day}`) - world.now()));
  const order = async () =>
    (await db.select().from(bookingOrder).where(eq(bookingOrder.advertiserId, advertiserId)))[0];
  const nth = async (n: number) =>
    (
      await db
        .select()
        .from(bookingLine)
        .where(eq(bookingLine.advertiserId, advertiserId))
        .orderBy(bookingLine.id)
    )[n];
  const change = async () =>
    (await db.select().from(bookingChange).where(eq(bookingChange.advertiserId, advertiserId)))[0];
  const statusOf = async (n: number) => (await nth(n))?.status;
  const shown = async (n: number) => {
    const itemId = (await nth(n))?.lineItemId ?? 0;
    return (await chargedFor(db, [itemId])).get(itemId)?.quantity ?? 0;
  };
  const shows = new Set<number>();
  const showing = (n: number, day: string, impressions: number): Stage => ({
    name: n === 0 ? 'guarantee shown' : 'make-good shown',
    done: async () => (await shown(n)) === impressions,
    async act() {
      const hour = hourOf(dayStartMs(`${month}-${day}`)) + 12;
      const promised = await nth(n);
      if (!shows.has(n) && promised) await show(db, promised, hour, impressions);
      shows.add(n);
      until(String(Number(day) + 1).padStart(2, '0'));
      await closeHour(ctx, hour);
    },
  });
  const judging = (n: number, day: string): Stage => ({
    name: n === 0 ? 'shortfall judged' : 'make-good judged',
    done: async () => (await statusOf(n)) !== 'accepted',
    async act() {
      until(day);
      await advanceOrders(ctx);
    },
  });
  return [
    {
      name: 'guarantee ordered',
      done: async () => (await order()) !== undefined,
      act: () =>
        reserve(ctx.db, ctx.clock, {
          advertiserId,
          place,
          startsOn: `${month}-04`,
          endsOn: `${month}-05`,
          impressions: IMPRESSIONS,
          cpmFen: 1_000,
        }),
    },
    {
      name: 'guarantee booked',
      done: async () => (await order())?.status !== 'reserved',
      act: async () =>
        confirmOrder(ctx, buyerOf(advertiserId), (await order())?.id ?? 0, { version: 1 }),
    },
    showing(0, '05', 200),
    judging(0, '06'),
    {
      name: 'make-good offered',
      done: async () => (await change()) !== undefined,
      async act() {
        const short = await nth(0);
        const days = { startsOn: `${month}-08`, endsOn: `${month}-09`, days: [] };
        const { id = 0, version = 0 } = short ?? {};
        const offer = { version, kind: 'makegood' as const, reason: 'sim', ...days };
        await askChange(ctx, sellerOf(place.outletId), id, offer);
      },
    },
    {
      name: 'make-good accepted',
      done: async () => (await change())?.status === 'accepted',
      act: async () =>
        answerChange(ctx, buyerOf(advertiserId), (await change())?.id ?? 0, {
          version: (await change())?.version ?? 0,
          answer: 'accept',
        }),
    },
    showing(1, '09', 60),
    judging(1, '10'),
    {
      name: 'rest given back',
      done: async () =>
        (await statusOf(1)) === 'fulfilled' && (await order())?.status === 'completed',
      async act() {
        const short = await nth(1);
        const release = { version: short?.version ?? 0 };
        await releaseDay(ctx, buyerOf(advertiserId), short?.id ?? 0, release);
      },
    },
  ];
}
