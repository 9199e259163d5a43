/**
 * `npm run bench -- ingest [--events 300000] [--rounds 5] [--consumers 2] [--json]`: from the streams to PostgreSQL with dedupe
 * and rollup in one transaction, by the product's own consumer in processes of its own, against a bare COPY of the same rows by
 * such a process, in turns: into a table without any index, and into one with the same primary key. Nobody has fsync. Goals:
 * ≥ 60,000 events/s and ≥ 0.2 of the COPY.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { encodeEvent } from '../../bidding/wire/event.ts';
import { EVENT_SHARDS, keys } from '../../bidding/wire/keys.ts';
import { connect } from '../../db/client.ts';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { migrate } from '../../db/migrate.ts';
import { WORKER_FLAGS } from '../../run/demo/processes.ts';
import { cpuMicros } from './auction/contestant.ts';
import { makeEvents } from './ingest/events.ts';
import { bundle } from './kit/bundle.ts';
import { percentile, readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const events = args.number('events', 300_000);
const rounds = args.number('rounds', 5);
const consumers = args.number('consumers', 2);
/** Events to an entry as bidding/state/events.ts packs them at this rate: what comes to a node and shard in 4 ms. */
const PACKED = 15;

const folder = mkdtempSync(join(tmpdir(), 'hongze-ingest-'));
chmodSync(folder, 0o755);
const servers = await Promise.all([
  bootPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  bootRedis({ dataDir: join(folder, 'redis'), durable: false }),
]);
const [{ url: databaseUrl }, { url: redisUrl }] = servers;
await migrate(databaseUrl);
const db = connect(databaseUrl, { max: 2 });
const redis = new Redis(redisUrl);

async function fill(ofRound: number): Promise<void> {
  const all = makeEvents(ofRound, events);
  for (let i = 0; i < all.length; i += 500 * PACKED) {
    const pipeline = redis.pipeline();
    for (let from = i; from < Math.min(i + 500 * PACKED, all.length); from += PACKED) {
      const entry = all.slice(from, from + PACKED).flatMap((e) => ['e', encodeEvent(e)]);
      pipeline.xadd(keys.events((from / PACKED) % EVENT_SHARDS), '*', ...entry);
    }
    await pipeline.exec();
  }
}

interface Program {
  say(line: string): void;
  /** The next fact it tells. */
  hear(): Promise<{ taken?: number; cpuMicros?: number }>;
  child: ChildProcess;
}

const { program } = await bundle({ program: 'test/bench/ingest/program.ts' });

function start(mode: 'consume' | 'copy', name: string): Program {
  const child = spawn(
    process.execPath,
    [...WORKER_FLAGS, program, mode, databaseUrl, redisUrl, name, String(events)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    say: (line) => child.stdin.write(`${line}\n`),
    async hear() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended`);
      return JSON.parse(value);
    },
  };
}

/** Processor time that PostgreSQL's processes have taken, its children's that ended among it. */
function postgresMicros(postmaster: number): number {
  let micros = cpuMicros(postmaster);
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (parentOf(Number(entry)) === postmaster) micros += cpuMicros(Number(entry));
    } catch {
      // It ended meanwhile.
    }
  }
  return micros;
}

interface Run {
  perS: number;
  /** µs of processor time an event: the programs', PostgreSQL's, Redis's. */
  programs: number;
  postgres: number;
  redis: number;
}

const parentOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
const [backend] = await db.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
const postmaster = parentOf(backend?.pid ?? 0);
const redisPid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);

async function run(programs: readonly Program[]): Promise<Run> {
  const before = { postgres: postgresMicros(postmaster), redis: cpuMicros(redisPid) };
  const startedMs = performance.now();
  for (const each of programs) each.say('go');
  let lastMs = startedMs;
  const spent = await Promise.all(
    programs.map(async (each) => {
      for (;;) {
        const fact = await each.hear();
        if (fact.cpuMicros !== undefined) return fact.cpuMicros;
        lastMs = performance.now();
      }
    }),
  );
  if (lastMs === startedMs) lastMs = performance.now();
  return {
    perS: events / ((lastMs - startedMs) / 1_000),
    programs: spent.reduce((sum, micros) => sum + micros, 0) / events,
    postgres: (postgresMicros(postmaster) - before.postgres) / events,
    redis: (cpuMicros(redisPid) - before.redis) / events,
  };
}

const workers = Array.from({ length: consumers }, (_, i) => start('consume', `bench-${i}`));
const copier = start('copy', 'copier');

async function ingest(ofRound: number): Promise<Run> {
  await fill(ofRound);
  for (const each of workers) each.say(`ready ${ofRound}`);
  await Promise.all(workers.map((each) => each.hear()));
  return run(workers);
}

async function copy(ofRound: number, table: 'bare' | 'keyed'): Promise<Run> {
  await db.execute(sql`DROP TABLE IF EXISTS ${sql.identifier(table)}`);
  await db.execute(sql`CREATE TABLE ${sql.identifier(table)} (LIKE event)`);
  if (table === 'keyed') await db.execute(sql`ALTER TABLE keyed ADD PRIMARY KEY (day, event_key)`);
  copier.say(`ready ${ofRound} ${table}`);
  await copier.hear();
  return run([copier]);
}

const runs: { ours: Run; bare: Run; keyed: Run }[] = [];
for (let i = 0; i < rounds; i++) {
  const ours = await ingest(i);
  runs.push({ ours, bare: await copy(i, 'bare'), keyed: await copy(i, 'keyed') });
}
const [counted] = await db.execute<{ n: string }>(sql`SELECT count(*) AS n FROM event`);
const exact = Number(counted?.n) === events * rounds;
const median = (of: (run: (typeof runs)[number]) => number): number =>
  percentile(runs.map(of), 0.5);
const cpu = (run: Run): number => run.programs + run.postgres + run.redis;
const split = (who: 'ours' | 'bare' | 'keyed'): object => ({
  perS: Math.round(median((run) => run[who].perS)),
  programMicros: round(
    median((run) => run[who].programs),
    2,
  ),
  postgresMicros: round(
    median((run) => run[who].postgres),
    2,
  ),
  redisMicros: round(
    median((run) => run[who].redis),
    2,
  ),
});
report(
  'ingest',
  {
    events,
    rounds,
    ours: split('ours'),
    bare: split('bare'),
    keyed: split('keyed'),
    ofCopy: round(median((run) => run.ours.perS / run.bare.perS)),
    ofKeyedCopy: round(median((run) => run.ours.perS / run.keyed.perS)),
    /** By processor time, whatever else the machine does: two cores wholly used, against the COPY's busier process. */
    ofCopyByCpu: round(
      median(({ ours, bare }) => Math.max(bare.programs, bare.postgres) / (cpu(ours) / 2)),
    ),
    exact,
  },
  args,
);
for (const each of [...workers, copier]) each.child.stdin?.end();
redis.disconnect();
await db.$client.end();
await Promise.all(servers.map((server) => server.stop()));
rmSync(folder, { recursive: true, force: true });
process.exit(exact ? 0 : 1);
