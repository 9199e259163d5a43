/** What lines cost: the published price of each day, less the order's discount. Owns the arithmetic; refuses days without a price. */
import { asc, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { outlet, placement, property, rateCard } from '../../db/schema/outlets.ts';
import type { Day } from '../../db/terms/day.ts';
import type { FailureDetail } from '../../db/terms/failure.ts';
import type { RateUnit } from '../../db/terms/market.ts';
import { cpmMicroCny, fenToMicroCny, type MicroCny } from '../../db/terms/money.ts';
import type { orderLineSchema } from './shapes.ts';
import { daysOf } from './slots.ts';

export type LineInput = z.infer<typeof orderLineSchema>;

const WHOLE_PPM = 1_000_000n;

/** Rounded down, in the buyer's favour, once a slot: a line's price is the sum of its days'. */
export const discounted = (listMicroCny: MicroCny, discountPpm: number): MicroCny =>
  (listMicroCny * (WHOLE_PPM - BigInt(discountPpm))) / WHOLE_PPM;

/** Fen a thousand impressions after the discount; the bid of what delivers them, so a whole fen and at least one. */
export const guaranteedCpmFen = (listFen: number, discountPpm: number): number =>
  Math.max(1, Math.floor((listFen * (1_000_000 - discountPpm)) / 1_000_000));

export interface PricedDay {
  day: Day;
  priceMicroCny: MicroCny;
}

export interface Priced {
  listMicroCny: MicroCny;
  priceMicroCny: MicroCny;
  /** By day, of fixed prices; none of guaranteed impressions. */
  days: PricedDay[];
  /** Of guaranteed impressions: their price a thousand, fen. */
  cpmFen: number | null;
}

export interface Placed {
  placement: typeof placement.$inferSelect;
  property: typeof property.$inferSelect;
  outlet: typeof outlet.$inferSelect;
}

/** Whether it may be sold at all: an outlet that is not admitted yet, or suspended, sells nothing, whatever it has listed. */
export const isOnSale = ({ placement, property, outlet }: Placed): boolean =>
  placement.status === 'active' && property.status === 'active' && outlet.status === 'active';

/** Placements with what they belong to, by id. */
export async function placesOf(db: Db, ids: readonly number[]): Promise<Map<number, Placed>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ placement, property, outlet })
    .from(placement)
    .innerJoin(property, eq(property.id, placement.propertyId))
    .innerJoin(outlet, eq(outlet.id, placement.outletId))
    .where(inArray(placement.id, [...new Set(ids)]));
  return new Map(rows.map((row) => [row.placement.id, row]));
}

type Rate = { placementId: number; unit: RateUnit; from: Day; priceFen: number };

/** Published prices of placements, oldest first. */
export async function ratesOf(db: Db, placementIds: readonly number[]): Promise<Rate[]> {
  if (placementIds.length === 0) return [];
  return db
    .select({
      placementId: rateCard.placementId,
      unit: rateCard.unit,
      from: rateCard.effectiveFrom,
      priceFen: rateCard.priceFen,
    })
    .from(rateCard)
    .where(inArray(rateCard.placementId, [...new Set(placementIds)]))
    .orderBy(asc(rateCard.effectiveFrom));
}

/** Fen by the rate card in force on a day; undefined where none is. */
export const rateOn = (
  rates: readonly Rate[],
  of: { placementId: number; unit: RateUnit },
  day: Day,
): number | undefined =>
  rates.findLast(
    (rate) => rate.placementId === of.placementId && rate.unit === of.unit && rate.from <= day,
  )?.priceFen;

type Terms = Pick<
  LineInput,
  'placementId' | 'unit' | 'startsOn' | 'endsOn' | 'slots' | 'impressions'
>;

/** The line's price; or the fault of a day that has none. `at` is the pointer of the line. */
export function priceLine(
  line: Terms,
  rates: readonly Rate[],
  discountPpm: number,
  at: string,
): Priced | FailureDetail {
  const days: PricedDay[] = [];
  let listMicroCny = 0n;
  for (const day of daysOf(line)) {
    const fen = rateOn(rates, line, day);
    if (fen === undefined) {
      return {
        pointer: `${at}/unit`,
        zh: `${day} 没有刊例价`,
        en: `no price is published for ${day}`,
      };
    }
    if (line.impressions !== null) {
      // One price holds for all its impressions: that of its first day.
      const cpmFen = guaranteedCpmFen(fen, discountPpm);
      const priceMicroCny = cpmMicroCny(cpmFen, line.impressions);
      return { listMicroCny: cpmMicroCny(fen, line.impressions), priceMicroCny, days: [], cpmFen };
    }
    const slotList = fenToMicroCny(fen);
    listMicroCny += slotList * BigInt(line.slots);
    days.push({ day, priceMicroCny: discounted(slotList, discountPpm) * BigInt(line.slots) });
  }
  const priceMicroCny = days.reduce((sum, one) => sum + one.priceMicroCny, 0n);
  return { listMicroCny, priceMicroCny, days, cpmFen: null };
}
