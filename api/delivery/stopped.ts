/**
 * Whom a standing stop concerns: nodes that have not answered yet, outlets without a node that must confirm by a person's
 * word, with the booked days they are to withdraw; and whether a booking would fall under one. Reads only.
 */
import { and, inArray, isNull, sql } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import { NODE_GONE_MS, type NodeHealth } from '../../bidding/wire/live.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { stop } from '../../db/schema/delivery.ts';
import { outlet, property } from '../../db/schema/outlets.ts';
import { type Clock, dayOf } from '../../db/terms/day.ts';
import { covers } from '../../db/terms/division.ts';
import type { PropertyKind } from '../../db/terms/market.ts';
import type { StopView } from './stops.ts';

type Stop = typeof stop.$inferSelect;

/** Media that no node serves: somebody has to take the ad off by hand. */
const OFFLINE: PropertyKind[] = ['tv', 'radio', 'newspaper', 'outdoor', 'loudspeaker', 'wechat'];

export interface AwaitedOutlet {
  outletId: number;
  name: string;
  /** Days booked there from today on that fall under the stop. */
  bookedDays: number;
}

export interface Awaiting {
  nodes: string[];
  outlets: AwaitedOutlet[];
}

/** A county's stop concerns who broadcasts into it too; a city's whoever is inside. */
const concerns = (one: Pick<Stop, 'outletId' | 'divisionCode'>, of: Place): boolean =>
  (one.outletId === null || one.outletId === of.outletId) &&
  (one.divisionCode === null ||
    covers(one.divisionCode, of.divisionCode) ||
    covers(of.divisionCode, one.divisionCode));

interface Place {
  outletId: number;
  divisionCode: string;
}

/** By stop, standing ones only. With `outletIds`, of those outlets alone. */
export async function awaiting(
  ctx: { db: Db; redis: RedisStore; clock: Clock },
  stops: readonly StopView[],
  outletIds?: readonly number[],
): Promise<Map<number, Awaiting>> {
  const standing = stops.filter((one) => one.liftedAt === null);
  if (standing.length === 0) return new Map();
  const nodes = Object.values(await ctx.redis.hgetall(keys.nodes))
    .map((text) => JSON.parse(text) as NodeHealth)
    .filter((node) => ctx.clock() - node.atMs < NODE_GONE_MS)
    .map((node) => node.nodeId);
  const places = await offlineOutlets(ctx.db, outletIds);
  const booked = await bookedByOutlet(ctx.db, dayOf(ctx.clock()));
  return new Map(
    standing.map((one) => {
      const heard = (kind: string, party: string) =>
        one.receipts.some((receipt) => receipt.kind === kind && receipt.party === party);
      const outlets = places
        .filter((place) => concerns(one, place) && !heard('outlet', String(place.outletId)))
        .map(({ outletId, name }) => ({
          outletId,
          name,
          bookedDays: booked
            .filter((row) => row.outletId === outletId && falls(one, row))
            .reduce((sum, row) => sum + row.days, 0),
        }));
      return [one.id, { nodes: nodes.filter((node) => !heard('node', node)), outlets }];
    }),
  );
}

async function offlineOutlets(db: Db, outletIds: readonly number[] | undefined) {
  const rows = await db
    .selectDistinct({ outletId: outlet.id, name: outlet.name, divisionCode: outlet.divisionCode })
    .from(outlet)
    .innerJoin(property, sql`${property.outletId} = ${outlet.id}`)
    .where(
      and(
        inArray(property.kind, OFFLINE),
        sql`${property.status} = 'active' AND ${outlet.status} = 'active'`,
        outletIds && inArray(outlet.id, [...outletIds]),
      ),
    );
  return rows.sort((a, b) => a.outletId - b.outletId);
}

interface Buyer {
  advertiserId: number;
  category: string;
}

/** Creatives and line items are not what an outlet without a node books. */
const falls = (one: Pick<Stop, 'scope' | 'subject'>, buyer: Buyer): boolean =>
  one.scope === 'all' ||
  (one.scope === 'category' && one.subject === buyer.category) ||
  (one.scope === 'advertiser' && one.subject === String(buyer.advertiserId));

async function bookedByOutlet(db: Db, today: string) {
  const rows = await db.execute<Record<string, string>>(sql`
    SELECT d.outlet_id, d.advertiser_id, a.category, count(*) AS days
      FROM booking_day d JOIN booking_order o ON o.id = d.order_id JOIN advertiser a ON a.id = d.advertiser_id
     WHERE d.day >= ${today}::date AND d.status IN ('sold', 'proved') AND o.status IN ('booked', 'in_flight')
     GROUP BY 1, 2, 3`);
  return rows.map((row) => ({
    outletId: Number(row.outlet_id),
    advertiserId: Number(row.advertiser_id),
    category: row.category ?? '',
    days: Number(row.days),
  }));
}

/** The first standing stop that a booking of this buyer at this outlet would fall under. */
export async function stopOver(db: Db, at: Buyer & Place): Promise<Stop | undefined> {
  const standing = await db.select().from(stop).where(isNull(stop.liftedAt)).orderBy(stop.id);
  return standing.find((one) => concerns(one, at) && falls(one, at));
}
