/**
 * Runs the comparison of a day in one transaction: stores matches, marks items, books the fees, opens and closes cases.
 * Running it again finds only what is new: what has been matched stays matched, a case is not opened twice.
 */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { bill, reconciliationCase } from '../../db/schema/reconciliation.ts';
import { addDays, type Day, dayEndMs, dayStartMs } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import {
  cashItemsBetween,
  cashItemsNamed,
  markReconciled,
  type PayoutContext,
  postFees,
} from '../payments/payments.ts';
import { billOf } from './bills.ts';
import { type Case, closeCase, lockCases, MACHINE, openCases } from './cases.ts';
import { movedSince } from './evidence.ts';
import { type Comparison, compare, type Difference, type Match, type StoredLine } from './match.ts';

export interface MatchRun {
  lines: number;
  matched: number;
  fees: number;
  cases: number;
}

/** Compares a day's stored bill with our book. @throws Failure `not_found` (no bill of that day). */
export async function matchBill(ctx: PayoutContext, day: Day): Promise<MatchRun> {
  await closeAgreed(ctx);
  return ctx.db.transaction(async (tx) => {
    await lockCases(tx);
    const stored = await billOf(tx, day);
    if (!stored)
      throw new Failure('not_found', {
        zh: `没有 ${day} 的账单`,
        en: `there is no bill of ${day}`,
      });
    await tx.execute(sql`SELECT 1 FROM bill WHERE id = ${stored.id} FOR UPDATE`);
    const lines = await openLines(tx, stored.id);
    const from = dayStartMs(addDays(day, -1));
    const items = await cashItemsBetween(tx, from, dayEndMs(addDays(day, 1)));
    const known = await cashItemsNamed(tx, [...new Set(lines.map((line) => line.outNo))]);
    const found = compare(day, lines, items, known);
    await keepMatches(ctx, tx, day, found.matches, found.fees);
    // After the top-ups' rows, as whoever credits one: top-up first, then the ledger's cash.
    await keepFees(tx, day, found.fees, known);
    const cases = await keepCases(ctx, tx, day, found);
    await tx
      .update(bill)
      .set({ status: 'matched', matchedAt: new Date(ctx.clock()) })
      .where(eq(bill.id, stored.id));
    const matched = found.matches.reduce((sum, match) => sum + match.lines.length, 0);
    return { lines: lines.length, matched, fees: found.fees.length, cases };
  });
}

/** Lines of a bill that are neither matched nor in a case. */
async function openLines(tx: Transaction, billId: number): Promise<StoredLine[]> {
  const rows = (await tx.execute(sql`
    SELECT l.id, l.line_no, l.serial, l.out_no, l.kind, l.amount_fen
      FROM bill_line l
     WHERE l.bill_id = ${billId}::bigint
       AND NOT EXISTS (SELECT 1 FROM bill_match m WHERE m.bill_line_id = l.id)
       AND l.id NOT IN (SELECT unnest(c.bill_line_ids) FROM reconciliation_case c)
     ORDER BY l.line_no`)) as unknown as Record<string, string>[];
  return rows.map((row) => ({
    id: Number(row.id),
    lineNo: Number(row.line_no),
    serial: row.serial ?? '',
    outNo: row.out_no ?? '',
    kind: row.kind ?? '',
    amountFen: BigInt(row.amount_fen ?? 0),
  }));
}

/** Stores pairs and marks their items; set-wise, whatever the number. */
export async function keepMatches(
  ctx: PayoutContext,
  tx: Transaction,
  day: Day,
  matches: readonly { lines: readonly { id: number }[]; items: Match['items'] }[],
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
  const numbers = [...new Set(matches.map((match) => match.items[0]?.outNo))];
  await closeAwaiting(
    ctx,
    tx,
    numbers.filter((outNo) => outNo !== undefined),
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

async function closeAwaiting(
  ctx: PayoutContext,
  tx: Transaction,
  outNos: readonly string[],
): Promise<void> {
  if (outNos.length === 0) return;
  const matched = new Set(outNos);
  const open = (await waitingCases(tx)).filter((row) => matched.has(row.outNo));
  for (const row of open) {
    // What looked missing was of the neighbouring day: that is what it is called from now on.
    await tx
      .update(reconciliationCase)
      .set({ kinds: ['cross_period'] })
      .where(eq(reconciliationCase.id, row.id));
    await closeCase(ctx, tx, row, { resolution: 'matched', by: MACHINE });
  }
}

/** Cases of earlier runs whose items have moved since: a notify or a query came after the bill. */
async function closeAgreed(ctx: PayoutContext): Promise<void> {
  const open = await ctx.db
    .select({ id: reconciliationCase.id })
    .from(reconciliationCase)
    .where(and(unsettled, asked));
  for (const { id } of open) await closeIfAgreed(ctx, id, MACHINE);
}

/** Closes a case as `supplemented` when our book now says of its items what its lines say; true when it does. */
export function closeIfAgreed(ctx: PayoutContext, caseId: number, by: string): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    await lockCases(tx);
    // Whoever suspended or closed it while Alipay was being asked has been heard.
    const [row] = await tx
      .select()
      .from(reconciliationCase)
      .where(and(eq(reconciliationCase.id, caseId), unsettled, asked));
    const items = row ? await movedSince(tx, row) : [];
    const movedFen = items.reduce((sum, item) => sum + item.amountFen, 0n);
    if (!row || items.length !== row.items.length || movedFen !== row.differenceFen) return false;
    const lines = row.billLineIds.map((id) => ({ id }));
    await keepMatches(ctx, tx, row.day, [{ lines, items }]);
    await closeCase(ctx, tx, row, { resolution: 'supplemented', by });
    return true;
  });
}

const unsettled = ne(reconciliationCase.status, 'closed');
const asked = and(
  eq(reconciliationCase.remedy, 'ask_alipay'),
  sql`cardinality(${reconciliationCase.billLineIds}) > 0`,
);

const feeOf = (line: StoredLine) => ({
  lineId: line.id,
  outNo: line.outNo,
  amountFen: -line.amountFen,
});

async function keepFees(
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

async function keepCases(
  ctx: PayoutContext,
  tx: Transaction,
  day: Day,
  found: Comparison,
): Promise<number> {
  const waiting = new Map((await waitingCases(tx)).map((row) => [row.outNo, row]));
  const fresh: Difference[] = [];
  for (const difference of found.differences) {
    const existing = waiting.get(difference.outNo);
    if (existing && difference.lines.length === 0) await escalate(tx, existing, difference);
    else fresh.push((await isCaseRefund(tx, day, difference)) ? settledBy(difference) : difference);
    // Its line came, though not as expected: what is left of the difference is the new case's.
    if (existing && difference.lines.length > 0) await closeAwaiting(ctx, tx, [existing.outNo]);
  }
  await openCases(ctx, tx, day, fresh);
  return fresh.length;
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

/** Open cases of items that no bill has listed yet. */
const waitingCases = (tx: Transaction): Promise<Case[]> =>
  tx
    .select()
    .from(reconciliationCase)
    .where(
      and(
        ne(reconciliationCase.status, 'closed'),
        sql`cardinality(${reconciliationCase.billLineIds}) = 0`,
      ),
    );

/** A line that was awaited and did not come turns its case from 跨期 into what it is. */
async function escalate(tx: Transaction, existing: Case, difference: Difference): Promise<void> {
  await tx
    .update(reconciliationCase)
    .set({ kinds: difference.kinds, remedy: difference.remedy, version: existing.version + 1 })
    .where(eq(reconciliationCase.id, existing.id));
}
