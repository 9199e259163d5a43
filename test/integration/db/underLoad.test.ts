import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { databaseUrl } from '../../../db/embedded/postgres.ts';
import { MIGRATIONS_DIR, migrate, readMigrations } from '../../../db/migrate.ts';
import { openTestDatabase } from '../../kit/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-migrations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { url, db } = await openTestDatabase();

const connectTo = (address: string, max = 1) => postgres(address, { max, onnotice: () => {} });

test('a migration that must wait for a long transaction holds nobody else up', async () => {
  const own = join(folder, 'one');
  const sql = `-- Why: a test.\nALTER TABLE campaign ADD COLUMN waited integer;\n`;
  mkdirSync(own);
  for (const { name } of readMigrations())
    copyFileSync(join(MIGRATIONS_DIR, name), join(own, name));
  writeFileSync(join(own, '9999_test_waits.sql'), sql);
  const [slow, others] = [connectTo(url), connectTo(url, 4)];
  try {
    let migrated: string[] | undefined;
    let served = 0;
    await slow.begin(async (tx) => {
      await tx`SELECT 1 FROM campaign`;
      const migrating = migrate(url, { folder: own }).then((names) => {
        migrated = names;
      });
      migrating.catch(() => {});
      // Until the migration stands in the queue, and has left it again.
      const asks = async () =>
        (
          await others`SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted
          AND relation = 'campaign'::regclass`
        )[0]?.n as number;
      while ((await asks()) === 0);
      while ((await asks()) > 0);
      // Now, while the long transaction is still open, whoever comes is served.
      for (; served < 10; served++) await others`SELECT 1 FROM campaign`;
      expect(migrated).toBeUndefined();
    });
    while (!migrated) await others`SELECT pg_sleep(0.05)`;
    expect(migrated).toEqual(['9999_test_waits.sql']);
    expect(served).toBe(10);
  } finally {
    await Promise.all([slow.end(), others.end()]);
  }
});

test('an index that broke off while it was built beside its writers is built anew, and valid', async () => {
  const own = join(folder, 'index');
  mkdirSync(own);
  const sql = connectTo(url);
  try {
    await sql`CREATE TABLE taken AS SELECT 1 AS n FROM generate_series(1, 2)`;
    const build = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS taken_once ON taken (n);';
    const head = '-- migrate: no transaction\n-- Why: a test.\n';
    writeFileSync(join(own, '9998_test_once.sql'), `${head}${build}\n`);
    await expect(migrate(url, { folder: own })).rejects.toThrow('taken_once');
    await sql`DELETE FROM taken WHERE ctid = '(0,1)'`;
    expect(await migrate(url, { folder: own })).toEqual(['9998_test_once.sql']);
    await expect(sql`INSERT INTO taken VALUES (1)`).rejects.toMatchObject({ code: '23505' });
    const broken = await sql`SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid`;
    expect(broken).toEqual([]);
  } finally {
    await sql.end();
  }
});

test('who reads and writes goes on while the later half of the migrations runs', async () => {
  const half = join(folder, 'half');
  mkdirSync(half);
  const all = readMigrations();
  const early = all.slice(0, Math.floor(all.length / 2));
  for (const { name } of early) copyFileSync(join(MIGRATIONS_DIR, name), join(half, name));
  const name = `under_load_${process.pid}`;
  await db.$client.unsafe(`CREATE DATABASE ${name}`);
  const target = databaseUrl(url, name);
  await migrate(target, { folder: half });
  const users = connectTo(target, 3);
  try {
    const tables = (
      await users`SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`
    )
      .map(({ relname }) => relname as string)
      .filter((table) => table !== 'schema_migration');
    let rounds = 0;
    let done = false;
    const failed: string[] = [];
    const use = async () => {
      while (!done) {
        for (const table of tables) {
          // Takes the lock of a writer, and changes what is there: nothing.
          const both = users.begin(async (tx) => {
            await tx.unsafe(`LOCK TABLE ${table} IN ROW EXCLUSIVE MODE`);
            await tx.unsafe(`SELECT * FROM ${table} LIMIT 1`);
          });
          await both.catch((error: Error) => failed.push(`${table}: ${error.message}`));
        }
        rounds++;
      }
    };
    const using = [use(), use()];
    const applied = await migrate(target);
    done = true;
    await Promise.all(using);
    expect(applied).toHaveLength(all.length - early.length);
    expect(failed).toEqual([]);
    expect(rounds).toBeGreaterThan(0);
  } finally {
    await users.end();
    await db.$client.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});
