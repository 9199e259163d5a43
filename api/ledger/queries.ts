/** Reads of the ledger. Natural sign throughout: a wallet with money in it is positive, so is cash. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { AccountClass } from '../../db/schema/ledger.ts';
import type { Day } from '../../db/terms/day.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import type { AccountCode } from './accounts.ts';

export interface Balance {
  balanceMicroCny: MicroCny;
  /** Promised to holds; always of now, also where an earlier day was asked for. */
  heldMicroCny: MicroCny;
  /** What may still be taken: balance − held − floor (the floor of a wallet with credit is negative). */
  availableMicroCny: MicroCny;
}

const ZERO: Balance = { balanceMicroCny: 0n, heldMicroCny: 0n, availableMicroCny: 0n };

interface BalanceRow {
  code: AccountCode;
  id: string;
  normal: number;
  amount: string;
  held: string;
  floor: string;
}

const balanceRows = async (db: Db, codes: readonly AccountCode[]): Promise<BalanceRow[]> =>
  (await db.execute(sql`
    SELECT a.code, a.id, a.normal, sum(b.normal * b.amount_micro_cny)::bigint AS amount,
           sum(b.held_micro_cny)::bigint AS held, coalesce(sum(b.floor_micro_cny), 0)::bigint AS floor
      FROM account a JOIN balance b ON b.account_id = a.id
     WHERE a.code IN ${codes} GROUP BY a.id`)) as unknown as BalanceRow[];

const standing = (row: BalanceRow, balanceMicroCny = BigInt(row.amount)): Balance => {
  const heldMicroCny = BigInt(row.held);
  const availableMicroCny = balanceMicroCny - heldMicroCny - BigInt(row.floor);
  return { balanceMicroCny, heldMicroCny, availableMicroCny };
};

/**
 * An account's balance now, or at the end of a business day. An account never posted to has zeros.
 * As of a day: the closing balance of the last closed month before it, plus the entries since.
 */
export async function balanceOf(db: Db, account: AccountCode, asOf?: Day): Promise<Balance> {
  const [row] = await balanceRows(db, [account]);
  if (!row) return ZERO;
  return asOf ? standing(row, await asOfDay(db, row.id, row.normal, asOf)) : standing(row);
}

/** Of several accounts now; one never posted to is absent. */
export async function balancesOf(
  db: Db,
  accounts: readonly AccountCode[],
): Promise<Map<AccountCode, Balance>> {
  const rows = accounts.length === 0 ? [] : await balanceRows(db, accounts);
  return new Map(rows.map((row) => [row.code, standing(row)]));
}

async function asOfDay(db: Db, accountId: string, normal: number, day: Day): Promise<MicroCny> {
  const rows = (await db.execute(sql`
    WITH base AS (
      SELECT p.month, (to_date(p.month, 'YYYY-MM') + interval '1 month')::date AS since,
             (SELECT b.amount_micro_cny FROM period_balance b
               WHERE b.month = p.month AND b.account_id = ${accountId}::bigint) AS amount
        FROM period p
       WHERE p.status = 'closed' AND (to_date(p.month, 'YYYY-MM') + interval '1 month')::date <= ${day}::date + 1
         AND NOT EXISTS (SELECT 1 FROM period q WHERE q.month < p.month AND q.status <> 'closed')
       ORDER BY p.month DESC LIMIT 1)
    SELECT (coalesce((SELECT amount FROM base), 0) + coalesce((
      SELECT sum(e.amount_micro_cny) FROM entry e
       WHERE e.account_id = ${accountId}::bigint AND e.day <= ${day}::date
         AND e.day >= coalesce((SELECT since FROM base), '-infinity'::date)), 0))::bigint AS amount`)) as unknown as {
    amount: string;
  }[];
  return BigInt(normal) * BigInt(rows[0]?.amount ?? 0);
}

export interface JournalLine {
  account: AccountCode;
  amountMicroCny: MicroCny;
}

export interface JournalView {
  journalId: number;
  key: string;
  kind: string;
  day: Day;
  memo: string | null;
  subject: string | null;
  recordedAt: string;
  lines: JournalLine[];
}

interface JournalRow {
  id: string;
  key: string;
  kind: string;
  day: string;
  memo: string | null;
  subject: string | null;
  recorded_at: string;
  lines: { account: AccountCode; amount: string }[];
}

const JOURNAL_COLUMNS = sql`j.id, j.key, j.kind, j.day::text AS day, j.memo, j.subject,
  to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS recorded_at,
  (SELECT json_agg(json_build_object('account', a.code, 'amount', e.amount_micro_cny::text) ORDER BY e.ordinal)
     FROM entry e JOIN account a ON a.id = e.account_id WHERE e.journal_id = j.id) AS lines`;

const fromRow = (row: JournalRow): JournalView => ({
  journalId: Number(row.id),
  key: row.key,
  kind: row.kind,
  day: row.day,
  memo: row.memo,
  subject: row.subject,
  recordedAt: row.recorded_at,
  lines: row.lines.map((line) => ({ account: line.account, amountMicroCny: BigInt(line.amount) })),
});

/** An account's journals, newest first; `cursor` is the last journalId seen. */
export async function journalsOf(
  db: Db,
  account: AccountCode,
  page: { limit: number; cursor?: number | undefined },
): Promise<{ items: JournalView[]; nextCursor: number | null }> {
  const rows = (await db.execute(sql`
    SELECT ${JOURNAL_COLUMNS} FROM journal j
     WHERE j.id IN (SELECT e.journal_id FROM entry e JOIN account a ON a.id = e.account_id WHERE a.code = ${account})
       AND j.id < ${(page.cursor ?? Number.MAX_SAFE_INTEGER).toString()}::bigint
     ORDER BY j.id DESC LIMIT ${page.limit + 1}`)) as unknown as JournalRow[];
  const items = rows.slice(0, page.limit).map(fromRow);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > page.limit && last ? last.journalId : null };
}

/** Journals by key, in key order; unknown keys are absent. */
export async function journalsByKey(db: Db, keys: readonly string[]): Promise<JournalView[]> {
  const rows = (await db.execute(sql`
    SELECT ${JOURNAL_COLUMNS} FROM journal j
     WHERE j.key IN (SELECT json_array_elements_text(${JSON.stringify(keys)}::text::json))
     ORDER BY j.key`)) as unknown as JournalRow[];
  return rows.map(fromRow);
}

/** Journals about a thing (`topUp:7`), oldest first. */
export async function journalsAbout(db: Db, subject: string): Promise<JournalView[]> {
  const rows = (await db.execute(sql`
    SELECT ${JOURNAL_COLUMNS} FROM journal j WHERE j.subject = ${subject} ORDER BY j.id`)) as unknown as JournalRow[];
  return rows.map(fromRow);
}

export interface TrialBalanceRow {
  account: AccountCode;
  class: AccountClass;
  debitMicroCny: MicroCny;
  creditMicroCny: MicroCny;
}

/** Every account's balance at the end of a day (default: now), in its debit or credit column; the columns agree. */
export async function trialBalance(db: Db, asOf?: Day): Promise<TrialBalanceRow[]> {
  const amounts = asOf
    ? sql`SELECT account_id, sum(amount_micro_cny) AS amount FROM entry WHERE day <= ${asOf}::date GROUP BY 1`
    : sql`SELECT account_id, sum(amount_micro_cny) AS amount FROM balance GROUP BY 1`;
  const rows = (await db.execute(sql`
    SELECT a.code, a.class, t.amount::bigint::text AS amount FROM (${amounts}) t JOIN account a ON a.id = t.account_id
     WHERE t.amount <> 0 ORDER BY a.class, a.code`)) as unknown as {
    code: AccountCode;
    class: AccountClass;
    amount: string;
  }[];
  return rows.map((row) => {
    const amount = BigInt(row.amount);
    return {
      account: row.code,
      class: row.class,
      debitMicroCny: amount > 0n ? amount : 0n,
      creditMicroCny: amount < 0n ? -amount : 0n,
    };
  });
}

/** What journals of some kinds moved on accounts over days (inclusive), natural sign; accounts without any are absent. */
export async function movements(
  db: Db,
  filter: { accounts: readonly AccountCode[]; kinds: readonly string[]; from: Day; to: Day },
): Promise<Map<AccountCode, MicroCny>> {
  const rows = (await db.execute(sql`
    SELECT a.code, (a.normal * sum(e.amount_micro_cny))::bigint::text AS amount
      FROM entry e JOIN account a ON a.id = e.account_id JOIN journal j ON j.id = e.journal_id
     WHERE a.code IN (SELECT json_array_elements_text(${JSON.stringify(filter.accounts)}::text::json))
       AND j.kind IN (SELECT json_array_elements_text(${JSON.stringify(filter.kinds)}::text::json))
       AND e.day BETWEEN ${filter.from}::date AND ${filter.to}::date
     GROUP BY a.code, a.normal`)) as unknown as { code: AccountCode; amount: string }[];
  return new Map(rows.map((row) => [row.code, BigInt(row.amount)]));
}

/** The days of journals by key; unknown keys are absent. */
export async function journalDays(db: Db, keys: readonly string[]): Promise<Map<string, Day>> {
  const rows = (await db.execute(sql`
    SELECT key, day::text AS day FROM journal
     WHERE key IN (SELECT json_array_elements_text(${JSON.stringify(keys)}::text::json))`)) as unknown as {
    key: string;
    day: Day;
  }[];
  return new Map(rows.map((row) => [row.key, row.day]));
}

/** Keys of the journals that moved an account after a day. */
export async function keysAfter(db: Db, account: AccountCode, day: Day): Promise<string[]> {
  const rows = (await db.execute(sql`
    SELECT j.key FROM entry e JOIN account a ON a.id = e.account_id JOIN journal j ON j.id = e.journal_id
     WHERE a.code = ${account} AND e.day > ${day}::date`)) as unknown as { key: string }[];
  return rows.map((row) => row.key);
}
