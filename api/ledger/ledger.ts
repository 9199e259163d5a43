/**
 * The ledger's front door: every yuan's only book. Other slices name accounts, post journals, hold money and read
 * balances through this file; the tables behind it are nobody else's.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import type { AccountCode } from './accounts.ts';
import { asFailure } from './failures.ts';

export { type AccountCode, accounts } from './accounts.ts';
export { postgresError } from './failures.ts';
export {
  captureHold,
  expireHolds,
  findHolds,
  type Hold,
  holdKeys,
  placeHold,
  releaseHold,
  resizeHold,
} from './holds.ts';
export {
  chainHead,
  lockPeriod,
  monthFigures,
  type Period,
  periodHash,
  periods,
  turnPeriod,
} from './periods.ts';
export {
  type Capture,
  type Journal,
  type JournalEntry,
  lockAccounts,
  type PostedJournal,
  post,
} from './posting.ts';
export {
  type Balance,
  balanceOf,
  balancesOf,
  type JournalView,
  journalDays,
  journalsAbout,
  journalsByKey,
  journalsOf,
  keysAfter,
  movements,
  type TrialBalanceRow,
  trialBalance,
} from './queries.ts';

/**
 * Sets how far below zero a wallet may go: its credit limit. @throws Failure `insufficient_funds` where it is
 * already further down.
 */
export async function setCreditLimit(
  db: Db,
  account: AccountCode,
  limitMicroCny: MicroCny,
): Promise<void> {
  try {
    await db.execute(
      sql`SELECT ledger_set_floor(${account}, ${(-limitMicroCny).toString()}::bigint)`,
    );
  } catch (error) {
    throw asFailure(error);
  }
}

/** Seals what is final into the hash chain's next block; returns how many journals that was. */
export async function sealJournals(db: Db): Promise<number> {
  const rows = (await db.execute(sql`SELECT ledger_seal() AS sealed`)) as unknown as {
    sealed: string;
  }[];
  return Number(rows[0]?.sealed ?? 0);
}

export interface LedgerFault {
  fault: string;
  subject: string;
}

/** What is wrong with the books: nothing, or the database was tampered with. `chain` also recomputes every hash. */
export async function ledgerFaults(
  db: Db,
  options: { chain?: boolean } = {},
): Promise<LedgerFault[]> {
  const chain = options.chain ? sql` UNION ALL SELECT * FROM ledger_chain_faults()` : sql``;
  const rows = await db.execute(sql`SELECT * FROM ledger_faults()${chain}`);
  return rows as unknown as LedgerFault[];
}
