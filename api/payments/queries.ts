/** Reads for the wallet and finance pages. Owns their shapes and page order; changes nothing. */
import { and, asc, desc, eq, getTableColumns, inArray, lt, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Db } from '../../db/client.ts';
import { user } from '../../db/schema/identity.ts';
import { outlet } from '../../db/schema/outlets.ts';
import {
  notifyInbox,
  type PayoutStatus,
  paymentRefusal,
  payout,
  payoutPart,
  topUp,
  topUpRefund,
} from '../../db/schema/payments.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import { journalsAbout } from '../ledger/ledger.ts';

function before(column: PgColumn, cursor: string | undefined) {
  const id = decodeIdCursor(cursor);
  return id === undefined ? undefined : lt(column, id);
}

export async function listTopUps(db: Db, page: PageQuery & { advertiserIds?: number[] }) {
  const rows = await db
    .select()
    .from(topUp)
    .where(
      and(
        page.advertiserIds ? inArray(topUp.advertiserId, page.advertiserIds) : undefined,
        before(topUp.id, page.cursor),
      ),
    )
    .orderBy(desc(topUp.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function topUpDetail(db: Db, id: number) {
  const [row] = await db.select().from(topUp).where(eq(topUp.id, id));
  if (!row) return undefined;
  const refunds = await db.select().from(topUpRefund).where(eq(topUpRefund.topUpId, id));
  const journals = await journalsAbout(db, `topUp:${id}`);
  return { ...row, refunds, journals };
}

const payoutColumns = {
  id: payout.id,
  statementId: payout.statementId,
  outletId: payout.outletId,
  outletName: outlet.name,
  batchId: payout.batchId,
  payeeName: payout.payeeName,
  payeeAccount: payout.payeeAccount,
  dueMicroCny: payout.dueMicroCny,
  carriedMicroCny: payout.carriedMicroCny,
  nettedMicroCny: payout.nettedMicroCny,
  amountFen: payout.amountFen,
  carryMicroCny: payout.carryMicroCny,
  invoiceNo: payout.invoiceNo,
  status: payout.status,
  createdBy: payout.createdBy,
  createdAt: payout.createdAt,
  approvedBy: payout.approvedBy,
  approvedAt: payout.approvedAt,
  settledAt: payout.settledAt,
  failure: payout.failure,
  version: payout.version,
};

export async function listPayouts(
  db: Db,
  page: PageQuery & { outletIds?: number[]; status?: PayoutStatus },
) {
  const rows = await db
    .select(payoutColumns)
    .from(payout)
    .innerJoin(outlet, eq(outlet.id, payout.outletId))
    .where(
      and(
        page.outletIds ? inArray(payout.outletId, page.outletIds) : undefined,
        page.status ? eq(payout.status, page.status) : undefined,
        before(payout.id, page.cursor),
      ),
    )
    .orderBy(desc(payout.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

/** A payout with its parts, its journals, and the bill line that each part was found in. */
export async function payoutDetail(db: Db, id: number) {
  const [row] = await db
    .select(payoutColumns)
    .from(payout)
    .innerJoin(outlet, eq(outlet.id, payout.outletId))
    .where(eq(payout.id, id));
  if (!row) return undefined;
  const parts = await db
    .select()
    .from(payoutPart)
    .where(eq(payoutPart.payoutId, id))
    .orderBy(asc(payoutPart.ordinal));
  const journals = await journalsAbout(db, `payout:${id}`);
  return {
    ...row,
    parts,
    journals,
    billLines: await billLinesOf(
      db,
      parts.map((part) => part.id),
    ),
  };
}

export interface PartBillLine {
  partId: number;
  serial: string;
  at: string;
  amountFen: string;
  day: string;
}

async function billLinesOf(db: Db, partIds: number[]): Promise<PartBillLine[]> {
  return (await db.execute(sql`
    SELECT m.item_id::int AS "partId", l.serial, to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
           l.amount_fen::text AS "amountFen", m.day::text AS day
      FROM bill_match m JOIN bill_line l ON l.id = m.bill_line_id
     WHERE m.item_kind IN ('payout', 'payoutReturn')
       AND m.item_id IN (SELECT json_array_elements_text(${JSON.stringify(partIds)}::text::json)::bigint)
     ORDER BY l.at`)) as unknown as PartBillLine[];
}

export async function listRefusals(db: Db, page: PageQuery) {
  const rows = await db
    .select({ ...getTableColumns(paymentRefusal), byName: user.name })
    .from(paymentRefusal)
    .leftJoin(user, eq(user.id, paymentRefusal.byUser))
    .where(before(paymentRefusal.id, page.cursor))
    .orderBy(desc(paymentRefusal.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function listNotifies(db: Db, page: PageQuery) {
  const rows = await db
    .select()
    .from(notifyInbox)
    .where(before(notifyInbox.id, page.cursor))
    .orderBy(desc(notifyInbox.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}
