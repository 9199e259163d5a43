/**
 * What a fault is done to: PostgreSQL and Redis of its own, exchange processes as they are shipped, and metering that tries
 * again for ever, as the worker does. Owns their life and the books; the fault is the scenario's.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { consume } from '../../../api/metering/metering.ts';
import type { Snapshot } from '../../../bidding/wire/snapshot.ts';
import { connect, type Database } from '../../../db/client.ts';
import { freePort } from '../../../db/embedded/ports.ts';
import { bootPostgres } from '../../../db/embedded/postgres.ts';
import { bootRedis } from '../../../db/embedded/redis.ts';
import { migrate } from '../../../db/migrate.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { startProcess, untilHealthy } from '../../../run/demo/processes.ts';
import { buildPrograms } from '../../../run/demo/programs.ts';
import { PRICE } from '../../kit/readers.ts';
import { aSnapshot, grantAll, publish } from '../../kit/snapshot.ts';

export interface NodeOptions {
  /** Added to this node's clock. */
  skewMs?: number;
  /** Redis by another way than straight. */
  redisUrl?: string;
  /** The core it has for itself. */
  core?: number;
}

export interface Books {
  metered: number;
  spentMicroCny: number;
}

export interface House {
  folder: string;
  urls: string[];
  redis: Redis;
  redisPort: number;
  budgetMicroCny: number;
  books(): Promise<Books>;
  /** Rounds of metering that failed. */
  readonly failedRounds: number;
  health(node: number): Promise<{ waitingEvents: number; keptEvents: number }>;
  stop(): Promise<void>;
}

export interface HouseOptions {
  /** Impressions that the budget pays for. */
  impressions: number;
  nodes: (redisPort: number) => NodeOptions[] | Promise<NodeOptions[]>;
  /** The market; by default the small one. */
  snapshot?: Snapshot;
  /** Where a server's data lies, if not in the house's folder. */
  redisDir?: string;
  postgresDir?: string;
}

const loaded = (file: string) => `--import=${pathToFileURL(join(import.meta.dirname, file)).href}`;

async function startNode(folder: string, name: string, { skewMs, redisUrl, core }: NodeOptions) {
  const port = await freePort();
  const own = join(folder, name);
  mkdirSync(join(own, 'logs'), { recursive: true });
  const options = [
    ...(skewMs === undefined ? [] : [loaded('skew.mjs')]),
    ...(core === undefined ? [] : [loaded('pin.mjs')]),
  ];
  const process_ = startProcess('exchange', {
    folder: own,
    env: {
      ...process.env,
      NODE_OPTIONS: options.join(' '),
      SKEW_MS: String(skewMs ?? 0),
      CORE: String(core ?? 0),
      REDIS_URL: redisUrl,
      TOKEN_KEY: '55'.repeat(32),
      NODE_ID: name,
      EXCHANGE_PORT: String(port),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(process_, `${url}/health`);
  return { url, stop: () => process_.stop() };
}

/** Takes what there is, again and again, whatever fails. */
function keepMetering(db: Database, redis: Redis) {
  let running = true;
  let failed = 0;
  const loop = async (): Promise<void> => {
    while (running) {
      const taken = await consume(
        { db, redis, clock: Date.now },
        { consumer: 'faults', claimIdleMs: 1_000 },
      ).catch(() => {
        failed += 1;
      });
      if (!taken || taken.taken === 0) await sleep(100);
    }
  };
  const done = loop();
  return {
    failed: () => failed,
    stop: () => {
      running = false;
      return done;
    },
  };
}

export async function openHouse(options: HouseOptions): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-faults-'));
  chmodSync(folder, 0o755);
  const opened: { stop(): Promise<unknown> }[] = [
    { stop: async () => rmSync(folder, { recursive: true, force: true }) },
  ];
  const stop = async () => {
    for (const each of opened.reverse()) await each.stop().catch(() => {});
  };
  try {
    await buildPrograms();
    const postgres = await bootPostgres({
      dataDir: options.postgresDir ?? join(folder, 'postgres'),
      durable: true,
    });
    opened.push(postgres);
    await migrate(postgres.url);
    const server = await bootRedis({
      dataDir: options.redisDir ?? join(folder, 'redis'),
      durable: true,
    });
    opened.push(server);
    const redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
    redis.on('error', () => {});
    const db = connect(postgres.url, { max: 4 });
    opened.push({ stop: async () => redis.disconnect() }, { stop: () => db.$client.end() });
    const budgetMicroCny = options.impressions * PRICE;
    const snapshot = options.snapshot ?? aSnapshot();
    await publish(redis, snapshot);
    await grantAll(redis, snapshot, dayOf(Date.now()), budgetMicroCny);
    const wanted = await options.nodes(server.port);
    const nodes = await Promise.all(
      wanted.map((node, i) => startNode(folder, `node-${i}`, { redisUrl: server.url, ...node })),
    );
    const metering = keepMetering(db, redis);
    opened.push(...nodes, metering);
    const urls = nodes.map(({ url }) => url);
    return {
      folder,
      urls,
      redis,
      redisPort: server.port,
      budgetMicroCny,
      books: () => readBooks(db),
      get failedRounds() {
        return metering.failed();
      },
      health: async (node) => (await fetch(`${urls[node]}/health`)).json() as never,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readBooks(db: Database): Promise<Books> {
  const [row] = await db.$client<{ events: string; spend: string }[]>`
    SELECT (SELECT count(*) FROM event) AS events,
      (SELECT coalesce(sum(spend_micro_cny), 0) FROM rollup_hour) AS spend`;
  return { metered: Number(row?.events), spentMicroCny: Number(row?.spend) };
}
