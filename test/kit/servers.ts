/**
 * Vitest's global setup: one PostgreSQL with a migrated template database, and a Redis binary, for
 * the whole run. Owns their life; a run touches nothing of another run on the same machine.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { bootPostgres, databaseUrl } from '../../db/embedded/postgres.ts';
import { findRedis, type RedisBinary } from '../../db/embedded/redis.ts';
import { migrate } from '../../db/migrate.ts';
import { findProgram } from './debian.ts';
import { type Bouncer, startPgBouncer } from './pgbouncer.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Maintenance database of the run's PostgreSQL. */
    postgresUrl: string;
    /** Migrated; test databases are copies of it. */
    templateDatabase: string;
    redisBinary: RedisBinary | null;
    /** Who the programs log in as; null on a server of the environment that lets us make nobody. */
    programLogin: Login | null;
    /** Where PgBouncer listens, with HONGZE_PGBOUNCER=1: whatever a test does then goes through it. */
    bouncerPort: number | null;
  }
}

export interface Login {
  name: string;
  password: string;
}

interface Shared {
  postgresUrl: string;
  templateDatabase: string;
  redisBinary: RedisBinary | null;
  programLogin: Login | null;
  bouncerPort: number | null;
  stop(): Promise<void>;
}

/** The integration and the e2e project share one set of servers within a run. */
const holder = globalThis as { __hongzeServers?: { users: number; shared: Promise<Shared> } };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder.__hongzeServers ??= { users: 0, shared: boot() };
  const held = holder.__hongzeServers;
  held.users += 1;
  const shared = await held.shared;
  project.provide('postgresUrl', shared.postgresUrl);
  project.provide('templateDatabase', shared.templateDatabase);
  project.provide('redisBinary', shared.redisBinary);
  project.provide('programLogin', shared.programLogin);
  project.provide('bouncerPort', shared.bouncerPort);
  return async () => {
    held.users -= 1;
    if (held.users === 0) await shared.stop();
  };
}

async function boot(): Promise<Shared> {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-test-'));
  // PostgreSQL runs as another account under root and must be able to walk in.
  chmodSync(folder, 0o755);
  const [server, redisBinary] = await Promise.allSettled([
    process.env.DATABASE_URL
      ? { url: process.env.DATABASE_URL, stop: async () => {} }
      : bootPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
    process.env.REDIS_URL ? null : findRedis(),
  ]);
  const templateDatabase = `hongze_template_${randomBytes(4).toString('hex')}`;
  let programLogin: Login | null = null;
  let bouncer: Bouncer | null = null;
  const stop = async () => {
    await bouncer?.stop();
    if (server.status === 'fulfilled') {
      if (process.env.DATABASE_URL) {
        await dropOurs(server.value.url, templateDatabase, programLogin);
      }
      await server.value.stop();
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (server.status === 'rejected') throw server.reason;
    if (redisBinary.status === 'rejected') throw redisBinary.reason;
    await onServer(server.value.url, `create database ${templateDatabase}`);
    await migrate(databaseUrl(server.value.url, templateDatabase));
    programLogin = await makeProgram(server.value.url);
    if (process.env.HONGZE_PGBOUNCER) bouncer = await putBouncerBefore(server.value.url);
    return {
      bouncerPort: bouncer?.port ?? null,
      postgresUrl: server.value.url,
      templateDatabase,
      redisBinary: redisBinary.value,
      programLogin,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function putBouncerBefore(url: string): Promise<Bouncer> {
  const program = await findProgram('pgbouncer');
  if (!program) throw new Error('HONGZE_PGBOUNCER is set, and there is no pgbouncer here');
  return startPgBouncer(program, url, 6);
}

/** A login of this run's own, as a deployment's programs have it. */
async function makeProgram(url: string): Promise<Login | null> {
  const login = {
    name: `hongze_program_${randomBytes(4).toString('hex')}`,
    password: randomBytes(12).toString('hex'),
  };
  try {
    await onServer(
      url,
      `create role ${login.name} login noinherit password '${login.password}' in role hongze_app, hongze_worker`,
    );
    return login;
  } catch (error) {
    if (process.env.DATABASE_URL) return null;
    throw error;
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

async function dropOurs(url: string, database: string, login: Login | null): Promise<void> {
  await onServer(url, `drop database if exists ${database} with (force)`).catch(() => {});
  if (login) await onServer(url, `drop role ${login.name}`).catch(() => {});
}
