/**
 * The daily round: every day that is over and has no matched bill yet, at most a week back. Owns when a bill is asked for;
 * what Alipay does not have yet is asked for again, what was refused waits for a person and is tried again as well.
 */
import { addDays, type Day, dayOf, msOfDay } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { firstCashDay, type PayoutContext } from '../payments/payments.ts';
import { billOf, fetchBill } from './bills.ts';
import { matchBill } from './matching.ts';

/** Alipay's bill of a day is ready at nine the next morning; a little later it is also complete. */
const READY_MS = 9.5 * 3_600_000;
const REACH_DAYS = 7;

/** Returns the days that were matched now. */
export async function reconcileDue(ctx: PayoutContext): Promise<Day[]> {
  const first = await firstCashDay(ctx.db);
  if (first === undefined) return [];
  const now = ctx.clock();
  const last = addDays(dayOf(now), msOfDay(now) >= READY_MS ? -1 : -2);
  const matched: Day[] = [];
  for (let day = addDays(last, 1 - REACH_DAYS); day <= last; day = addDays(day, 1)) {
    if (day < first) continue;
    const stored = await billOf(ctx.db, day);
    if (stored?.status === 'matched') continue;
    try {
      await fetchBill(ctx, day);
      await matchBill(ctx, day);
      matched.push(day);
    } catch (error) {
      // Refusals are on file already; the next round asks again.
      if (!(error instanceof Failure)) throw error;
    }
  }
  return matched;
}
