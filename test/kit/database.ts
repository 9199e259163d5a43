/** A database of its own for a test file: a copy of the run's migrated template. */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { connect, type Database } from '../../db/client.ts';
import { databaseUrl } from '../../db/embedded/postgres.ts';
import { closeAfterFile } from './closing.ts';
import type { Login } from './servers.ts';

export interface TestDatabase {
  db: Database;
  url: string;
}

/**
 * Copies the template (≈ 100 ms) and connects. Call at the top of a test file or in `beforeAll`;
 * the copy is dropped after the file's last test. The login owns the tables, so that a test may
 * look and tamper; requests through the app take their own role all the same (db/scope.ts). `asProgram`: the login of a
 * deployment's programs, a member of the application's roles who owns nothing.
 */
export async function openTestDatabase(
  options: { max?: number; asProgram?: boolean } = {},
): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name} template ${inject('templateDatabase')}`);
  const owned = databaseUrl(server, name);
  const url = options.asProgram ? memberUrl(owned, inject('programLogin')) : owned;
  const db = connect(options.asProgram ? url : bounced(url), { max: options.max ?? 10 });
  closeAfterFile(async () => {
    await db.$client.end({ timeout: 1 });
    await onServer(server, `drop database if exists ${name} with (force)`);
  });
  return { db, url };
}

function bounced(url: string): string {
  const other = new URL(url);
  other.port = String(inject('bouncerPort') ?? other.port);
  return other.toString();
}

function memberUrl(url: string, login: Login | null): string {
  if (!login) throw new Error('no login of the programs here: guard with skipIf(!programLogin)');
  const member = new URL(url);
  [member.username, member.password] = [login.name, login.password];
  return member.toString();
}

async function onServer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
