/** Reads of invoices and red letters, and what of a month's invoices counts for its taxes. */
import { and, asc, desc, eq, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import {
  type InvoiceDirection,
  type InvoiceStatus,
  invoice,
  redLetter,
} from '../../db/schema/invoices.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';

export interface InvoiceFilter extends PageQuery {
  /** Whose; undefined: everybody's. */
  owned?: SQL | undefined;
  direction?: InvoiceDirection | undefined;
  status?: InvoiceStatus | undefined;
  advertiserId?: number | undefined;
  outletId?: number | undefined;
  statementId?: number | undefined;
}

/** Newest first. */
export async function listInvoices(db: Db, filter: InvoiceFilter) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select()
    .from(invoice)
    .where(
      and(
        filter.owned,
        filter.direction && eq(invoice.direction, filter.direction),
        filter.status && eq(invoice.status, filter.status),
        filter.advertiserId ? eq(invoice.advertiserId, filter.advertiserId) : undefined,
        filter.outletId ? eq(invoice.outletId, filter.outletId) : undefined,
        filter.statementId ? eq(invoice.statementId, filter.statementId) : undefined,
        before === undefined ? undefined : lt(invoice.id, before),
      ),
    )
    .orderBy(desc(invoice.id))
    .limit(filter.limit + 1);
  return pageOf(rows, filter.limit, (row) => row.id);
}

/** One with its red letters and the red invoices that took of it. */
export async function invoiceDetail(db: Db, id: number) {
  const rows = await db
    .select()
    .from(invoice)
    .where(or(eq(invoice.id, id), eq(invoice.redOf, id)))
    .orderBy(asc(invoice.id));
  const found = rows.find((row) => row.id === id);
  if (!found) return undefined;
  const redLetters = await db
    .select()
    .from(redLetter)
    .where(eq(redLetter.invoiceId, id))
    .orderBy(asc(redLetter.id));
  return { ...found, redInvoices: rows.filter((row) => row.redOf === id), redLetters };
}

/** Red letters, newest first. */
export async function listRedLetters(
  db: Db,
  filter: PageQuery & {
    owned?: SQL | undefined;
    status?: (typeof redLetter.$inferSelect)['status'] | undefined;
  },
) {
  const before = decodeIdCursor(filter.cursor);
  const rows = await db
    .select()
    .from(redLetter)
    .where(
      and(
        filter.owned,
        filter.status && eq(redLetter.status, filter.status),
        before === undefined ? undefined : lt(redLetter.id, before),
      ),
    )
    .orderBy(desc(redLetter.id))
    .limit(filter.limit + 1);
  return pageOf(rows, filter.limit, (row) => row.id);
}

/** What outlets' invoices take off a month's taxes: their tax, and their totals with tax; red ones deducted. */
export async function deductionsOf(
  db: Db,
  month: string,
): Promise<{ taxFen: bigint; totalFen: bigint }> {
  const [row] = await db
    .select({
      tax: sql<string>`coalesce(sum(${invoice.taxFen}), 0)::bigint`,
      total: sql<string>`coalesce(sum(${invoice.totalFen}), 0)::bigint`,
    })
    .from(invoice)
    .where(and(eq(invoice.direction, 'incoming'), eq(invoice.deductionMonth, month)));
  return { taxFen: BigInt(row?.tax ?? 0), totalFen: BigInt(row?.total ?? 0) };
}
