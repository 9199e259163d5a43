/**
 * Matching: µs a request to the best five candidates, with and without a winner, against brute force on the same requests; the
 * cost of a change and of a pause; bytes an item. `npm run bench -- match --items 100000 [--seed 1] [--json]`
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { findCandidates, newFound } from '../../bidding/engine/candidates.ts';
import { removeItem, setAvailable, upsertItem } from '../../bidding/engine/delta.ts';
import { compileSnapshot, type Market } from '../../bidding/engine/market.ts';
import type { Request } from '../../bidding/engine/request.ts';
import type { Snapshot } from '../../bidding/wire/snapshot.ts';
import { newRandom } from '../kit/random.ts';
import { referenceCandidates } from '../kit/reference.ts';
import { mean, percentile, readArguments, report, round } from './kit/figures.ts';
import { benchLineItem, benchSnapshot } from './kit/market.ts';
import { benchRequest } from './kit/requests.ts';
import { lockDooh, nobodyRequest } from './match/nobody.ts';

const LIMIT = 5;
const args = readArguments(process.argv);
const items = args.number('items', 100_000);
const seed = args.number('seed', 1);
const requests = args.number('requests', 40_000);

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const random = newRandom(seed);
const snapshot = benchSnapshot(random, items, 10);
lockDooh(snapshot, random);
gc();
const before = process.memoryUsage();
const compileStart = performance.now();
const market = compileSnapshot(snapshot);
const compileMs = performance.now() - compileStart;
gc();
const after = process.memoryUsage();
const heapBytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;

const somebody = Array.from({ length: requests }, (_, n) => benchRequest(random, snapshot, n));
const nobody = Array.from({ length: Math.min(requests, 4000) }, (_, n) =>
  nobodyRequest(random, snapshot, n),
);
const warm = time(market, somebody);
const timed = time(market, somebody);
time(market, nobody);
const nobodyTimed = time(market, nobody);
const brute = compareWithBruteForce(snapshot, market, somebody.slice(0, bruteCount()));

report(
  'match',
  {
    items,
    seed,
    requests,
    won: round(timed.won / requests),
    p50Us: round(percentile(timed.us, 0.5)),
    p99Us: round(percentile(timed.us, 0.99)),
    meanUs: round(mean(timed.us)),
    firstPassP99Us: round(percentile(warm.us, 0.99)),
    nobodyWon: nobodyTimed.won,
    nobodyP50Us: round(percentile(nobodyTimed.us, 0.5)),
    nobodyP99Us: round(percentile(nobodyTimed.us, 0.99)),
    bruteForceP50Us: round(brute.p50Us, 0),
    bruteForceRequests: brute.count,
    differences: brute.differences,
    ...timeChanges(market),
    compileMs: round(compileMs, 0),
    compileUsPerItem: round((compileMs * 1000) / items),
    indexBytesPerItem: round(market.index.bytes / items, 0),
    heapBytesPerItem: round(heapBytes / items, 0),
    combos: market.index.combos.size,
  },
  args,
);

function time(of: Market, list: readonly Request[]): { us: Float64Array; won: number } {
  const found = newFound();
  const us = new Float64Array(list.length);
  let won = 0;
  for (let i = 0; i < list.length; i++) {
    const start = performance.now();
    findCandidates(of, list[i] as Request, found, LIMIT);
    us[i] = (performance.now() - start) * 1000;
    if ((found.imps[0]?.count ?? 0) > 0) won += 1;
  }
  return { us, won };
}

/** About ten seconds of it. */
function bruteCount(): number {
  return Math.min(requests, Math.max(20, Math.round(20_000_000 / items)));
}

function compareWithBruteForce(
  of: Snapshot,
  compiled: Market,
  list: readonly Request[],
): { p50Us: number; count: number; differences: number } {
  const creatives = new Map(of.creatives.map((it) => [it.id, it]));
  const found = newFound();
  const us: number[] = [];
  let differences = 0;
  for (const request of list) {
    const imp = request.imps[0];
    if (!imp) continue;
    const start = performance.now();
    const expected = referenceCandidates(of, request, imp, LIMIT, creatives);
    us.push((performance.now() - start) * 1000);
    const match = findCandidates(compiled, request, found, LIMIT).imps[0];
    const got = match?.candidates.slice(0, match.count).map((it) => it.item.source.id);
    if (JSON.stringify(got) !== JSON.stringify(expected.map((it) => it.lineItemId))) {
      differences += 1;
    }
  }
  return { p50Us: percentile(us, 0.5), count: us.length, differences };
}

/** One line item changed (removed and put again with a new bid), and one paused and resumed. */
function timeChanges(of: Market): Record<string, number> {
  const changes = 4000;
  const us = new Float64Array(changes);
  const outlets = of.outlets.size;
  for (let i = 0; i < changes; i++) {
    const changed = benchLineItem(random, 1 + random.below(items), outlets);
    const start = performance.now();
    upsertItem(of, changed);
    us[i] = (performance.now() - start) * 1000;
  }
  const pauses = 200_000;
  const ids = Array.from({ length: pauses }, () => 1 + random.below(items));
  const start = performance.now();
  for (const id of ids) setAvailable(of, id, false);
  const pauseUs = ((performance.now() - start) * 1000) / pauses;
  const removeStart = performance.now();
  for (let i = 0; i < 1000; i++) removeItem(of, ids[i] as number);
  return {
    changeP50Us: round(percentile(us, 0.5)),
    changeP99Us: round(percentile(us, 0.99)),
    pauseUs: round(pauseUs),
    removeUs: round(performance.now() - removeStart),
  };
}
