/**
 * How many machines so many provinces need: processor time an auction, measured on one warm node, and what follows from it.
 * Checked by three nodes, each under as much traffic: the model foretells what they use together.
 * `npm run capacity -- [--items 100000] [--seconds 8] [--rate 1200] [--provinces 31] [--eventsPerS 140780] [--json]`:
 * auctions a second a node, and what `npm run bench -- ingest` measures.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type House, openHouse } from '../faults/kit/house.ts';
import { newRandom } from '../kit/random.ts';
import { auctionMarket, benchBody } from './auction/bodies.ts';
import { bidRequest } from './auction/contestant.ts';
import type { Measured, Plan } from './auction/generator.ts';
import { bundle } from './kit/bundle.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const items = args.number('items', 100_000);
const seconds = args.number('seconds', 8);
const rate = args.number('rate', 1_200);
const mostProvinces = args.number('provinces', 31);
const eventsPerS = args.number('eventsPerS', 140_780);
/** Of a province in its busiest second. */
const AUCTIONS_PER_S = 10_000;
/** What may be used of a core before answers become slow. */
const USABLE = 0.6;
/** Auctions whose ad is seen, and so metered. */
const SEEN_SHARE = 0.3;
const WARM_AUCTIONS = 40_000;
const WARM_PER_S = 8_000;
const WARM_ROUNDS = 20;
const BODIES = 300;

const random = newRandom(1);
const snapshot = auctionMarket(random, items);
const bodies = Array.from({ length: BODIES }, (_, n) => benchBody(random, snapshot, n));

interface Used {
  nodes: number;
  redis: number;
}

/** µs of processor time so far. */
async function used(house: House): Promise<Used> {
  const texts = await Promise.all(
    house.urls.map(async (url) => (await fetch(`${url}/metrics`)).text()),
  );
  const cores = texts.map((text) => Number(/process_cpu_seconds_total (\S+)/.exec(text)?.[1]));
  const info = await house.redis.info('cpu');
  const redis = [...info.matchAll(/^used_cpu_(?:sys|user):(\S+)/gm)].map((m) => Number(m[1]));
  const sum = (parts: number[]) => 1e6 * parts.reduce((all, each) => all + each, 0);
  return { nodes: sum(cores), redis: sum(redis) };
}

const { generator } = await bundle({ generator: 'test/bench/auction/generator.ts' });

/** The traffic, as much to each node. Auctions answered. */
async function load(house: House, urls: readonly string[], perS: number, forS: number) {
  const shares = urls.map(async (url, n) => {
    const port = Number(new URL(url).port);
    const requests = bodies.map((body) => bidRequest(body, port));
    const plan = join(house.folder, `plan-${n}.json`);
    const pace = { rate: perS, connections: 32, from: 0 };
    const traffic: Plan = { port, warmUpS: 0, seconds: forS, requests, ...pace };
    writeFileSync(plan, JSON.stringify(traffic));
    const { stdout } = await promisify(execFile)(process.execPath, [generator, plan]);
    return (JSON.parse(stdout) as Measured).answered;
  });
  return (await Promise.all(shares)).reduce((all, each) => all + each, 0);
}

async function warmUp(house: House, url: string): Promise<void> {
  let answered = 0;
  for (let n = 0; n < WARM_ROUNDS && answered < WARM_AUCTIONS; n++)
    answered += await load(house, [url], WARM_PER_S, 2);
}

/** Of nodes that are warm: what they use for nothing, each second, and under the traffic. */
async function measure(nodes: number) {
  const house = await openHouse({
    impressions: 50_000_000,
    snapshot,
    nodes: () => Array.from({ length: nodes }, () => ({})),
  });
  try {
    // One after another, by what it has answered: on a busy machine seconds make no node warm.
    for (const url of house.urls) await warmUp(house, url);
    const still = await used(house);
    await new Promise((wake) => setTimeout(wake, 3_000));
    const before = await used(house);
    const auctions = await load(house, house.urls, rate, seconds);
    const after = await used(house);
    const idlePerS = (before.nodes - still.nodes) / 3;
    return {
      auctions,
      idlePerS,
      nodes: after.nodes - before.nodes,
      redis: after.redis - before.redis,
    };
  } finally {
    await house.stop();
  }
}

const one = await measure(1);
const unit = {
  node: (one.nodes - one.idlePerS * seconds) / Math.max(1, one.auctions),
  redis: one.redis / Math.max(1, one.auctions),
};
const three = await measure(3);
const foretold = unit.node * three.auctions + 3 * one.idlePerS * seconds;

function needs(provinces: number): Record<string, number> {
  const perS = provinces * AUCTIONS_PER_S;
  const cores = (micros: number) => Math.ceil((perS * micros) / 1e6 / USABLE);
  return {
    provinces,
    auctionsPerS: perS,
    nodeCores: cores(unit.node),
    redisShards: cores(unit.redis),
    meteringDatabases: Math.ceil((perS * SEEN_SHARE) / eventsPerS),
  };
}

report(
  'capacity',
  {
    items,
    microsAnAuction: { node: round(unit.node, 1), redis: round(unit.redis, 1) },
    idleMicrosASecond: Math.round(one.idlePerS),
    threeNodes: {
      foretoldCpuMs: Math.round(foretold / 1000),
      usedCpuMs: Math.round(three.nodes / 1000),
      usedToForetold: round(three.nodes / foretold, 2),
    },
    needed: [1, 5, 11, mostProvinces].map(needs),
  },
  args,
);
