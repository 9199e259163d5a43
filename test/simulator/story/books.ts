/** What the story reads of the books: balances, sums, and whether anything moved. Natural sign, µCNY. */
import { sql } from 'drizzle-orm';
import { type AccountCode, accounts, balanceOf } from '../../../api/ledger/ledger.ts';
import type { Db } from '../../../db/client.ts';

export const balance = async (db: Db, account: AccountCode): Promise<bigint> =>
  (await balanceOf(db, account)).balanceMicroCny;

export const cash = (db: Db): Promise<bigint> => balance(db, accounts.alipayCash);

/** One number out of a query that names it `n`. */
export async function number(db: Db, query: string): Promise<bigint> {
  const rows = (await db.execute(sql.raw(query))) as unknown as { n: string | number | null }[];
  return BigInt(rows[0]?.n ?? 0);
}

export const journals = (db: Db): Promise<number> => count(db, 'FROM journal');

/** How many rows there are `FROM …`. */
export const count = async (db: Db, from: string): Promise<number> =>
  Number(await number(db, `SELECT count(*) AS n ${from}`));
