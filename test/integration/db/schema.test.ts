import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { beforeAll, expect, test } from 'vitest';
import { openTestDatabase } from '../../kit/database.ts';

interface Column {
  table: string;
  column: string;
  type: string;
  required: boolean;
}

const FOLDER = join(import.meta.dirname, '../../../db/schema');
/** Kept by db/migrate.ts, before there is a schema, and by the audit log's trigger. */
const NOT_OURS = new Set(['schema_migration', 'audit_chain']);

let inDatabase: Column[];
let inSchema: Column[];

beforeAll(async () => {
  const { db } = await openTestDatabase();
  inDatabase = await db.$client<Column[]>`
    select c.relname as "table", a.attname as "column",
      format_type(a.atttypid, a.atttypmod) as "type", a.attnotnull as "required"
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped`;
  inDatabase = inDatabase.filter(({ table }) => !NOT_OURS.has(table));
  inSchema = await readSchema();
});

test('every column of the schema is in the migrated database, and no other', () => {
  expect(names(inSchema)).toEqual(names(inDatabase));
});

test('columns have the same type on both sides', () => {
  const typeOf = (columns: Column[]) =>
    columns.map(({ table, column, type }) => `${table}.${column} ${normal(type)}`).sort();
  expect(typeOf(inSchema)).toEqual(typeOf(inDatabase));
});

test('columns may be null on both sides or on neither', () => {
  const required = (columns: Column[]) => names(columns.filter((column) => column.required));
  expect(required(inSchema)).toEqual(required(inDatabase));
});

const names = (columns: Column[]) => columns.map((c) => `${c.table}.${c.column}`).sort();

/** Two spellings of one type. */
function normal(type: string): string {
  return type
    .replace(/^serial$/, 'integer')
    .replace(/^bigserial$/, 'bigint')
    .replace(/^varchar/, 'character varying')
    .replace(/^char(?=\(|$)/, 'character')
    .replace(/^numeric\((\d+)\)$/, 'numeric($1,0)')
    .replace(/^(timestamp|time)( \(\d+\)|\(\d+\))?$/, '$1$2 without time zone')
    .replace(/, /g, ',');
}

async function readSchema(): Promise<Column[]> {
  const columns = new Map<string, Column>();
  for (const file of readdirSync(FOLDER)) {
    const module = (await import(pathToFileURL(join(FOLDER, file)).href)) as object;
    for (const table of Object.values(module)) {
      if (!(table instanceof PgTable)) continue;
      const config = getTableConfig(table);
      const keys = config.primaryKeys.flatMap((key) => key.columns.map(({ name }) => name));
      for (const column of config.columns) {
        columns.set(`${config.name}.${column.name}`, {
          table: config.name,
          column: column.name,
          type: column.getSQLType(),
          required: column.notNull || keys.includes(column.name),
        });
      }
    }
  }
  return [...columns.values()];
}
