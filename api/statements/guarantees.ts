/**
 * Minimum guarantees: where a contract promises its outlet a monthly minimum and the shares earned under it fall short,
 * the platform adds the difference, once, as an adjustment of that month.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Clock, type Day, dayOf } from '../../db/terms/day.ts';
import { minimumDue } from '../contracts/contracts.ts';
import { accounts, post } from '../ledger/ledger.ts';
import { daysOfMonth } from './drafts.ts';

interface ShortfallRow {
  version_id: string;
  outlet_id: string;
  monthly: string;
  from: Day;
  until: Day | null;
  earned: string;
}

export async function addMinimumGuarantees(
  tx: Db,
  clock: Clock,
  input: { month: string; by: string; outletId?: number },
): Promise<number> {
  const { from, to, next } = daysOfMonth(input.month);
  const rows = (await tx.execute(sql`
    SELECT v.id AS version_id, c.outlet_id,
           v.minimum_monthly_micro_cny AS monthly, v.effective_from::text AS "from", v.effective_to::text AS until,
           coalesce((SELECT sum(s.amount_micro_cny) FROM charge_share s JOIN charge h ON h.id = s.charge_id
              WHERE s.outlet_id = c.outlet_id AND h.contract_version_id = v.id
                AND s.day BETWEEN ${from}::date AND ${to}::date), 0)::bigint AS earned
      FROM contract_version v JOIN contract c ON c.id = v.contract_id
     WHERE v.status = 'active' AND v.minimum_monthly_micro_cny > 0
       AND v.effective_from < ${next}::date AND coalesce(v.effective_to, 'infinity') > ${from}::date
       ${input.outletId === undefined ? sql`` : sql`AND c.outlet_id = ${input.outletId}`}
       AND NOT EXISTS (SELECT 1 FROM statement_adjustment a WHERE a.key = 'minimum:' || v.id || ':' || ${input.month})
     ORDER BY v.id`)) as unknown as ShortfallRow[];
  const at = new Date(clock()).toISOString();
  let added = 0;
  for (const row of rows) {
    const missing = minimumDue(BigInt(row.monthly), { from, to }, row) - BigInt(row.earned);
    if (missing <= 0n) continue;
    const key = `minimum:${row.version_id}:${input.month}`;
    await post(tx, [
      {
        key,
        kind: 'minimum_guarantee',
        day: dayOf(clock()),
        memo: input.month,
        subject: `contractVersion:${row.version_id}`,
        entries: [
          { account: accounts.minimumGuarantee, amountMicroCny: missing },
          { account: accounts.payable(Number(row.outlet_id)), amountMicroCny: -missing },
        ],
      },
    ]);
    await tx.execute(sql`
      INSERT INTO statement_adjustment (outlet_id, month, amount_micro_cny, kind, reason, key, journal_key,
                                        created_by, created_at, approved_by, approved_at)
      VALUES (${row.outlet_id}::bigint, ${input.month}, ${missing.toString()}::bigint, 'minimum_guarantee',
              ${`合同保底差额（版本 ${row.version_id}）`}, ${key}, ${key}, 'house', ${at}::timestamptz,
              ${input.by}, ${at}::timestamptz)`);
    added++;
  }
  return added;
}
