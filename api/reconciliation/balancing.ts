/**
 * 银行存款余额调节表: the ledger's cash against the bank's own closing balance at the end of a day. Every difference is a thing
 * of its own (a movement under way, a line in a case, what is in suspense, a mistake of the bill); what is left is
 * unexplained, and nothing is ever explained by subtraction. Only looks.
 */
import { isNotNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { reconciliationCase } from '../../db/schema/reconciliation.ts';
import { type Day, dayOf } from '../../db/terms/day.ts';
import { MICRO_CNY_PER_FEN } from '../../db/terms/money.ts';
import { accounts, balanceOf, journalDays } from '../ledger/ledger.ts';
import { cashInTransit } from '../payments/payments.ts';
import { type CashStep, journalKey } from './cases.ts';

/** Fen, income positive. `bookFen − suspendedFen + bankOnlyFen + casesFen + billErrorFen = bankFen + bookOnlyFen + unexplainedFen`. */
export interface CashBalance {
  /** The ledger's cash at the end of the day. */
  bookFen: bigint;
  /** The bank's, from the last bill that lists a movement; null where there is no such bill. */
  bankFen: bigint | null;
  bankDay: Day | null;
  /** Booked by then and in no bill yet. */
  bookOnlyFen: bigint;
  /** In a bill by then and booked later. */
  bankOnlyFen: bigint;
  /** Lines of bills that no item of ours explains: each is in a case. */
  casesFen: bigint;
  /** What cases have moved in the ledger's cash, into suspense, to an owner or off the books. */
  suspendedFen: bigint;
  /** Where a bill contradicts its own balances and a case has claimed it. */
  billErrorFen: bigint;
  /** Of the cases' lines, those that two people closed with nothing but their word: none since that is refused. */
  onWordFen: bigint;
  unexplainedFen: bigint;
}

interface Row {
  [key: string]: unknown;
  bank_fen: string | null;
  bank_day: Day | null;
  cases_fen: string;
  error_fen: string;
  word_fen: string;
}

/** What a restated case was about is in its parts. */
const NOT_RESTATED = sql`c.resolution IS DISTINCT FROM 'restated'`;

/** Bills up to `day`, their lines in cases (a serial is one movement, however often listed), and the mistakes that were claimed. */
async function bankSide(db: Db, day: Day): Promise<Row | undefined> {
  const [row] = await db.execute<Row>(sql`
    WITH last AS (
      SELECT day, closing_fen FROM bill
       WHERE status <> 'refused' AND closing_fen IS NOT NULL AND day <= ${day}::date ORDER BY day DESC LIMIT 1),
    open AS (
      SELECT l.amount_fen, c.evidence IS NULL AND c.resolution IN ('supplemented', 'reversed', 'refunded') AS on_word
        FROM reconciliation_case c CROSS JOIN unnest(c.bill_line_ids) AS u(id)
        JOIN bill_line l ON l.id = u.id JOIN bill b ON b.id = l.bill_id
       WHERE b.day <= ${day}::date AND ${NOT_RESTATED}
         AND NOT EXISTS (SELECT 1 FROM bill_match m WHERE m.bill_line_id = l.id)
         AND NOT EXISTS (SELECT 1 FROM bill_line f
                          WHERE f.bill_id = l.bill_id AND f.serial = l.serial AND f.id < l.id))
    SELECT (SELECT closing_fen FROM last) AS bank_fen, (SELECT day::text FROM last) AS bank_day,
           coalesce((SELECT sum(amount_fen) FROM open), 0)::bigint AS cases_fen,
           coalesce((SELECT sum(amount_fen) FROM open WHERE on_word), 0)::bigint AS word_fen,
           coalesce((SELECT sum((evidence ->> 'errorFen')::bigint) FROM reconciliation_case
                      WHERE evidence ->> 'kind' = 'bill' AND evidence ->> 'day' <= ${day}), 0)::bigint AS error_fen`);
  return row;
}

/** What cases have put into the ledger's cash by then and not taken back, each by its own journals. */
async function suspendedBy(db: Db, day: Day): Promise<bigint> {
  const cases = await db
    .select({ id: reconciliationCase.id, differenceFen: reconciliationCase.differenceFen })
    .from(reconciliationCase)
    .where(isNotNull(reconciliationCase.suspendedAt));
  const keys = (step: CashStep) => cases.map(({ id }) => journalKey(id, step));
  const days = await journalDays(db, [...keys('suspended'), ...keys('released')]);
  const by = (id: number, step: CashStep) => (days.get(journalKey(id, step)) ?? '9') <= day;
  return cases
    .filter(({ id }) => by(id, 'suspended') && !by(id, 'released'))
    .reduce((sum, { differenceFen }) => sum + differenceFen, 0n);
}

/** `kind:id` of all that any case is about. */
async function itemsInCases(db: Db): Promise<Set<string>> {
  const rows = await db.execute<{ name: string }>(sql`
    SELECT DISTINCT i ->> 'kind' || ':' || (i ->> 'id') AS name
      FROM reconciliation_case c, jsonb_array_elements(c.items) i WHERE ${NOT_RESTATED}`);
  return new Set(rows.map((row) => row.name));
}

/** The reconciliation of cash at the end of a business day. */
export async function balanceCash(db: Db, day: Day): Promise<CashBalance> {
  const { balanceMicroCny } = await balanceOf(db, accounts.alipayCash, day);
  const { booked, billedFen } = await cashInTransit(db, day);
  const inCases = await itemsInCases(db);
  // Of an earlier day, in no bill and in no case: nothing explains it.
  const bookedFen = booked
    .filter((item) => dayOf(item.atMs) > day || inCases.has(`${item.kind}:${item.id}`))
    .reduce((sum, item) => sum + item.amountFen, 0n);
  const row = await bankSide(db, day);
  const bankFen = row?.bank_fen == null ? null : BigInt(row.bank_fen);
  const bookFen = balanceMicroCny / MICRO_CNY_PER_FEN;
  const suspendedFen = await suspendedBy(db, day);
  const casesFen = BigInt(row?.cases_fen ?? 0);
  const billErrorFen = BigInt(row?.error_fen ?? 0);
  return {
    bookFen,
    bankFen,
    bankDay: row?.bank_day ?? null,
    bookOnlyFen: bookedFen,
    bankOnlyFen: billedFen,
    casesFen,
    suspendedFen,
    billErrorFen,
    onWordFen: BigInt(row?.word_fen ?? 0),
    // Without any bill the account has not moved: the books' openings are all there is.
    unexplainedFen:
      bankFen === null
        ? 0n
        : bookFen - suspendedFen + billedFen + casesFen + billErrorFen - bankFen - bookedFen,
  };
}
