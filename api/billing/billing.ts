/**
 * Billing: hours of rolled-up delivery, and booked days, become charges, shares and journals. Owns the promise that each is
 * charged exactly once, whatever crashes: each batch is one transaction, and what is due is always the difference between
 * what was delivered and the charges there are. Refuses to charge what no contract covers: that is reported instead.
 */
import { sql } from 'drizzle-orm';
import { hourContext, type Span } from '../../bidding/wire/span.ts';
import type { Database, Db } from '../../db/client.ts';
import { type Clock, dayOfHour, type HourNumber } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { contractsFor } from '../contracts/contracts.ts';
import { traced } from '../http/tracing.ts';
import { holdKeys } from '../ledger/ledger.ts';
import type { DueCharge } from './charging.ts';
import { type BucketPlace, type DueBucket, dueBuckets } from './due.ts';
import { bookCharges, dayOfBooking } from './writing.ts';

export { type BookedDay, type ChargedDays, chargeBookedDays } from './bookedDays.ts';
export {
  type ChargeView,
  chargedByDay,
  chargedFor,
  chargesOf,
  type DayState,
  dayStates,
  hoursDue,
  outletIncome,
  provisionalDays,
} from './queries.ts';
export { replayContract } from './replay.ts';
export { cutMonth } from './writing.ts';

const BATCH_CHARGES = 1000;

export interface ClosedHour {
  hour: HourNumber;
  charges: number;
  amountMicroCny: MicroCny;
  /** Served beyond the wallets: the platform's loss. */
  absorbedMicroCny: MicroCny;
  /** Buckets left uncharged because no contract covers their placement that day. */
  withoutContract: { placementId: number; lineItemId: number; amountMicroCny: MicroCny }[];
}

/**
 * Charges what an hour's rollup holds and was not charged yet; repeat it as often as you like. Late events and removed
 * invalid traffic come out as further revisions with the difference. An hour of a month that was cut for its statements
 * is booked on the clock's day.
 */
export function closeHour(
  ctx: { db: Database; clock: Clock },
  hour: HourNumber,
  batch = BATCH_CHARGES,
): Promise<ClosedHour> {
  const { traceId } = hourContext(hour);
  const keep = ({ attributes }: Span) => attributes['hongze.charges'] !== 0;
  const opening = { name: 'billing.closeHour', trace: traceId, keep };
  return traced(opening, async (span) => {
    const closed = await chargeHour(ctx, hour, batch);
    if (span)
      Object.assign(span.attributes, { 'hongze.hour': hour, 'hongze.charges': closed.charges });
    return closed;
  });
}

async function chargeHour(
  ctx: { db: Database; clock: Clock },
  hour: HourNumber,
  batch: number,
): Promise<ClosedHour> {
  const closed: ClosedHour = {
    hour,
    charges: 0,
    amountMicroCny: 0n,
    absorbedMicroCny: 0n,
    withoutContract: [],
  };
  let after: BucketPlace = { lineItemId: 0, placementId: 0, dealId: 0 };
  for (;;) {
    const from = after;
    const last = await ctx.db.transaction(async (tx) => {
      // One biller an hour at a time: two would both see the same difference.
      await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('billing.closeHour'), ${hour})`);
      const due = await dueBuckets(tx, hour, from, batch);
      if (due.length > 0) await chargeBuckets(tx, ctx.clock, closed, due);
      return due.length < batch ? undefined : due.at(-1);
    });
    if (!last) return closed;
    after = last;
  }
}

async function chargeBuckets(
  tx: Db,
  clock: Clock,
  closed: ClosedHour,
  due: readonly DueBucket[],
): Promise<void> {
  const { hour } = closed;
  const earnedDay = dayOfHour(hour);
  const day = await dayOfBooking(tx, earnedDay, clock);
  const places = due.map((bucket) => ({ ...bucket, dealId: bucket.dealCode }));
  const contracts = await contractsFor(tx, places, earnedDay);
  const charges: DueCharge[] = [];
  for (const [i, bucket] of due.entries()) {
    const { placementId, lineItemId, amountMicroCny } = bucket;
    const contract = contracts[i];
    if (!contract) {
      closed.withoutContract.push({ placementId, lineItemId, amountMicroCny });
      continue;
    }
    const revision = bucket.lastRevision + 1;
    charges.push({
      ...bucket,
      hour,
      bookingLineId: null,
      contractVersionId: contract.id,
      earnedDay,
      day,
      revision,
      reason: revision === 0 ? 'delivery' : amountMicroCny < 0n ? 'invalid_traffic' : 'late_events',
      journalKey: `charge:${hour}:${lineItemId}:${revision}`,
      subject: `lineItem:${lineItemId}`,
      holdKey: holdKeys.budget(lineItemId, earnedDay),
    });
  }
  for (const { charge, absorbedMicroCny } of await bookCharges(tx, charges)) {
    closed.charges++;
    closed.amountMicroCny += charge.amountMicroCny;
    closed.absorbedMicroCny += absorbedMicroCny;
  }
}
