/**
 * Servers for one command: a fresh PostgreSQL, migrated, and an empty Redis in a folder of their
 * own, gone at the end. For the story, the benches and the simulator, which must start from nothing.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { freePort } from '../../db/embedded/ports.ts';
import { bootPostgres, databaseUrl } from '../../db/embedded/postgres.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { migrate } from '../../db/migrate.ts';
import { runScript } from '../child.ts';
import { demoEnvironment } from './environment.ts';
import { readOrMakeKeys } from './keys.ts';

/** Runs the file with the servers' addresses and fresh keys in its environment; ends with its code. */
export async function runOnFreshServers(file: string, args: string[]): Promise<never> {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-run-'));
  chmodSync(folder, 0o755);
  const [database, redis] = await Promise.all([
    bootPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
    bootRedis({ dataDir: join(folder, 'redis'), durable: false }),
  ]);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql.unsafe('create database hongze');
  await sql.end();
  const url = databaseUrl(database.url, 'hongze');
  await migrate(url);
  const env = demoEnvironment(folder, readOrMakeKeys(folder), {
    databaseUrl: url,
    redisUrl: redis.url,
    port: await freePort(),
    exchangePort: await freePort(),
    gatewayPort: await freePort(),
    gatewayControlPort: await freePort(),
  });
  const { code } = await runScript(file, args, { env });
  await Promise.all([database.stop(), redis.stop()]);
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
