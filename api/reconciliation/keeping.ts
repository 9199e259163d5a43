/**
 * What a comparison leaves: pairs of lines and items, the items' marks, the fees' journal, and a case for each difference.
 * Owns which waiting case a line has ended, and that none is opened twice.
 */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { reconciliationCase } from '../../db/schema/reconciliation.ts';
import type { Day } from '../../db/terms/day.ts';
import { markReconciled, type PayoutContext, postFees } from '../payments/payments.ts';
import { type Case, closeCase, MACHINE, openCases } from './cases.ts';
import type { Difference, Match, StoredLine } from './match.ts';

/** Stores pairs and marks their items; set-wise, whatever the number. */
export async function keepMatches(
  ctx: PayoutContext,
  tx: Transaction,
  day: Day,
  matches: readonly Match[],
  fees: readonly StoredLine[] = [],
): Promise<void> {
  if (matches.length === 0 && fees.length === 0) return;
  const pairs = matches.flatMap(({ lines, items }) =>
    lines.flatMap((line) => items.map((item) => ({ l: line.id, k: item.kind, i: item.id }))),
  );
  await insertPairs(tx, day, pairs);
  await markReconciled(
    ctx,
    tx,
    matches.flatMap((match) => match.items),
    day,
    fees.map(feeOf),
  );
  // A case of an item that has now been found is explained: yesterday's bill lacked it, today's has it.
  await closeAwaiting(
    ctx,
    tx,
    matches.flatMap((match) => match.items),
  );
}

interface Pair {
  l: number;
  k: string;
  i: number | undefined;
}

async function insertPairs(tx: Transaction, day: Day, pairs: readonly Pair[]): Promise<void> {
  await tx.execute(sql`
    INSERT INTO bill_match (bill_line_id, item_kind, item_id, day)
    SELECT l, k, i, ${day}::date
      FROM json_to_recordset(${JSON.stringify(pairs)}::text::json) AS x(l bigint, k text, i bigint)
    ON CONFLICT DO NOTHING`);
}

/** Closes what waited for these items; another item of the same number waits on. */
async function closeAwaiting(
  ctx: PayoutContext,
  tx: Transaction,
  found: Match['items'],
): Promise<void> {
  if (found.length === 0) return;
  const waiting = await waitingCases(tx);
  for (const row of found.flatMap((item) => waiting.get(nameOf(item)) ?? [])) {
    // What looked missing was of the neighbouring day: that is what it is called from now on.
    await tx
      .update(reconciliationCase)
      .set({ kinds: ['cross_period'] })
      .where(eq(reconciliationCase.id, row.id));
    await closeCase(ctx, tx, row, { resolution: 'matched', by: MACHINE });
  }
}

const feeOf = (line: StoredLine) => ({
  lineId: line.id,
  outNo: line.outNo,
  amountFen: -line.amountFen,
});

/** Books the fees that a bill names. */
export async function keepFees(
  tx: Transaction,
  day: Day,
  fees: readonly StoredLine[],
  known: readonly { kind: string; outNo: string; id: number }[],
): Promise<void> {
  await postFees(tx, day, fees.map(feeOf));
  const ids = new Map(known.filter((i) => i.kind === 'topUp').map((i) => [i.outNo, i.id]));
  await insertPairs(
    tx,
    day,
    fees.map((line) => ({ l: line.id, k: 'fee', i: ids.get(line.outNo) })),
  );
}

/** Opens a case for each difference that none waits for yet; `partOf`: the case that they are left of. */
export async function keepCases(
  ctx: PayoutContext,
  tx: Transaction,
  day: Day,
  differences: readonly Difference[],
  partOf?: Case,
): Promise<Case[]> {
  const waiting = await waitingCases(tx);
  const fresh: Difference[] = [];
  for (const difference of differences) {
    if (difference.lines.length > 0) {
      fresh.push((await isCaseRefund(tx, day, difference)) ? settledBy(difference) : difference);
      // Its line came, though not as expected: what is left of the difference is the new case's.
      await closeAwaiting(ctx, tx, difference.items);
      continue;
    }
    const existing = difference.items.flatMap((item) => waiting.get(nameOf(item)) ?? [])[0];
    if (existing) await escalate(tx, existing, difference);
    else fresh.push(difference);
  }
  return openCases(ctx, tx, day, fresh, partOf);
}

const settledBy = (difference: Difference): Difference => ({
  ...difference,
  remedy: 'none',
  explained: true,
});

/** The bill's line of a refund that closed a case: it is noted there, and is no difference. */
async function isCaseRefund(tx: Transaction, day: Day, difference: Difference): Promise<boolean> {
  if (difference.lines.length === 0 || difference.items.some((item) => !item.reconciledOn))
    return false;
  const rows = await tx.execute(sql`
    UPDATE reconciliation_case SET evidence = evidence || ${JSON.stringify({ billed: day })}::text::jsonb
     WHERE id = (SELECT id FROM reconciliation_case
                  WHERE status = 'closed' AND evidence ->> 'kind' = 'refund' AND NOT evidence ? 'billed'
                    AND out_no = ${difference.outNo} AND difference_fen = ${(-difference.differenceFen).toString()}::bigint
                  ORDER BY id LIMIT 1)
    RETURNING id`);
  return rows.length > 0;
}

const nameOf = (item: { kind: string; id: number }): string => `${item.kind}:${item.id}`;

/** Unsettled cases that wait for a bill to list an item, by the item's name: each is about one. */
async function waitingCases(tx: Transaction): Promise<Map<string, Case>> {
  const rows = await tx
    .select()
    .from(reconciliationCase)
    .where(
      and(
        ne(reconciliationCase.status, 'closed'),
        sql`cardinality(${reconciliationCase.billLineIds}) = 0`,
      ),
    );
  return new Map(rows.flatMap((row) => row.items.map((item) => [nameOf(item), row])));
}

/** A line that was awaited and did not come turns its case from 跨期 into what it is. */
async function escalate(tx: Transaction, existing: Case, difference: Difference): Promise<void> {
  await tx
    .update(reconciliationCase)
    .set({ kinds: difference.kinds, remedy: difference.remedy, version: existing.version + 1 })
    .where(eq(reconciliationCase.id, existing.id));
}
