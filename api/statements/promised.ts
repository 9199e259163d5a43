/** Guaranteed impressions as a statement tells of them: what was promised on the outlet's placements, shown, and missing. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { DocumentGuarantee } from './document.ts';
import { daysOfMonth } from './drafts.ts';

/** Lines that ended in the month, by outlet, in the order of their ids. */
export async function guaranteesOf(
  db: Db,
  outletIds: readonly number[],
  month: string,
): Promise<Map<number, DocumentGuarantee[]>> {
  const { from, to } = daysOfMonth(month);
  const rows = await db.execute<{ outlet_id: string; line: DocumentGuarantee }>(sql`
    SELECT l.outlet_id, json_build_object('bookingLineId', l.id, 'orderId', l.order_id, 'placementId', l.placement_id,
           'startsOn', l.starts_on, 'endsOn', l.ends_on, 'promised', l.impressions, 'delivered', l.delivered,
           'short', l.impressions - l.delivered, 'makegoodOf', l.makegood_of,
           'remedy', CASE WHEN l.status = 'short' THEN 'pending' ELSE l.remedy END) AS line
      FROM booking_line l
     WHERE l.impressions IS NOT NULL AND l.status IN ('accepted', 'short', 'fulfilled')
       AND l.ends_on BETWEEN ${from}::date AND ${to}::date
       AND EXISTS (SELECT FROM booking_order o WHERE o.id = l.order_id AND o.status IN ('booked', 'in_flight', 'completed'))
       AND l.outlet_id IN (SELECT json_array_elements_text(${JSON.stringify(outletIds)}::text::json)::bigint)
     ORDER BY l.id`);
  const lines = new Map<number, DocumentGuarantee[]>();
  for (const { outlet_id, line } of rows) {
    lines.set(Number(outlet_id), [...(lines.get(Number(outlet_id)) ?? []), line]);
  }
  return lines;
}

const REMEDY_ZH = { pending: '待补量或退款', made_good: '已补量', released: '已退款' } as const;

/** What became of it, for a person. */
export function fateOf({ delivered, short, remedy }: DocumentGuarantee): string {
  if (delivered === null) return '投放中';
  return remedy === null ? (short ? '缺量' : '足量') : REMEDY_ZH[remedy];
}
