/**
 * Edits under an optimistic lock, and their audit entry, in one place: the caller names the version it read; whoever
 * comes second is told so and loses nothing.
 */
import { and, eq, getTableName, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Db } from '../../db/client.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Subject } from '../../db/terms/id.ts';
import { type Author, lastAuthor, record } from '../audit/audit.ts';
import { notFound } from './auth.ts';

type Versioned = PgTable & { id: PgColumn; version: PgColumn; updatedAt: PgColumn };

/** What the audit log calls a table's rows, where that is not its name. */
const SUBJECT_KIND: Record<string, string> = {
  booking_line: 'booking',
  booking_order: 'order',
  line_item: 'lineItem',
};

/** Says whose change came first and when, as the audit log has it. */
export async function staleVersion(db: Db, table: PgTable, id: number, current: number) {
  const name = getTableName(table);
  const first = await lastAuthor(db, `${SUBJECT_KIND[name] ?? name}:${id}`);
  const at = first && MINUTE.format(first.at);
  return new Failure('stale_version', {
    pointer: '/version',
    zh: first
      ? `${first.userName} 已于 ${at} 先作修改（第 ${current} 版），请核对后再保存`
      : `已有更新的第 ${current} 版，请核对后再保存`,
    en: first
      ? `${first.userName} changed it first, at ${at} (version ${current}); check and save again`
      : `version ${current} exists already; check and save again`,
  });
}

const MINUTE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Shanghai',
  hour: '2-digit',
  minute: '2-digit',
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
  if (version !== undefined && known.version !== version) {
    throw await staleVersion(db, table, id, known.version);
  }
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
  /** Fields of which the audit log says that they changed, and no more. */
  untold?: readonly string[];
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
  if (!saved) throw await staleVersion(db, table, row.id as number, (row.version as number) + 1);
  const told = (key: string, value: unknown) => [key, edit.untold?.includes(key) ? '…' : value];
  await record(db, {
    actor: edit.actor,
    action: edit.action,
    subject: edit.subject,
    before: Object.fromEntries(changed.map(([key]) => told(key, row[key]))),
    after: Object.fromEntries(changed.map(([key, value]) => told(key, value))),
  });
  return saved as Table['$inferSelect'];
}
