/**
 * The background worker: everything that happens without a request. Owns the schedule and nothing of the work: each task is a
 * slice's verb. Several workers may run: one leads, the others share
 * what can be shared (metering) and stand by.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { followRedis } from '../bidding/wire/followedClock.ts';
import type { Span } from '../bidding/wire/span.ts';
import type { Database } from '../db/client.ts';
import { houseOf } from '../db/scope.ts';
import type { Context } from './context.ts';
import { readConfig } from './env.ts';
import { messageOf } from './http/problem.ts';
import { openTrace } from './http/tracing.ts';
import { createContext } from './server.ts';
import { type Task, taskList } from './tasks.ts';

export interface Worker {
  /** Begins the loops; returns at once. */
  start(): void;
  /** Ends the loops and waits for what is running. */
  stop(): Promise<void>;
  /** Runs one task now, or all in their order: for tests and the story, on whatever clock. */
  tick(name?: string): Promise<void>;
}

export interface WorkerOptions {
  log?: (entry: Record<string, unknown>) => void;
  tasks?: readonly Task[];
}

/** A task that fails is tried again after its own interval, at least this long. */
const RETRY_MS = 1_000;
/** A run that took as long is worth a span of its own. */
const SLOW_TASK_MS = 100;
const LEADER_LOCK = 7_072;
const HEARTBEAT_MS = 1_000;
const FOLLOWER_LOOKS_MS = 200;

/**
 * One worker leads: it alone runs what must not run twice at once. The lock belongs to a transaction, so that it ends with the
 * process or its connection, and PgBouncer may stand between; one connection, where a lock a task would take one each.
 */
function candidate(db: Database, ended: () => boolean): { leads(): boolean; run(): Promise<void> } {
  let leading = false;
  const hold = async (): Promise<void> => {
    await db.transaction(async (tx) => {
      const [row] = await tx.execute<{ mine: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${LEADER_LOCK}) AS mine`,
      );
      leading = row?.mine ?? false;
      while (leading && !ended()) {
        await sleep(HEARTBEAT_MS);
        await tx.execute(sql`SELECT 1`);
      }
    });
  };
  return {
    leads: () => leading,
    async run() {
      while (!ended()) {
        await hold().catch(() => undefined);
        leading = false;
        if (!ended()) await sleep(HEARTBEAT_MS);
      }
    },
  };
}

export function createWorker(ctx: Context, options: WorkerOptions = {}): Worker {
  const log = options.log ?? (() => {});
  const tasks = options.tasks ?? taskList(ctx);
  const running = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  let elected: Promise<void> = Promise.resolve();
  const leadership = candidate(ctx.db, () => stopped);

  /** Most runs find nothing to do: a span is kept of those that took their time, failed or did something that is traced. */
  const run = (task: Task): Promise<void> => {
    const { spans, clock } = ctx;
    if (!spans) return task.run();
    const keep = ({ startMs, endMs }: Span, hasChildren: boolean) =>
      hasChildren || endMs - startMs >= SLOW_TASK_MS;
    return openTrace({ spans, clock }, { name: `task ${task.name}`, keep }, () => task.run());
  };

  const loop = (task: Task): void => {
    const round = async (): Promise<void> => {
      let pauseMs = task.everyMs;
      try {
        if (task.shared || leadership.leads()) await run(task);
        else pauseMs = Math.min(pauseMs, FOLLOWER_LOOKS_MS);
      } catch (error) {
        pauseMs = Math.max(task.everyMs, RETRY_MS);
        log({ task: task.name, error: messageOf(error) });
      }
      if (stopped) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        begin();
      }, pauseMs);
      timers.add(timer);
    };
    const begin = (): void => {
      const one = round().finally(() => running.delete(one));
      running.add(one);
    };
    begin();
  };

  return {
    start() {
      elected = leadership.run();
      for (const task of tasks) loop(task);
    },
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...running, elected]);
    },
    async tick(name) {
      const wanted = name === undefined ? tasks : tasks.filter((task) => task.name === name);
      if (wanted.length === 0) throw new Error(`no task ${name}`);
      for (const task of wanted) await run(task);
    },
  };
}

async function main(): Promise<void> {
  const logger = pino({ name: 'worker' });
  const own = createContext(readConfig(process.env), 'worker');
  own.redis.on('error', (error) => logger.warn({ error: error.message }, 'redis'));
  // Leases are settled by the clock that the nodes go by.
  const clock = followRedis(own.redis, own.clock, (skewMs) =>
    logger.error({ skewMs }, 'clock is off'),
  );
  await clock.look();
  const ctx = { ...own, db: houseOf(own.db), clock: clock.now };
  const worker = createWorker(ctx, { log: (entry) => logger.error(entry, 'task failed') });
  worker.start();
  logger.info('started');
  const stop = async (): Promise<void> => {
    await worker.stop();
    await ctx.spans?.close();
    ctx.redis.disconnect();
    await ctx.replica?.close();
    await ctx.db.$client.end({ timeout: 5 });
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
