/** What must be true after every step, whatever happened in it. Each returns sentences of what is not. */
import { sql } from 'drizzle-orm';
import { ledgerFaults } from '../../../api/ledger/ledger.ts';
import type { Database } from '../../../db/client.ts';
import type { Gateway } from '../alipay/gateway.ts';
import type { Movement } from '../alipay/records.ts';
import { OPENING_FEN } from './world.ts';

/** Cheap, after every step: sums, floors, cash against the bank, statements and payouts against each other. */
export async function wrongsNow(db: Database, gateway: Gateway): Promise<string[]> {
  const rows = await db.execute<{ wrong: string }>(sql`
    SELECT 'the trial balance is off by ' || s AS wrong FROM (SELECT sum(amount_micro_cny) AS s FROM balance) t WHERE s <> 0
    UNION ALL
    SELECT 'below its floor: account ' || account_id FROM balance
     WHERE normal * amount_micro_cny - held_micro_cny < floor_micro_cny
    UNION ALL
    SELECT 'statement ' || s.id || ' is not the sum of its lines and adjustments' FROM statement s
     WHERE s.status NOT IN ('superseded', 'draft') AND s.share_micro_cny <> coalesce(
       (SELECT sum(l.share_micro_cny) FROM statement_line l WHERE l.statement_id = s.id), 0)
    UNION ALL
    SELECT 'statement ' || p.statement_id || ' has two living payouts' FROM payout p
     WHERE p.status NOT IN ('failed', 'cancelled', 'returned') GROUP BY p.statement_id HAVING count(*) > 1
    UNION ALL
    SELECT 'payout ' || p.id || ' pays what was not approved' FROM payout p JOIN statement s ON s.id = p.statement_id
     WHERE p.approved_by IS NOT NULL AND (s.approved_by IS NULL OR s.approved_by = s.frozen_by
       OR p.approved_by = p.created_by OR p.due_micro_cny > s.total_micro_cny)
    UNION ALL
    SELECT 'advertiser ' || advertiser_id || ' was invoiced twice over' FROM invoice
     WHERE advertiser_id IS NOT NULL AND status IN ('requested', 'issued', 'reversed') GROUP BY advertiser_id
    HAVING sum(total_fen) < 0
    UNION ALL
    SELECT 'invoice ' || b.id || ' and its red ones do not agree' FROM invoice b
     WHERE b.red_of IS NULL AND b.reversed_fen <> -coalesce(
       (SELECT sum(r.total_fen) FROM invoice r WHERE r.red_of = b.id), 0)
    UNION ALL
    SELECT 'a residual of contract version ' || contract_version_id FROM contract_residual
     GROUP BY contract_version_id, tier HAVING sum(residual) <> 0
    UNION ALL
    SELECT 'a closed period changed: ' || month FROM period
     WHERE status = 'closed' AND certificate ? 'journalsHash'
       AND certificate ->> 'journalsHash' <> ledger_period_hash(month)`);
  return [...rows.map((row) => row.wrong), ...(await cashWrongs(db, gateway))];
}

/**
 * Ledger cash is what moved at the bank, less what the ledger has not heard of yet, less fees, and with what cases put where
 * the bank's bill says it is; suspense is what the suspended ones hold.
 */
async function cashWrongs(db: Database, gateway: Gateway): Promise<string[]> {
  const rows = await db.execute<{ no: string; amount: string }>(sql`
    SELECT 'in:' || out_trade_no AS no, 0 AS amount FROM top_up WHERE status NOT IN ('created', 'closed')
    UNION ALL SELECT 'refund:' || out_request_no, 0 FROM top_up_refund WHERE status = 'succeeded'
    UNION ALL SELECT 'out:' || out_biz_no, 0 FROM payout_part WHERE status IN ('succeeded', 'returned')
    UNION ALL SELECT 'back:' || out_biz_no, 0 FROM payout_part WHERE status = 'returned'
    UNION ALL SELECT '=' || a.code, sum(b.amount_micro_cny) FROM account a JOIN balance b ON b.account_id = a.id
     WHERE a.code IN ('alipay_cash', 'alipay_fee', 'suspense') GROUP BY a.code
    UNION ALL SELECT '=cases:' || status, sum(difference_fen) * 10000 FROM reconciliation_case
     WHERE status = 'suspended' OR resolution = 'written_off' OR evidence ->> 'kind' = 'owner' GROUP BY status`);
  const sums = new Map(rows.map((row) => [row.no, BigInt(row.amount)]));
  const sum = (no: string) => sums.get(`=${no}`) ?? 0n;
  const book = new Set(rows.map((row) => row.no).filter((no) => !no.startsWith('=')));
  let heardFen = OPENING_FEN;
  for (const move of gateway.book.movements) {
    if (book.delete(nameOf(move))) heardFen += move.amountFen;
  }
  const wrongs = [...book].map((no) => `the ledger believes in ${no}, the bank does not`);
  const cases = sum('cases:suspended') + sum('cases:closed');
  const expected = heardFen * 10_000n - sum('alipay_fee') + cases;
  if (sum('alipay_cash') !== expected) {
    wrongs.push(`cash is ${sum('alipay_cash')}, should be ${expected}`);
  }
  if (-sum('suspense') !== sum('cases:suspended'))
    wrongs.push(`suspense is ${-sum('suspense')}, its cases ${sum('cases:suspended')}`);
  return wrongs;
}

function nameOf({ kind, outNo, remark }: Movement): string {
  switch (kind) {
    case '在线支付':
      return `in:${outNo}`;
    case '交易退款':
      return `refund:${remark}`;
    case '转账':
      return `out:${outNo}`;
    case '转账退回':
      return `back:${outNo}`;
    default:
      return '';
  }
}

/** Dear, now and then: everything recomputed from the entries up, and the shares against the ledger. */
export async function wrongsDeep(db: Database): Promise<string[]> {
  const faults = await ledgerFaults(db, { chain: true });
  const rows = await db.execute<{ wrong: string }>(sql`
    SELECT 'shares of charge ' || c.id || ' do not sum to it' AS wrong FROM charge c
      LEFT JOIN charge_share s ON s.charge_id = c.id
     GROUP BY c.id HAVING c.amount_micro_cny <> coalesce(sum(s.amount_micro_cny), 0)
    UNION ALL
    SELECT 'outlet ' || o.id || ' was credited other than its shares' FROM outlet o
     WHERE coalesce((SELECT sum(s.amount_micro_cny) FROM charge_share s WHERE s.outlet_id = o.id), 0)
        <> -coalesce((SELECT sum(e.amount_micro_cny) FROM entry e JOIN account a ON a.id = e.account_id
             JOIN journal j ON j.id = e.journal_id
            WHERE a.code = 'payable:' || o.id AND j.kind = 'charge'), 0)
    UNION ALL
    SELECT 'a bucket was charged twice: ' || c.line_item_id || '/' || c.placement_id || ' at ' || c.hour
      FROM (SELECT hour, line_item_id, placement_id, sum(amount_micro_cny) AS charged FROM charge
             WHERE line_item_id IS NOT NULL GROUP BY 1, 2, 3) c
      LEFT JOIN (SELECT hour, line_item_id, placement_id, sum(spend_micro_cny) AS spent FROM rollup_hour GROUP BY 1, 2, 3) r
        USING (hour, line_item_id, placement_id)
     WHERE c.charged > coalesce(r.spent, 0) AND NOT EXISTS (
       SELECT 1 FROM charge x WHERE x.hour = c.hour AND x.line_item_id = c.line_item_id AND x.amount_micro_cny < 0)
    UNION ALL
    SELECT 'booking line ' || l.id || ' was charged more than its price' FROM booking_line l
     WHERE l.impressions IS NOT NULL AND l.price_micro_cny
       < coalesce((SELECT sum(c.amount_micro_cny) FROM charge c WHERE c.line_item_id = l.line_item_id), 0)
    UNION ALL
    SELECT 'order ' || o.id || ' is over and holds money' FROM booking_order o JOIN hold h ON h.key = 'booking:' || o.id
     WHERE o.status IN ('completed', 'cancelled') AND h.status = 'active'
    UNION ALL
    SELECT 'order ' || o.id || ' paid more than it was sold for' FROM booking_order o JOIN booking_line l ON l.order_id = o.id
      JOIN charge c ON c.line_item_id = l.line_item_id
     GROUP BY o.id HAVING sum(c.amount_micro_cny) > o.total_micro_cny
    UNION ALL
    SELECT 'more was taken back of booking line ' || booking_line_id || ' than charged' FROM charge
     WHERE booking_line_id IS NOT NULL GROUP BY booking_line_id, hour HAVING sum(amount_micro_cny) < 0`);
  return [
    ...faults.map((fault) => `${fault.fault}: ${fault.subject}`),
    ...rows.map((row) => row.wrong),
  ];
}

/**
 * Where the database's transactions stand: equal before and after means that nothing was written, and that nobody need look.
 * A transaction that only locked and rolled back moves it too: then `digest` tells.
 */
export async function position(db: Database): Promise<string> {
  const [row] = await db.execute<{ at: string }>(
    sql`SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS at`,
  );
  return row?.at ?? '';
}

/** Everything that moves, in one line: equal before and after whatever was refused. */
export async function digest(db: Database): Promise<string> {
  const [row] = await db.execute<{ digest: string }>(sql`
    SELECT concat_ws(' ',
      (SELECT count(*) FROM journal), (SELECT sum(hashtextextended(b::text, 0)) FROM balance b),
      (SELECT sum(hashtextextended(h::text, 0)) FROM hold h), (SELECT sum(hashtextextended(s.id || s.status || s.version, 0)) FROM statement s),
      (SELECT sum(hashtextextended(p.id || p.status, 0)) FROM payout p), (SELECT sum(hashtextextended(p.id || p.status, 0)) FROM payout_part p),
      (SELECT count(*) FROM charge), (SELECT sum(hashtextextended(t.id || t.status, 0)) FROM top_up t),
      (SELECT sum(hashtextextended(r.id || r.status, 0)) FROM top_up_refund r),
      (SELECT count(*) FROM statement_adjustment WHERE approved_by IS NOT NULL),
      (SELECT sum(hashtextextended(l.id || l.status || l.version, 0)) FROM booking_line l WHERE l.line_item_id IS NOT NULL),
      (SELECT sum(hashtextextended(i.id || i.status || i.reversed_fen, 0)) FROM invoice i), (SELECT count(*) FROM red_letter),
      (SELECT sum(hashtextextended(p.month || p.status, 0)) FROM period p),
      (SELECT sum(hashtextextended(v.id || v.status || coalesce(v.effective_to::text, ''), 0)) FROM contract_version v)) AS digest`);
  return row?.digest ?? '';
}
