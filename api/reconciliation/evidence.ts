/**
 * What bears the closing of a case out beside two people's word: a bill line that takes the money the other way, or the
 * bill's own running balance, which says that a line did not move. Only looks.
 */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Evidence, reconciliationCase } from '../../db/schema/reconciliation.ts';
import type { Day } from '../../db/terms/day.ts';
import { type CashItem, cashItemsNamed } from '../payments/payments.ts';
import type { Case } from './cases.ts';

/**
 * An unsettled case whose bill lines move the same money the other way. `named`: of the same number only, so that it cannot be
 * another's of the same amount by chance; otherwise people have looked, and any will do where no number says which.
 */
export async function counterOf(db: Db, row: Case, named: boolean): Promise<Case | undefined> {
  if (row.billLineIds.length === 0) return undefined;
  const others = await db
    .select()
    .from(reconciliationCase)
    .where(
      and(
        ne(reconciliationCase.status, 'closed'),
        ne(reconciliationCase.id, row.id),
        eq(reconciliationCase.differenceFen, -row.differenceFen),
        sql`cardinality(${reconciliationCase.billLineIds}) > 0 AND ${reconciliationCase.items} = '[]'`,
      ),
    )
    .orderBy(reconciliationCase.id)
    .for('update');
  const same = others.find((one) => one.outNo === row.outNo && row.outNo !== '');
  return same ?? (named || row.items.length > 0 ? undefined : others[0]);
}

/**
 * Where a bill and the one after it contradict themselves: a balance that is not the one before it and the line's amount.
 * A serial listed twice is one movement; a first bill's opening balance is taken at its word.
 */
async function errorsNear(db: Db, day: Day): Promise<{ day: Day; fen: bigint }[]> {
  const rows = (await db.execute(sql`
    WITH near AS (
      (SELECT id, day FROM bill WHERE status <> 'refused' AND day >= ${day}::date ORDER BY day LIMIT 2)),
    line AS (
      SELECT DISTINCT ON (l.bill_id, l.serial) l.id, n.day, l.amount_fen, l.balance_fen
        FROM bill_line l JOIN near n ON n.id = l.bill_id ORDER BY l.bill_id, l.serial, l.id),
    chain AS (
      SELECT day, amount_fen, balance_fen, coalesce(lag(balance_fen) OVER (ORDER BY day, id),
               (SELECT b.closing_fen FROM bill b WHERE b.status <> 'refused' AND b.closing_fen IS NOT NULL
                  AND b.day < (SELECT min(day) FROM near) ORDER BY b.day DESC LIMIT 1),
               balance_fen - amount_fen) AS before_fen
        FROM line)
    SELECT day::text AS day, (balance_fen - before_fen - amount_fen)::bigint AS fen FROM chain
     WHERE balance_fen - before_fen <> amount_fen`)) as unknown as { day: Day; fen: string }[];
  return rows.map((row) => ({ day: row.day, fen: BigInt(row.fen) }));
}

/** The bill's own mistake of just this case's money that no other case has claimed yet. */
export async function billErrorOf(db: Db, row: Case): Promise<Evidence | undefined> {
  const errors = (await errorsNear(db, row.day)).filter((one) => one.fen === -row.differenceFen);
  const claimed = await db
    .select({ evidence: reconciliationCase.evidence })
    .from(reconciliationCase)
    .where(sql`${reconciliationCase.evidence} ->> 'kind' = 'bill'
      AND ${reconciliationCase.evidence} ->> 'errorFen' = ${(-row.differenceFen).toString()}`);
  const days = claimed.flatMap(({ evidence }) => (evidence?.kind === 'bill' ? evidence.day : []));
  const free = errors.find(({ day }) => {
    const at = days.indexOf(day);
    if (at >= 0) days.splice(at, 1);
    return at < 0;
  });
  return free && { kind: 'bill', day: free.day, errorFen: free.fen.toString() };
}

/** The items of a case as our book has them now. */
export async function itemsOf(db: Db, row: Case): Promise<CashItem[]> {
  const named = await cashItemsNamed(db, [row.outNo]);
  return named.filter((item) => row.items.some((i) => i.kind === item.kind && i.id === item.id));
}

/** Items of a case that our book did not know as moved when its lines came, and does now: what they moved is booked. */
export async function movedSince(db: Db, row: Case): Promise<CashItem[]> {
  if (row.remedy !== 'ask_alipay' || row.billLineIds.length === 0) return [];
  return (await itemsOf(db, row)).filter((item) => item.settled);
}

/** Says where evidence is at hand, so that nobody writes off what the bank has settled. */
export const evidenceAtHand = async (db: Db, row: Case): Promise<boolean> =>
  (await counterOf(db, row, true)) !== undefined || (await billErrorOf(db, row)) !== undefined;
