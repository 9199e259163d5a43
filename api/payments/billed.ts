/** What a day's bill leaves in our book: the marks on the items that it lists, and the fees that it names. */
import { sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import { accounts, post } from '../ledger/ledger.ts';
import type { CashItem, CashItemKind } from './cash.ts';
import type { PayoutContext } from './payouts.ts';
import { reconcilePayouts } from './settle.ts';

const MARKS: Record<CashItemKind, { table: string; column: string }> = {
  topUp: { table: 'top_up', column: 'reconciled_on' },
  refund: { table: 'top_up_refund', column: 'reconciled_on' },
  payout: { table: 'payout_part', column: 'reconciled_on' },
  payoutReturn: { table: 'payout_part', column: 'return_reconciled_on' },
};

/**
 * Marks items as found in the bill of `day`, and on each top-up the fees that the bill names; a payout whose parts are all
 * found becomes `reconciled`.
 */
export async function markReconciled(
  ctx: PayoutContext,
  tx: Transaction,
  items: readonly Pick<CashItem, 'kind' | 'id'>[],
  day: Day,
  fees: readonly Fee[] = [],
): Promise<void> {
  for (const [kind, { table, column }] of Object.entries(MARKS)) {
    const ids = items.filter((item) => item.kind === kind).map((item) => item.id);
    if (kind === 'topUp') await markTopUps(tx, ids, day, fees);
    else if (ids.length > 0)
      await tx.execute(sql`
        UPDATE ${sql.identifier(table)} SET ${sql.identifier(column)} = ${day}::date
         WHERE id IN (SELECT json_array_elements_text(${JSON.stringify(ids)}::text::json)::bigint)`);
    if (kind === 'payout') await reconcilePayouts(ctx, tx, ids);
  }
}

/** Both in one statement: a bill's day is mostly top-ups and their fees, and each would write every row anew. */
async function markTopUps(
  tx: Transaction,
  ids: readonly number[],
  day: Day,
  fees: readonly Fee[],
): Promise<void> {
  if (ids.length === 0 && fees.length === 0) return;
  const rows = fees.map((fee) => ({ no: fee.outNo, fen: fee.amountFen.toString() }));
  await tx.execute(sql`
    WITH found AS (SELECT json_array_elements_text(${JSON.stringify(ids)}::text::json)::bigint AS id),
    fee AS (SELECT t.id, sum(x.fen) AS fen
              FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS x(no text, fen bigint)
              JOIN top_up t ON t.out_trade_no = x.no GROUP BY t.id)
    UPDATE top_up t
       SET reconciled_on = CASE WHEN f.id IS NULL THEN t.reconciled_on ELSE ${day}::date END,
           fee_fen = t.fee_fen + coalesce(e.fen, 0)
      FROM found f FULL JOIN fee e ON e.id = f.id
     WHERE t.id = coalesce(f.id, e.id)`);
}

export interface Fee {
  /** Id of the bill's line, and our number on it. */
  lineId: number;
  outNo: string;
  amountFen: bigint;
}

/**
 * Books the service fees of a day's bill in one journal, D alipay_fee / C alipay_cash. One a line would be half of all
 * journals; the lines' matches tell which fee was whose.
 */
export async function postFees(tx: Transaction, day: Day, fees: readonly Fee[]): Promise<void> {
  const [first] = fees;
  if (!first) return;
  const amountMicroCny = fees.reduce((sum, fee) => sum + fee.amountFen, 0n) * MICRO_CNY_PER_FEN;
  await post(tx, [
    {
      // A line is booked in the transaction that matches it, so its id names the journal for ever.
      key: `bill:${day}:fees:${first.lineId}`,
      kind: 'topup.fee',
      day,
      subject: `bill:${day}`,
      entries: [
        { account: accounts.alipayFee, amountMicroCny },
        { account: accounts.alipayCash, amountMicroCny: -amountMicroCny },
      ],
    },
  ]);
}
