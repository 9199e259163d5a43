/** The gate of a period's close: everything that must hold before a month's page is turned for ever. Only looks. */
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Clock, type Day, dayEndMs, dayStartMs, hourOf } from '../../db/terms/day.ts';
import { fenToYuan } from '../../db/terms/money.ts';
import { hoursDue, provisionalDays } from '../billing/billing.ts';
import {
  accounts,
  balanceOf,
  ledgerFaults,
  monthFigures,
  periods,
  trialBalance,
} from '../ledger/ledger.ts';
import { balanceCash, type CashBalance } from '../reconciliation/reconciliation.ts';

export interface GateCheck {
  name: string;
  ok: boolean;
  /** How many things stand in the way; 0 when it holds. */
  count: number;
  zh: string;
  en: string;
}

export interface GateInput {
  month: string;
  from: Day;
  /** Inclusive. */
  to: Day;
}

export async function periodGate(
  ctx: { db: Db; clock: Clock },
  { month, from, to }: GateInput,
): Promise<GateCheck[]> {
  const { db } = ctx;
  const checks: GateCheck[] = [];
  const check = (name: string, count: number, zh: string, en: string) =>
    checks.push({ name, ok: count === 0, count, zh, en });
  const count = async (query: SQL): Promise<number> => {
    const [row] = await db.execute<{ n: number }>(sql`SELECT count(*)::int AS n FROM ${query}`);
    return row?.n ?? 0;
  };
  const endMs = dayEndMs(to);
  const end = new Date(endMs).toISOString();
  check('over', ctx.clock() < endMs ? 1 : 0, '本月已结束', 'the month is over');
  const earlier = (await periods(db)).filter((p) => p.month < month && p.status !== 'closed');
  check('order', earlier.length, '以前各月均已关账', 'every earlier month is closed');
  const hours = await hoursDue(db, hourOf(endMs), hourOf(dayStartMs(from)));
  const provisional = await provisionalDays(db, from, to);
  check('final', provisional.length, '每日数据均已定稿', 'the figures of every day are final');
  check('charged', hours.length, '各小时均已计费', 'every hour is charged');
  const faults = await ledgerFaults(db, { chain: true });
  check(
    'whole',
    faults.length,
    '账簿完整，哈希链相符',
    'the books are whole and their chain holds',
  );
  const rows = await trialBalance(db, to);
  const off = rows.reduce((sum, row) => sum + row.debitMicroCny - row.creditMicroCny, 0n);
  check('balanced', off === 0n ? 0 : 1, '试算平衡', 'the trial balance is zero');
  check(
    'statements',
    await count(sql`statement WHERE month <= ${month} AND status IN ('draft', 'disputed')`),
    '结算单均已冻结且无异议',
    'every statement is frozen and undisputed',
  );
  check(
    'payouts',
    await count(
      sql`payout_part WHERE status IN ('sending', 'unknown') AND sent_at < ${end}::timestamptz`,
    ),
    '没有结果未知的打款',
    'no payout is unknown',
  );
  check(
    'refunds',
    await count(sql`top_up_refund WHERE status = 'unknown' AND created_at < ${end}::timestamptz`),
    '没有结果未知的退款',
    'no refund is unknown',
  );
  const { cashDays } = await monthFigures(db, month);
  check(
    'bills',
    await count(sql`json_array_elements_text(${JSON.stringify(cashDays)}::text::json) AS cash(day)
       WHERE NOT EXISTS (SELECT 1 FROM bill b WHERE b.day = cash.day::date AND b.status = 'matched')`),
    '每日账单均已对平',
    'every day with cash has a matched bill',
  );
  const cash = await balanceCash(db, to);
  check('cash', cash.unexplainedFen === 0n ? 0 : 1, ...cashSentence(cash));
  check(
    'cases',
    await count(sql`reconciliation_case WHERE status = 'open' AND day <= ${to}::date`),
    '没有未处理的对账差异',
    'no reconciliation case is open',
  );
  return checks;
}

function cashSentence({ bookFen, bankFen, unexplainedFen }: CashBalance): [zh: string, en: string] {
  const [book, bank, lost] = [bookFen, bankFen ?? 0n, unexplainedFen].map(fenToYuan);
  if (unexplainedFen !== 0n)
    return [
      `账面现金 ${book} 元与银行余额 ${bank} 元的差额中，${lost} 元无法说明`,
      `cash of ${book} yuan in the books, ${bank} at the bank: ${lost} of the difference is unexplained`,
    ];
  if (bankFen === null)
    return [
      `账面现金 ${book} 元，尚无账单余额可比`,
      `cash of ${book} yuan, and no bill to compare with`,
    ];
  if (bookFen === bankFen)
    return [
      `账面现金与银行余额一致，${book} 元`,
      `cash in the books equals the bank’s, ${book} yuan`,
    ];
  return [
    `账面现金 ${book} 元与银行余额 ${bank} 元的差额均有说明`,
    `cash of ${book} yuan in the books, ${bank} at the bank: every fen of the difference is explained`,
  ];
}

/** What is left unexplained at the month's end: must be signed for by name to close. */
export const suspenseAt = async (db: Db, to: Day): Promise<bigint> =>
  (await balanceOf(db, accounts.suspense, to)).balanceMicroCny;
