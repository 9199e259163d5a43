/**
 * What joining brings: the same requests and the same demand, sold by each outlet alone and pooled.
 * `npm run bench -- pooling --seed 1 [--requests 300000] [--counties] [--json]`
 */
import type { Request } from '../../bidding/engine/request.ts';
import { newRandom } from '../kit/random.ts';
import { readArguments, report, round } from './kit/figures.ts';
import { BENCH_DAY_MS, SHAPES, skewed } from './kit/market.ts';
import { benchRequest } from './kit/requests.ts';
import { shapeOfDay } from './pacing/world.ts';
import { newProvince } from './pooling/province.ts';
import { type Books, sellDay } from './pooling/sell.ts';

const args = readArguments(process.argv);
const seed = args.number('seed', 1);
const random = newRandom(seed);
const province = newProvince(random);
const { outlets } = province.base;
const shape = shapeOfDay();
const requests = dayOfRequests(args.number('requests', 300_000));
const alone = sellDay(province, requests, shape, false);
const pooled = sellDay(province, requests, shape, true);

const tiers: Record<string, unknown> = {};
for (const tier of ['province', 'city', 'county', 'all']) {
  const ids = outlets.filter((it) => tier === 'all' || it.tier === tier).map((it) => it.id);
  tiers[tier] = {
    outlets: ids.length,
    alone: sums(alone, ids),
    pooled: sums(pooled, ids),
    ...gain(ids),
  };
}
const gains = outlets
  .filter((it) => it.tier === 'county')
  .map((it) => ({ divisionCode: it.divisionCode, outletId: it.id, ...gain([it.id]) }))
  .sort((a, b) => a.revenueTimes - b.revenueTimes);
report(
  'pooling',
  {
    seed,
    requests: requests.length,
    lineItems: province.signed.length,
    ...tiers,
    countyCentres: {
      losing: gains.filter((it) => it.revenueTimes < 1).length,
      leastTimes: gains[0]?.revenueTimes,
      medianTimes: gains[gains.length >> 1]?.revenueTimes,
      mostTimes: gains.at(-1)?.revenueTimes,
    },
    ...(args.flag('counties') ? { counties: gains } : {}),
  },
  args,
);

/** Requests in the order of time; half of the readers of a county read its own centre, the others the bigger outlets. */
function dayOfRequests(count: number): Request[] {
  const byDivision = new Map(outlets.map((it) => [it.divisionCode, it.id]));
  const total = shape.reduce((a, b) => a + b, 0);
  const list: Request[] = [];
  let bin = 0;
  let before = 0;
  for (let n = 0; n < count; n++) {
    const request = benchRequest(random, province.base, n);
    const position = ((n + random.next()) / count) * total;
    while (bin < 95 && position > before + (shape[bin] as number)) before += shape[bin++] as number;
    const within = Math.min(1, (position - before) / (shape[bin] as number));
    request.atMs = BENCH_DAY_MS + Math.floor((bin + within) * 900_000);
    const home = request.declaredDivision;
    const where = random.next();
    const city = `${home.slice(0, 4)}00`;
    const outletId =
      where < 0.5
        ? byDivision.get(home)
        : where < 0.75
          ? byDivision.get(city)
          : 1 + random.below(2);
    const imp = request.imps[0];
    if (imp)
      imp.placementId = ((outletId ?? 1) - 1) * SHAPES.length + skewed(random, SHAPES.length) + 1;
    list.push(request);
  }
  return list.sort((a, b) => a.atMs - b.atMs);
}

function sums(books: Books, ids: readonly number[]): Record<string, number> {
  const add = (column: Float64Array): number =>
    ids.reduce((sum, id) => sum + (column[id] as number), 0);
  const sold = add(books.sold);
  const revenue = add(books.revenueMicro) / 1e6;
  return {
    revenueYuan: round(revenue, 0),
    fillPercent: round((100 * sold) / Math.max(1, add(books.requests)), 1),
    ecpmYuan: round((1000 * revenue) / Math.max(1, add(books.requests)), 2),
  };
}

function gain(ids: readonly number[]): { revenueTimes: number } {
  const before = sums(alone, ids).revenueYuan ?? 0;
  const after = sums(pooled, ids).revenueYuan ?? 0;
  return { revenueTimes: round(after / Math.max(1, before), 2) };
}
