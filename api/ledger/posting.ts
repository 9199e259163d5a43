/**
 * The way into the ledger: journals as the database's posting function wants them. Refuses nothing by itself;
 * every rule lives in the database, where a second writer cannot walk around it.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Day } from '../../db/terms/day.ts';
import type { Subject } from '../../db/terms/id.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import { traced } from '../http/tracing.ts';
import type { AccountCode } from './accounts.ts';
import { asFailure } from './failures.ts';

export interface JournalEntry {
  account: AccountCode;
  /** Debit positive, credit negative; never zero. */
  amountMicroCny: MicroCny;
}

export interface Capture {
  holdKey: string;
  amountMicroCny: MicroCny;
}

export interface Journal {
  /** Names the event for ever; the same key with the same body posts once. */
  key: string;
  /** Lower-case words, `charge`, `payout.sent`. `period.…` is the closing's own. */
  kind: string;
  day: Day;
  memo?: string;
  subject?: Subject;
  entries: readonly JournalEntry[];
  /** Held money that this journal spends. */
  captures?: readonly Capture[];
}

/** Keys of journals that a trace names. */
const KEYS_TOLD = 20;

export interface PostedJournal {
  journalId: number;
  key: string;
  /** True where the key had been posted before: nothing moved now. */
  replayed: boolean;
}

/**
 * Posts journals, all or none, in one round trip; in the caller's transaction when given one.
 * @throws Failure `idempotency_mismatch` (key known with another body), `insufficient_funds` (a floor, counting
 * holds), `period_closed`, `conflict` (a hold has too little left), `invalid_input` (unbalanced, a zero line, cash
 * not in whole fen, an unknown kind of account).
 */
export async function post(db: Db, journals: readonly Journal[]): Promise<PostedJournal[]> {
  if (journals.length === 0) return [];
  return traced({ name: 'ledger.post' }, async (span) => {
    if (span) {
      span.attributes['hongze.journals'] = journals.length;
      span.attributes['hongze.journal_keys'] = journals
        .slice(0, KEYS_TOLD)
        .map(({ key }) => key)
        .join(' ');
    }
    return write(db, journals);
  });
}

async function write(db: Db, journals: readonly Journal[]): Promise<PostedJournal[]> {
  const heads = journals.map(({ key, kind, day, memo, subject }, n) => ({
    n,
    key,
    kind,
    day,
    memo: memo ?? null,
    subject: subject ?? null,
  }));
  const lines = journals.flatMap((journal, n) =>
    journal.entries.map((entry) => ({
      n,
      account: entry.account,
      amount: entry.amountMicroCny.toString(),
    })),
  );
  const captures = journals.flatMap((journal, n) =>
    (journal.captures ?? []).map((capture) => ({
      n,
      hold: capture.holdKey,
      amount: capture.amountMicroCny.toString(),
    })),
  );
  try {
    const rows = (await db.execute(sql`
      SELECT n, journal_id, replayed FROM ledger_post(
        ${JSON.stringify(heads)}::text::json, ${JSON.stringify(lines)}::text::json,
        ${JSON.stringify(captures)}::text::json) ORDER BY n`)) as unknown as {
      n: number;
      journal_id: string;
      replayed: boolean;
    }[];
    return rows.map((row) => ({
      journalId: Number(row.journal_id),
      key: (journals[row.n] as Journal).key,
      replayed: row.replayed,
    }));
  } catch (error) {
    throw asFailure(error);
  }
}

/**
 * Locks accounts in the posting order until the transaction ends and returns what each has free (µCNY above its
 * floor and holds, natural sign). For a decision by balance: name every account that will be posted to.
 */
export async function lockAccounts(
  tx: Db,
  codes: readonly AccountCode[],
): Promise<Map<AccountCode, MicroCny>> {
  const rows = (await tx.execute(sql`
    SELECT code, available_micro_cny FROM ledger_lock(
      ARRAY(SELECT json_array_elements_text(${JSON.stringify(codes)}::text::json)))`)) as unknown as {
    code: AccountCode;
    available_micro_cny: string;
  }[];
  return new Map(rows.map((row) => [row.code, BigInt(row.available_micro_cny)]));
}
