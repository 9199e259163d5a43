/**
 * What a batch of new events adds up to: hourly sums, spend by lease, and of both what deals bought. Owns which event counts as what;
 * pure but for the statements that add the sums to those that stand (`metering_add`).
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
  /** By deal, hour, line item and placement. */
  deals: Map<string, HourSum>;
}

export const openSums = (): Sums => ({ hours: new Map(), leases: new Map(), deals: new Map() });

/** Counts it under its key. */
function addTo(sums: Map<string, HourSum>, key: string, e: TrackedEvent, hour: number): void {
  let sum = sums.get(key);
  if (!sum) {
    sum = { of: e, hour, counts: [0, 0, 0, 0, 0], spendMicroCny: 0 };
    sums.set(key, sum);
  }
  const kind = e.ivt === 0 ? (e.kind as 1 | 2 | 3 | 4) : 0;
  sum.counts[kind]++;
  if (e.ivt === 0) sum.spendMicroCny += e.priceMicroCny;
}

/** Adds one event that is new; an invalid one is counted, and costs nothing. */
export function addEvent(sums: Sums, e: TrackedEvent): void {
  const spendMicroCny = e.ivt === 0 ? e.priceMicroCny : 0;
  if (e.kind <= conversion) {
    const hour = hourOf(e.atMs);
    const key = `${hour},${e.placementId},${e.divisionCode},${e.lineItemId},${e.creativeId},${e.device}`;
    addTo(sums.hours, key, e, hour);
    if (e.dealId > 0) {
      const dealt = `${e.dealId},${hour},${e.lineItemId},${e.placementId}`;
      addTo(sums.deals, dealt, e, hour);
    }
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
  if (sums.deals.size > 0) await writeDeals(tx, [...sums.deals.values()]);
}

async function writeDeals(tx: Transaction, deals: readonly HourSum[]): Promise<void> {
  const counted = (kind: 0 | 1 | 2 | 3) => column(deals, (sum) => sum.counts[kind]);
  await tx.execute(sql`
    INSERT INTO deal_hour AS d (deal_id, hour, line_item_id, placement_id, outlet_id, advertiser_id,
      impressions, viewables, clicks, invalid, spend_micro_cny)
    SELECT * FROM unnest(
      ${column(deals, ({ of }) => of.dealId)}::text::bigint[], ${column(deals, (sum) => sum.hour)}::text::int[],
      ${column(deals, ({ of }) => of.lineItemId)}::text::bigint[],
      ${column(deals, ({ of }) => of.placementId)}::text::bigint[],
      ${column(deals, ({ of }) => of.outletId)}::text::bigint[],
      ${column(deals, ({ of }) => of.advertiserId)}::text::bigint[],
      ${counted(impression)}::text::bigint[], ${counted(viewable)}::text::bigint[], ${counted(click)}::text::bigint[],
      ${counted(0)}::text::bigint[], ${column(deals, (sum) => sum.spendMicroCny)}::text::bigint[]
    ) AS t ORDER BY 1, 2, 3, 4
    ON CONFLICT (deal_id, hour, line_item_id, placement_id) DO UPDATE SET
      impressions = d.impressions + excluded.impressions,
      viewables = d.viewables + excluded.viewables,
      clicks = d.clicks + excluded.clicks,
      invalid = d.invalid + excluded.invalid,
      spend_micro_cny = d.spend_micro_cny + excluded.spend_micro_cny`);
}
