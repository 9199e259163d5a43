/**
 * Runs one day: requests, auctions, leases, clicks with delay, the controller every ten seconds. Returns what was spent, what it
 * was worth, and how far spend strayed from the plan.
 */
import { clickCharge } from '../../../bidding/engine/leasePolicy.ts';
import { PACING_STEP_MS } from '../../../bidding/engine/pacing.ts';
import { secondPrice } from '../../../bidding/engine/price.ts';
import { passed, type TrafficCurve } from '../../../bidding/engine/trafficForecast.ts';
import { Nodes } from './nodes.ts';
import type { Policy } from './policies.ts';
import {
  countyOfType,
  ctrOf,
  DAY_MS,
  FLOOR_MICRO,
  type Item,
  luck,
  mostWorthOf,
  type Traffic,
  type World,
  worthOf,
} from './world.ts';

export interface DayOptions {
  nodes: number;
  price: 'first' | 'second';
  crash: boolean;
}

export interface DayResult {
  billed: Float64Array;
  /** Worth of all that was delivered, billed or not. */
  worth: Float64Array;
  unbilledClicks: number;
  clicks: number;
  sold: number;
  takes: number;
  /** By quarter of an hour, items × bins. */
  path: Float64Array[];
}

interface PendingClick {
  item: number;
  priceMicro: number;
}

const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;
const MEAN_CLICK_DELAY_S = 40;
const MAX_CLICK_DELAY_S = 400;
const CRASH = { atMs: 12 * 3_600_000, downMs: 300_000 };

export function runDay(
  world: World,
  traffic: Traffic,
  policy: Policy,
  options: DayOptions,
): DayResult {
  const { items } = world;
  const nodes = new Nodes(items, options.nodes);
  const expected = new Float64Array(items.length);
  const most = Float64Array.from(items, mostWorthOf);
  const worth = new Float64Array(items.length);
  const clicksDue: PendingClick[][] = Array.from({ length: MAX_CLICK_DELAY_S + 2 }, () => []);
  /** What nodes know of the pools: a second old. */
  const seenFree = Float64Array.from(items, (item) => item.budgetMicro);
  const openForClicks = new Uint8Array(items.length).fill(1);
  const clickItems = items.flatMap((item, i) => (item.isClick ? [i] : []));
  const path: Float64Array[] = [];
  const result: DayResult = {
    billed: nodes.billed,
    worth,
    unbilledClicks: 0,
    clicks: 0,
    sold: 0,
    takes: 0,
    path,
  };
  const arrivals = new Map<string, number>();
  let second = 0;
  let crashed = false;

  const payClicks = (): void => {
    const due = clicksDue[second % clicksDue.length] as PendingClick[];
    for (const { item, priceMicro } of due) {
      result.clicks += 1;
      worth[item] = (worth[item] as number) + (items[item] as Item).unitMicro;
      result.unbilledClicks += (priceMicro - nodes.click(item, priceMicro)) / priceMicro;
    }
    due.length = 0;
  };
  /** Everything that happens by the clock, second by second. */
  const advance = (toMs: number): void => {
    while (second * 1000 <= toMs) {
      const atMs = second * 1000;
      payClicks();
      for (const i of clickItems) {
        seenFree[i] = nodes.free[i] as number;
        openForClicks[i] = (seenFree[i] as number) > 0 ? 1 : 0;
      }
      if (atMs % PACING_STEP_MS === 0 && atMs > 0) {
        policy.step({ atMs, billed: nodes.billed, expected, arrivals });
        arrivals.clear();
      }
      if (atMs % MINUTE_MS === 0) nodes.minute(atMs);
      if (atMs % QUARTER_MS === 0 && atMs > 0) path.push(Float64Array.from(nodes.billed));
      if (options.crash && !crashed && atMs >= CRASH.atMs) {
        crashed = true;
        nodes.crash(0, atMs, CRASH.downMs);
      }
      second += 1;
    }
  };

  for (let r = 0; r < traffic.count; r++) {
    const atMs = traffic.atMs[r] as number;
    if (second * 1000 <= atMs) advance(atMs);
    const county = String(countyOfType(traffic.type[r] as number));
    arrivals.set(county, (arrivals.get(county) ?? 0) + 1);
    const node = nodes.route(luck(traffic.seed, r, 0, 3), luck(traffic.seed, r, 0, 4), atMs);
    sellOne(r, atMs, node);
  }
  advance(DAY_MS);
  // Clicks of the last minutes are charged to the day of their auction.
  for (let i = 0; i <= MAX_CLICK_DELAY_S; i++, second++) payClicks();
  result.takes = nodes.takes;
  return result;

  function sellOne(r: number, atMs: number, node: number): void {
    const list = world.eligible[traffic.type[r] as number] as Int32Array;
    for (;;) {
      let best = -1;
      let bestScore = 0;
      let runnerUp = 0;
      for (let n = 0; n < list.length; n++) {
        const i = list[n] as number;
        const multiplier = policy.multipliers[i] as number;
        // Neither first nor second whatever it is worth: the day takes half the time for it.
        if ((most[i] as number) * multiplier <= runnerUp) continue;
        const item = items[i] as Item;
        const v = worthOf(item, traffic, r, i);
        if (v < FLOOR_MICRO) continue;
        if (item.isClick ? !openForClicks[i] : !nodes.mayServe(node, i, atMs)) continue;
        const share = policy.participation[i] as number;
        if (share < 1 && luck(traffic.seed, r, i, 5) >= share) continue;
        const score = v * multiplier;
        if (score > bestScore) {
          runnerUp = bestScore;
          best = i;
          bestScore = score;
        } else if (score > runnerUp) runnerUp = score;
      }
      if (best < 0) return;
      if (settle(r, atMs, node, best, bestScore, runnerUp)) {
        result.sold += 1;
        return;
      }
    }
  }

  /** False: the node has no budget for it, and the next one wins. */
  function settle(
    r: number,
    atMs: number,
    node: number,
    i: number,
    score: number,
    runnerUp: number,
  ): boolean {
    const item = items[i] as Item;
    const v = worthOf(item, traffic, r, i);
    const price = options.price === 'first' ? v : secondPrice(v, score / v, runnerUp, FLOOR_MICRO);
    if (!item.isClick) {
      if (!nodes.spend(node, i, Math.floor(price), atMs)) return false;
      worth[i] = (worth[i] as number) + v;
      expected[i] = (expected[i] as number) + price;
      return true;
    }
    expected[i] = (expected[i] as number) + v;
    if (luck(traffic.seed, r, i, 2) < ctrOf(item, traffic, r, i)) {
      const delay = -MEAN_CLICK_DELAY_S * Math.log(1 - luck(traffic.seed, r, i, 6));
      const due = second + 1 + Math.min(MAX_CLICK_DELAY_S - 1, Math.floor(delay));
      // As the product's token: no dearer than what was left when the ad was handed out.
      const priceMicro = clickCharge(item.unitMicro, seenFree[i] as number);
      clicksDue[due % clicksDue.length]?.push({ item: i, priceMicro });
    }
    return true;
  }
}

/** How far the spend of items with binding budgets strayed from their plan: shares of their budgets, worst and RMSE. */
export function deviation(
  result: DayResult,
  items: readonly Item[],
  curves: readonly TrafficCurve[],
  binding: readonly boolean[],
): { worst: number; rmse: number } {
  let worst = 0;
  let squares = 0;
  result.path.forEach((billed, q) => {
    let spent = 0;
    let planned = 0;
    let budgets = 0;
    items.forEach((item, i) => {
      if (!binding[i]) return;
      spent += billed[i] as number;
      planned += item.budgetMicro * passed(curves[i] as TrafficCurve, (q + 1) * QUARTER_MS);
      budgets += item.budgetMicro;
    });
    const strayed = Math.abs(spent - planned) / Math.max(1, budgets);
    worst = Math.max(worst, strayed);
    squares += strayed * strayed;
  });
  return { worst, rmse: Math.sqrt(squares / Math.max(1, result.path.length)) };
}
