/** Days bought outright, as nodes hear of them: which slots of a placement's day are a line item's. Owns that reading. */
import { sql } from 'drizzle-orm';
import type { BookedVoice } from '../../bidding/wire/snapshot.ts';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';

/** By line item, of orders that are firm, from `today` on. */
export async function bookedVoices(db: Db, today: Day): Promise<Map<number, BookedVoice>> {
  const rows = await db.execute<{ id: string; day: string; slots: number[]; daily: number }>(sql`
    SELECT l.line_item_id AS id, s.day::text AS day, array_agg(s.slot ORDER BY s.slot) AS slots,
      greatest(p.daily_slots, max(s.slot)) AS daily
    FROM booking_slot s
    JOIN booking_line l ON l.id = s.line_id
    JOIN booking_order o ON o.id = l.order_id
    JOIN placement p ON p.id = s.placement_id
    WHERE l.line_item_id IS NOT NULL AND s.day >= ${today}::date
      AND o.status IN ('booked', 'in_flight', 'completed')
    GROUP BY l.line_item_id, s.day, p.daily_slots`);
  const voices = new Map<number, BookedVoice>();
  for (const { id, day, slots, daily } of rows) {
    const voice = voices.get(Number(id)) ?? { slotsADay: 1, days: {} };
    voice.slotsADay = Math.max(voice.slotsADay, daily);
    voice.days[day] = slots;
    voices.set(Number(id), voice);
  }
  return voices;
}
