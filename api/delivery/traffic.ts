/**
 * The forecast of each line item's own traffic of today: yesterday's logged requests run through the matching engine as if they
 * came today. Owns the curves that pacing follows and the counties' shares of guarantees, and when they are made: once a day, and
 * soon after a line item appears or its target changes.
 */
import { findCandidates, newFound } from '../../bidding/engine/candidates.ts';
import { clausesOf } from '../../bidding/engine/clause.ts';
import { compileSnapshot } from '../../bidding/engine/market.ts';
import type { Found } from '../../bidding/engine/outcome.ts';
import { hoursOf } from '../../bidding/engine/target.ts';
import { BINS, binOf, curveOf, type TrafficCurve } from '../../bidding/engine/trafficForecast.ts';
import type { SampledRequest } from '../../bidding/wire/sample.ts';
import type { Db } from '../../db/client.ts';
import { type Replica, readLately } from '../../db/replica.ts';
import {
  addDays,
  type Clock,
  type Day,
  dayStartMs,
  hourOfWeek,
  msOfDay,
} from '../../db/terms/day.ts';
import type { Target } from '../../db/terms/target.ts';
import { countByCounty, type DayForecast } from './arrivals.ts';
import { PROVINCE_SHAPE } from './curve.ts';
import { readMarket } from './market.ts';
import { readSamples } from './samples.ts';
import { impressionsOf } from './shown.ts';

/** Enough for the shape of a day; the rarest line items lean on the province's. */
const MOST_REQUESTS = 100_000;
/** Fewer requests than this say nothing of the province's day. */
const LEAST_REQUESTS = 1_000;
/** Of what was shown, so much must have been logged. */
const LEAST_SHARE = 0.8;
/** New line items wait so long for a curve of their own, and go by the province's meanwhile. */
const AGAIN_MS = 600_000;
const DAY_MS = 86_400_000;
const REQUESTS_AT_ONCE = 500;

export interface LineTraffic {
  curve: TrafficCurve;
  /** Share of its traffic by county, summing to 1; empty where nothing is known. */
  countyShare: Record<string, number>;
}

export interface ForecastLine {
  lineItemId: number;
  target: Target;
}

interface Counts {
  byBin: Float64Array;
  byCounty: Map<string, number>;
}

interface Kept extends DayForecast {
  madeAtMs: number;
  /** Relative requests by quarter of an hour, of all traffic. */
  shape: ArrayLike<number>;
  /** By line item, with the target it was made for. */
  lines: Map<number, { target: string; traffic: LineTraffic }>;
}

const keptByDatabase = new WeakMap<object, Kept>();

export interface Traffic {
  /** By line item id. */
  lines: Map<number, LineTraffic>;
  /** Of all requests. */
  forecast: DayForecast;
}

/** Traffic of today. A step of pacing may wait for it once a day. */
export async function trafficOf(
  ctx: { db: Db; clock: Clock; replica?: Replica },
  today: Day,
  lines: readonly ForecastLine[],
): Promise<Traffic> {
  const nowMs = ctx.clock();
  let kept = keptByDatabase.get(ctx.db);
  const before = kept?.day === today ? kept : undefined;
  const missing = lines.filter(
    ({ lineItemId, target }) => before?.lines.get(lineItemId)?.target !== JSON.stringify(target),
  );
  if (!kept || !before || (missing.length > 0 && nowMs - before.madeAtMs >= AGAIN_MS)) {
    kept = await make(ctx, nowMs, today, missing, before);
    keptByDatabase.set(ctx.db, kept);
  }
  const { shape, lines: known } = kept;
  const traffic = lines.map(({ lineItemId, target }): [number, LineTraffic] => [
    lineItemId,
    // Until it is made anew, a changed target goes by its old curve.
    known.get(lineItemId)?.traffic ?? trafficFrom(undefined, 1, shape, target, today),
  ]);
  return { lines: new Map(traffic), forecast: kept };
}

async function make(
  ctx: { db: Db; replica?: Replica },
  nowMs: number,
  today: Day,
  lines: readonly ForecastLine[],
  before: Kept | undefined,
): Promise<Kept> {
  const yesterday = addDays(today, -1);
  const { db } = ctx;
  const { samples } = await readLately(ctx, (lately) =>
    readSamples(lately, yesterday, MOST_REQUESTS),
  );
  const shape = shapeOf(samples);
  const market = await readMarket(db, nowMs);
  const ids = new Set(lines.map((line) => line.lineItemId));
  const lineItems = market.lineItems.filter((item) => ids.has(item.id));
  const counts = await countEligible({ ...market, lineItems }, nowMs, samples);
  const unit = samples.reduce((most, it) => Math.max(most, it.weight), 1);
  const made = new Map(before?.lines);
  for (const line of lines) {
    const traffic = trafficFrom(counts.get(line.lineItemId), unit, shape, line.target, today);
    made.set(line.lineItemId, { target: JSON.stringify(line.target), traffic });
  }
  const outlets = new Map(market.outlets.map((outlet) => [outlet.id, outlet]));
  const outletOf = new Map(
    market.placements.flatMap((place) => {
      const outlet = outlets.get(place.outletId);
      return outlet ? [[place.id, outlet] as const] : [];
    }),
  );
  const requestsADay = countByCounty(samples, outletOf);
  const logged = [...requestsADay.values()].reduce((a, b) => a + b, 0);
  // A log that was begun in the middle of the day would make any day look like a rush.
  const isWhole =
    logged >= LEAST_REQUESTS && logged >= LEAST_SHARE * (await impressionsOf(db, yesterday));
  return {
    day: today,
    madeAtMs: nowMs,
    shape,
    lines: made,
    requestsADay: isWhole ? requestsADay : new Map(),
    curve: curveOf(shape, shape),
    outletOf,
  };
}

function shapeOf(samples: readonly SampledRequest[]): ArrayLike<number> {
  const bins = new Float64Array(BINS);
  let sum = 0;
  for (const { request, weight } of samples) {
    const bin = binOf(msOfDay(request.atMs));
    bins[bin] = (bins[bin] as number) + weight;
    sum += weight;
  }
  return sum >= LEAST_REQUESTS ? bins : PROVINCE_SHAPE;
}

/** Runs the requests, moved to today, through an index of this market, unpaced. */
async function countEligible(
  records: Awaited<ReturnType<typeof readMarket>>,
  nowMs: number,
  samples: readonly SampledRequest[],
): Promise<Map<number, Counts>> {
  const counts = new Map<number, Counts>();
  if (samples.length === 0 || records.lineItems.length === 0) return counts;
  const lineItems = records.lineItems.map((item) => ({ ...item, rankMultiplier: 1 }));
  const market = compileSnapshot({ version: 0, publishedAtMs: nowMs, ...records, lineItems });
  const found = newFound();
  for (const [n, { request, weight }] of samples.entries()) {
    // Pacing shares its process with metering.
    if (n % REQUESTS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    if (weight === 0) continue;
    const todays = { ...request, atMs: request.atMs + DAY_MS };
    findCandidates(market, todays, found, Number.MAX_SAFE_INTEGER);
    addFound(counts, found, binOf(msOfDay(request.atMs)), weight);
  }
  return counts;
}

function addFound(counts: Map<number, Counts>, found: Found, bin: number, weight: number): void {
  const county = found.located.code.slice(0, 6);
  for (let i = 0; i < found.count; i++) {
    const match = found.imps[i];
    for (let c = 0; match && c < match.count; c++) {
      const id = match.candidates[c]?.item.source.id ?? 0;
      let mine = counts.get(id);
      if (!mine) {
        mine = { byBin: new Float64Array(BINS), byCounty: new Map() };
        counts.set(id, mine);
      }
      mine.byBin[bin] = (mine.byBin[bin] as number) + weight;
      mine.byCounty.set(county, (mine.byCounty.get(county) ?? 0) + weight);
    }
  }
}

/** `unit`: requests that one logged row of a busy node stands for: the curve's own count goes by rows. */
function trafficFrom(
  counts: Counts | undefined,
  unit: number,
  shape: ArrayLike<number>,
  target: Target,
  today: Day,
): LineTraffic {
  const hours = hoursToday(target, today);
  // A line item that may serve in some hours only has its traffic there.
  const pseudo = Array.from({ length: BINS }, (_, bin) =>
    !hours || hours.has(Math.floor((bin * 24) / BINS)) ? (shape[bin] ?? 0) : 0,
  );
  const rows = counts ? counts.byBin.map((count) => count / unit) : [];
  const total = counts ? counts.byBin.reduce((a, b) => a + b, 0) : 0;
  const countyShare = Object.fromEntries(
    [...(counts?.byCounty ?? [])].map(([county, count]) => [county, count / total]),
  );
  return { curve: curveOf(rows, pseudo), countyShare };
}

/** Hours of today in which a target can hold; undefined: all. */
function hoursToday(target: Target, today: Day): Set<number> | undefined {
  const hours = hoursOf(clausesOf(target));
  if (!hours) return undefined;
  const first = hourOfWeek(dayStartMs(today));
  return new Set(hours.filter((h) => h >= first && h < first + 24).map((h) => h - first));
}
