/**
 * Edits under an optimistic lock, and their audit entry, in one place: the caller names the version it read; whoever
 * comes second is told so and loses nothing.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Db } from '../../db/client.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Subject } from '../../db/terms/id.ts';
import { type Author, record } from '../audit/audit.ts';
import { notFound } from './auth.ts';

type Versioned = PgTable & { id: PgColumn; version: PgColumn; updatedAt: PgColumn };

export const staleVersion = (current: number) =>
  new Failure('stale_version', {
    pointer: '/version',
    zh: `已有更新的版本 ${current}，请刷新后重试`,
    en: `version ${current} exists already; reload and try again`,
  });

/** The row, locked for the rest of the transaction; fails with `not_found`, or `stale_version` where one is named. */
export async function lockRow<Table extends Versioned>(
  db: Db,
  table: Table,
  id: number,
  version?: number,
): Promise<Table['$inferSelect']> {
  const [row] = await db
    .select()
    .from(table as PgTable)
    .where(eq(table.id, id))
    .for('update');
  if (!row) throw notFound();
  const known = row as Table['$inferSelect'] & { version: number };
  if (version !== undefined && known.version !== version) throw staleVersion(known.version);
  return known;
}

const same = (a: unknown, b: unknown): boolean => text(a) === text(b);
const text = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}` : item)) ??
  'null';

export interface Edit<Table extends Versioned> {
  table: Table;
  /** As locked by `lockRow`. */
  row: Table['$inferSelect'];
  changes: Partial<Table['$inferInsert']>;
  actor: Author;
  action: string;
  subject: Subject;
  nowMs: number;
}

/** Writes what differs, adds one to the version, and records before and after. Nothing differs: nothing happens. */
export async function saveEdit<Table extends Versioned>(
  db: Db,
  edit: Edit<Table>,
): Promise<Table['$inferSelect']> {
  const row = edit.row as Record<string, unknown>;
  const changed = Object.entries(edit.changes).filter(
    ([key, value]) => value !== undefined && !same(row[key], value),
  );
  if (changed.length === 0) return edit.row;
  const { table } = edit;
  const [saved] = await db
    .update(table as PgTable)
    .set({
      ...Object.fromEntries(changed),
      version: sql`${table.version} + 1`,
      updatedAt: new Date(edit.nowMs),
    })
    .where(and(eq(table.id, row.id as number), eq(table.version, row.version as number)))
    .returning();
  if (!saved) throw staleVersion((row.version as number) + 1);
  await record(db, {
    actor: edit.actor,
    action: edit.action,
    subject: edit.subject,
    before: Object.fromEntries(changed.map(([key]) => [key, row[key]])),
    after: Object.fromEntries(changed),
  });
  return saved as Table['$inferSelect'];
}
