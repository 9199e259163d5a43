/** What is promised already of a day's traffic: guaranteed line items and booked days. Owns that list; forecasts take it off. */
import { sql } from 'drizzle-orm';
import type { Promised } from '../../bidding/engine/forecast.ts';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import type { Format } from '../../db/terms/market.ts';
import { MICRO_CNY_PER_CPM_FEN } from '../../db/terms/money.ts';
import type { Target } from '../../db/terms/target.ts';

/** Promises on a day. `exceptLineItemId`: who asks about itself is not in its own way. */
export async function promisedOn(db: Db, day: Day, exceptLineItemId?: number): Promise<Promised[]> {
  const [items, days] = await Promise.all([
    guaranteedItems(db, day, exceptLineItemId ?? 0),
    bookedPlacements(db, day),
  ]);
  return [...items, ...days];
}

async function guaranteedItems(db: Db, day: Day, exceptId: number): Promise<Promised[]> {
  const rows = await db.execute<Record<string, string> & { target: Target }>(sql`
    SELECT DISTINCT ON (li.id) li.target, c.format, c.w, c.h,
      li.daily_budget_micro_cny / (li.bid_fen * ${MICRO_CNY_PER_CPM_FEN}::bigint) AS impressions
    FROM line_item li
    JOIN campaign p ON p.id = li.campaign_id
    LEFT JOIN line_item_creative lc ON lc.line_item_id = li.id
    LEFT JOIN creative c ON c.id = lc.creative_id
    WHERE li.priority = 'guaranteed' AND li.status = 'active' AND p.status = 'active' AND li.bid_fen > 0
      AND ${day}::date BETWEEN greatest(li.starts_on, p.starts_on) AND least(li.ends_on, p.ends_on)
      AND li.id <> ${exceptId}
    ORDER BY li.id, c.id`);
  return rows.map((row) => ({
    target: row.target,
    impressionsADay: Number(row.impressions),
    shape: row.format
      ? {
          format: row.format as Format,
          w: row.w === null ? null : Number(row.w),
          h: row.h === null ? null : Number(row.h),
        }
      : undefined,
  }));
}

/** A booked day owns its share of the placement's voice outright. */
async function bookedPlacements(db: Db, day: Day): Promise<Promised[]> {
  const rows = await db.execute<{ id: string; share: string }>(sql`
    SELECT p.id, least(1, count(*)::float8 / greatest(p.daily_slots, 1)) AS share
    FROM booking_slot s JOIN placement p ON p.id = s.placement_id
    WHERE s.day = ${day}::date GROUP BY p.id`);
  return rows.map(({ id, share }) => ({
    target: { attribute: 'placement', in: [Number(id)] },
    shareOfVoice: Number(share),
  }));
}
