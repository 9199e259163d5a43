/**
 * Brings a database to the present: applies db/migrations/*.sql in the order of their names, each
 * once, each in a transaction. Owns the table `schema_migration`; refuses to go on when a file that
 * was applied has changed since, because then nobody knows what the database is.
 *
 * A migration whose first lines say `-- migrate: no transaction` (CREATE INDEX CONCURRENTLY and the
 * like) runs statement by statement outside one and must be repeatable.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { patiently } from './patience.ts';
import { raiseWalls } from './walls.ts';

export const MIGRATIONS_DIR = fileURLToPath(new URL('./migrations', import.meta.url));
/** Any number; the same for every process that might migrate this database at once. */
const LOCK = 330_000_001;

interface Migration {
  name: string;
  sql: string;
  sha256: string;
}

export function readMigrations(folder = MIGRATIONS_DIR): Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{4}_.+\.sql$/.test(name));
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8');
    return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * Applies what is missing and returns the names applied.
 * Safe to call from several processes: they queue on an advisory lock.
 */
export async function migrate(
  url: string,
  options: { folder?: string; onApplied?: (name: string, ms: number) => void } = {},
): Promise<string[]> {
  const migrations = readMigrations(options.folder);
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { TimeZone: 'UTC' } });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await sql`create table if not exists schema_migration (
      name text primary key, sha256 text not null, applied_at timestamptz not null default now())`;
    const rows = await sql<{ name: string; sha256: string }[]>`
      select name, sha256 from schema_migration`;
    const applied = new Map(rows.map((row) => [row.name, row.sha256]));
    checkHistory(migrations, applied);
    const fresh = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of fresh) {
      const began = performance.now();
      await apply(sql, migration);
      options.onApplied?.(migration.name, performance.now() - began);
    }
    // A folder of somebody's own (a test's) need not hold ours.
    if (options.folder === undefined) await raiseWalls(sql);
    return fresh.map((migration) => migration.name);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function checkHistory(migrations: Migration[], applied: Map<string, string>): void {
  const changed = migrations.filter(({ name, sha256 }) => {
    const known = applied.get(name);
    return known !== undefined && known !== sha256;
  });
  if (changed.length > 0) {
    throw new Error(
      `Migrations changed after they were applied: ${changed.map(({ name }) => name).join(', ')}. ` +
        'Write a new migration instead; a demo database can start over with: npm run reset',
    );
  }
}

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  try {
    if (/^-- migrate: no transaction$/m.test(migration.sql.slice(0, 2000))) {
      await dropUnfinished(sql, migration);
      for (const statement of migration.sql.split(/;\s*$/m)) {
        if (statement.replace(/--.*$/gm, '').trim()) await sql.unsafe(statement);
      }
      await record(sql, migration);
    } else {
      await patiently(sql, async (transaction) => {
        await transaction.unsafe(migration.sql);
        await record(transaction, migration);
      });
    }
  } catch (error) {
    const { message, position, detail } = error as postgres.PostgresError;
    const line = position
      ? ` at line ${migration.sql.slice(0, Number(position)).split('\n').length}`
      : '';
    throw new Error(`Migration ${migration.name} failed${line}: ${message} ${detail ?? ''}`, {
      cause: error,
    });
  }
}

/**
 * CREATE INDEX CONCURRENTLY that broke off leaves an index that is not valid: IF NOT EXISTS would take it for built, and what it
 * should keep unique would not be. Migrations run one at a time, so nobody is building it now.
 */
async function dropUnfinished(sql: postgres.Sql, migration: Migration): Promise<void> {
  const broken = await sql<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE NOT i.indisvalid AND c.relnamespace = 'public'::regnamespace`;
  const named = new Set(migration.sql.match(/\w+/g));
  for (const { name } of broken)
    if (named.has(name)) await sql.unsafe(`DROP INDEX CONCURRENTLY ${name}`);
}

async function record(sql: postgres.Sql | postgres.TransactionSql, { name, sha256 }: Migration) {
  await sql.unsafe('insert into schema_migration (name, sha256) values ($1, $2)', [name, sha256]);
}
