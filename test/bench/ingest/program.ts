/**
 * A program of the ingest bench: argv `consume` or `copy`, then database URL, Redis URL, name, events a round. It gets ready on
 * a line `ready <round> <table>`, works on `go`, and tells each time what it did and what processor time that took.
 */
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { consume } from '../../../api/metering/metering.ts';
import { connect, type Database } from '../../../db/client.ts';
import { makeEvents, NOON_MS, rowOf } from './events.ts';

const [mode = '', databaseUrl = '', redisUrl = '', consumer = '', count = ''] =
  process.argv.slice(2);
const LINES_A_CHUNK = 5_000;
const db = connect(databaseUrl, { max: 2 });
const redis = new Redis(redisUrl);
const tell = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`);

/** Takes what the streams hold until they are empty; told by the batch, since another takes from them too. */
async function consumeAll(): Promise<void> {
  const ctx = { db, redis, clock: () => NOON_MS + 700_000 };
  for (;;) {
    const { taken } = await consume(ctx, { consumer });
    if (taken === 0) return;
    tell({ taken });
  }
}

/** The rows as text, a chunk a write: what a program without anything to check or to add up would send. */
async function copyAll(database: Database, table: string, chunks: string[]): Promise<void> {
  const stream = await database.$client.unsafe(`COPY ${table} FROM STDIN`).writable();
  for (const chunk of chunks) {
    if (!stream.write(chunk)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  await new Promise<void>((resolve, reject) => {
    stream.once('finish', () => resolve());
    stream.once('error', reject);
    stream.end();
  });
}

function chunksOf(round: number): string[] {
  const rows = makeEvents(round, Number(count)).map(rowOf);
  const chunks: string[] = [];
  for (let i = 0; i < rows.length; i += LINES_A_CHUNK)
    chunks.push(`${rows.slice(i, i + LINES_A_CHUNK).join('\n')}\n`);
  return chunks;
}

let chunks: string[] = [];
let table = '';
for await (const line of createInterface({ input: process.stdin })) {
  const [word, round = '', named = ''] = line.split(' ');
  if (word === 'ready') {
    table = named;
    if (mode === 'copy') chunks = chunksOf(Number(round));
    await Promise.all([db.execute(sql`SELECT 1`), redis.ping()]);
    tell({ ready: true });
    continue;
  }
  const before = process.cpuUsage();
  if (mode === 'copy') await copyAll(db, table, chunks);
  else await consumeAll();
  const { user, system } = process.cpuUsage(before);
  tell({ done: true, cpuMicros: user + system });
}
redis.disconnect();
await db.$client.end();
