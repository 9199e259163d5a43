/**
 * What a node tells of itself: its health each second, a sample of its auctions for the operators' wall. Owns the sampling, so
 * that the wall costs the same at ten auctions a second as at ten thousand.
 */
import { keys } from '../wire/keys.ts';
import { type LiveAuction, NODE_GONE_MS, type NodeHealth } from '../wire/live.ts';
import type { PartnerHealth } from '../wire/partner.ts';
import { type Store, within } from './script.ts';

const LIVE_A_SECOND = 20;
const LIVE_KEPT = 2_000;
const TIMEOUT_MS = 500;
const HEALTH_KEPT_S = 3_600;
/** Microseconds, exponential: bucket b holds up to 2^(b/4) µs. */
const BUCKETS = 96;

export interface Pulse {
  /** One auction was held and took so long. */
  auction(tookMs: number, won: boolean, live: () => LiveAuction): void;
  event(): void;
  reject(): void;
  /** Writes the second that is over; call once a second. */
  beat(nowMs: number, snapshotVersion: number): Promise<void>;
  /** Writes how partners do as this node sees them. */
  tell(partners: readonly PartnerHealth[]): Promise<void>;
  /** Live nodes at the last beat, this one included. */
  readonly nodes: number;
  readonly last: NodeHealth | undefined;
  readonly totals: { auctions: number; wins: number; events: number; rejects: number };
}

export function createPulse(store: Store, nodeId: string, startedAtMs: number): Pulse {
  const histogram = new Uint32Array(BUCKETS);
  const totals = { auctions: 0, wins: 0, events: 0, rejects: 0 };
  let before = { ...totals };
  let sample: LiveAuction[] = [];
  let nodes = 1;
  let last: NodeHealth | undefined;

  function percentileMs(share: number): number {
    const all = histogram.reduce((sum, count) => sum + count, 0);
    let seen = 0;
    for (let b = 0; b < BUCKETS; b++) {
      seen += histogram[b] as number;
      if (all > 0 && seen >= share * all) return Math.round(2 ** (b / 4)) / 1000;
    }
    return 0;
  }

  function health(nowMs: number, snapshotVersion: number): NodeHealth {
    return {
      nodeId,
      atMs: nowMs,
      startedAtMs,
      snapshotVersion,
      auctions: totals.auctions - before.auctions,
      wins: totals.wins - before.wins,
      events: totals.events - before.events,
      rejects: totals.rejects - before.rejects,
      p50Ms: percentileMs(0.5),
      p99Ms: percentileMs(0.99),
      redis: 'up',
      heapMb: Math.round(process.memoryUsage().heapUsed / 1_048_576),
    };
  }

  async function write(report: NodeHealth, auctions: LiveAuction[]): Promise<void> {
    const pipeline = store.pipeline();
    pipeline.hset(keys.nodes, nodeId, JSON.stringify(report));
    pipeline.hgetall(keys.nodes);
    const [, all] = (await within(TIMEOUT_MS, pipeline.exec())) ?? [];
    nodes = countLive((all?.[1] ?? {}) as Record<string, string>, report.atMs);
    if (auctions.length === 0) return;
    const wall = store.pipeline();
    for (const each of auctions)
      wall.xadd(keys.live, 'MAXLEN', '~', LIVE_KEPT, '*', 'a', JSON.stringify(each));
    await within(TIMEOUT_MS, wall.exec());
  }

  return {
    auction(tookMs, won, live) {
      totals.auctions++;
      if (won) totals.wins++;
      const bucket = Math.ceil(4 * Math.log2(Math.max(1, tookMs * 1000)));
      histogram[Math.min(BUCKETS - 1, bucket)]!++;
      if (sample.length < LIVE_A_SECOND) sample.push(live());
    },
    event() {
      totals.events++;
    },
    reject() {
      totals.rejects++;
    },
    async beat(nowMs, snapshotVersion) {
      const report = health(nowMs, snapshotVersion);
      const auctions = sample;
      sample = [];
      before = { ...totals };
      histogram.fill(0);
      try {
        await write(report, auctions);
      } catch {
        report.redis = 'down';
      }
      last = report;
    },
    async tell(partners) {
      if (partners.length === 0) return;
      const pipeline = store.pipeline();
      for (const each of partners)
        pipeline.hset(keys.partnerHealth, `${each.partnerId}:${nodeId}`, JSON.stringify(each));
      // Nodes that went leave their last word; with the last node it is forgotten.
      pipeline.expire(keys.partnerHealth, HEALTH_KEPT_S);
      await within(TIMEOUT_MS, pipeline.exec());
    },
    get nodes() {
      return nodes;
    },
    get last() {
      return last;
    },
    totals,
  };
}

function countLive(all: Record<string, string>, nowMs: number): number {
  let count = 0;
  for (const text of Object.values(all)) {
    const { atMs } = JSON.parse(text) as NodeHealth;
    if (Math.abs(nowMs - atMs) < NODE_GONE_MS) count++;
  }
  return Math.max(1, count);
}
