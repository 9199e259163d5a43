/** The minimum that a contract guarantees its outlet a month, where it is in force for a part of it. Pure. */
import { addDays, type Day, daysBetween, monthOf } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';

/** From the first day that a version holds until the day on which it no more does; null: it has no end. */
export interface Force {
  from: Day;
  until: Day | null;
}

/** The part that falls to these days (both inclusive, of one month) while the version is in force, rounded down. */
export function minimumDue(
  monthlyMicroCny: MicroCny,
  days: { from: Day; to: Day },
  force: Force = { from: days.from, until: null },
): MicroCny {
  const first = `${monthOf(days.from)}-01`;
  const daysInMonth = daysBetween(first, `${monthOf(addDays(first, 31))}-01`);
  const end = addDays(days.to, 1);
  const from = force.from > days.from ? force.from : days.from;
  const until = force.until && force.until < end ? force.until : end;
  return (monthlyMicroCny * BigInt(Math.max(0, daysBetween(from, until)))) / BigInt(daysInMonth);
}
