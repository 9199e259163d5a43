/**
 * Booked days as charges: a slot, a spot or a post that ran is charged at its fixed price, split under the contract of the
 * day it ran on, paid from the order's hold. Like an hour's rollup, a day says what it should have cost in all, and only
 * the difference to what was charged moves: repeating it moves nothing, a smaller price takes back.
 */
import { sql } from 'drizzle-orm';
import type { Database, Db } from '../../db/client.ts';
import { type Clock, type Day, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';
import type { Subject } from '../../db/terms/id.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { type ContractPlace, contractsFor } from '../contracts/contracts.ts';
import type { DueCharge } from './charging.ts';
import { bookCharges, dayOfBooking } from './writing.ts';

export interface BookedDay {
  bookingLineId: number;
  /** The day it ran on. */
  day: Day;
  advertiserId: number;
  placementId: number;
  /** Slots, spots or posts that ran in all; 0 where none did. */
  quantity: number;
  /** What the day costs in all, never negative; 0 takes back whatever was charged. */
  amountMicroCny: MicroCny;
  /** The order's hold, `holdKeys.booking(orderId)`: pays first. */
  holdKey: string;
  /** What the journal is about, `order:7`. */
  subject: Subject;
}

export interface ChargedDays {
  charges: number;
  amountMicroCny: MicroCny;
  /** Beyond hold and wallet: the platform's loss. */
  absorbedMicroCny: MicroCny;
  /** Left uncharged because no contract covers the placement that day. */
  withoutContract: BookedDay[];
}

/**
 * Brings the charges of booked days to what those days cost, in one transaction; the caller's when given one. Name a
 * (line, day) once. Repeatable: a second call finds no difference. A day of a cut month is booked on the clock's day.
 */
export function chargeBookedDays(
  ctx: { db: Database | Db; clock: Clock },
  days: readonly BookedDay[],
): Promise<ChargedDays> {
  return ctx.db.transaction(async (tx) => {
    // One at a time: two would both see the same difference. Booked days are few.
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('billing.bookedDays'), 0)`);
    const result: ChargedDays = {
      charges: 0,
      amountMicroCny: 0n,
      absorbedMicroCny: 0n,
      withoutContract: [],
    };
    const charged = await chargedSoFar(tx, days);
    const places = await placesOf(tx, days);
    const due: DueCharge[] = [];
    for (const booked of days) {
      assert(booked.amountMicroCny >= 0n, 'a booked day has a price');
      const name = nameOf(booked.bookingLineId, booked.day);
      const before = charged.get(name) ?? NOTHING;
      charged.set(name, { ...before, named: true });
      assert(!before.named, `${name} is named once`);
      const amountMicroCny = booked.amountMicroCny - before.amountMicroCny;
      if (amountMicroCny === 0n) continue;
      const place = places.get(booked.placementId);
      assert(place, `placement ${booked.placementId} exists`);
      const [contract] = await contractsFor(tx, [place], booked.day);
      if (!contract) {
        result.withoutContract.push(booked);
        continue;
      }
      const revision = before.revision + 1;
      due.push({
        hour: hourOf(dayStartMs(booked.day)),
        earnedDay: booked.day,
        day: await dayOfBooking(tx, booked.day, ctx.clock),
        advertiserId: booked.advertiserId,
        campaignId: null,
        lineItemId: null,
        bookingLineId: booked.bookingLineId,
        dealId: 0,
        outletId: place.outletId,
        placementId: booked.placementId,
        quantity: booked.quantity - before.quantity,
        amountMicroCny,
        absorbedMicroCny: before.absorbedMicroCny,
        contractVersionId: contract.id,
        revision,
        reason: revision === 0 ? 'booking' : 'booking_change',
        journalKey: `booking:${name}:${revision}`,
        subject: booked.subject,
        holdKey: booked.holdKey,
      });
    }
    for (const { charge, absorbedMicroCny } of await bookCharges(tx, due)) {
      result.charges++;
      result.amountMicroCny += charge.amountMicroCny;
      result.absorbedMicroCny += absorbedMicroCny;
    }
    return result;
  });
}

interface Charged {
  quantity: number;
  amountMicroCny: MicroCny;
  absorbedMicroCny: MicroCny;
  revision: number;
  named?: boolean;
}

const NOTHING: Charged = { quantity: 0, amountMicroCny: 0n, absorbedMicroCny: 0n, revision: -1 };

const nameOf = (bookingLineId: number | string, day: Day) => `${bookingLineId}:${day}`;

async function chargedSoFar(tx: Db, days: readonly BookedDay[]): Promise<Map<string, Charged>> {
  const ids = JSON.stringify(days.map((day) => day.bookingLineId));
  const rows = await tx.execute<Record<string, string>>(sql`
    SELECT booking_line_id AS id, (to_timestamp(hour * 3600::bigint) AT TIME ZONE 'Asia/Shanghai')::date::text AS day,
           sum(quantity)::bigint AS quantity, sum(amount_micro_cny)::bigint AS amount,
           sum(absorbed_micro_cny)::bigint AS absorbed, max(revision)::text AS revision
      FROM charge
     WHERE booking_line_id IN (SELECT json_array_elements_text(${ids}::text::json)::bigint) GROUP BY 1, 2`);
  return new Map(
    rows.map((row) => [
      nameOf(row.id ?? '', row.day ?? ''),
      {
        quantity: Number(row.quantity),
        amountMicroCny: BigInt(row.amount ?? 0),
        absorbedMicroCny: BigInt(row.absorbed ?? 0),
        revision: Number(row.revision),
      },
    ]),
  );
}

async function placesOf(tx: Db, days: readonly BookedDay[]): Promise<Map<number, ContractPlace>> {
  const ids = JSON.stringify(days.map((day) => day.placementId));
  const rows = await tx.execute<Record<string, string>>(sql`
    SELECT id, property_id, outlet_id FROM placement
     WHERE id IN (SELECT json_array_elements_text(${ids}::text::json)::bigint)`);
  return new Map(
    rows.map((row) => [
      Number(row.id),
      {
        placementId: Number(row.id),
        propertyId: Number(row.property_id),
        outletId: Number(row.outlet_id),
      },
    ]),
  );
}
