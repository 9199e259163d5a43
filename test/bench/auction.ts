/**
 * The whole server process under load, on one core, with Redis caps and leases, against a bare server that parses the same
 * bodies and answers the same bytes, one that only echoes, and the service written plainly; interleaved in one run, all
 * bundled, with the same flags. At half and at 70 % of what it can, ours beside the parsing server at 70 % of what that can: how late
 * answers are is as much the machine's doing. Memory: `--soak 10000000` holds so many auctions, compares nothing, and samples what they leave.
 * `npm run bench -- auction --items 100000 [--seconds 3] [--rounds 3] [--soak 0] [--seed 1] [--json]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { keys } from '../../bidding/wire/keys.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { dayOf } from '../../db/terms/day.ts';
import { buildPrograms, programFile } from '../../run/demo/programs.ts';
import { newRandom } from '../kit/random.ts';
import { grantAll, publish } from '../kit/snapshot.ts';
import { auctionMarket, benchBody } from './auction/bodies.ts';
import {
  bidRequest,
  type Contestant,
  contestant,
  type Load,
  moveToLoadCore,
} from './auction/contestant.ts';
import { bundle } from './kit/bundle.ts';
import { mean, readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const items = args.number('items', 100_000);
const seconds = args.number('seconds', 3);
const rounds = args.number('rounds', 3);
const soak = args.number('soak', 0);
const BODIES = 300;
const SOAK_SLICE_S = 10;
const random = newRandom(args.number('seed', 1));
const snapshot = auctionMarket(random, items);
const bodies = Array.from({ length: BODIES }, (_, n) => benchBody(random, snapshot, n));

const dataDir = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
const server = await bootRedis({ dataDir, durable: false });
const redis = new Redis(server.url);

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

/** Calls of Redis so far, by command. */
async function redisCalls(): Promise<Map<string, number>> {
  const stats = await redis.info('commandstats');
  return new Map(
    [...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map((m) => [m[1] ?? '', Number(m[2])]),
  );
}

/** Bytes of a reader's counters, over a thousand readers. */
async function capBytes(): Promise<number> {
  const [, names] = await redis.scan(
    0,
    'MATCH',
    keys.caps('*').replace(/[{}]/g, '?'),
    'COUNT',
    5_000,
  );
  const pipeline = redis.pipeline();
  for (const name of names.slice(0, 1_000)) pipeline.strlen(name);
  return mean(((await pipeline.exec()) ?? []).map(([, bytes]) => Number(bytes)));
}

/** Holds so many auctions at full speed, and nothing else; resident memory at the beginning and after each tenth. */
async function holdMany(ours: Contestant): Promise<void> {
  await ours.load(10);
  const rssMb = [Math.round(ours.rssMb())];
  let auctions = 0;
  for (let tenth = 1; tenth <= 10; tenth++) {
    while (auctions < (soak * tenth) / 10) auctions += (await ours.load(SOAK_SLICE_S)).answered;
    rssMb.push(Math.round(ours.rssMb()));
  }
  const grownMb = (rssMb.at(-1) ?? 0) - (rssMb[1] ?? 0);
  report('auction-soak', { items, auctions, rssMb, grownMb }, args);
}

/** Ours alone, or with those it is compared with. */
async function enter(): Promise<[ours: Contestant, ...Contestant[]]> {
  await buildPrograms();
  const { bare, plain, generator } = await bundle({
    bare: 'test/bench/auction/bare.ts',
    plain: 'test/bench/auction/plain.ts',
    generator: 'test/bench/auction/generator.ts',
  });
  const env = { REDIS_URL: server.url, TOKEN_KEY: '11'.repeat(32), NODE_ID: 'bench' };
  const port = 28_400 + (process.pid % 400);
  const requestsFor = (at: number) => bodies.map((body) => bidRequest(body, at));
  const ground = { folder: dataDir, generator, requestsFor };
  const ours = await contestant('ours', programFile('exchange'), [], env, port, ground);
  if (soak > 0) return [ours];
  const answer = { ...env, BENCH_ANSWER: await sampleAnswer(port) };
  return [
    ours,
    await contestant('parse', bare, ['parse'], answer, port + 400, ground),
    await contestant('echo', bare, ['echo'], answer, port + 800, ground),
    await contestant('plain', plain, [], env, port + 1_200, ground),
  ];
}

async function run(): Promise<void> {
  await publish(redis, snapshot);
  await grantAll(redis, snapshot, dayOf(Date.now()), 1e12);
  moveToLoadCore(Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]));
  const all = await enter();
  const [ours] = all;
  try {
    if (soak > 0) return await holdMany(ours);
    for (const each of all) await each.load(each === ours ? 6 : 2);
    const loads = new Map<string, Load[]>(all.map((each) => [each.name, []]));
    const calls = { before: await redisCalls(), auctions: 0, after: new Map<string, number>() };
    for (let i = 0; i < rounds; i++)
      for (const each of all) loads.get(each.name)?.push(await each.load(seconds));
    calls.after = await redisCalls();
    calls.auctions = sumOf(loads.get('ours'), (load) => load.answered);
    const of = (name: string, figure: keyof Load): number =>
      median((loads.get(name) ?? []).map((load) => load[figure]));
    const saturated = of('ours', 'requestsPerS');
    const late = { at50: [] as Load[], at70: [] as Load[], parseAt70: [] as Load[] };
    const parse = all.find(({ name }) => name === 'parse') as Contestant;
    for (let i = 0; i < rounds; i++) {
      late.at50.push(await ours.load(seconds * 2, Math.round(saturated * 0.5)));
      late.at70.push(await ours.load(seconds * 2, Math.round(saturated * 0.7)));
      const rate = Math.round(of('parse', 'requestsPerS') * 0.7);
      late.parseAt70.push(await parse.load(seconds * 2, rate));
    }
    const each = (name: string): object => ({
      requestsPerS: Math.round(of(name, 'requestsPerS')),
      cpuMicros: round(of(name, 'cpuMicros'), 1),
      busy: round(of(name, 'busy'), 2),
    });
    const against = (name: string): object => ({
      requests: round(saturated / of(name, 'requestsPerS'), 2),
      cpu: round(of(name, 'cpuMicros') / of('ours', 'cpuMicros'), 2),
    });
    report(
      'auction',
      {
        items,
        bodyBytes: Math.round(mean(bodies.map((body) => Buffer.byteLength(body)))),
        ours: each('ours'),
        parse: each('parse'),
        echo: each('echo'),
        plain: each('plain'),
        timesParse: against('parse'),
        timesEcho: against('echo'),
        timesPlain: against('plain'),
        at50: lateness(late.at50),
        at70: lateness(late.at70),
        parseAt70: lateness(late.parseAt70),
        bidShare: round(of('ours', 'bidShare'), 2),
        generatorMicros: round(of('ours', 'generatorMicros'), 1),
        redisCallsPerAuction: perAuction(calls),
        shedShare: round(of('ours', 'shedShare'), 3),
        capBytesAReader: round(await capBytes(), 1),
      },
      args,
    );
  } finally {
    for (const each of all) each.stop();
  }
}

/** The middle of the rounds, and their p99 from the best to the worst. */
const lateness = (loads: Load[]): object => ({
  p50Ms: median(loads.map((load) => load.p50Ms)),
  p99Ms: median(loads.map((load) => load.p99Ms)),
  p99Rounds: loads.map((load) => load.p99Ms).sort((a, b) => a - b),
});

const sumOf = (loads: Load[] | undefined, of: (load: Load) => number): number =>
  (loads ?? []).reduce((sum, load) => sum + of(load), 0);

/** What Redis was asked while ours was measured; the plain service asks by GET alone. */
function perAuction(calls: {
  before: Map<string, number>;
  after: Map<string, number>;
  auctions: number;
}): Record<string, number> {
  const since = (name: string): number =>
    ((calls.after.get(name) ?? 0) - (calls.before.get(name) ?? 0)) / calls.auctions;
  return { read: round(since('mget'), 3), count: round(since('evalsha'), 3) };
}

try {
  await run();
} finally {
  redis.disconnect();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
