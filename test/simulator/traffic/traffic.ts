/**
 * Demo traffic: readers across the counties by the province's day send real requests over HTTP and behave like browsers. Owns the
 * pace. The order of visits and every decision in them come from the seed; only the clock and the network are real.
 */
import { HOURLY_SHAPE } from '../../../api/delivery/curve.ts';
import type { Snapshot } from '../../../bidding/wire/snapshot.ts';
import { type Clock, msOfDay } from '../../../db/terms/day.ts';
import { createRandom } from '../../../run/seed/random.ts';
import { type BrowserOptions, type Rendered, show } from './browser.ts';
import { createProvince, nextVisit, type Visit } from './readers.ts';
import { requestOf } from './request.ts';

export interface TrafficOptions {
  exchangeUrl: string;
  seed: number;
  /** Requests a second, averaged over the day. */
  rate: number;
  /** Follow the province's day; else the same rate at all hours. */
  diurnal?: boolean;
  readersPerCounty?: number;
  clock?: Clock;
  pause?: (ms: number) => Promise<void>;
  fetch?: typeof fetch;
}

export interface TrafficCount extends Rendered {
  requests: number;
  bids: number;
  noBids: number;
  errors: number;
}

export interface Traffic {
  readonly count: Readonly<TrafficCount>;
  /** One reader, one page, all it leads to. */
  visit(): Promise<void>;
  /** Visits at the rate until `untilMs` (epoch) or `stop`; waits for the last reader. */
  run(untilMs: number): Promise<void>;
  stop(): void;
}

interface BidResponse {
  seatbid?: { bid?: { adm?: string; crid?: string; impid?: string }[] }[];
}

const MEAN_SHAPE = HOURLY_SHAPE.reduce((sum, n) => sum + n, 0) / HOURLY_SHAPE.length;
/** More readers than this waiting for answers: the exchange is slower than the traffic, and more would say nothing new. */
const MAX_OPEN = 500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createTraffic(snapshot: Snapshot, options: TrafficOptions): Traffic {
  const province = createProvince(snapshot);
  const random = createRandom(options.seed);
  const clock = options.clock ?? Date.now;
  const pause = options.pause ?? sleep;
  const browser: BrowserOptions = {
    exchangeUrl: options.exchangeUrl,
    pause,
    fetch: options.fetch ?? fetch,
  };
  const count: TrafficCount = {
    requests: 0, bids: 0, noBids: 0, errors: 0, impressions: 0, viewables: 0, clicks: 0, failed: 0,
  }; // biome-ignore format: eight zeros
  let ordinal = 0;
  let stopped = false;
  const open = new Set<Promise<void>>();

  async function bidsFor(visit: Visit, id: string) {
    const response = await browser.fetch(`${options.exchangeUrl}/openrtb2/auction`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-openrtb-version': '2.6' },
      body: JSON.stringify(requestOf(visit, id)),
    });
    const text = await response.text();
    if (response.status === 204) return [];
    if (response.status !== 200) throw new Error(`${response.status} ${text.slice(0, 200)}`);
    const body = JSON.parse(text) as BidResponse;
    return (body.seatbid ?? []).flatMap((seat) => seat.bid ?? []);
  }

  async function visit(): Promise<void> {
    const own = createRandom(options.seed * 1_000_003 + ordinal);
    const reader = nextVisit(random, province, options.readersPerCounty ?? 400);
    const id = `traffic-${options.seed}-${ordinal++}`;
    count.requests++;
    try {
      const bids = await bidsFor(reader, id);
      count.bids += bids.length;
      count.noBids += reader.placements.length - bids.length;
      for (const bid of bids) {
        const rendered = await show(bid, reader, own, browser);
        count.impressions += rendered.impressions;
        count.viewables += rendered.viewables;
        count.clicks += rendered.clicks;
        count.failed += rendered.failed;
      }
    } catch {
      count.errors++;
    }
  }

  const rateNow = (): number => {
    if (options.diurnal === false) return options.rate;
    const hour = Math.floor(msOfDay(clock()) / 3_600_000);
    return options.rate * ((HOURLY_SHAPE[hour] ?? MEAN_SHAPE) / MEAN_SHAPE);
  };

  return {
    count,
    visit,
    async run(untilMs) {
      while (!stopped && clock() < untilMs) {
        if (open.size < MAX_OPEN) {
          const one = visit().finally(() => open.delete(one));
          open.add(one);
        }
        // Exponential gaps: readers do not queue up.
        await pause(Math.min((-Math.log(1 - random.next()) / rateNow()) * 1_000, 60_000));
      }
      await Promise.all(open);
    },
    stop() {
      stopped = true;
    },
  };
}
