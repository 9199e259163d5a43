/**
 * Partners: auctions a second and the latency they add with 1, 5 and 20 of them, of which (beyond one) one hangs and one answers
 * garbage. Exchange and partners are processes of their own, and requests come at a fixed rate whatever is answered: in one process
 * each would be waiting for the other. `npm run bench -- fanout [--seconds 5] [--rate 50] [--latency 20] [--json]`
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { Redis } from 'ioredis';
import { bootRedis } from '../../db/embedded/redis.ts';
import { dayOf } from '../../db/terms/day.ts';
import { aPartner, aSnapshot, grant, publish } from '../kit/snapshot.ts';
import { cpuMicros } from './auction/contestant.ts';
import type { BenchPartner } from './fanout/partners.ts';
import { percentile, readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const seconds = args.number('seconds', 5);
const rate = args.number('rate', 50);
const latencyMs = args.number('latency', 20);
const TMAX_MS = 200;
const DEADLINE_MS = 150;
/** Discarded: connections are opened, code gets warm, the one that hangs is found out. */
const WARM_MS = 2_000;

const dataDir = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
const server = await bootRedis({ dataDir, durable: false });
const redis = new Redis(server.url);
const file = (name: string): string => new URL(name, import.meta.url).pathname;

const BODY = JSON.stringify({
  id: 'bench',
  imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
  site: { publisher: { id: '1' } },
  cur: ['CNY'],
  tmax: TMAX_MS,
});
const call = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: BODY,
} as const;

/** The n-th partner's fault: of several, one hangs and one talks nonsense. */
const faultOf = (n: number, count: number): BenchPartner['fault'] =>
  count > 1 && n === 0 ? 'hang' : count > 2 && n === 1 ? 'garbage' : 'none';

async function startExchange(port: number): Promise<ChildProcess> {
  const env = {
    ...process.env,
    REDIS_URL: server.url,
    TOKEN_KEY: '11'.repeat(32),
    NODE_ID: `bench-${port}`,
    EXCHANGE_PORT: String(port),
  };
  const command = ['--import', 'tsx', file('../../bidding/server.ts')];
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return child;
}

const ask = <T>(child: ChildProcess, message: object): Promise<T> => {
  const answer = once(child, 'message').then(([value]) => value as T);
  child.send(message);
  return answer;
};

/** Sends at the rate for so long; how long each auction took, and how many had no winner. */
async function arrive(url: string, forMs: number): Promise<{ tookMs: number[]; failed: number }> {
  const tookMs: number[] = [];
  let failed = 0;
  const pending: Promise<void>[] = [];
  const until = performance.now() + forMs;
  for (let next = performance.now(); next < until; next += 1_000 / rate) {
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
    const startedAt = performance.now();
    const one = fetch(url, call).then(async (answer) => {
      await answer.arrayBuffer();
      tookMs.push(performance.now() - startedAt);
      if (answer.status !== 200) failed++;
    });
    pending.push(one);
  }
  await Promise.all(pending);
  return { tookMs, failed };
}

async function measure(count: number): Promise<object> {
  const partners = fork(file('fanout/partners.ts'), { execArgv: ['--import', 'tsx'] });
  const specs = Array.from({ length: count }, (_, n): BenchPartner => {
    return { seat: `dsp-${n}`, priceCpm: 21 + n, latencyMs, fault: faultOf(n, count) };
  });
  const urls = await ask<string[]>(partners, { open: specs });
  const demandPartners = urls.map((url, n) =>
    aPartner(n + 1, `dsp-${n}`, url, { timeoutMs: DEADLINE_MS }),
  );
  await publish(redis, aSnapshot({ demandPartners }));
  for (const { lineItemId } of demandPartners)
    await grant(redis, lineItemId, dayOf(Date.now()), 1e12);
  const port = 28_000 + ((process.pid + count) % 400);
  const exchange = await startExchange(port);
  const url = `http://127.0.0.1:${port}/openrtb2/auction`;
  try {
    await arrive(url, WARM_MS);
    await ask(partners, { report: true });
    const pid = exchange.pid as number;
    const cpuBefore = cpuMicros(pid);
    const { tookMs, failed } = await arrive(url, seconds * 1_000);
    const cpuPerAuctionMicros = (cpuMicros(pid) - cpuBefore) / tookMs.length;
    const healthy = await ask<{ p50Ms: number; p99Ms: number }>(partners, { report: true });
    const full = await autocannon({ url, ...call, connections: 20, duration: 2 });
    const p99Ms = percentile(tookMs, 0.99);
    return {
      p50Ms: round(percentile(tookMs, 0.5), 1),
      p99Ms: round(p99Ms, 1),
      maxMs: round(percentile(tookMs, 1), 1),
      healthyP99Ms: round(healthy.p99Ms, 1),
      addedP99Ms: round(p99Ms - healthy.p99Ms, 1),
      withinTmax: p99Ms <= TMAX_MS,
      failed,
      cpuPerAuctionMicros: Math.round(cpuPerAuctionMicros),
      saturatedAuctionsPerS: Math.round(full.requests.average),
      saturatedP99Ms: full.latency.p99,
    };
  } finally {
    exchange.kill('SIGTERM');
    partners.kill();
  }
}

const figures: Record<string, unknown> = { latencyMs, tmaxMs: TMAX_MS, ratePerS: rate };
try {
  for (const count of [1, 5, 20]) figures[`partners${count}`] = await measure(count);
  report('fanout', figures, args);
} finally {
  redis.disconnect();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
