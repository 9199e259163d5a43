/**
 * What a batch of new events adds up to: hourly sums, and spend by lease. Owns which event counts as what; pure but for the one
 * statement that adds the sums to those that stand (`metering_add`).
 */
import { sql } from 'drizzle-orm';
import { leaseDay } from '../../bidding/wire/budget.ts';
import { EVENT_KIND, type TrackedEvent } from '../../bidding/wire/event.ts';
import type { Transaction } from '../../db/client.ts';
import { dayOf, hourOf } from '../../db/terms/day.ts';

const { impression, viewable, click, conversion } = EVENT_KIND;

interface HourSum {
  /** Any event of the bucket: its words are the bucket's. */
  of: TrackedEvent;
  hour: number;
  /** By kind; 0: invalid ones of any kind. */
  counts: [number, number, number, number, number];
  spendMicroCny: number;
}

interface LeaseSum {
  day: string;
  lineItemId: number;
  leaseId: number;
  spendMicroCny: number;
}

export interface Sums {
  hours: Map<string, HourSum>;
  leases: Map<string, LeaseSum>;
}

export const openSums = (): Sums => ({ hours: new Map(), leases: new Map() });

/** Adds one event that is new; an invalid one is counted, and costs nothing. */
export function addEvent(sums: Sums, e: TrackedEvent): void {
  const spendMicroCny = e.ivt === 0 ? e.priceMicroCny : 0;
  if (e.kind <= conversion) {
    const hour = hourOf(e.atMs);
    const key = `${hour},${e.placementId},${e.divisionCode},${e.lineItemId},${e.creativeId},${e.device}`;
    let sum = sums.hours.get(key);
    if (!sum) {
      sum = { of: e, hour, counts: [0, 0, 0, 0, 0], spendMicroCny: 0 };
      sums.hours.set(key, sum);
    }
    const kind = e.ivt === 0 ? (e.kind as 1 | 2 | 3 | 4) : 0;
    sum.counts[kind]++;
    sum.spendMicroCny += spendMicroCny;
  }
  if (spendMicroCny > 0) addLeased(sums.leases, e, spendMicroCny);
}

/** Spend belongs to its lease's day, whenever it is seen; without a lease to the event's own. */
function addLeased(leases: Sums['leases'], e: TrackedEvent, spendMicroCny: number): void {
  const own = e.leaseId > 0 ? '' : dayOf(e.atMs);
  const key = `${e.lineItemId},${e.leaseId},${own}`;
  const sum = leases.get(key);
  if (sum) sum.spendMicroCny += spendMicroCny;
  else {
    const { lineItemId, leaseId } = e;
    leases.set(key, { day: own || leaseDay(leaseId), lineItemId, leaseId, spendMicroCny });
  }
}

const quote = (text: string): string => `"${text.replaceAll('\0', '').replace(/[\\"]/g, '\\$&')}"`;

/** A column as the text of an array: array parameters cost the driver twice as much. */
const column = <T>(rows: readonly T[], of: (row: T) => string | number): string =>
  `{${rows.map(of).join(',')}}`;

/** Adds the sums to those that stand. Locks their rows in one order, so that two consumers never wait in a ring. */
export async function writeSums(tx: Transaction, sums: Sums): Promise<void> {
  const hours = [...sums.hours.values()];
  const leases = [...sums.leases.values()];
  if (hours.length + leases.length === 0) return;
  const counted = (kind: 0 | 1 | 2 | 3 | 4) => column(hours, (sum) => sum.counts[kind]);
  await tx.execute(sql`SELECT metering_add(
    ${column(hours, (sum) => sum.hour)}::text::int[],
    ${column(hours, ({ of }) => of.outletId)}::text::bigint[],
    ${column(hours, ({ of }) => of.placementId)}::text::bigint[],
    ${column(hours, ({ of }) => quote(of.divisionCode))}::text::text[],
    ${column(hours, ({ of }) => of.advertiserId)}::text::bigint[],
    ${column(hours, ({ of }) => of.campaignId)}::text::bigint[],
    ${column(hours, ({ of }) => of.lineItemId)}::text::bigint[],
    ${column(hours, ({ of }) => of.creativeId)}::text::bigint[],
    ${column(hours, ({ of }) => of.device)}::text::smallint[],
    ${counted(impression)}::text::int[], ${counted(viewable)}::text::int[], ${counted(click)}::text::int[],
    ${counted(conversion)}::text::int[], ${counted(0)}::text::int[],
    ${column(hours, (sum) => sum.spendMicroCny)}::text::bigint[],
    ${column(leases, (sum) => sum.day)}::text::date[],
    ${column(leases, (sum) => sum.lineItemId)}::text::bigint[],
    ${column(leases, (sum) => sum.leaseId)}::text::bigint[],
    ${column(leases, (sum) => sum.spendMicroCny)}::text::bigint[])`);
}
