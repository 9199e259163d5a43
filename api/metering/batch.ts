/**
 * One batch of events into PostgreSQL: raw rows, hourly sums and spend by lease in one transaction. Owns the promise that an
 * event counts once: rows go into their day by COPY, whose key refuses a batch with a row that stands; then those that stand
 * are looked for, and the rest is written and summed.
 *
 * Measured, µs of PostgreSQL an event: INSERT … ON CONFLICT DO NOTHING from arrays, summing in the same statement 14.8;
 * COPY into the partition 2.4. Of sums there are 0.4 an event: added to those that stand 5, as rows of their own from arrays
 * 2.4, by COPY 0.35, with an index on hour and line item 0.9.
 */
import { sql } from 'drizzle-orm';
import type { ReadEvent } from '../../bidding/wire/event.ts';
import type { Db, Transaction } from '../../db/client.ts';
import { copyIn, copyText } from '../../db/copy.ts';
import { rejectedEvent } from '../../db/schema/metering.ts';
import { type Day, dayOf, hourOf } from '../../db/terms/day.ts';
import { addEvent, openSums, writeSums } from './sums.ts';

export interface Batch {
  events: readonly ReadEvent[];
  /** Kept in `rejected_event`, in the same transaction. */
  rejects: readonly { reason: string; detail: Record<string, unknown> }[];
}

const COLUMNS = `event_key, kind, at_ms, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
  line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash, ivt, day, hour, deal_id`;
const UNIQUE_VIOLATION = '23505';
const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;

/** The day in whose partition an event's key is unique: its auction's. */
export const dayNumberOf = ({ auctionAtMs, atMs }: ReadEvent): number =>
  Math.floor(((auctionAtMs > 0 ? auctionAtMs : atMs) + SHANGHAI_MS) / DAY_MS);

export const dayOfNumber = (dayNumber: number): Day => dayOf(dayNumber * DAY_MS - SHANGHAI_MS);

/** As it stands on the stream, but for what an invalid event would have cost. */
function storedOf(e: ReadEvent): string {
  if (e.ivt === 0) return copyText(e.stored);
  const fields = e.stored.split('\t');
  fields[11] = '0';
  return copyText(fields.join('\t'));
}

function byDay(events: readonly ReadEvent[]): Map<number, ReadEvent[]> {
  const days = new Map<number, ReadEvent[]>();
  for (const event of events) {
    const number = dayNumberOf(event);
    const day = days.get(number);
    if (day) day.push(event);
    else days.set(number, [event]);
  }
  return days;
}

/** The first of each key, unless it stands already. */
async function onlyNew(tx: Transaction, day: Day, events: ReadEvent[]): Promise<ReadEvent[]> {
  const fresh = new Map(events.toReversed().map((event) => [event.eventKey, event]));
  const known = await tx.execute<{ event_key: string }>(sql`
    SELECT event_key FROM event WHERE day = ${day}::date AND event_key = ANY(
      ARRAY(SELECT json_array_elements_text(${JSON.stringify([...fresh.keys()])}::text::json)))`);
  for (const { event_key } of known) fresh.delete(event_key);
  return [...fresh.values()];
}

/**
 * Writes a batch within the caller's transaction; returns how many of its events were new. `careful`: looks first for those
 * that stand or come twice; without, such a one fails the transaction (23505).
 */
export async function writeWithin(
  tx: Transaction,
  { events, rejects }: Batch,
  careful: boolean,
): Promise<number> {
  if (rejects.length > 0) await tx.insert(rejectedEvent).values([...rejects]);
  const sums = openSums();
  let fresh = 0;
  for (const [dayNumber, ofDay] of byDay(events)) {
    const day = dayOfNumber(dayNumber);
    const rows = careful ? await onlyNew(tx, day, ofDay) : ofDay;
    if (rows.length === 0) continue;
    let text = '';
    for (const e of rows) {
      text += `${storedOf(e)}\t${e.ivt}\t${day}\t${hourOf(e.atMs)}\t${e.dealId || '\\N'}\n`;
      addEvent(sums, e);
    }
    await copyIn(tx, `event_${day.replaceAll('-', '')} (${COLUMNS})`, text);
    fresh += rows.length;
  }
  await writeSums(tx, sums);
  return fresh;
}

/**
 * Writes a batch in a transaction of its own; returns how many of its events were new. Throws what PostgreSQL throws, having
 * written nothing: a partition that is missing (42P01), a deadlock (40P01) — the batch may be sent again.
 */
export async function writeBatch(db: Db, batch: Batch): Promise<number> {
  const write = (careful: boolean) => db.transaction((tx) => writeWithin(tx, batch, careful));
  try {
    return await write(false);
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    return write(true);
  }
}

/** Creates the daily partitions of the days named, where they are missing. */
export async function ensurePartitions(db: Db, days: Iterable<string>): Promise<void> {
  for (const day of days) await db.execute(sql`SELECT event_partition(${day}::date)`);
}
