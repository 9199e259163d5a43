/**
 * A node is asked three times what it can do for fifteen seconds, as if each request did not care for the others. Before that,
 * what it can do (closed loop) and how fast it answers at half of that. Readers with trackers go on all the while. The node has
 * a core of its own, and all else the other. Times are the caller's, from when a request was due.
 * `npm run faults -- overload`
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bidRequest, moveToLoadCore } from '../bench/auction/contestant.ts';
import type { Measured, Plan } from '../bench/auction/generator.ts';
import { bundle } from '../bench/kit/bundle.ts';
import { aLineItem, aSnapshot } from '../kit/snapshot.ts';
import { openHouse } from './kit/house.ts';
import { openReaders } from './kit/readers.ts';
import { judge, settleBooks } from './kit/verdict.ts';

/** Many places a page: dear to the node and cheap to the load, which has a core with Redis and PostgreSQL and must not be what saturates. */
const IMPS = 64;
const LINE_ITEMS = 60;
const BODIES = 50;
const SECONDS = 15;

function body(n: number): string {
  const reader = `reader-${String(n).padStart(6, '0')}`;
  return JSON.stringify({
    id: `o${n}`,
    imp: Array.from({ length: IMPS }, (_, i) => ({
      id: String(i + 1),
      tagid: '201',
      banner: { format: [{ w: 300, h: 250 }] },
    })),
    site: { publisher: { id: '1' } },
    device: { ua: 'Mozilla/5.0 (Linux; Android 14) Mobile', ip: `10.2.0.${n}` },
    user: { id: reader, ext: { divisionCode: '330110' } },
    cur: ['CNY'],
  });
}

moveToLoadCore(process.pid);
const house = await openHouse({
  impressions: 5_000_000,
  snapshot: aSnapshot({
    lineItems: Array.from({ length: LINE_ITEMS }, (_, i) =>
      aLineItem({ id: 501 + i, campaignId: 401 + i }),
    ),
  }),
  nodes: () => [cpus().length > 1 ? { core: 1 } : {}],
});
const { generator } = await bundle({ generator: 'test/bench/auction/generator.ts' });
const port = Number(new URL(house.urls[0] as string).port);
const requests = Array.from({ length: BODIES }, (_, n) => bidRequest(body(n), port));

async function load(seconds: number, rate: number, connections: number): Promise<Measured> {
  const plan = join(house.folder, 'plan.json');
  const traffic: Plan = { port, warmUpS: 0, seconds, connections, rate, from: 0, requests };
  writeFileSync(plan, JSON.stringify(traffic));
  const { stdout } = await promisify(execFile)(process.execPath, [generator, plan]);
  return JSON.parse(stdout) as Measured;
}

/** The node's longest turn of the event loop in any whole second of the load: its own word, without the caller's core. */
async function longestTurnMs(seconds: number): Promise<number> {
  let longest = 0;
  for (let second = 0; second < seconds; second++) {
    await sleep(1_000);
    const text = await (await fetch(`${house.urls[0]}/metrics`)).text();
    longest = Math.max(longest, Number(/^hongze_longest_turn_ms (.+)$/m.exec(text)?.[1]));
  }
  return longest;
}

const figure = (ms: number): number => Math.round(ms * 10) / 10;

try {
  const readers = openReaders(house.urls);
  await load(2, 0, 16);
  const most = await load(4, 0, 32);
  const saturation = most.answered / 4;
  const normal = await load(6, saturation / 2, 512);
  readers.down = true;
  const [over, longestMs] = await Promise.all([
    load(SECONDS, 3 * saturation, 512),
    longestTurnMs(SECONDS),
    readers.drive(SECONDS, 20),
  ]);
  readers.down = false;
  const served = await readers.untilServed(30);
  const { books, seconds } = await settleBooks(house, readers.accepted);
  judge({
    fault: 'overload',
    readers,
    house,
    recoveryS: served + seconds,
    books,
    more: {
      saturationPerS: Math.round(saturation),
      askedPerS: Math.round((over.answered + over.shed) / SECONDS),
      servedPerS: Math.round(over.answered / SECONDS),
      shedPerS: Math.round(over.shed / SECONDS),
      normalP99Ms: figure(normal.p99Ms),
      acceptedP99Ms: figure(over.p99Ms),
      shedP99Ms: figure(over.shedP99Ms),
      longestTurnMs: figure(longestMs),
      loadMicros: figure((over.ownMicros * over.answered) / (over.answered + over.shed)),
    },
    held: {
      'accepted p99 at most twice the normal': over.p99Ms <= 2 * normal.p99Ms,
      'turned away as fast as served': over.shedP99Ms <= Math.max(2 * normal.p99Ms, 50),
      'it went on working': over.answered / SECONDS > saturation / 2,
      'nothing failed': over.faults === 0,
    },
  });
} finally {
  await house.stop();
}
