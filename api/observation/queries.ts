/** The measures' questions to PostgreSQL. Private to observation; read only. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { dayOf } from '../../db/terms/day.ts';
import { trialBalance } from '../ledger/ledger.ts';

export async function ledgerDriftMicroCny(db: Db): Promise<bigint> {
  return (await trialBalance(db)).reduce(
    (sum, row) => sum + row.debitMicroCny - row.creditMicroCny,
    0n,
  );
}

export async function payoutsByStatus(db: Db): Promise<Record<string, number>> {
  const rows = (await db.execute(
    sql`SELECT status, count(*)::int AS n FROM payout GROUP BY status ORDER BY status`,
  )) as unknown as { status: string; n: number }[];
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

/** When the oldest payout of unknown outcome was approved, epoch ms; null where there is none. */
export async function unknownSince(db: Db): Promise<number | null> {
  const rows = (await db.execute(sql`
    SELECT extract(epoch FROM min(coalesce(p.approved_at, p.created_at))) * 1000 AS since
      FROM payout p JOIN payout_part s ON s.payout_id = p.id WHERE s.status = 'unknown'`)) as unknown as {
    since: string | null;
  }[];
  const since = rows[0]?.since;
  return since === null || since === undefined ? null : Number(since);
}

export async function openCases(db: Db): Promise<number> {
  const rows = (await db.execute(
    sql`SELECT count(*)::int AS n FROM reconciliation_case WHERE status <> 'closed'`,
  )) as unknown as { n: number }[];
  return rows[0]?.n ?? 0;
}

/** When the oldest letter that still waits was written, epoch ms; null where none does. */
export async function letterSince(db: Db): Promise<number | null> {
  const [row] = await db.execute<{ since: string | null }>(sql`
    SELECT extract(epoch FROM min(created_at)) * 1000 AS since FROM letter WHERE status = 'pending'`);
  return row?.since == null ? null : Number(row.since);
}

/** Between these a line item is on plan: billed of what the day so far had room for (delivery/pacing). */
const ON_PLAN = { least: 0.8, most: 1.2 };
const STEPPED_LATELY_MS = 5 * 60_000;

/** Evenly paced line items that serve now, and how many of them are off plan. */
export async function pacingOf(db: Db, nowMs: number): Promise<{ paced: number; offPlan: number }> {
  const [row] = await db.execute<{ paced: number; off_plan: number }>(sql`
    SELECT count(*)::int AS paced, count(*) FILTER (
        WHERE (state ->> 'toPlan')::float8 NOT BETWEEN ${ON_PLAN.least} AND ${ON_PLAN.most})::int AS off_plan
      FROM pacing_state WHERE state ->> 'toPlan' IS NOT NULL AND day = ${dayOf(nowMs)}
       AND updated_at > ${new Date(nowMs - STEPPED_LATELY_MS).toISOString()}::timestamptz`);
  return { paced: row?.paced ?? 0, offPlan: row?.off_plan ?? 0 };
}
