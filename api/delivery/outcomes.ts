/**
 * What came of impressions and clicks, in the order in which they happened: the lessons of the rate learner. Owns when an
 * outcome counts as decided, and the reading of events by slices of time.
 *
 * An impression is decided when its token is dead. A click is taken for one without a conversion after an hour; a conversion
 * that comes later is a lesson of its own (fake negatives, Ktena et al., RecSys 2019), so that the model need not wait for days.
 */
import { sql } from 'drizzle-orm';
import type { Advertised, Placed, Shown } from '../../bidding/engine/pctr.ts';
import { TOKEN_TTL_MS } from '../../bidding/wire/budget.ts';
import { EVENT_KIND } from '../../bidding/wire/event.ts';
import type { Db } from '../../db/client.ts';
import { addDays, dayOf, hourOfWeek } from '../../db/terms/day.ts';
import type { Category, Format } from '../../db/terms/market.ts';

export const CLICK_WAIT_MS = TOKEN_TTL_MS;
export const CONVERSION_WAIT_MS = 3_600_000;

export interface Lesson {
  item: Advertised;
  creative: Shown;
  place: Placed;
  outcome: boolean;
}

type Row = Record<string, string> & { device: number; outcome?: boolean };

const { impression, click, conversion } = EVENT_KIND;

/** Columns of an event and of what it showed; public-service advertising is nobody's bid and teaches nothing. */
const FACTS = sql`e.event_key, e.at_ms, e.outlet_id, e.placement_id, e.division_code, e.device,
  e.line_item_id, e.advertiser_id, e.creative_id, a.category, c.format`;
const JOINS = sql`JOIN line_item li ON li.id = e.line_item_id AND li.bid_fen > 0
  JOIN advertiser a ON a.id = e.advertiser_id JOIN creative c ON c.id = e.creative_id`;

/** Events of a kind in [from, to), whose partitions are those of their auctions: the day before at the earliest. */
const during = (kind: number, fromMs: number, toMs: number) => sql`
  e.day BETWEEN ${addDays(dayOf(fromMs), -1)}::date AND ${dayOf(toMs)}::date
  AND e.kind = ${kind} AND e.ivt = 0 AND e.at_ms >= ${fromMs} AND e.at_ms < ${toMs}`;

function lessonOf(row: Row, outcome: boolean): Lesson {
  return {
    item: {
      id: Number(row.line_item_id),
      advertiserId: Number(row.advertiser_id),
      category: row.category as Category,
    },
    creative: { id: Number(row.creative_id), format: row.format as Format },
    place: {
      divisionCode: row.division_code ?? '',
      hour: hourOfWeek(Number(row.at_ms)),
      outletId: Number(row.outlet_id),
      placementId: Number(row.placement_id),
      device: row.device,
    },
    outcome,
  };
}

/** Impressions in [from, to), each with whether it was clicked. `to` at most now less CLICK_WAIT_MS. */
export async function impressionLessons(db: Db, fromMs: number, toMs: number): Promise<Lesson[]> {
  const rows = await db.execute<Row>(sql`
    SELECT ${FACTS}, EXISTS (SELECT FROM event k WHERE k.day = e.day AND k.ivt = 0
      AND k.event_key = left(e.event_key, -1) || ${String(click)}::text) AS outcome
    FROM event e ${JOINS} WHERE ${during(impression, fromMs, toMs)}
    ORDER BY e.at_ms, e.event_key`);
  return rows.map((row) => lessonOf(row, row.outcome === true));
}

/** `auction:imp` of an event key. */
const subjectOf = (eventKey = ''): string => eventKey.slice(0, eventKey.lastIndexOf(':'));

/**
 * Clicks in [from, to), each with whether a conversion followed within the wait, and conversions in [from, to) that came later
 * than that. `to` at most now less CONVERSION_WAIT_MS.
 */
export async function clickLessons(db: Db, fromMs: number, toMs: number): Promise<Lesson[]> {
  const clicks = await db.execute<Row>(sql`
    SELECT ${FACTS} FROM event e ${JOINS} WHERE ${during(click, fromMs, toMs)}
    ORDER BY e.at_ms, e.event_key`);
  // In the partition of their auction, which may be a week back.
  const told = await db.execute<Row>(sql`
    SELECT ${FACTS}, k.at_ms AS clicked_at_ms FROM event e ${JOINS}
    JOIN event k ON k.day = e.day
      AND k.event_key = substring(e.event_key FROM '^.*:') || ${String(click)}::text
    WHERE e.day BETWEEN ${addDays(dayOf(fromMs), -8)}::date AND ${dayOf(toMs)}::date
      AND e.kind = ${conversion} AND e.ivt = 0
      AND e.at_ms >= ${fromMs} AND e.at_ms < ${toMs + CONVERSION_WAIT_MS}
    ORDER BY e.at_ms, e.event_key`);
  const isLate = (row: Row): boolean =>
    Number(row.at_ms) >= Number(row.clicked_at_ms) + CONVERSION_WAIT_MS;
  const converted = new Set(
    told.filter((row) => !isLate(row)).map((row) => subjectOf(row.event_key)),
  );
  const late = told.filter((row) => isLate(row) && Number(row.at_ms) < toMs);
  return [
    ...clicks.map((row) => lessonOf(row, converted.has(subjectOf(row.event_key)))),
    ...late.map((row) => lessonOf(row, true)),
  ];
}
