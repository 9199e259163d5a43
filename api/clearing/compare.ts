/**
 * A partner's reported days against what was charged. Pure. The six kinds, as with the bank's bill, told from the partner's
 * side: `differenceMicroCny` would be theirs minus ours.
 *
 * | kind | when |
 * |---|---|
 * | long | they report a day on which we charged nothing |
 * | short | we charged a day that they do not report |
 * | amount | both have the day, further apart than the tolerance |
 * | status | the day is provisional here: what is removed later may be the difference |
 * | duplicate | the same row reported twice: counted once |
 * | cross_period | two days in a row are off and agree together: their day ends elsewhere |
 */
import { DISCREPANCIES, type Discrepancy } from '../../db/schema/reconciliation.ts';
import { addDays, type Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';

export interface DayFigures {
  quantity: number;
  amountMicroCny: MicroCny;
}

export interface OurDay extends DayFigures {
  isFinal: boolean;
}

export interface DayDifference {
  day: Day;
  kinds: Discrepancy[];
  ours: DayFigures;
  theirs: DayFigures;
  /** Nothing is missing on either side. */
  explained: boolean;
}

export interface PartnerComparison {
  matchedDays: number;
  differences: DayDifference[];
}

const NONE: DayFigures = { quantity: 0, amountMicroCny: 0n };
const abs = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

const add = (a: DayFigures, b: DayFigures): DayFigures => ({
  quantity: a.quantity + b.quantity,
  amountMicroCny: a.amountMicroCny + b.amountMicroCny,
});

/** Whether two amounts are within `tolerancePpm` of the greater; quantities may then be what they are. */
export function agree(a: DayFigures, b: DayFigures, tolerancePpm: number): boolean {
  const [x, y] = [abs(a.amountMicroCny), abs(b.amountMicroCny)];
  const greater = x > y ? x : y;
  const off = abs(a.amountMicroCny - b.amountMicroCny);
  return off * 1_000_000n <= greater * BigInt(tolerancePpm);
}

/** @param theirs rows as reported: several of a day add up, the same row again is a duplicate */
export function comparePartner(
  ours: ReadonlyMap<Day, OurDay>,
  theirs: readonly (DayFigures & { day: Day })[],
  tolerancePpm: number,
): PartnerComparison {
  const { sums, doubled } = sumDays(theirs);
  const days = [...new Set([...ours.keys(), ...sums.keys()])].sort();
  const isOff = (day: Day) => !agree(ours.get(day) ?? NONE, sums.get(day) ?? NONE, tolerancePpm);
  const crossing = crossingDays(
    days,
    isOff,
    (day) => [ours.get(day) ?? NONE, sums.get(day) ?? NONE],
    tolerancePpm,
  );
  const differences: DayDifference[] = [];
  for (const day of days) {
    const mine = ours.get(day);
    const reported = sums.get(day);
    const crosses = crossing.has(day);
    const off = isOff(day) && !crosses;
    const holds: Partial<Record<Discrepancy, boolean>> = {
      long: off && !mine,
      short: off && !reported,
      amount: off && mine !== undefined && reported !== undefined,
      status: off && mine !== undefined && !mine.isFinal,
      duplicate: doubled.has(day),
      cross_period: crosses,
    };
    const kinds = DISCREPANCIES.filter((kind) => holds[kind]);
    if (kinds.length === 0) continue;
    const explained = !off && !doubled.has(day);
    differences.push({ day, kinds, ours: mine ?? NONE, theirs: reported ?? NONE, explained });
  }
  return { matchedDays: days.length - differences.length, differences };
}

function sumDays(rows: readonly (DayFigures & { day: Day })[]) {
  const sums = new Map<Day, DayFigures>();
  const doubled = new Set<Day>();
  const seen = new Set<string>();
  for (const row of rows) {
    const name = `${row.day} ${row.quantity} ${row.amountMicroCny}`;
    if (seen.has(name)) doubled.add(row.day);
    else sums.set(row.day, add(sums.get(row.day) ?? NONE, row));
    seen.add(name);
  }
  return { sums, doubled };
}

/** Pairs of days in a row, both off, that agree when added; each day is in one pair at most. */
function crossingDays(
  days: readonly Day[],
  isOff: (day: Day) => boolean,
  of: (day: Day) => [DayFigures, DayFigures],
  tolerancePpm: number,
): Set<Day> {
  const crossing = new Set<Day>();
  for (const day of days) {
    const next = addDays(day, 1);
    if (crossing.has(day) || !days.includes(next) || !isOff(day) || !isOff(next)) continue;
    const [ours, theirs] = of(day);
    const [nextOurs, nextTheirs] = of(next);
    if (!agree(add(ours, nextOurs), add(theirs, nextTheirs), tolerancePpm)) continue;
    crossing.add(day).add(next);
  }
  return crossing;
}
