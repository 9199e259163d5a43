/**
 * Our own book of what moved at Alipay, for whoever compares it with the bill: one item a movement, signed, at
 * Alipay's instant. Owns how each kind is found by its number, whose it is, and what stands on one side only. Only looks.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { type AccountCode, accounts, journalDays, keysAfter } from '../ledger/ledger.ts';

export type CashItemKind = 'topUp' | 'refund' | 'payout' | 'payoutReturn';

export interface CashItem {
  kind: CashItemKind;
  id: number;
  /** What Alipay's bill calls 商户订单号. */
  outNo: string;
  /** Into our account positive, out of it negative. */
  amountFen: bigint;
  /** Epoch ms at Alipay; 0 while it has not moved. */
  atMs: number;
  /** Whether our book says that it moved. */
  settled: boolean;
  reconciledOn: Day | null;
}

/** Every item there is or may be; `at` is null where our book says that nothing has moved (yet). */
const ITEMS = sql`
  SELECT 'topUp' AS kind, id, out_trade_no AS out_no, amount_fen, paid_at AS at, reconciled_on,
         'topup:' || id || ':credited' AS key
    FROM top_up
  UNION ALL
  SELECT 'refund', r.id, t.out_trade_no, -r.amount_fen, CASE r.status WHEN 'succeeded' THEN r.settled_at END,
         r.reconciled_on, 'refund:' || r.id || ':succeeded'
    FROM top_up_refund r JOIN top_up t ON t.id = r.top_up_id
  UNION ALL
  SELECT 'payout', id, out_biz_no, -amount_fen, CASE WHEN status IN ('succeeded', 'returned') THEN settled_at END,
         reconciled_on, 'payout:' || payout_id || ':part:' || ordinal || ':succeeded'
    FROM payout_part
  UNION ALL
  SELECT 'payoutReturn', id, out_biz_no, amount_fen, returned_at, return_reconciled_on,
         'payout:' || payout_id || ':part:' || ordinal || ':returned'
    FROM payout_part WHERE status IN ('succeeded', 'returned')`;

interface ItemRow {
  kind: CashItemKind;
  id: string;
  out_no: string;
  amount_fen: string;
  at_ms: string | null;
  reconciled_on: Day | null;
}

const fromRow = (row: ItemRow): CashItem => ({
  kind: row.kind,
  id: Number(row.id),
  outNo: row.out_no,
  amountFen: BigInt(row.amount_fen),
  atMs: Number(row.at_ms ?? 0),
  settled: row.at_ms !== null,
  reconciledOn: row.reconciled_on,
});

const COLUMNS = sql`kind, id, out_no, amount_fen,
  (extract(epoch FROM at) * 1000)::bigint AS at_ms, reconciled_on::text`;

/** Items that moved in [fromMs, toMs) and are in no bill yet. */
export async function cashItemsBetween(db: Db, fromMs: number, toMs: number): Promise<CashItem[]> {
  const rows = (await db.execute(sql`
    SELECT ${COLUMNS} FROM (${ITEMS}) i
     WHERE at >= ${new Date(fromMs).toISOString()}::timestamptz
       AND at < ${new Date(toMs).toISOString()}::timestamptz AND reconciled_on IS NULL`)) as unknown as ItemRow[];
  return rows.map(fromRow);
}

/** The day of the first top-up or payout; undefined before there was one. */
export async function firstCashDay(db: Db): Promise<Day | undefined> {
  const rows = (await db.execute(sql`
    SELECT (extract(epoch FROM least((SELECT min(created_at) FROM top_up), (SELECT min(created_at) FROM payout)))
            * 1000)::bigint AS ms`)) as unknown as { ms: string | null }[];
  const ms = rows[0]?.ms;
  return ms ? dayOf(Number(ms)) : undefined;
}

/** What the books and the bank's bills up to a day do not share, each with a journal of its own. */
export interface InTransit {
  /** Booked by then and in no bill by then. */
  booked: CashItem[];
  /** In a bill by then and booked later: their sum. */
  billedFen: bigint;
}

export async function cashInTransit(db: Db, day: Day): Promise<InTransit> {
  const unbilled = (await db.execute(sql`
    SELECT ${COLUMNS}, key FROM (${ITEMS}) i
     WHERE at IS NOT NULL AND (reconciled_on IS NULL OR reconciled_on > ${day}::date)`)) as unknown as (ItemRow & {
    key: string;
  })[];
  const days = await journalDays(
    db,
    unbilled.map((item) => item.key),
  );
  const late = await keysAfter(db, accounts.alipayCash, day);
  const [billed] = (await db.execute(sql`
    SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM (${ITEMS}) i
     WHERE reconciled_on <= ${day}::date
       AND key IN (SELECT json_array_elements_text(${JSON.stringify(late)}::text::json))`)) as unknown as {
    fen: string;
  }[];
  return {
    booked: unbilled.filter((item) => (days.get(item.key) ?? '9') <= day).map(fromRow),
    billedFen: BigInt(billed?.fen ?? 0),
  };
}

/** Every item of these numbers, moved or not, reconciled or not. */
export async function cashItemsNamed(db: Db, outNos: readonly string[]): Promise<CashItem[]> {
  if (outNos.length === 0) return [];
  const names = sql`(SELECT json_array_elements_text(${JSON.stringify(outNos)}::text::json))`;
  const rows = (await db.execute(
    sql`SELECT ${COLUMNS} FROM (${ITEMS}) i WHERE out_no IN ${names}`,
  )) as unknown as ItemRow[];
  return rows.map(fromRow);
}

type ItemId = { kind: string; id: number };

/** Whether any of these may still move: an order not credited, a transfer or refund whose fate is not final. */
export async function itemsUnderWay(db: Db, items: readonly ItemId[]): Promise<boolean> {
  const [row] = (await db.execute(sql`
    SELECT EXISTS (
      SELECT 1 FROM json_to_recordset(${JSON.stringify(items)}::text::json) AS x(kind text, id bigint)
       WHERE (x.kind = 'topUp' AND x.id IN (SELECT id FROM top_up WHERE paid_at IS NULL))
          OR (x.kind = 'refund' AND x.id IN (SELECT id FROM top_up_refund WHERE status IN ('created', 'unknown')))
          OR (x.kind = 'payout' AND x.id IN
               (SELECT id FROM payout_part WHERE status IN ('pending', 'sending', 'unknown')))
          OR (x.kind = 'payoutReturn' AND x.id IN (SELECT id FROM payout_part WHERE returned_at IS NULL))
    ) AS "underWay"`)) as unknown as { underWay: boolean }[];
  return row?.underWay ?? false;
}

/** Whose money an item moves: the advertiser's wallet, or what is owed to the outlet. */
export async function ownerOfItem(db: Db, item: ItemId): Promise<AccountCode | undefined> {
  const [row] = (await db.execute(sql`
    SELECT advertiser_id, NULL AS outlet_id FROM top_up
     WHERE id = CASE ${item.kind} WHEN 'topUp' THEN ${item.id}::bigint
                  WHEN 'refund' THEN (SELECT top_up_id FROM top_up_refund WHERE id = ${item.id}::bigint) END
    UNION ALL
    SELECT NULL, p.outlet_id FROM payout p JOIN payout_part q ON q.payout_id = p.id
     WHERE q.id = ${item.id}::bigint AND ${item.kind} IN ('payout', 'payoutReturn')`)) as unknown as {
    advertiser_id: string | null;
    outlet_id: string | null;
  }[];
  if (row?.advertiser_id) return accounts.wallet(Number(row.advertiser_id));
  return row?.outlet_id ? accounts.payable(Number(row.outlet_id)) : undefined;
}
