/**
 * Fetches and keeps a day's bill: asked for, downloaded within its thirty seconds, parsed strictly, stored whole with its
 * hash. A refused bill is kept with its reason and can be fetched again; a good one is fetched once.
 */
import { createHash } from 'node:crypto';
import { and, desc, eq, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.ts';
import { bill } from '../../db/schema/reconciliation.ts';
import type { Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { type PayoutContext, recordRefusal } from '../payments/payments.ts';
import { type Bill, parseBill } from './parse.ts';

export type StoredBill = Omit<typeof bill.$inferSelect, 'file'>;

/** How a file is had from its URL: replaced in tests. */
export type Download = (url: string) => Promise<Buffer>;

const MAX_ZIP_BYTES = 64 * 1024 * 1024;

export const downloadBill: Download = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(25_000) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length > MAX_ZIP_BYTES) throw new Error(`${bytes.length} bytes are too many`);
  return bytes;
};

/**
 * The bill of a day: the stored one, or fetched now.
 * @throws Failure `upstream_unavailable` (not there yet, no answer), `invalid_input` (refused: see `pointer`).
 */
export async function fetchBill(
  ctx: PayoutContext,
  day: Day,
  download: Download = downloadBill,
): Promise<StoredBill> {
  const kept = await billOf(ctx.db, day);
  if (kept) return kept;
  const url = await ctx.alipay.billUrl(day);
  if (url.kind !== 'done')
    throw new Failure('upstream_unavailable', {
      zh: `支付宝没有 ${day} 的账单：${url.kind === 'refused' ? url.message : url.reason}`,
      en: `Alipay has no bill of ${day}: ${url.kind === 'refused' ? url.code : url.reason}`,
    });
  let file: Buffer;
  try {
    file = await download(url.data);
  } catch (error) {
    throw new Failure('upstream_unavailable', {
      zh: `账单下载失败：${String(error)}`,
      en: `the bill could not be downloaded: ${String(error)}`,
    });
  }
  return keepBill(ctx, day, file);
}

/** Parses and stores a bill file, however it came. @throws Failure `invalid_input`; the refusal is kept. */
export async function keepBill(ctx: PayoutContext, day: Day, file: Buffer): Promise<StoredBill> {
  const fetchedAt = new Date(ctx.clock());
  const sha256 = createHash('sha256').update(file).digest('hex');
  let parsed: Bill;
  try {
    parsed = await parseBill(file, day);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [detail] = error.details;
    const reason = detail?.pointer?.slice(1) ?? error.code;
    await ctx.db.insert(bill).values({ day, status: 'refused', reason, file, sha256, fetchedAt });
    await recordRefusal(ctx.db, ctx.clock, {
      what: 'bill',
      reason,
      zh: detail?.zh ?? '',
      en: detail?.en ?? '',
      subject: `bill:${day}`,
    });
    throw error;
  }
  return ctx.db.transaction(async (tx) => {
    await tx
      .insert(bill)
      .values({
        day,
        status: 'fetched',
        file,
        sha256,
        fetchedAt,
        rowCount: parsed.lines.length,
        incomeFen: parsed.incomeFen,
        expenseFen: parsed.expenseFen,
        closingFen: parsed.lines.at(-1)?.balanceFen,
      })
      // Two workers at once: the first one's stays.
      .onConflictDoNothing();
    const stored = await billOf(tx, day);
    if (!stored) throw new Error(`bill of ${day} vanished`);
    if (stored.sha256 === sha256 && stored.fetchedAt.getTime() === fetchedAt.getTime())
      await insertLines(tx, stored.id, parsed);
    return stored;
  });
}

/** One statement for all lines: `json_to_recordset` reads each row once, `->>` would read it once a column. */
async function insertLines(tx: Transaction, billId: number, parsed: Bill): Promise<void> {
  const rows = parsed.lines.map((line) => ({
    n: line.lineNo,
    s: line.serial,
    b: line.businessSerial,
    o: line.outNo,
    k: line.kind,
    a: line.atMs,
    c: line.counterparty,
    f: line.amountFen.toString(),
    l: line.balanceFen.toString(),
    t: line.title,
    r: line.remark,
  }));
  await tx.execute(sql`
    INSERT INTO bill_line (bill_id, line_no, serial, business_serial, out_no, kind, at, counterparty, amount_fen,
                           balance_fen, title, remark)
    SELECT ${billId}::bigint, n, s, b, o, k, to_timestamp(a / 1000.0), c, f, l, t, r
      FROM json_to_recordset(${JSON.stringify(rows)}::text::json)
           AS x(n int, s text, b text, o text, k text, a bigint, c text, f bigint, l bigint, t text, r text)`);
  // The next thing is to join these lines; without figures the planner would loop over them.
  if (rows.length > 1_000) await tx.execute(sql`ANALYZE bill_line`);
}

/** Everything but the file itself. */
const columns = {
  id: bill.id,
  day: bill.day,
  status: bill.status,
  reason: bill.reason,
  sha256: bill.sha256,
  rowCount: bill.rowCount,
  incomeFen: bill.incomeFen,
  expenseFen: bill.expenseFen,
  closingFen: bill.closingFen,
  fetchedAt: bill.fetchedAt,
  matchedAt: bill.matchedAt,
};

/** The good bill of a day, if there is one. */
export async function billOf(
  db: Pick<Transaction, 'select'>,
  day: Day,
): Promise<StoredBill | undefined> {
  const [row] = await db
    .select(columns)
    .from(bill)
    .where(and(eq(bill.day, day), ne(bill.status, 'refused')));
  return row;
}

/** Bills, good and refused, newest day first. */
export const listBills = (db: Pick<Transaction, 'select'>, limit: number): Promise<StoredBill[]> =>
  db.select(columns).from(bill).orderBy(desc(bill.day), desc(bill.id)).limit(limit);
