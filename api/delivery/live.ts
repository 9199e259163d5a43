/**
 * The operators' live wall: sampled auctions and the nodes' health as server-sent events. Owns one reading of the Redis
 * stream for all who watch; a watcher that falls behind misses samples, never slows the others.
 */
import { keys } from '../../bidding/wire/keys.ts';
import { type LiveAuction, NODE_GONE_MS, type NodeHealth } from '../../bidding/wire/live.ts';
import type { RedisStore } from '../../db/redis.ts';
import type { Clock } from '../../db/terms/day.ts';

export interface LiveFrame {
  auctions: LiveAuction[];
  nodes: NodeHealth[];
}

const FRAME_MS = 1_000;
const AUCTIONS_A_FRAME = 40;

/** Nodes that wrote within the last seconds. */
export async function readNodes(redis: RedisStore, nowMs: number): Promise<NodeHealth[]> {
  const all = await redis.hgetall(keys.nodes);
  return Object.values(all)
    .map((text) => JSON.parse(text) as NodeHealth)
    .filter((node) => nowMs - node.atMs < NODE_GONE_MS)
    .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
}

interface Feed {
  watchers: Set<(frame: LiveFrame) => void>;
  timer: NodeJS.Timeout;
  lastId: string;
}

const feeds = new WeakMap<RedisStore, Feed>();

async function frameOf(redis: RedisStore, feed: Feed, nowMs: number): Promise<LiveFrame> {
  const entries = await redis.xrevrange(
    keys.live,
    '+',
    `(${feed.lastId}`,
    'COUNT',
    AUCTIONS_A_FRAME,
  );
  feed.lastId = entries[0]?.[0] ?? feed.lastId;
  const auctions = entries.map(([, fields]) => {
    const at = fields.indexOf('a');
    return JSON.parse(fields[at + 1] ?? '{}') as LiveAuction;
  });
  return { auctions, nodes: await readNodes(redis, nowMs) };
}

/** Calls `watcher` once a second until the returned function is called. */
export function watchLive(
  ctx: { redis: RedisStore; clock: Clock },
  watcher: (frame: LiveFrame) => void,
): () => void {
  let feed = feeds.get(ctx.redis);
  if (!feed) {
    const fresh: Feed = {
      watchers: new Set(),
      // What happened in the last minute is there at once: an empty wall looks broken.
      lastId: `${Math.max(0, ctx.clock() - 60_000)}-0`,
      timer: setInterval(async () => {
        const frame = await frameOf(ctx.redis, fresh, ctx.clock()).catch(() => undefined);
        if (frame) for (const each of fresh.watchers) each(frame);
      }, FRAME_MS),
    };
    fresh.timer.unref();
    feeds.set(ctx.redis, fresh);
    feed = fresh;
  }
  const joined = feed;
  joined.watchers.add(watcher);
  return () => {
    joined.watchers.delete(watcher);
    if (joined.watchers.size > 0) return;
    clearInterval(joined.timer);
    feeds.delete(ctx.redis);
  };
}
