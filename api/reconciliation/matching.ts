/**
 * Runs the comparison of a day's bill in one transaction. Running it again finds only what is new: what has been matched
 * stays matched, a case is not opened twice.
 */
import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { bill } from '../../db/schema/reconciliation.ts';
import { addDays, type Day, dayEndMs, dayStartMs } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { cashItemsBetween, cashItemsNamed, type PayoutContext } from '../payments/payments.ts';
import { billOf } from './bills.ts';
import { lockCases } from './cases.ts';
import { keepCases, keepFees, keepMatches } from './keeping.ts';
import { compare, type StoredLine } from './match.ts';
import { compareCases } from './restating.ts';

export interface MatchRun {
  lines: number;
  matched: number;
  fees: number;
  cases: number;
}

/** Compares a day's stored bill with our book. @throws Failure `not_found` (no bill of that day). */
export async function matchBill(ctx: PayoutContext, day: Day): Promise<MatchRun> {
  await compareCases(ctx);
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
    const cases = await keepCases(ctx, tx, day, found.differences);
    await tx
      .update(bill)
      .set({ status: 'matched', matchedAt: new Date(ctx.clock()) })
      .where(eq(bill.id, stored.id));
    const matched = found.matches.reduce((sum, match) => sum + match.lines.length, 0);
    return { lines: lines.length, matched, fees: found.fees.length, cases: cases.length };
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
