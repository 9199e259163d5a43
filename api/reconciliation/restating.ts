/**
 * Compares the lines of a case again, once our book has heard of what moved. Owns the end of a case that Alipay's answer
 * settles: closed as supplemented where all of it agrees, else restated: what agrees is matched, and each part that is left
 * becomes a case of its own, in suspense if the whole was, with its own evidence and its own two persons.
 */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { billLine, reconciliationCase } from '../../db/schema/reconciliation.ts';
import { itemsUnderWay, type PayoutContext } from '../payments/payments.ts';
import { type Case, closeCase, lockCases, MACHINE } from './cases.ts';
import { itemsOf } from './evidence.ts';
import { keepCases, keepMatches } from './keeping.ts';
import { compare, type StoredLine } from './match.ts';

const unsettled = and(
  ne(reconciliationCase.status, 'closed'),
  eq(reconciliationCase.remedy, 'ask_alipay'),
  sql`cardinality(${reconciliationCase.billLineIds}) > 0`,
);

/** Cases of earlier runs whose items may have moved since: a notify or a query came after the bill. */
export async function compareCases(ctx: PayoutContext): Promise<void> {
  const open = await ctx.db
    .select({ id: reconciliationCase.id })
    .from(reconciliationCase)
    .where(unsettled);
  for (const { id } of open) await compareCase(ctx, id, MACHINE);
}

/** How the case ended; undefined where our book has heard nothing new, or may hear more: then nothing is changed. */
export function compareCase(
  ctx: PayoutContext,
  caseId: number,
  by: string,
): Promise<'supplemented' | 'restated' | undefined> {
  return ctx.db.transaction(async (tx) => {
    await lockCases(tx);
    // Whoever suspended or closed it while Alipay was being asked has been heard.
    const [row] = await tx
      .select()
      .from(reconciliationCase)
      .where(and(eq(reconciliationCase.id, caseId), unsettled));
    const items = row ? await itemsOf(tx, row) : [];
    if (!row || !items.some((item) => item.settled) || (await itemsUnderWay(tx, row.items)))
      return undefined;
    const found = compare(row.day, await linesOf(tx, row), [], items);
    await keepMatches(ctx, tx, row.day, found.matches);
    const left = found.differences.filter((difference) => !difference.explained);
    const resolution = left.length === 0 ? 'supplemented' : 'restated';
    // Before its parts: what is suspended leaves suspense whole, and what is left of it enters again.
    await closeCase(ctx, tx, row, { resolution, by });
    await keepCases(ctx, tx, row.day, left, row);
    return resolution;
  });
}

const linesOf = (tx: Transaction, row: Case): Promise<StoredLine[]> =>
  tx
    .select({
      id: billLine.id,
      lineNo: billLine.lineNo,
      serial: billLine.serial,
      outNo: billLine.outNo,
      kind: billLine.kind,
      amountFen: billLine.amountFen,
    })
    .from(billLine)
    .where(inArray(billLine.id, row.billLineIds));
