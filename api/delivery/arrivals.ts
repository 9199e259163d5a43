/**
 * Requests of the last seconds, by county, against their forecast. Owns what waits between the log's reader and pacing's next
 * step, and when the log is not to be believed: a log that has stopped while ads are still sold says nothing of traffic.
 */
import { locate } from '../../bidding/engine/request.ts';
import { Surge } from '../../bidding/engine/surge.ts';
import { passed, type TrafficCurve } from '../../bidding/engine/trafficForecast.ts';
import type { SampledRequest } from '../../bidding/wire/sample.ts';
import type { SnapshotOutlet } from '../../bidding/wire/snapshot.ts';
import { type Day, msOfDay } from '../../db/terms/day.ts';

/** Of one process; what a worker that does not lead notes is never asked for. */
const waiting = new WeakMap<object, SampledRequest[]>();
const MOST_WAITING = 50_000;
/** Nodes write at least every ten seconds while anybody asks. */
const SILENCE_MS = 60_000;

export function noteArrivals(db: object, requests: readonly SampledRequest[]): void {
  const list = waiting.get(db) ?? [];
  waiting.set(db, list);
  if (list.length + requests.length <= MOST_WAITING) list.push(...requests);
}

/** What a day was forecast to bring. */
export interface DayForecast {
  day: Day;
  /** Empty where yesterday's log is too thin to compare with. */
  requestsADay: ReadonlyMap<string, number>;
  curve: TrafficCurve;
  /** Outlet of a placement: a county's own readers are known by it. */
  outletOf: ReadonlyMap<number, SnapshotOutlet>;
}

interface Watch {
  day: Day;
  surge: Surge;
  atMs: number;
  heardAtMs: number;
  impressions: number;
}

const watches = new WeakMap<object, Watch>();

/**
 * Takes a step; returns the surge of a line item by its counties' shares, or undefined where it is not known. `impressions`:
 * of today so far, to tell a silent log from silent readers.
 */
export function stepSurge(
  db: object,
  nowMs: number,
  forecast: DayForecast,
  impressions: number,
): ((countyShare: Readonly<Record<string, number>>) => number) | undefined {
  const arrived = waiting.get(db) ?? [];
  waiting.delete(db);
  const before = watches.get(db);
  const watch: Watch =
    before?.day === forecast.day
      ? before
      : { day: forecast.day, surge: new Surge(), atMs: nowMs, heardAtMs: nowMs, impressions };
  watches.set(db, watch);
  const elapsedMs = nowMs - watch.atMs;
  const isSelling = impressions > watch.impressions;
  watch.atMs = nowMs;
  watch.impressions = impressions;
  if (arrived.length > 0) watch.heardAtMs = nowMs;
  if (forecast.requestsADay.size === 0 || elapsedMs <= 0) return undefined;
  const untilMs = msOfDay(nowMs);
  const share = passed(forecast.curve, untilMs) - passed(forecast.curve, untilMs - elapsedMs);
  watch.surge.step(
    elapsedMs,
    countByCounty(arrived, forecast.outletOf),
    forecast.requestsADay,
    share,
  );
  if (isSelling && nowMs - watch.heardAtMs > SILENCE_MS) return undefined;
  return (countyShare) => watch.surge.of(countyShare);
}

/** Requests by the county of their reader. */
export function countByCounty(
  requests: readonly SampledRequest[],
  outletOf: ReadonlyMap<number, SnapshotOutlet>,
): Map<string, number> {
  const seen = new Map<string, number>();
  for (const { request, weight } of requests) {
    const outlet = outletOf.get(request.imps[0]?.placementId ?? 0);
    const county = locate(request, outlet).code.slice(0, 6);
    seen.set(county, (seen.get(county) ?? 0) + weight);
  }
  return seen;
}
