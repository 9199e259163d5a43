import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { bootPostgres } from '../../../db/embedded/postgres.ts';
import { bootRedis } from '../../../db/embedded/redis.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { openTestRedis } from '../../kit/redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-embedded-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a test database is a real PostgreSQL with the migrations applied', async () => {
  const { db } = await openTestDatabase();
  const [row] = await db.$client`select version() as version, count(*) as n from schema_migration`;
  expect(row?.version).toMatch(/^PostgreSQL 1\d/);
  expect(Number(row?.n)).toBeGreaterThan(0);
});

test('a test Redis answers scripts and streams and starts empty', async () => {
  const redis = await openTestRedis();
  expect(await redis.dbsize()).toBe(0);
  expect(await redis.eval('return 40 + 2', 0)).toBe(42);
  expect(await redis.xadd('s', '*', 'a', '1')).toMatch(/^\d+-0$/);
});

test('PostgreSQL keeps its rows from one boot to the next', async () => {
  const dataDir = join(folder, 'kept');
  const first = await bootPostgres({ dataDir, durable: true });
  await withSql(first.url, (sql) => sql`create table kept as select 7 as n`);
  await first.stop();
  const second = await bootPostgres({ dataDir, durable: true });
  const rows = await withSql(second.url, (sql) => sql`select n from kept`);
  await second.stop();
  expect(rows[0]?.n).toBe(7);
});

test('Redis keeps what it was told from one boot to the next', async () => {
  const dataDir = join(folder, 'redis');
  const first = await bootRedis({ dataDir, durable: true });
  await command(first.port, 'SET k v\r\n');
  await first.stop();
  const second = await bootRedis({ dataDir, durable: true });
  expect(await command(second.port, 'GET k\r\n')).toContain('v');
  await second.stop();
});

test('kill -9 of the process that booted them stops both servers', async () => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/kit/bootOnly.ts', join(folder, 'orphans')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ports = await firstLine(child).then((line) => JSON.parse(line) as number[]);
  expect(await Promise.all(ports.map(listening))).toEqual([true, true]);
  child.kill('SIGKILL');
  await expect
    .poll(() => Promise.all(ports.map(listening)), { timeout: 15_000, interval: 100 })
    .toEqual([false, false]);
});

async function withSql<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 });
  return work(sql).finally(() => sql.end());
}

function command(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write(text));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });
}

function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] as string);
    });
    child.once('exit', (code) => reject(new Error(`ended early with ${code}`)));
  });
}
