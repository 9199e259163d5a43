/**
 * The audit log: who did what, before and after. Owns `audit_entry`, which triggers keep append-only and hash-chained;
 * refuses to be written anywhere but inside the transaction of what it tells of.
 */
import { and, desc, eq, getTableColumns, gte, like, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { auditEntry } from '../../db/schema/audit.ts';
import { user } from '../../db/schema/identity.ts';
import type { Subject } from '../../db/terms/id.ts';
import { decodeIdCursor, type Page, type PageQuery, pageOf } from '../http/paging.ts';

/** A person, or the name of a process. */
export type Author = { userId: string; organizationId?: string | null };

export interface AuditRecord {
  actor: Author;
  /** `campaign.update`. */
  action: string;
  subject: Subject;
  before?: unknown;
  after?: unknown;
  requestId?: string;
  /** Default: the database's clock. */
  at?: Date;
}

/** bigint → decimal text, undefined left out; what jsonb can hold. */
const plain = (value: unknown): unknown =>
  value === undefined
    ? null
    : JSON.parse(
        JSON.stringify(value, (_key, item: unknown) =>
          typeof item === 'bigint' ? item.toString() : item,
        ),
      );

/** Appends one entry within the caller's transaction; chained at its commit. */
export async function record(db: Db, entry: AuditRecord): Promise<void> {
  await db.insert(auditEntry).values({
    at: entry.at ?? sql`now()`,
    userId: entry.actor.userId,
    organizationId: entry.actor.organizationId ?? null,
    action: entry.action,
    subject: entry.subject,
    before: plain(entry.before),
    after: plain(entry.after),
    requestId: entry.requestId ?? null,
  });
}

export interface AuditSearch extends PageQuery {
  subject?: string | undefined;
  userId?: string | undefined;
  /** Prefix: `campaign.` finds every act on campaigns. */
  action?: string | undefined;
  organizationId?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

/** With the name of who did it, where it was a person. */
export type AuditRow = typeof auditEntry.$inferSelect & { userName: string | null };

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&');

function conditions(search: Omit<AuditSearch, 'limit' | 'cursor'>): SQL[] {
  const all: SQL[] = [];
  if (search.subject) all.push(eq(auditEntry.subject, search.subject));
  if (search.userId) all.push(eq(auditEntry.userId, search.userId));
  if (search.organizationId) all.push(eq(auditEntry.organizationId, search.organizationId));
  if (search.action) all.push(like(auditEntry.action, `${escapeLike(search.action)}%`));
  if (search.fromMs !== undefined) all.push(gte(auditEntry.at, new Date(search.fromMs)));
  if (search.toMs !== undefined) all.push(lte(auditEntry.at, new Date(search.toMs)));
  return all;
}

/** Latest first. */
export async function searchAudit(db: Db, search: AuditSearch): Promise<Page<AuditRow>> {
  const before = decodeIdCursor(search.cursor);
  const rows = await db
    .select({ ...getTableColumns(auditEntry), userName: user.name })
    .from(auditEntry)
    .leftJoin(user, eq(user.id, auditEntry.userId))
    .where(and(...conditions(search), before === undefined ? undefined : lt(auditEntry.id, before)))
    .orderBy(desc(auditEntry.id))
    .limit(search.limit + 1);
  return pageOf(rows, search.limit, (row) => row.id);
}

/** Who touched a thing last, by name where it was a person. */
export async function lastAuthor(
  db: Db,
  subject: Subject,
): Promise<{ userName: string; at: Date } | undefined> {
  const [row] = await db
    .select({ name: user.name, userId: auditEntry.userId, at: auditEntry.at })
    .from(auditEntry)
    .leftJoin(user, eq(user.id, auditEntry.userId))
    .where(eq(auditEntry.subject, subject))
    .orderBy(desc(auditEntry.id))
    .limit(1);
  return row && { userName: row.name ?? row.userId, at: row.at };
}

/** Who changed what of one thing, newest first; for those whose it is. */
export async function subjectHistory(db: Db, subject: Subject, page: PageQuery) {
  const before = decodeIdCursor(page.cursor);
  const rows = await db
    .select({
      id: auditEntry.id,
      at: auditEntry.at,
      action: auditEntry.action,
      userName: user.name,
      before: auditEntry.before,
      after: auditEntry.after,
    })
    .from(auditEntry)
    .leftJoin(user, eq(user.id, auditEntry.userId))
    .where(
      and(
        eq(auditEntry.subject, subject),
        before === undefined ? undefined : lt(auditEntry.id, before),
      ),
    )
    .orderBy(desc(auditEntry.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

/** Recomputes the whole chain in the database; null, or the number of the first link that does not hold. */
export async function verifyAuditChain(
  db: Db,
): Promise<{ entries: number; brokenAt: number | null }> {
  const [found] = await db.execute<{ entries: string; broken_at: string | null }>(sql`
    WITH links AS (
      SELECT e.chain_no, e.hash, e.previous_hash,
        audit_hash(e, e.chain_no, e.previous_hash) AS computed,
        lag(e.hash, 1, repeat('0', 64)) OVER (ORDER BY e.chain_no) AS expected_previous,
        row_number() OVER (ORDER BY e.chain_no) AS expected_no
      FROM audit_entry e
    )
    SELECT count(*) AS entries,
      coalesce(
        min(expected_no) FILTER (WHERE chain_no IS DISTINCT FROM expected_no OR hash IS DISTINCT FROM computed
          OR previous_hash IS DISTINCT FROM expected_previous),
        CASE WHEN count(*) <> (SELECT last_no FROM audit_chain) THEN count(*) + 1 END
      ) AS broken_at
    FROM links`);
  return {
    entries: Number(found?.entries ?? 0),
    brokenAt: found?.broken_at == null ? null : Number(found.broken_at),
  };
}
