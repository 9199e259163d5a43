/**
 * The whole server process under load, on one core, with Redis caps and leases, against a bare server that parses the same
 * bodies and answers the same bytes, one that only echoes, and the service written plainly; interleaved in one run.
 * `npm run bench -- auction --items 100000 [--seconds 3] [--rounds 3] [--seed 1] [--json]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { BUDGET_LUA } from '../../bidding/wire/budget.ts';
import { keys } from '../../bidding/wire/keys.ts';
import type { Snapshot } from '../../bidding/wire/snapshot.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { dayOf } from '../../db/terms/day.ts';
import { newRandom } from '../kit/random.ts';
import { benchBody } from './auction/bodies.ts';
import { type Contestant, contestant, type Load } from './auction/contestant.ts';
import { mean, readArguments, report, round } from './kit/figures.ts';
import { benchSnapshot } from './kit/market.ts';

const args = readArguments(process.argv);
const items = args.number('items', 100_000);
const seconds = args.number('seconds', 3);
const rounds = args.number('rounds', 3);
const BODIES = 300;
const CAPS = [{ scope: 'lineItem', window: 'day', count: 5 } as const];

const random = newRandom(args.number('seed', 1));
const base = benchSnapshot(random, items, 2);
const snapshot: Snapshot = {
  ...base,
  lineItems: base.lineItems.map((item) => ({
    ...item,
    startsAtMs: 0,
    endsAtMs: Number.MAX_SAFE_INTEGER,
    frequencyCaps: CAPS,
  })),
};
const bodies = Array.from({ length: BODIES }, (_, n) => benchBody(random, snapshot, n));

const dataDir = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
const server = await bootRedis({ dataDir, durable: false });
const redis = new Redis(server.url);

async function fill(): Promise<void> {
  await redis.set(keys.snapshot, gzipSync(JSON.stringify(snapshot), { level: 1 }));
  await redis.set(keys.snapshotVersion, String(snapshot.version));
  const sha = (await redis.script('LOAD', BUDGET_LUA.grant)) as string;
  const day = dayOf(Date.now());
  for (let i = 0; i < snapshot.lineItems.length; i += 5_000) {
    const pipeline = redis.pipeline();
    for (const { id } of snapshot.lineItems.slice(i, i + 5_000))
      pipeline.evalsha(sha, 1, keys.budget(id, day), 1e12, 'bench', 86_400);
    await pipeline.exec();
  }
}

/** One real answer, so that the bare servers send the same number of bytes. */
async function sampleAnswer(port: number): Promise<string> {
  for (const body of bodies) {
    const answer = await fetch(`http://127.0.0.1:${port}/openrtb2/auction`, {
      method: 'POST',
      body,
    });
    if (answer.status === 200) return Buffer.from(await answer.arrayBuffer()).toString('base64');
  }
  throw new Error('nobody won any of the bench requests');
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function run(): Promise<void> {
  await fill();
  const env = { REDIS_URL: server.url, TOKEN_KEY: '11'.repeat(32), NODE_ID: 'bench' };
  const port = 28_400 + (process.pid % 400);
  const file = (name: string): string => new URL(name, import.meta.url).pathname;
  const ours = await contestant('ours', file('../../bidding/server.ts'), [], env, port, bodies);
  const answer = { ...env, BENCH_ANSWER: await sampleAnswer(port) };
  const parse = await contestant(
    'parse',
    file('auction/bare.ts'),
    ['parse'],
    answer,
    port + 400,
    bodies,
  );
  const echo = await contestant(
    'echo',
    file('auction/bare.ts'),
    ['echo'],
    answer,
    port + 800,
    bodies,
  );
  const plain = await contestant('plain', file('auction/plain.ts'), [], env, port + 1_200, bodies);
  const all: Contestant[] = [ours, parse, echo, plain];
  try {
    for (const each of all) await each.load(2);
    const loads = new Map<string, Load[]>(all.map((each) => [each.name, []]));
    for (let i = 0; i < rounds; i++)
      for (const each of all) loads.get(each.name)?.push(await each.load(seconds));
    const rate = (name: string): number =>
      median((loads.get(name) ?? []).map((load) => load.requestsPerS));
    const cpu = (name: string): number =>
      mean((loads.get(name) ?? []).map((load) => load.cpuMicros));
    const saturated = rate('ours');
    const rssBefore = ours.rssMb();
    const half = await ours.load(seconds * 2, Math.round(saturated * 0.5));
    const most = await ours.load(seconds * 2, Math.round(saturated * 0.7));
    const each = (name: string): object => ({
      requestsPerS: Math.round(rate(name)),
      cpuMicros: round(cpu(name), 1),
    });
    report(
      'auction',
      {
        items,
        bodyBytes: Math.round(mean(bodies.map((body) => Buffer.byteLength(body)))),
        answerBytes: Buffer.from(answer.BENCH_ANSWER, 'base64').length,
        ours: each('ours'),
        parse: each('parse'),
        echo: each('echo'),
        plain: each('plain'),
        ratioToParse: round(saturated / rate('parse'), 2),
        ratioToEcho: round(saturated / rate('echo'), 2),
        ratioToPlain: round(saturated / rate('plain'), 2),
        cpuRatioToParse: round(cpu('parse') / cpu('ours'), 2),
        cpuRatioToPlain: round(cpu('plain') / cpu('ours'), 2),
        at50: { p50Ms: half.p50Ms, p99Ms: half.p99Ms },
        at70: { p50Ms: most.p50Ms, p99Ms: most.p99Ms },
        fillRate: round(1 - (loads.get('ours')?.[0]?.non2xx ?? 0), 2),
        rssMb: { before: Math.round(rssBefore), after: Math.round(ours.rssMb()) },
      },
      args,
    );
  } finally {
    for (const each of all) each.stop();
  }
}

try {
  await run();
} finally {
  redis.disconnect();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
