/**
 * Partners: auctions a second and the latency they add with 1, 5 and 20 of them, of which (beyond one) one hangs and one answers
 * garbage; beside the same fan-out as anybody would write it on `node:http`, under the same load. Exchange and partners are processes
 * of their own, and so is whoever sends: in one process each would be waiting for the other. On a machine that others work on,
 * `chrt -r 10` before the command gives it the cores it has to have.
 * `npm run bench -- fanout [--seconds 8] [--rate 150] [--latency 20] [--partners 1,5,20] [--saturate 2] [--json]`
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
import { EXCHANGE_FLAGS } from '../../run/demo/processes.ts';
import { buildPrograms, programFile } from '../../run/demo/programs.ts';
import { aPartner, aSnapshot, grant, publish } from '../kit/snapshot.ts';
import { cpuMicros } from './auction/contestant.ts';
import type { BenchPartner, PartnerReport } from './fanout/partners.ts';
import { type Arrived, bodyOf, HEADERS, type Load, TMAX_MS } from './fanout/sender.ts';
import { bundle } from './kit/bundle.ts';
import { percentile, readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const seconds = args.number('seconds', 8);
/**
 * What a node of a province with twenty partners has at its busiest: 3,000 questions a second. On two cores the partners alone take a
 * quarter of one.
 */
const rate = args.number('rate', 150);
const latencyMs = args.number('latency', 20);
/** Seconds of full load after it; 0: none, for a machine that others work on. */
const saturate = args.number('saturate', 2);
const DEADLINE_MS = 150;
/** Discarded: connections are opened, code is compiled, the one that hangs is found out. */
const WARM_MS = 3_000;
const WARM_RATE = 400;
const COUNTS = args.text('partners', '1,5,20').split(',').map(Number);
/** No collection of garbage of others falls into what is measured. */
const QUIET = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

const dataDir = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
const server = await bootRedis({ dataDir, durable: false });
const redis = new Redis(server.url);
const file = (name: string): string => new URL(name, import.meta.url).pathname;
await buildPrograms();
const programs = await bundle({
  plain: file('fanout/plain.ts'),
  partners: file('fanout/partners.ts'),
  sender: file('fanout/sender.ts'),
});

/** However this ends, they end too. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** The n-th partner's fault: of several, one hangs and one talks nonsense. */
const faultOf = (n: number, count: number): BenchPartner['fault'] =>
  count > 1 && n === 0 ? 'hang' : count > 2 && n === 1 ? 'garbage' : 'none';

async function start(program: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...EXCHANGE_FLAGS, program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return child;
}

const ask = <T>(child: ChildProcess, message: object): Promise<T> => {
  const answer = once(child, 'message').then(([value]) => value as T);
  child.send(message);
  return answer;
};

interface Surroundings {
  partners: ChildProcess;
  sender: ChildProcess;
}

async function measure(child: ChildProcess, around: Surroundings, url: string): Promise<Measured> {
  const { partners, sender } = around;
  const send = (forMs: number, perS: number): Promise<Arrived> =>
    ask(sender, { url, forMs, perS } satisfies Load);
  await send(WARM_MS, WARM_RATE);
  await ask(partners, { report: true });
  const pid = child.pid as number;
  const cpuBefore = cpuMicros(pid);
  const { tookMs, failed } = await send(seconds * 1_000, rate);
  const took = Object.values(tookMs);
  const cpuPerAuctionMicros = (cpuMicros(pid) - cpuBefore) / took.length;
  const { slowestMs, asked } = await ask<PartnerReport>(partners, { report: true });
  const slowest = Object.keys(tookMs).map((id) => slowestMs[id] ?? 0);
  const added = took.map((ms, i) => ms - (slowest[i] ?? 0));
  const p99Ms = percentile(took, 0.99);
  const healthyP99Ms = percentile(slowest, 0.99);
  return {
    p50Ms: round(percentile(took, 0.5), 1),
    p99Ms: round(p99Ms, 1),
    maxMs: round(percentile(took, 1), 1),
    healthyP99Ms: round(healthyP99Ms, 1),
    addedP99Ms: round(p99Ms - healthyP99Ms, 1),
    addedEachP50Ms: round(percentile(added, 0.5), 1),
    addedEachP99Ms: round(percentile(added, 0.99), 1),
    withinTmax: p99Ms <= TMAX_MS,
    failed,
    hungAskedShare: round((asked['dsp-0'] ?? 0) / took.length, 2),
    cpuPerAuctionMicros: Math.round(cpuPerAuctionMicros),
  };
}

interface Measured {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Of the slowest healthy answer of each auction, as the partners saw it. */
  healthyP99Ms: number;
  /** The one less the other. */
  addedP99Ms: number;
  /** What each auction took beyond its own slowest healthy answer. */
  addedEachP50Ms: number;
  addedEachP99Ms: number;
  withinTmax: boolean;
  failed: number;
  /** How much of the time the first partner, which hangs where there are several, was asked. */
  hungAskedShare: number;
  cpuPerAuctionMicros: number;
}

interface Saturated {
  saturatedAuctionsPerS: number;
  saturatedP99Ms: number;
}

/** As many auctions as it can hold. */
async function fill(url: string): Promise<Partial<Saturated>> {
  if (saturate === 0) return {};
  const body = bodyOf('auction-0');
  const load = {
    url,
    method: 'POST',
    headers: HEADERS,
    body,
    connections: 20,
    duration: saturate,
  } as const;
  const full = await autocannon(load);
  return {
    saturatedAuctionsPerS: Math.round(full.requests.average),
    saturatedP99Ms: full.latency.p99,
  };
}

async function compare(
  count: number,
): Promise<{ ours: Measured & Partial<Saturated>; plain: Measured }> {
  const partners = fork(programs.partners, { execArgv: QUIET });
  const sender = fork(programs.sender, { execArgv: QUIET });
  children.add(partners).add(sender);
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
  const exchange = await start(programFile('exchange'), {
    REDIS_URL: server.url,
    TOKEN_KEY: '11'.repeat(32),
    NODE_ID: `bench-${port}`,
    EXCHANGE_PORT: String(port),
  });
  const plain = await start(programs.plain, {
    PARTNERS: urls.join(' '),
    DEADLINE_MS: String(DEADLINE_MS),
    EXCHANGE_PORT: String(port + 400),
  });
  const url = `http://127.0.0.1:${port}/openrtb2/auction`;
  try {
    const ours = await measure(exchange, { partners, sender }, url);
    const theirs = await measure(plain, { partners, sender }, `http://127.0.0.1:${port + 400}/`);
    return { ours: { ...ours, ...(await fill(url)) }, plain: theirs };
  } finally {
    exchange.removeAllListeners('exit');
    exchange.kill('SIGTERM');
    plain.kill('SIGTERM');
    partners.kill();
    sender.kill();
  }
}

const figures: Record<string, unknown> = { latencyMs, tmaxMs: TMAX_MS, ratePerS: rate };
const cpu: { ours: number; plain: number }[] = [];
try {
  for (const count of COUNTS) {
    const measured = await compare(count);
    figures[`partners${count}`] = measured.ours;
    figures[`plain${count}`] = measured.plain;
    cpu.push({
      ours: measured.ours.cpuPerAuctionMicros,
      plain: measured.plain.cpuPerAuctionMicros,
    });
  }
  const perCall = (which: 'ours' | 'plain'): number => {
    const more = (COUNTS.at(-1) ?? 1) - (COUNTS[0] ?? 1);
    return Math.round(((cpu.at(-1)?.[which] ?? 0) - (cpu[0]?.[which] ?? 0)) / more);
  };
  if (COUNTS.length > 1) {
    figures.cpuPerPartnerMicros = perCall('ours');
    figures.plainCpuPerPartnerMicros = perCall('plain');
  }
  report('fanout', figures, args);
} finally {
  redis.disconnect();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
