/** The journals behind a statement's charges, as far as the one who asks may see them. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { asHouse } from '../../db/scope.ts';
import { accounts, type JournalView, journalsByKey } from '../ledger/ledger.ts';

export type SeenJournal = Omit<JournalView, 'lines'> & {
  lines: { account: string; amountMicroCny: bigint }[];
};

/**
 * Journals by key, of those that a charge or adjustment of the statement names; others are absent. Without `whole`, other
 * people's accounts are shown by kind only, added up: the journal still balances.
 */
export async function journalsOfStatement(
  db: Db,
  statementId: number,
  keys: readonly string[],
  options: { whole: boolean },
): Promise<SeenJournal[]> {
  const rows = (await db.execute(sql`
    SELECT DISTINCT k.key, s.outlet_id FROM statement s
      CROSS JOIN json_array_elements_text(${JSON.stringify(keys)}::text::json) AS k(key)
     WHERE s.id = ${statementId} AND (EXISTS (
         SELECT 1 FROM charge c JOIN charge_share h ON h.charge_id = c.id AND h.outlet_id = s.outlet_id
          WHERE c.journal_key = k.key)
       OR EXISTS (SELECT 1 FROM statement_adjustment a
          WHERE a.journal_key = k.key AND a.outlet_id = s.outlet_id))`)) as unknown as {
    key: string;
    outlet_id: string;
  }[];
  const own = accounts.payable(Number(rows[0]?.outlet_id ?? 1));
  const named = rows.map((row) => row.key);
  // Over the wall: the others' lines are read to be added up, and leave by kind alone.
  const journals = await asHouse(db, (house) => journalsByKey(house, named));
  if (options.whole) return journals;
  return journals.map((journal) => {
    const sums = new Map<string, bigint>();
    for (const { account, amountMicroCny } of journal.lines) {
      const name = account === own ? account : (account.split(':')[0] as string);
      sums.set(name, (sums.get(name) ?? 0n) + amountMicroCny);
    }
    const lines = [...sums].map(([account, amountMicroCny]) => ({ account, amountMicroCny }));
    return { ...journal, lines };
  });
}
