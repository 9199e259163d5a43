/**
 * Posting rates: four-line journals in batches and singly, against the same rows written by the same kind of statement into
 * tables without any rule. Rounds alternate, so that a noisy machine is noisy to both.
 */
import { sql } from 'drizzle-orm';
import { accounts, type Journal, post } from '../../../api/ledger/ledger.ts';
import type { Database } from '../../../db/client.ts';

const DAY = '2026-11-10';
const WALLETS = 40;
const OUTLETS = 92;

/** Tables of the same shape and indexes, and nothing else. */
export async function makeBareTables(db: Database): Promise<void> {
  await db.execute(
    sql`CREATE TABLE bare_journal (LIKE journal INCLUDING IDENTITY INCLUDING DEFAULTS INCLUDING INDEXES)`,
  );
  await db.execute(sql`CREATE TABLE bare_entry (LIKE entry INCLUDING INDEXES)`);
}

export async function fillWallets(db: Database): Promise<void> {
  await post(
    db,
    Array.from({ length: WALLETS }, (_, n): Journal => {
      const amountMicroCny = 10n ** 15n;
      return {
        key: `bench-fill:${n}`,
        kind: 'top_up',
        day: DAY,
        entries: [
          { account: accounts.alipayCash, amountMicroCny },
          { account: accounts.wallet(n + 1), amountMicroCny: -amountMicroCny },
        ],
      };
    }),
  );
  const open = Array.from({ length: OUTLETS }, (_, n) => `payable:${n + 1}`);
  await db.execute(
    sql`SELECT ledger_open_accounts(ARRAY(SELECT json_array_elements_text(${JSON.stringify(open)}::text::json)))`,
  );
}

let serial = 0;

/** D wallet / C county / C city / C platform. */
function chargeJournal(wallet: number): Journal {
  const n = serial++;
  return {
    key: `bench:${n}`,
    kind: 'charge',
    day: DAY,
    subject: `lineItem:${n % 400}`,
    entries: [
      { account: accounts.wallet(wallet), amountMicroCny: 10_000n },
      { account: accounts.payable((n % 80) + 1), amountMicroCny: -5_500n },
      { account: accounts.payable((n % 12) + 81), amountMicroCny: -2_000n },
      { account: accounts.platformRevenue, amountMicroCny: -2_500n },
    ],
  };
}

const batchOf = (size: number): Journal[] =>
  Array.from({ length: size }, (_, n) => chargeJournal((n % WALLETS) + 1));

/** The same rows from the same JSON in one statement, account ids looked up alike; no hash, balance, floor or period. */
async function insertBare(db: Database, journals: readonly Journal[]): Promise<void> {
  const heads = journals.map(({ key, kind, day, subject }, n) => ({ n, key, kind, day, subject }));
  const lines = journals.flatMap((journal, n) =>
    journal.entries.map(({ account, amountMicroCny }) => ({
      n,
      account,
      amount: `${amountMicroCny}`,
    })),
  );
  await db.execute(sql`
    WITH made AS (
      INSERT INTO bare_journal (key, body_hash, kind, day, subject, line_count)
      SELECT j.key, '\\x00', j.kind, j.day, j.subject, 4
        FROM json_to_recordset(${JSON.stringify(heads)}::text::json) AS j(n int, key text, kind text, day date, subject text)
      RETURNING id, key, day)
    INSERT INTO bare_entry (journal_id, ordinal, account_id, day, amount_micro_cny)
    SELECT m.id, row_number() OVER (PARTITION BY l.n), a.id, m.day, l.amount
      FROM json_to_recordset(${JSON.stringify(lines)}::text::json) AS l(n int, account text, amount bigint)
      JOIN json_to_recordset(${JSON.stringify(heads)}::text::json) AS j(n int, key text) ON j.n = l.n
      JOIN made m ON m.key = j.key JOIN account a ON a.code = l.account`);
}

/** Units of work a second, by as many writers for as long as told. */
async function rate(
  seconds: number,
  writers: number,
  work: () => Promise<number>,
): Promise<number> {
  const began = performance.now();
  const end = began + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (performance.now() < end) done += await work();
    }),
  );
  return (done * 1000) / (performance.now() - began);
}

export interface PostingRates {
  batchedPerSecond: number;
  bareBatchedPerSecond: number;
  batchedShareOfBare: number;
  singlePerSecond: number;
  bareSinglePerSecond: number;
  singleShareOfBare: number;
}

export async function measurePosting(
  db: Database,
  options: { seconds: number; batch: number; writers: number },
): Promise<PostingRates> {
  const { seconds, batch, writers } = options;
  const rules = async (journals: Journal[]) => (await post(db, journals)).length;
  const bare = async (journals: Journal[]) => {
    await insertBare(db, journals);
    return journals.length;
  };
  const sums = { rules: 0, bare: 0, single: 0, bareSingle: 0 };
  const rounds = 4;
  await rules(batchOf(batch));
  await bare(batchOf(batch));
  for (let round = 0; round < rounds; round++) {
    const part = seconds / rounds;
    sums.rules += await rate(part, writers, () => rules(batchOf(batch)));
    sums.bare += await rate(part, writers, () => bare(batchOf(batch)));
    // One wallet, one journal a transaction, several writers: every one of them queues for the same row.
    sums.single += await rate(part, writers * 2, () => rules([chargeJournal(1)]));
    sums.bareSingle += await rate(part, writers * 2, () => bare([chargeJournal(1)]));
  }
  const mean = (sum: number) => Math.round(sum / rounds);
  return {
    batchedPerSecond: mean(sums.rules),
    bareBatchedPerSecond: mean(sums.bare),
    batchedShareOfBare: Math.round((100 * sums.rules) / sums.bare) / 100,
    singlePerSecond: mean(sums.single),
    bareSinglePerSecond: mean(sums.bareSingle),
    singleShareOfBare: Math.round((100 * sums.single) / sums.bareSingle) / 100,
  };
}
