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
  .map(({ id, divisionCode }) => ({
    divisionCode,
    alone: sums(alone, [id]),
    pooled: sums(pooled, [id]),
    ...gain([id]),
  }))
  .sort((a, b) => a.revenueTimes - b.revenueTimes);
if (args.flag('counties')) printCounties();
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
    ...(args.flag('counties') && args.flag('json') ? { counties: gains } : {}),
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

function add(column: Float64Array, ids: readonly number[]): number {
  return ids.reduce((sum, id) => sum + (column[id] as number), 0);
}

function sums(books: Books, ids: readonly number[]) {
  const asked = Math.max(1, add(books.requests, ids));
  const revenueYuan = add(books.revenueMicro, ids) / 1e6;
  return {
    revenueYuan: round(revenueYuan, 2),
    fillPercent: round((100 * add(books.sold, ids)) / asked, 1),
    ecpmYuan: round((1000 * revenueYuan) / asked, 2),
  };
}

function gain(ids: readonly number[]): { revenueTimes: number } {
  // An outlet that sold nothing at all is counted as one that sold a fen.
  const before = Math.max(10_000, add(alone.revenueMicro, ids));
  return { revenueTimes: round(add(pooled.revenueMicro, ids) / before, 2) };
}

/** A line a county, for the people of its centre. */
function printCounties(): void {
  const line = (...cells: (string | number)[]): string =>
    `  ${cells.map((cell) => String(cell).padStart(9)).join('')}\n`;
  process.stdout.write(line('county', 'yuan', '→', 'fill %', '→', 'eCPM', '→', 'times'));
  for (const { divisionCode, alone: a, pooled: p, revenueTimes } of gains) {
    const cells = [a.revenueYuan, p.revenueYuan, a.fillPercent, p.fillPercent];
    process.stdout.write(line(divisionCode, ...cells, a.ecpmYuan, p.ecpmYuan, revenueTimes));
  }
}
