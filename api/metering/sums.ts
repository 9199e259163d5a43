/**
 * What a batch of new events adds up to: hourly sums, spend by lease, and of both what deals bought. Owns which event counts as what;
 * pure but for the statements that add the sums to those that stand. Hourly ones are rows of `rollup_part`, which merging.ts makes
 * few again.
 */
import { sql } from 'drizzle-orm';
import { leaseDay } from '../../bidding/wire/budget.ts';
import { EVENT_KIND, type TrackedEvent } from '../../bidding/wire/event.ts';
import type { Transaction } from '../../db/client.ts';
import { copyIn, copyText } from '../../db/copy.ts';
import { dayOf, hourOf } from '../../db/terms/day.ts';

const { impression, viewable, click, conversion } = EVENT_KIND;

interface HourSum {
  /** Any event of the bucket: its words are the bucket's. */
  of: TrackedEvent;
  hour: number;
  /** By kind; 0: invalid ones of any kind. */
  counts: [number, number, number, number, number];
  spendMicroCny: number;
  /** Another bucket of the same placement and line item. */
  next: HourSum | undefined;
}

interface LeaseSum {
  day: string;
  lineItemId: number;
  leaseId: number;
  spendMicroCny: number;
}

export interface Sums {
  hours: HourSum[];
  /** The last bucket of each placement and line item; found by numbers, for a key as text cost more than all the rest. */
  found: Map<number, HourSum>;
  leases: Map<string, LeaseSum>;
  /** By deal, hour, line item and placement. */
  deals: Map<string, HourSum>;
}

export const openSums = (): Sums => ({
  hours: [],
  found: new Map(),
  leases: new Map(),
  deals: new Map(),
});

/** Not unique, and need not be: buckets of one mark are compared. */
const markOf = (e: TrackedEvent): number => e.lineItemId * 1_048_576 + e.placementId;

function bucketOf({ hours, found }: Sums, e: TrackedEvent): HourSum {
  const hour = hourOf(e.atMs);
  const mark = markOf(e);
  const first = found.get(mark);
  for (let sum = first; sum; sum = sum.next) {
    const { of } = sum;
    if (
      sum.hour === hour && of.device === e.device && of.creativeId === e.creativeId &&
      of.lineItemId === e.lineItemId && of.placementId === e.placementId && of.divisionCode === e.divisionCode
    ) return sum; // biome-ignore format: one condition
  }
  const sum = newSum(e, hour, first);
  found.set(mark, sum);
  hours.push(sum);
  return sum;
}

const newSum = (of: TrackedEvent, hour: number, next?: HourSum): HourSum => ({
  of,
  hour,
  counts: [0, 0, 0, 0, 0],
  spendMicroCny: 0,
  next,
});

function dealtBucketOf({ deals }: Sums, e: TrackedEvent): HourSum {
  const hour = hourOf(e.atMs);
  const key = `${e.dealId},${hour},${e.lineItemId},${e.placementId}`;
  const known = deals.get(key);
  if (known) return known;
  const sum = newSum(e, hour);
  deals.set(key, sum);
  return sum;
}

function countIn(sum: HourSum, e: TrackedEvent, spendMicroCny: number): void {
  sum.counts[e.ivt === 0 ? (e.kind as 1 | 2 | 3 | 4) : 0]++;
  sum.spendMicroCny += spendMicroCny;
}

/** Adds one event that is new; an invalid one is counted, and costs nothing. */
export function addEvent(sums: Sums, e: TrackedEvent): void {
  const spendMicroCny = e.ivt === 0 ? e.priceMicroCny : 0;
  if (e.kind <= conversion) {
    countIn(bucketOf(sums, e), e, spendMicroCny);
    if (e.dealId > 0) countIn(dealtBucketOf(sums, e), e, spendMicroCny);
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

/** As rows of `rollup_part`, in COPY's text format. */
function rowsOf(hours: readonly HourSum[]): string {
  let text = '';
  for (const { of: e, hour, counts, spendMicroCny } of hours) {
    text += `${hour}\t${e.outletId}\t${e.placementId}\t${copyText(e.divisionCode)}\t${e.advertiserId}\t${e.campaignId}\t${
      e.lineItemId
    }\t${e.creativeId}\t${e.device}\t${counts[impression]}\t${counts[viewable]}\t${counts[click]}\t${
      counts[conversion]
    }\t${counts[0]}\t${spendMicroCny}\n`;
  }
  return text;
}

const ROLLUP_COLUMNS = `hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id, line_item_id, creative_id, device,
  impressions, viewables, clicks, conversions, invalid, spend_micro_cny`;

/** A column as the text of an array: array parameters cost the driver twice as much. */
const column = <T>(rows: readonly T[], of: (row: T) => string | number): string =>
  `{${rows.map(of).join(',')}}`;

/** Adds the sums to those that stand; rows that stand are locked in one order, so that two consumers never wait in a ring. */
export async function writeSums(tx: Transaction, { hours, leases, deals }: Sums): Promise<void> {
  if (hours.length > 0) await copyIn(tx, `rollup_part (${ROLLUP_COLUMNS})`, rowsOf(hours));
  if (leases.size > 0) await writeLeased(tx, [...leases.values()]);
  if (deals.size > 0) await writeDeals(tx, [...deals.values()]);
}

async function writeLeased(tx: Transaction, spent: readonly LeaseSum[]): Promise<void> {
  await tx.execute(sql`SELECT metering_add_leased(
    ${column(spent, (sum) => sum.day)}::text::date[],
    ${column(spent, (sum) => sum.lineItemId)}::text::bigint[],
    ${column(spent, (sum) => sum.leaseId)}::text::bigint[],
    ${column(spent, (sum) => sum.spendMicroCny)}::text::bigint[])`);
}

async function writeDeals(tx: Transaction, deals: readonly HourSum[]): Promise<void> {
  const counted = (kind: 0 | 1 | 2 | 3 | 4) => column(deals, (sum) => sum.counts[kind]);
  await tx.execute(sql`
    INSERT INTO deal_hour AS d (deal_id, hour, line_item_id, placement_id, outlet_id, advertiser_id, campaign_id,
      impressions, viewables, clicks, conversions, invalid, spend_micro_cny)
    SELECT * FROM unnest(
      ${column(deals, ({ of }) => of.dealId)}::text::bigint[], ${column(deals, (sum) => sum.hour)}::text::int[],
      ${column(deals, ({ of }) => of.lineItemId)}::text::bigint[],
      ${column(deals, ({ of }) => of.placementId)}::text::bigint[],
      ${column(deals, ({ of }) => of.outletId)}::text::bigint[],
      ${column(deals, ({ of }) => of.advertiserId)}::text::bigint[],
      ${column(deals, ({ of }) => of.campaignId)}::text::bigint[],
      ${counted(impression)}::text::bigint[], ${counted(viewable)}::text::bigint[], ${counted(click)}::text::bigint[],
      ${counted(conversion)}::text::bigint[],
      ${counted(0)}::text::bigint[], ${column(deals, (sum) => sum.spendMicroCny)}::text::bigint[]
    ) AS t ORDER BY 1, 2, 3, 4
    ON CONFLICT (deal_id, hour, line_item_id, placement_id) DO UPDATE SET
      impressions = d.impressions + excluded.impressions,
      viewables = d.viewables + excluded.viewables,
      clicks = d.clicks + excluded.clicks,
      conversions = d.conversions + excluded.conversions,
      invalid = d.invalid + excluded.invalid,
      spend_micro_cny = d.spend_micro_cny + excluded.spend_micro_cny`);
}
