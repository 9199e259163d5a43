/** Holds: money of a wallet promised to a purpose and not yet spent. Captured by a journal, or given back. */
import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { HoldStatus } from '../../db/schema/ledger.ts';
import type { Day } from '../../db/terms/day.ts';
import type { Subject } from '../../db/terms/id.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import type { AccountCode } from './accounts.ts';
import { asFailure } from './failures.ts';
import type { Journal } from './posting.ts';
import { type PostedJournal, post } from './posting.ts';

export interface Hold {
  key: string;
  /** What was held in all; with `upTo` perhaps less than asked. */
  amountMicroCny: MicroCny;
  capturedMicroCny: MicroCny;
  releasedMicroCny: MicroCny;
  /** Still held: amount − captured − released. */
  remainingMicroCny: MicroCny;
  status: HoldStatus;
}

/** Keys of the holds that slices share: delivery places them, billing captures them, the sweep releases them. */
export const holdKeys = {
  /** A line item's budget of one business day. */
  budget: (lineItemId: number, day: Day): string => `budget:${lineItemId}:${day}`,
  booking: (bookingId: number): string => `booking:${bookingId}`,
};

interface HoldRow {
  key: string;
  amount_micro_cny: string;
  captured_micro_cny: string;
  released_micro_cny: string;
  status: HoldStatus;
}

function fromRow(row: HoldRow): Hold {
  const amountMicroCny = BigInt(row.amount_micro_cny);
  const capturedMicroCny = BigInt(row.captured_micro_cny);
  const releasedMicroCny = BigInt(row.released_micro_cny);
  return {
    key: row.key,
    amountMicroCny,
    capturedMicroCny,
    releasedMicroCny,
    remainingMicroCny: amountMicroCny - capturedMicroCny - releasedMicroCny,
    status: row.status,
  };
}

async function one(db: Db, query: ReturnType<typeof sql>): Promise<Hold> {
  try {
    const rows = (await db.execute(query)) as unknown as HoldRow[];
    return fromRow(rows[0] as HoldRow);
  } catch (error) {
    throw asFailure(error);
  }
}

/**
 * Holds an amount of an account that has a floor. With `upTo`, as much of it as is free (perhaps nothing).
 * The same key again returns the first hold. @throws Failure `insufficient_funds`, `idempotency_mismatch`.
 */
export function placeHold(
  db: Db,
  input: {
    key: string;
    account: AccountCode;
    amountMicroCny: MicroCny;
    upTo?: boolean;
    subject?: Subject;
    expiresAtMs?: number;
  },
): Promise<Hold> {
  const expires =
    input.expiresAtMs === undefined ? null : new Date(input.expiresAtMs).toISOString();
  return one(
    db,
    sql`SELECT * FROM ledger_hold_place(${input.key}, ${input.account}, ${input.amountMicroCny.toString()}::bigint,
      ${input.upTo ?? false}, ${input.subject ?? null}, ${expires}::timestamptz)`,
  );
}

/**
 * Sets what remains in a hold, or with `upTo` as near to it as the wallet allows; a fully captured hold comes back to
 * life. @throws Failure `conflict` (released, expired or unknown), `insufficient_funds`.
 */
export function resizeHold(
  db: Db,
  input: { key: string; remainingMicroCny: MicroCny; upTo?: boolean },
): Promise<Hold> {
  return one(
    db,
    sql`SELECT * FROM ledger_hold_resize(${input.key}, ${input.remainingMicroCny.toString()}::bigint,
      ${input.upTo ?? false})`,
  );
}

/** Gives back what remains; harmless when repeated. @throws Failure `conflict` for an unknown key. */
export function releaseHold(
  db: Db,
  key: string,
  as: 'released' | 'expired' = 'released',
): Promise<Hold> {
  return one(db, sql`SELECT * FROM ledger_hold_release(${key}, ${as})`);
}

/** Posts one journal that spends from a hold. @throws as `post`; `conflict` when the hold has less left. */
export async function captureHold(
  db: Db,
  input: { key: string; amountMicroCny: MicroCny; journal: Journal },
): Promise<PostedJournal> {
  const capture = { holdKey: input.key, amountMicroCny: input.amountMicroCny };
  const captures = [...(input.journal.captures ?? []), capture];
  const [posted] = await post(db, [{ ...input.journal, captures }]);
  return posted as PostedJournal;
}

/** Holds by key; unknown keys are absent. */
export async function findHolds(db: Db, keys: readonly string[]): Promise<Map<string, Hold>> {
  if (keys.length === 0) return new Map();
  const rows = (await db.execute(sql`
    SELECT key, amount_micro_cny, captured_micro_cny, released_micro_cny, status FROM hold
     WHERE key IN (SELECT json_array_elements_text(${JSON.stringify(keys)}::text::json))`)) as unknown as HoldRow[];
  return new Map(rows.map((row) => [row.key, fromRow(row)]));
}

/** Releases holds whose time has passed; returns how many. */
export async function expireHolds(db: Db, nowMs: number, limit = 500): Promise<number> {
  const rows = (await db.execute(sql`
    SELECT key FROM hold WHERE status = 'active' AND expires_at <= ${new Date(nowMs).toISOString()}::timestamptz
     ORDER BY account_id, id LIMIT ${limit}`)) as unknown as { key: string }[];
  for (const row of rows) await releaseHold(db, row.key, 'expired');
  return rows.length;
}

export interface HoldView extends Hold {
  subject: string | null;
  expiresAt: string | null;
}

/** Active holds on an account, oldest first. */
export async function findHoldsOn(db: Db, account: AccountCode): Promise<HoldView[]> {
  const rows = (await db.execute(sql`
    SELECT h.key, h.amount_micro_cny, h.captured_micro_cny, h.released_micro_cny, h.status, h.subject,
           to_char(h.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS expires_at
      FROM hold h JOIN account a ON a.id = h.account_id
     WHERE a.code = ${account} AND h.status = 'active' ORDER BY h.id LIMIT 500`)) as unknown as (HoldRow & {
    subject: string | null;
    expires_at: string | null;
  })[];
  return rows.map((row) => ({ ...fromRow(row), subject: row.subject, expiresAt: row.expires_at }));
}
