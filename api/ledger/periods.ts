/**
 * Accounting months: open → closing → closed. Owns the page-turning only; what must hold before a month may close is
 * judged by api/periods, which signs the certificate given here.
 */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { PeriodStatus } from '../../db/schema/ledger.ts';
import type { Day } from '../../db/terms/day.ts';
import { asFailure } from './failures.ts';

export interface Period {
  /** `YYYY-MM`. */
  month: string;
  status: PeriodStatus;
  closingBy: string | null;
  closedAt: string | null;
  closedBy: string | null;
  certificate: Record<string, unknown> | null;
}

const iso = (column: string) =>
  sql.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** Latest first. */
export async function periods(db: Db): Promise<Period[]> {
  const rows = await db.execute(sql`
    SELECT month, status, closing_by AS "closingBy", ${iso('closed_at')} AS "closedAt", closed_by AS "closedBy",
           certificate FROM period ORDER BY month DESC`);
  return rows as unknown as Period[];
}

/**
 * Turns a month's page. `closing` keeps everything out but journals of kind `period.…`; back to `open` undoes that;
 * `closed` is for ever and takes the certificate. Waits for postings in flight.
 * @throws Failure `period_closed` where the month cannot go there.
 */
export async function turnPeriod(
  db: Db,
  input: {
    month: string;
    to: PeriodStatus;
    by: string;
    certificate?: Record<string, unknown>;
  },
): Promise<void> {
  const certificate = input.certificate ? JSON.stringify(input.certificate) : null;
  try {
    await db.execute(sql`
      SELECT ledger_period_set(${input.month}, ${input.to}, ${input.by}, ${certificate}::text::jsonb)`);
  } catch (error) {
    throw asFailure(error);
  }
}

/**
 * Keeps a month from being closed until the transaction ends, for whoever writes what its certificate will speak of; or, with
 * `alone`, keeps those out: for whoever closes it. @throws Failure `period_closed` (unless `alone`).
 */
export async function lockPeriod(tx: Db, month: string, alone = false): Promise<void> {
  try {
    await tx.execute(sql`SELECT ledger_lock_month(${month}, ${alone})`);
  } catch (error) {
    throw asFailure(error);
  }
}

/** SHA-256 over all of a month's journals: what a certificate pins. */
export async function periodHash(db: Db, month: string): Promise<string> {
  const rows = (await db.execute(sql`SELECT ledger_period_hash(${month}) AS hash`)) as unknown as {
    hash: string;
  }[];
  return rows[0]?.hash ?? '';
}

/** The hash chain's last block, or null before the first. */
export async function chainHead(db: Db): Promise<{ number: number; hash: string } | null> {
  const rows = (await db.execute(sql`
    SELECT number, encode(hash, 'hex') AS hash FROM journal_block ORDER BY number DESC LIMIT 1`)) as unknown as {
    number: string;
    hash: string;
  }[];
  const row = rows[0];
  return row ? { number: Number(row.number), hash: row.hash } : null;
}

/** How many journals a month holds, and the days of it on which cash moved (openings apart): each needs a bank's bill. */
export async function monthFigures(
  db: Db,
  month: string,
): Promise<{ journals: number; cashDays: Day[] }> {
  const [row] = await db.execute<{ journals: number; days: Day[] | null }>(sql`
    WITH days AS (
      SELECT to_date(${month}, 'YYYY-MM') AS first, (to_date(${month}, 'YYYY-MM') + interval '1 month')::date AS next)
    SELECT (SELECT count(*)::int FROM journal, days WHERE day >= first AND day < next) AS journals,
           (SELECT json_agg(DISTINCT e.day) FROM days, entry e JOIN account a ON a.id = e.account_id
              JOIN journal j ON j.id = e.journal_id
             WHERE a.code = 'alipay_cash' AND j.kind <> 'opening' AND e.day >= first AND e.day < next) AS days`);
  return { journals: row?.journals ?? 0, cashDays: row?.days ?? [] };
}
