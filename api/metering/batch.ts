/**
 * One batch of events into PostgreSQL: raw rows, hourly sums and spend by lease in one statement, hence one
 * transaction. Owns the promise that an event counts once: only rows that were new reach the sums. Refuses batches over
 * 5,000, where the plan stops paying.
 *
 * Measured on two cores, rows/s on one connection: single inserts 4,400; array parameters about half of array literals
 * sent as text (the driver serialises each element); COPY into a staging table and a second statement was slower than one
 * statement over `unnest`, since it writes every row twice.
 */
import { sql } from 'drizzle-orm';
import { leaseDay } from '../../bidding/wire/budget.ts';
import type { TrackedEvent } from '../../bidding/wire/event.ts';
import type { Db } from '../../db/client.ts';
import { dayOf, hourOf } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';

export const BATCH_EVENTS = 5_000;

const SAFE = /^[\w:.-]+$/;
const quote = (text: string): string =>
  SAFE.test(text) ? text : `"${text.replaceAll('\0', '').replace(/[\\"]/g, '\\$&')}"`;

/** Columns of a batch as PostgreSQL array literals, in the order of `unnest` below. */
function columns(events: readonly TrackedEvent[]): string[] {
  const parts: string[][] = Array.from({ length: 17 }, () => new Array(events.length));
  for (const [i, e] of events.entries()) {
    const row = [
      dayOf(e.auctionAtMs > 0 ? e.auctionAtMs : e.atMs),
      quote(e.eventKey),
      e.kind,
      e.atMs,
      hourOf(e.atMs),
      e.outletId,
      e.placementId,
      quote(e.divisionCode),
      e.advertiserId,
      e.campaignId,
      e.lineItemId,
      e.creativeId,
      e.device,
      e.ivt === 0 ? e.priceMicroCny : 0,
      e.leaseId,
      quote(e.userHash),
      e.ivt,
    ];
    for (let column = 0; column < row.length; column++) {
      (parts[column] as string[])[i] = String(row[column]);
    }
  }
  return parts.map((values) => `{${values.join(',')}}`);
}

/**
 * The business day whose budget an event spends. A lease names its day itself; a click is charged to the day it happened.
 * Computed beside the batch, for SQL has no business with the form of lease ids.
 */
const budgetDays = (events: readonly TrackedEvent[]): string =>
  `{${events.map((e) => (e.leaseId > 0 ? leaseDay(e.leaseId) : dayOf(e.atMs))).join(',')}}`;

/**
 * Writes a batch; returns how many of its events were new. Throws what PostgreSQL throws, having written nothing: a
 * partition that is missing (23514), a deadlock (40P01) — the caller may simply send the batch again.
 */
export async function writeBatch(db: Db, batch: readonly TrackedEvent[]): Promise<number> {
  if (batch.length === 0) return 0;
  assert(batch.length <= BATCH_EVENTS, `a batch of ${batch.length} events`);
  // `leased` joins by day and key: the same event twice in one batch would spend twice.
  const events = [...new Map(batch.map((e) => [e.eventKey, e])).values()];
  const c = columns(events).map((literal) => sql`${literal}::text`);
  const rows = await db.execute<{ fresh: string }>(sql`
    WITH incoming AS (
      SELECT * FROM unnest(
        ${c[0]}::date[], ${c[1]}::text[], ${c[2]}::smallint[], ${c[3]}::bigint[], ${c[4]}::int[],
        ${c[5]}::bigint[], ${c[6]}::bigint[], ${c[7]}::text[], ${c[8]}::bigint[], ${c[9]}::bigint[],
        ${c[10]}::bigint[], ${c[11]}::bigint[], ${c[12]}::smallint[], ${c[13]}::bigint[], ${c[14]}::bigint[],
        ${c[15]}::text[], ${c[16]}::smallint[], ${budgetDays(events)}::text::date[]
      ) AS t(day, event_key, kind, at_ms, hour, outlet_id, placement_id, division_code, advertiser_id,
        campaign_id, line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash, ivt, budget_day)
    ),
    fresh AS (
      INSERT INTO event (day, event_key, kind, at_ms, hour, outlet_id, placement_id, division_code,
        advertiser_id, campaign_id, line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash, ivt)
      SELECT day, event_key, kind, at_ms, hour, outlet_id, placement_id, division_code,
        advertiser_id, campaign_id, line_item_id, creative_id, device, price_micro_cny, lease_id, user_hash, ivt
      FROM incoming
      ON CONFLICT (day, event_key) DO NOTHING
      RETURNING day, event_key, kind, hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
        line_item_id, creative_id, device, price_micro_cny, lease_id, ivt
    ),
    rolled AS (
      INSERT INTO rollup_hour AS r (hour, outlet_id, placement_id, division_code, advertiser_id, campaign_id,
        line_item_id, creative_id, device, impressions, viewables, clicks, conversions, invalid, spend_micro_cny)
      SELECT hour, min(outlet_id), placement_id, division_code, min(advertiser_id), min(campaign_id),
        line_item_id, creative_id, device,
        count(*) FILTER (WHERE kind = 1 AND ivt = 0), count(*) FILTER (WHERE kind = 2 AND ivt = 0),
        count(*) FILTER (WHERE kind = 3 AND ivt = 0), count(*) FILTER (WHERE kind = 4 AND ivt = 0),
        count(*) FILTER (WHERE ivt <> 0), sum(price_micro_cny)
      FROM fresh
      WHERE kind <= 4
      GROUP BY hour, line_item_id, placement_id, division_code, creative_id, device
      -- One order for every consumer, so that two batches never wait for each other in a ring.
      ORDER BY hour, line_item_id, placement_id, division_code, creative_id, device
      ON CONFLICT (hour, line_item_id, placement_id, division_code, creative_id, device) DO UPDATE SET
        impressions = r.impressions + excluded.impressions,
        viewables = r.viewables + excluded.viewables,
        clicks = r.clicks + excluded.clicks,
        conversions = r.conversions + excluded.conversions,
        invalid = r.invalid + excluded.invalid,
        spend_micro_cny = r.spend_micro_cny + excluded.spend_micro_cny
    ),
    leased AS (
      INSERT INTO lease_spend AS l (day, line_item_id, lease_id, spend_micro_cny)
      SELECT i.budget_day, f.line_item_id, f.lease_id, sum(f.price_micro_cny)
      FROM fresh f JOIN incoming i USING (day, event_key)
      WHERE f.price_micro_cny > 0
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      ON CONFLICT (day, line_item_id, lease_id) DO UPDATE SET
        spend_micro_cny = l.spend_micro_cny + excluded.spend_micro_cny
    )
    SELECT count(*) AS fresh FROM fresh`);
  return Number(rows[0]?.fresh ?? 0);
}

/** Creates the daily partitions of the days named, where they are missing. */
export async function ensurePartitions(db: Db, days: Iterable<string>): Promise<void> {
  for (const day of days) await db.execute(sql`SELECT event_partition(${day}::date)`);
}
