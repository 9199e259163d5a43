/** Reads of charges: what is still due, what made up an outlet's day. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { ChargeReason } from '../../db/schema/billing.ts';
import { type Day, dayEndMs, dayStartMs, type HourNumber, hourOf } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';

/**
 * Hours of [since, until) in which some bucket's rollup and charges differ, oldest first; by default a week back. With
 * `chargeable`, only where a contract covers the bucket: what waits for a contract must not keep the rest waiting. With `lineItemId`,
 * only its buckets.
 */
export async function hoursDue(
  db: Db,
  until: HourNumber,
  since: HourNumber = until - 24 * 7,
  options: { chargeable?: boolean; lineItemId?: number } = {},
): Promise<HourNumber[]> {
  const { lineItemId } = options;
  const mine = lineItemId === undefined ? sql`` : sql`AND line_item_id = ${lineItemId}`;
  const covered = options.chargeable
    ? sql`AND EXISTS (
        SELECT 1 FROM placement p JOIN contract_version v ON v.status = 'active'
           AND (v.scope IN ('placement:' || p.id, 'property:' || p.property_id, 'outlet:' || p.outlet_id)
             OR v.scope IN (SELECT 'deal:' || d.code || ':' || p.outlet_id FROM deal_hour h JOIN deal d ON d.id = h.deal_id
                  WHERE h.hour = r.hour AND h.line_item_id = r.line_item_id AND h.placement_id = r.placement_id))
         WHERE p.id = r.placement_id AND daterange(v.effective_from, v.effective_to)
               @> (to_timestamp(r.hour * 3600::bigint) AT TIME ZONE 'Asia/Shanghai')::date)`
    : sql``;
  // Added up, not joined: a join of two sums is planned for one row each and looped for half a minute.
  const rows = (await db.execute(sql`
    SELECT DISTINCT r.hour FROM (
      SELECT hour, line_item_id, placement_id FROM (
        SELECT hour, line_item_id, placement_id, spend_micro_cny AS owed, true AS metered FROM rollup_hour
         WHERE hour >= ${since} AND hour < ${until} ${mine}
        UNION ALL
        SELECT hour, line_item_id, placement_id, -amount_micro_cny, false FROM charge
         WHERE hour >= ${since} AND hour < ${until} ${mine}) b
       GROUP BY 1, 2, 3 HAVING sum(owed) <> 0 AND bool_or(metered)) r
    WHERE true ${covered} ORDER BY r.hour`)) as unknown as {
    hour: number;
  }[];
  return rows.map((row) => row.hour);
}

export interface ChargeView {
  chargeId: number;
  hour: HourNumber;
  day: Day;
  advertiserId: number;
  /** Null, both, of a booked day. */
  campaignId: number | null;
  lineItemId: number | null;
  /** Null of a line item's charge. */
  bookingLineId: number | null;
  outletId: number;
  placementId: number;
  revision: number;
  reason: ChargeReason;
  quantity: number;
  /** What the advertiser was charged in all. */
  amountMicroCny: MicroCny;
  /** What of it the asked-for outlet earned; the whole where none was asked for. */
  shareMicroCny: MicroCny;
  contractVersionId: number;
  journalKey: string;
}

const idOf = (value: string | number | null | undefined) => (value == null ? null : Number(value));

/** Charges in which an outlet has a share, or those of an advertiser, over days (inclusive), by id. */
export async function chargesOf(
  db: Db,
  filter: {
    outletId?: number | undefined;
    advertiserId?: number | undefined;
    from: Day;
    to: Day;
    placementId?: number | undefined;
    lineItemId?: number | undefined;
    contractVersionId?: number | undefined;
    limit: number;
    cursor?: number | undefined;
  },
): Promise<{ items: ChargeView[]; nextCursor: number | null }> {
  const share = filter.outletId === undefined ? sql`c.amount_micro_cny` : sql`s.amount_micro_cny`;
  const rows = (await db.execute(sql`
    SELECT c.id, c.hour, c.day::text AS day, c.advertiser_id, c.campaign_id, c.line_item_id, c.booking_line_id,
           c.outlet_id, c.placement_id, c.revision, c.reason, c.quantity, c.amount_micro_cny AS amount, ${share} AS share,
           c.contract_version_id, c.journal_key
      FROM charge c
      ${filter.outletId === undefined ? sql`` : sql`JOIN charge_share s ON s.charge_id = c.id AND s.outlet_id = ${filter.outletId}`}
     WHERE c.day BETWEEN ${filter.from}::date AND ${filter.to}::date
       AND c.id > ${(filter.cursor ?? 0).toString()}::bigint
       ${filter.advertiserId === undefined ? sql`` : sql`AND c.advertiser_id = ${filter.advertiserId}`}
       ${filter.placementId === undefined ? sql`` : sql`AND c.placement_id = ${filter.placementId}`}
       ${filter.contractVersionId === undefined ? sql`` : sql`AND c.contract_version_id = ${filter.contractVersionId}`}
       ${filter.lineItemId === undefined ? sql`` : sql`AND c.line_item_id = ${filter.lineItemId}`}
     ORDER BY c.id LIMIT ${filter.limit + 1}`)) as unknown as Record<
    string,
    string | number | null
  >[];
  const items = rows.slice(0, filter.limit).map((row) => ({
    chargeId: Number(row.id),
    hour: Number(row.hour),
    day: String(row.day),
    advertiserId: Number(row.advertiser_id),
    campaignId: idOf(row.campaign_id),
    lineItemId: idOf(row.line_item_id),
    bookingLineId: idOf(row.booking_line_id),
    outletId: Number(row.outlet_id),
    placementId: Number(row.placement_id),
    revision: Number(row.revision),
    reason: row.reason as ChargeReason,
    quantity: Number(row.quantity),
    amountMicroCny: BigInt(row.amount as string),
    shareMicroCny: BigInt(row.share as string),
    contractVersionId: Number(row.contract_version_id),
    journalKey: String(row.journal_key),
  }));
  return {
    items,
    nextCursor: rows.length > filter.limit ? (items.at(-1)?.chargeId ?? null) : null,
  };
}

export interface IncomeLine {
  outletId: number;
  day: Day;
  placementId: number;
  contractVersionId: number;
  quantity: number;
  grossMicroCny: MicroCny;
  shareMicroCny: MicroCny;
  charges: number;
}

/** What outlets earned over days (inclusive): a line for each outlet, day, placement and contract version. */
export async function outletIncome(
  db: Db,
  filter: { outletIds?: readonly number[] | undefined; from: Day; to: Day },
): Promise<IncomeLine[]> {
  const mine = filter.outletIds
    ? sql`AND s.outlet_id IN (SELECT json_array_elements_text(${JSON.stringify(filter.outletIds)}::text::json)::bigint)`
    : sql`AND s.outlet_id IS NOT NULL`;
  const rows = (await db.execute(sql`
    SELECT s.outlet_id, s.day::text AS day, c.placement_id, c.contract_version_id, sum(c.quantity)::bigint AS quantity,
           sum(c.amount_micro_cny)::bigint AS gross, sum(s.amount_micro_cny)::bigint AS share, count(*) AS charges
      FROM charge_share s JOIN charge c ON c.id = s.charge_id
     WHERE s.day BETWEEN ${filter.from}::date AND ${filter.to}::date ${mine}
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`)) as unknown as Record<string, string>[];
  return rows.map((row) => ({
    outletId: Number(row.outlet_id),
    day: String(row.day),
    placementId: Number(row.placement_id),
    contractVersionId: Number(row.contract_version_id),
    quantity: Number(row.quantity),
    grossMicroCny: BigInt(row.gross as string),
    shareMicroCny: BigInt(row.share as string),
    charges: Number(row.charges),
  }));
}

export interface DayState {
  day: Day;
  /** Provisional until the whole day was looked at and what that removed is charged back. */
  state: 'provisional' | 'final';
  finalizedAt: string | null;
  /** Charged first, and what later revisions added or took back. */
  chargedMicroCny: MicroCny;
  lateMicroCny: MicroCny;
  invalidMicroCny: MicroCny;
  /** What looking at the whole day removed from its figures. */
  removedEvents: number;
}

/** Days (inclusive) on which anything was delivered or charged, with how final their figures are. By the day earned. */
export async function dayStates(db: Db, filter: { from: Day; to: Day }): Promise<DayState[]> {
  const rows = await db.execute<Record<string, string | null>>(sql`
    WITH days AS (
      SELECT day::date AS day, (extract(epoch FROM (day::timestamp AT TIME ZONE 'Asia/Shanghai')) / 3600)::int AS hour
        FROM generate_series(${filter.from}::date, ${filter.to}::date, interval '1 day') AS g(day))
    SELECT d.day::text AS day, f.finalized_at::text AS finalized, coalesce(f.removed_events, 0)::text AS removed,
           c.first::text AS first, c.late::text AS late, c.invalid::text AS invalid
      FROM days d
      LEFT JOIN metering_final f ON f.day = d.day
      LEFT JOIN LATERAL (
        SELECT coalesce(sum(amount_micro_cny) FILTER (WHERE reason IN ('delivery', 'booking')), 0)::bigint AS first,
               coalesce(sum(amount_micro_cny) FILTER (WHERE reason IN ('late_events', 'booking_change')), 0)::bigint AS late,
               coalesce(sum(amount_micro_cny) FILTER (WHERE reason = 'invalid_traffic'), 0)::bigint AS invalid,
               count(*) AS charges
          FROM charge WHERE hour >= d.hour AND hour < d.hour + 24) c ON true
     WHERE c.charges > 0 OR EXISTS (SELECT 1 FROM rollup_hour r WHERE r.hour >= d.hour AND r.hour < d.hour + 24)
     ORDER BY d.day`);
  return rows.map((row) => ({
    day: row.day ?? '',
    state: row.finalized === null ? 'provisional' : 'final',
    finalizedAt: row.finalized ?? null,
    chargedMicroCny: BigInt(row.first ?? 0),
    lateMicroCny: BigInt(row.late ?? 0),
    invalidMicroCny: BigInt(row.invalid ?? 0),
    removedEvents: Number(row.removed),
  }));
}

/** Days (inclusive) with events that were never looked at as a whole: their figures may still shrink. */
export async function provisionalDays(db: Db, from: Day, to: Day): Promise<Day[]> {
  const rows = await db.execute<{ day: string }>(sql`
    SELECT d.day::date::text AS day FROM generate_series(${from}::date, ${to}::date, interval '1 day') AS d(day)
     WHERE EXISTS (SELECT 1 FROM event e WHERE e.day = d.day::date)
       AND NOT EXISTS (SELECT 1 FROM metering_final f WHERE f.day = d.day::date) ORDER BY 1`);
  return rows.map((row) => row.day);
}

/** What was charged a day (by the day earned) to a line item, or earned by an outlet's shares: for who reports by day. */
export async function chargedByDay(
  db: Db,
  filter: { outletId?: number | undefined; lineItemId?: number | undefined; from: Day; to: Day },
): Promise<{ day: Day; quantity: number; amountMicroCny: MicroCny }[]> {
  const { outletId, lineItemId } = filter;
  const hours = sql`c.hour >= ${hourOf(dayStartMs(filter.from))} AND c.hour < ${hourOf(dayEndMs(filter.to))}`;
  const of =
    outletId === undefined
      ? sql`c.amount_micro_cny AS amount FROM charge c WHERE c.line_item_id = ${lineItemId ?? 0} AND ${hours}`
      : sql`s.amount_micro_cny AS amount FROM charge c JOIN charge_share s ON s.charge_id = c.id
             WHERE s.outlet_id = ${outletId} AND ${hours}`;
  const rows = await db.execute<{ day: string; quantity: string; amount: string }>(sql`
    SELECT (to_timestamp(hour * 3600::bigint) AT TIME ZONE 'Asia/Shanghai')::date::text AS day,
           sum(quantity)::bigint AS quantity, sum(amount)::bigint AS amount
      FROM (SELECT c.hour, c.quantity, ${of}) x GROUP BY 1 ORDER BY 1`);
  return rows.map((row) => ({
    day: row.day,
    quantity: Number(row.quantity),
    amountMicroCny: BigInt(row.amount),
  }));
}

/** What line items were charged for so far, in all; those with nothing are absent. */
export async function chargedFor(
  db: Db,
  lineItemIds: readonly number[],
): Promise<Map<number, { quantity: number; amountMicroCny: MicroCny }>> {
  if (lineItemIds.length === 0) return new Map();
  const rows = await db.execute<{ id: string; quantity: string; amount: string }>(sql`
    SELECT line_item_id AS id, sum(quantity)::bigint AS quantity, sum(amount_micro_cny)::bigint AS amount FROM charge
     WHERE line_item_id IN (SELECT json_array_elements_text(${JSON.stringify(lineItemIds)}::text::json)::bigint) GROUP BY 1`);
  return new Map(
    rows.map((row) => [
      Number(row.id),
      { quantity: Number(row.quantity), amountMicroCny: BigInt(row.amount) },
    ]),
  );
}
