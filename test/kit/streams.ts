/** What the event streams hold: an entry has up to twenty events, each a field of its own. */
import type { Cluster, Redis } from 'ioredis';
import { decodeEvent, type TrackedEvent } from '../../bidding/wire/event.ts';
import { EVENT_SHARDS, keys } from '../../bidding/wire/keys.ts';

/** Every event that waits to be metered, shard by shard in its order. */
export async function eventsWaiting(redis: Redis | Cluster): Promise<TrackedEvent[]> {
  const events: TrackedEvent[] = [];
  for (let shard = 0; shard < EVENT_SHARDS; shard++)
    for (const [, fields] of await redis.xrange(keys.events(shard), '-', '+'))
      for (const text of fields) {
        const event = text === 'e' ? undefined : decodeEvent(text);
        if (event) events.push(event);
      }
  return events;
}
