/**
 * `npm run bench -- stops [--nodes 2] [--rounds 3] [--json]`: from the click on a stop to the last node that no longer serves
 * what it names, and to the last node's receipt; by creative, advertiser, category, outlet, county, everything. Nodes, worker
 * and readers share this process. Goal: under 2 s at every node.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connect } from '../../db/client.ts';
import { bootPostgres } from '../../db/embedded/postgres.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { migrate } from '../../db/migrate.ts';
import { openStopWorld, STOPS, type StopTimes } from '../kit/stops.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const nodes = Array.from({ length: args.number('nodes', 2) }, (_, i) => `bench-${i + 1}`);
const folder = mkdtempSync(join(tmpdir(), 'hongze-stops-'));
chmodSync(folder, 0o755);
const [postgres, redisServer] = await Promise.all([
  bootPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  bootRedis({ dataDir: join(folder, 'redis'), durable: false }),
]);
await migrate(postgres.url);
const db = connect(postgres.url, { max: 6 });
const redis = new Redis(redisServer.url);
const world = await openStopWorld({ db, redis }, nodes);
const seen: StopTimes[] = [];
const worstBy: Record<string, number> = {};
for (let i = 0; i < args.number('rounds', 3); i++)
  for (const [name, what] of Object.entries(STOPS)) {
    const times = await world.stop(what);
    seen.push(times);
    worstBy[name] = Math.max(worstBy[name] ?? 0, round(times.receiptMs, 0));
  }
const worst = (of: (times: StopTimes) => number): number => round(Math.max(...seen.map(of)), 0);
const servedAfter = seen.reduce((sum, times) => sum + times.servedAfter, 0);
report(
  'stops',
  {
    nodes: nodes.length,
    stops: seen.length,
    worstObeyedMs: worst(({ obeyedMs }) => obeyedMs),
    worstReceiptMs: worst(({ receiptMs }) => receiptMs),
    worstReceiptMsBy: worstBy,
    servedAfter,
  },
  args,
);
await world.close();
redis.disconnect();
await db.$client.end();
await Promise.all([postgres.stop(), redisServer.stop()]);
rmSync(folder, { recursive: true, force: true });
process.exit(servedAfter === 0 ? 0 : 1);
