/** What every step of an invoice shares: found, locked, refused out of turn, written with its audit row. */
import { and, eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type InvoiceStatus, invoice } from '../../db/schema/invoices.ts';
import { type Clock, type Day, dayOf } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import { postgresError } from '../ledger/ledger.ts';
import { isInvoiceNo } from './numbers.ts';

export type Invoice = typeof invoice.$inferSelect;
export interface InvoiceContext {
  db: Db;
  clock: Clock;
}

export const ITEM = '*广告服务*广告发布费';

export async function lockInvoice(tx: Db, id: number): Promise<Invoice> {
  const [row] = await tx.select().from(invoice).where(eq(invoice.id, id)).for('update');
  if (!row) throw new Failure('not_found', { zh: '没有这张发票', en: 'no such invoice' });
  return row;
}

export const outOfTurn = (row: Pick<Invoice, 'status'>) =>
  new Failure('conflict', {
    zh: '发票已不在可以这样做的状态，请刷新后查看',
    en: `the invoice is ${row.status}: this cannot be done`,
  });

export const invalid = (pointer: string, zh: string, en: string) =>
  new Failure('invalid_input', { pointer, zh, en });

/** @throws Failure `invalid_input` (number, or a day that has not come). */
export function assertNumber(ctx: InvoiceContext, invoiceNo: string, issuedOn: Day): void {
  if (issuedOn > dayOf(ctx.clock())) {
    throw invalid('/issuedOn', '开票日期不能晚于今天', 'the day of issue has not come yet');
  }
  if (!isInvoiceNo(invoiceNo, issuedOn)) {
    throw invalid(
      '/invoiceNo',
      '数电发票号码应为 20 位数字，前两位为开票年份',
      'an invoice number has 20 digits and begins with its year',
    );
  }
}

/** Runs a write that names an invoice or confirmation number: a number is used once. */
export async function numberedOnce<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (postgresError(error)?.code !== '23505') throw error;
    const open = postgresError(error)?.constraint_name === 'red_letter_open';
    throw new Failure('conflict', {
      ...(open ? {} : { pointer: '/invoiceNo' }),
      zh: open ? '该发票已有进行中的红字确认单' : '该号码已登记过',
      en: open ? 'a red letter for this invoice is under way' : 'this number was registered before',
    });
  }
}

export async function moveInvoice(
  ctx: InvoiceContext,
  tx: Db,
  row: Invoice,
  step: { action: string; by: string; from: InvoiceStatus[]; changes: Partial<Invoice> },
): Promise<Invoice> {
  if (!step.from.includes(row.status)) throw outOfTurn(row);
  const [after] = await tx
    .update(invoice)
    .set({
      ...step.changes,
      decidedBy: step.by,
      decidedAt: new Date(ctx.clock()),
      version: row.version + 1,
    })
    .where(and(eq(invoice.id, row.id), eq(invoice.version, row.version)))
    .returning();
  if (!after) throw new Error('a locked row changed');
  await auditInvoice(tx, `invoice.${step.action}`, step.by, after, row);
  return after;
}

export const auditInvoice = (
  tx: Db,
  action: string,
  by: string,
  after: Invoice,
  before?: Invoice,
): Promise<void> =>
  record(tx, {
    actor: { userId: by },
    action,
    subject: `invoice:${after.id}`,
    ...(before ? { before } : {}),
    after,
  });
