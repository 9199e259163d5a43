/**
 * Where a change would take booked days, and at what price: on the same outlet, from tomorrow on. Owns that a make-good costs
 * what the missed days did, and everything else the rate card's price.
 */
import type { z } from 'zod';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { BookedDayRow } from './days.ts';
import type { BookingContext, Line, Order } from './order.ts';
import { isOnSale, type PricedDay, placesOf, priceLine, ratesOf } from './pricing.ts';
import type { changeSchema } from './shapes.ts';
import { daysOf } from './slots.ts';

export interface Aim {
  placementId: number;
  startsOn: Day;
  endsOn: Day;
  slots: number;
}

export const priceOf = (rows: readonly { priceMicroCny: bigint }[]) =>
  rows.reduce((sum, row) => sum + row.priceMicroCny, 0n);

/** What the new days cost: by the rate card and the order's discount; of a make-good, what the missed ones did. */
export async function priceAim(
  ctx: BookingContext,
  order: Order,
  line: Line,
  aim: Aim,
  makegoodFor?: readonly BookedDayRow[],
): Promise<PricedDay[]> {
  if (makegoodFor) return spread(priceOf(makegoodFor), daysOf(aim));
  const terms = { ...aim, unit: line.unit, impressions: null };
  const priced = priceLine(terms, await ratesOf(ctx.db, [aim.placementId]), order.discountPpm, '');
  if ('zh' in priced) throw new Failure('invalid_input', { ...priced, pointer: '/startsOn' });
  return priced.days;
}

/** An amount over days, the remainder on the first. */
function spread(total: bigint, days: readonly Day[]): PricedDay[] {
  const each = total / BigInt(days.length);
  const rest = total - each * BigInt(days.length);
  return days.map((day, i) => ({ day, priceMicroCny: i === 0 ? each + rest : each }));
}

/** Where it goes: on the same outlet, from tomorrow on. Undefined for a drop. */
export async function aimOf(
  ctx: BookingContext,
  line: Line,
  input: z.infer<typeof changeSchema>,
): Promise<Aim | undefined> {
  const { startsOn, endsOn } = input;
  if (!startsOn || !endsOn) return undefined;
  const wrong = (pointer: string, zh: string, en: string) =>
    new Failure('invalid_input', { pointer, zh, en });
  if (startsOn <= dayOf(ctx.clock())) {
    throw wrong('/startsOn', '新日期须在明天或以后', 'the new days begin tomorrow at the earliest');
  }
  const placementId = input.placementId ?? line.placementId;
  const place = (await placesOf(ctx.db, [placementId])).get(placementId);
  if (place?.outlet.id !== line.outletId || !isOnSale(place)) {
    throw wrong('/placementId', '须为该媒体在售的广告位', 'must be a placement of the same outlet');
  }
  return { placementId, startsOn, endsOn, slots: input.slots ?? line.slots };
}
