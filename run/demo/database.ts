/** The demo's database: made, migrated and seeded. Owns starting over when a seeding was cut short. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { databaseUrl } from '../../db/embedded/postgres.ts';
import { migrate } from '../../db/migrate.ts';
import { runToEnd } from '../child.ts';
import { programFile } from './programs.ts';

const NAME = 'hongze';

/** Who the programs log in as: it may take the application's roles, owns nothing and sees nothing by itself. */
const PROGRAM = 'hongze_program';

/**
 * Makes sure the embedded server has the database, and returns the URL its programs use. A server of the environment
 * keeps the login it came with: who may log in there is not ours to decide.
 */
export async function prepareDatabase(
  serverUrl: string,
  options: { external: boolean; folder: string; say: (line: string) => void },
): Promise<string> {
  const url = options.external ? serverUrl : databaseUrl(serverUrl, NAME);
  if (!options.external) await createIfMissing(serverUrl, options.folder);
  const applied = await migrate(url);
  if (applied.length > 0) options.say(`Database: ${applied.length} migrations applied.`);
  return options.external ? url : admitProgram(url);
}

async function admitProgram(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const known = await sql`select 1 from pg_roles where rolname = ${PROGRAM}`;
    if (known.length === 0) {
      // No password: the embedded server trusts whoever is on this machine, and listens to nobody else.
      await sql.unsafe(`create role ${PROGRAM} login noinherit`);
    }
    // Anew each time: a login of an earlier version saw all by itself.
    await sql.unsafe(`alter role ${PROGRAM} noinherit;
      revoke hongze_app, hongze_worker from ${PROGRAM};
      grant hongze_app, hongze_worker to ${PROGRAM}`);
  } finally {
    await sql.end();
  }
  const member = new URL(url);
  member.username = PROGRAM;
  member.password = '';
  return member.toString();
}

async function createIfMissing(serverUrl: string, folder: string): Promise<void> {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => {} });
  try {
    const half = !existsSync(seededMark(folder));
    // Without the mark a former seeding was cut short: half a province is worse than none.
    if (half) await sql.unsafe(`drop database if exists ${NAME} with (force)`);
    const rows = await sql`select 1 from pg_database where datname = ${NAME}`;
    if (rows.length === 0) await sql.unsafe(`create database ${NAME}`);
  } finally {
    await sql.end();
  }
}

/** Seeds once; a database of the environment only when it has no outlets yet. */
export async function seedOnce(
  env: NodeJS.ProcessEnv,
  options: { external: boolean; folder: string; say: (line: string) => void },
): Promise<boolean> {
  const mark = seededMark(options.folder);
  if (options.external ? await hasOutlets(env.DATABASE_URL as string) : existsSync(mark)) {
    return false;
  }
  options.say('Seeding the demo province …');
  const { code, output, seconds } = await runToEnd(process.execPath, [programFile('seed')], {
    env,
    quiet: true,
  });
  if (code !== 0) throw new Error(`Seeding failed:\n${output}`);
  if (!options.external) writeFileSync(mark, `${seconds.toFixed(1)} s\n`);
  options.say(`Seeded in ${seconds.toFixed(1)} s.`);
  return true;
}

/** What a cut-short seeding left outside the database goes too. */
export function forgetHalfSeed(folder: string): void {
  if (existsSync(seededMark(folder))) return;
  for (const name of ['redis', 'alipay-book.json', 'assets']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

const seededMark = (folder: string) => join(folder, 'seeded');

async function hasOutlets(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql`select 1 from outlet limit 1`).length > 0;
  } finally {
    await sql.end();
  }
}
