/** Drafts: what an outlet's statement of a month would say now. Set-wise; refreshed as often as you like. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { addDays, type Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { lockPeriod } from '../ledger/ledger.ts';

export interface MonthDays {
  from: Day;
  /** Inclusive. */
  to: Day;
  next: Day;
}

/** @param month `YYYY-MM`. @throws Failure `invalid_input`. */
export function daysOfMonth(month: string): MonthDays {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new Failure('invalid_input', {
      pointer: '/month',
      zh: '月份应为 YYYY-MM',
      en: 'a month is YYYY-MM',
    });
  }
  const from = `${month}-01`;
  const next = `${addDays(from, 31).slice(0, 7)}-01`;
  return { from, to: addDays(next, -1), next };
}

/** One writer of a month's statements at a time, and none once it is closed. @throws Failure `period_closed`. */
export async function lockMonth(tx: Db, month: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('statements'), hashtext(${month}))`);
  await lockPeriod(tx, month);
}

/** Outlets with anything in the month get a draft where they have no living statement. Returns how many are new. */
export async function openDrafts(tx: Db, month: string, outletId?: number): Promise<number> {
  const { from, to } = daysOfMonth(month);
  const only = outletId === undefined ? sql`` : sql`AND o.outlet_id = ${outletId}`;
  const rows = await tx.execute(sql`
    INSERT INTO statement (outlet_id, month, revision)
    SELECT o.outlet_id, ${month}, coalesce((SELECT max(p.revision) + 1 FROM statement p
             WHERE p.outlet_id = o.outlet_id AND p.month = ${month}), 0)
      FROM (SELECT outlet_id FROM charge_share
             WHERE day BETWEEN ${from}::date AND ${to}::date AND outlet_id IS NOT NULL GROUP BY outlet_id
            UNION
            SELECT outlet_id FROM statement_adjustment WHERE month = ${month} AND journal_key IS NOT NULL) o
     WHERE NOT EXISTS (SELECT 1 FROM statement s
             WHERE s.outlet_id = o.outlet_id AND s.month = ${month} AND s.status <> 'superseded') ${only}
     ORDER BY o.outlet_id
    ON CONFLICT DO NOTHING RETURNING id`);
  return rows.length;
}

/** Writes the lines and totals of the month's drafts anew. Returns how many drafts there are. */
export async function refreshDrafts(tx: Db, month: string, outletId?: number): Promise<number> {
  const { from, to } = daysOfMonth(month);
  const drafts = sql`(SELECT d.id FROM statement d WHERE d.month = ${month} AND d.status = 'draft'
    ${outletId === undefined ? sql`` : sql`AND d.outlet_id = ${outletId}`})`;
  await tx.execute(sql`SELECT id FROM statement WHERE id IN ${drafts} ORDER BY id FOR UPDATE`);
  await tx.execute(sql`DELETE FROM statement_line WHERE statement_id IN ${drafts}`);
  await tx.execute(sql`
    INSERT INTO statement_line (statement_id, ordinal, day, placement_id, contract_version_id, quantity,
                                gross_micro_cny, share_micro_cny, charges, charges_hash)
    SELECT d.id, row_number() OVER (PARTITION BY d.id ORDER BY s.day, c.placement_id, c.contract_version_id),
           s.day, c.placement_id, c.contract_version_id, sum(c.quantity), sum(c.amount_micro_cny),
           sum(s.amount_micro_cny), count(*),
           encode(sha256(convert_to(string_agg(c.id || ':' || s.amount_micro_cny, ',' ORDER BY c.id), 'UTF8')), 'hex')
      FROM statement d
      JOIN charge_share s ON s.outlet_id = d.outlet_id AND s.day BETWEEN ${from}::date AND ${to}::date
      JOIN charge c ON c.id = s.charge_id
     WHERE d.id IN ${drafts}
     GROUP BY d.id, s.day, c.placement_id, c.contract_version_id`);
  const rows = await tx.execute(sql`
    UPDATE statement t SET quantity = n.quantity, gross_micro_cny = n.gross, share_micro_cny = n.share,
           adjustment_micro_cny = n.adjustment, total_micro_cny = n.share + n.adjustment, updated_at = now()
      FROM (SELECT d.id, coalesce(sum(l.quantity), 0) AS quantity, coalesce(sum(l.gross_micro_cny), 0) AS gross,
                   coalesce(sum(l.share_micro_cny), 0) AS share,
                   coalesce((SELECT sum(a.amount_micro_cny) FROM statement_adjustment a
                      WHERE a.outlet_id = d.outlet_id AND a.month = d.month AND a.journal_key IS NOT NULL), 0) AS adjustment
              FROM statement d LEFT JOIN statement_line l ON l.statement_id = d.id
             WHERE d.id IN ${drafts} GROUP BY d.id) n
     WHERE t.id = n.id RETURNING t.id`);
  return rows.length;
}
