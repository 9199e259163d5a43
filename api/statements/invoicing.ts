/**
 * What a statement asks of its outlet's invoice. Shares under agency contracts are sold in the outlet's own name: those the
 * outlet invoices to the advertiser, not to the platform. Which invoices there are is api/invoices' business.
 */
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type StatementStatus, statement } from '../../db/schema/statements.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import { lock, outOfTurn } from './steps.ts';

/** Once the outlet has said that it is right. */
const CONFIRMED: readonly StatementStatus[] = [
  'outlet_confirmed',
  'approved',
  'paying',
  'paid',
  'reconciled',
];

export async function amountToInvoice(
  tx: Db,
  row: { id: number; totalMicroCny: MicroCny },
): Promise<MicroCny> {
  const [agency] = await tx.execute<{ amount: string }>(sql`
    SELECT coalesce(sum(l.share_micro_cny), 0)::bigint AS amount FROM statement_line l
      JOIN contract_version v ON v.id = l.contract_version_id JOIN contract c ON c.id = v.contract_id
     WHERE l.statement_id = ${row.id} AND c.kind = 'agency'`);
  return row.totalMicroCny - BigInt(agency?.amount ?? 0);
}

/** Locks a statement that may be invoiced. @throws Failure `not_found`, `conflict` (not confirmed by its outlet). */
export async function lockStatementToInvoice(
  tx: Db,
  statementId: number,
): Promise<{
  outletId: number;
  month: string;
  status: StatementStatus;
  amountMicroCny: MicroCny;
}> {
  const row = await lock(tx, statementId);
  if (!CONFIRMED.includes(row.status)) throw outOfTurn(row.status, 'invoiced');
  const { outletId, month, status } = row;
  return { outletId, month, status, amountMicroCny: await amountToInvoice(tx, row) };
}

/** Names the invoices that cover a locked statement, or that none do any more. */
export async function noteInvoice(
  tx: Db,
  input: { statementId: number; invoiceNo: string | null; by: string },
): Promise<void> {
  const row = await lock(tx, input.statementId);
  if (row.invoiceNo === input.invoiceNo) return;
  await tx
    .update(statement)
    .set({ invoiceNo: input.invoiceNo, version: row.version + 1 })
    .where(eq(statement.id, row.id));
  await record(tx, {
    actor: { userId: input.by },
    action: 'statement.invoice',
    subject: `statement:${row.id}`,
    before: { invoiceNo: row.invoiceNo },
    after: { invoiceNo: input.invoiceNo },
  });
}
