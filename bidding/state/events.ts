/**
 * Events on their way to the streams. Owns the shard of an event, the replay guard (asked and appended in one script, so
 * that a crash cannot lose an event between the two), the batching, and what is kept while Redis is away. Metering
 * deduplicates again by the same key; the guard is there to name replays and to keep floods of them out of the streams.
 */

import { encodeEvent, type TrackedEvent } from '../wire/event.ts';
import { EVENT_SHARDS, keys } from '../wire/keys.ts';
import { run, type Store, script, within } from './script.ts';

/** KEYS stream, then one guard for each event; ARGV seconds to remember, then events → which were replays (0-based). */
const APPEND = script(`
local replays = {}
for i = 2, #KEYS do
  if redis.call('SET', KEYS[i], '1', 'NX', 'EX', ARGV[1]) then
    redis.call('XADD', KEYS[1], '*', 'e', ARGV[i])
  else
    replays[#replays + 1] = i - 2
  end
end
return replays`);

/** A replay after this is metering's to find: it keeps the keys of each day. */
const REMEMBER_S = 3_600;
const BATCH = 500;
const GATHER_MS = 4;
const MAX_WAITING = 200_000;
const TIMEOUT_MS = 2_000;
const RETRY_MS = 500;
const REJECTED_KEPT = 100_000;

export interface Rejection {
  reason: string;
  atMs: number;
  detail: Record<string, string>;
}

export interface EventLog {
  /** `expected`: a second copy is how this caller works (Prebid's burl beside the pixel), and nothing to file. */
  append(event: TrackedEvent, expected?: boolean): void;
  /** Files a refused tracker call or bid request where a person finds it. */
  reject(rejection: Rejection): void;
  /** Sends what waits; resolves when Redis has it or has failed. */
  flush(): Promise<void>;
  readonly waiting: number;
  /** Events that were dropped because Redis stayed away too long; 0 or an alarm. */
  readonly lost: number;
}

/** FNV-1a: the same event goes to the same shard, whichever node it reaches. */
export function shardOf(eventKey: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < eventKey.length; i++)
    hash = Math.imul(hash ^ eventKey.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % EVENT_SHARDS;
}

interface Entry {
  event: TrackedEvent;
  expected: boolean;
}

interface Shard {
  events: Entry[];
  sending: boolean;
}

export function createEventLog(store: Store): EventLog {
  const shards: Shard[] = Array.from({ length: EVENT_SHARDS }, () => ({
    events: [],
    sending: false,
  }));
  let rejections: Rejection[] = [];
  let scheduled = false;
  let sentAtMs = 0;
  let lost = 0;
  let draining: Promise<unknown> = Promise.resolve();

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(sendOrWait);
  };

  // At once where the last sending was a while ago; else with what comes within some milliseconds: a call costs the client
  // as much as all the rest of a tracker.
  const sendOrWait = (): void => {
    if (performance.now() - sentAtMs < GATHER_MS) setTimeout(send, GATHER_MS);
    else send();
  };

  const send = (): void => {
    scheduled = false;
    sentAtMs = performance.now();
    draining = sendAll();
  };

  const sendAll = async (): Promise<void> => {
    await Promise.all([...shards.map((_, shard) => sendShard(shard)), sendRejections()]);
  };

  async function sendShard(shard: number): Promise<void> {
    const state = shards[shard] as Shard;
    if (state.sending) return;
    state.sending = true;
    try {
      while (state.events.length > 0) {
        const batch = state.events.slice(0, BATCH);
        const replays = await within(TIMEOUT_MS, append(store, shard, batch));
        state.events.splice(0, batch.length);
        for (const index of replays) rejectReplay(batch[index]);
      }
    } catch {
      // Kept and sent again: the guard and metering make a second copy harmless.
      setTimeout(schedule, RETRY_MS).unref();
    } finally {
      state.sending = false;
    }
  }

  function rejectReplay(entry: Entry | undefined): void {
    if (!entry || entry.expected) return;
    const { eventKey, atMs, placementId, lineItemId, ip } = entry.event;
    log.reject({
      reason: 'replayed',
      atMs,
      detail: { eventKey, placementId: `${placementId}`, lineItemId: `${lineItemId}`, ip },
    });
  }

  async function sendRejections(): Promise<void> {
    const batch = rejections;
    rejections = [];
    if (batch.length === 0) return;
    const pipeline = store.pipeline();
    for (const { reason, atMs, detail } of batch) {
      const rest = Object.entries(detail).flat();
      const head = ['reason', reason, 'atMs', `${atMs}`];
      pipeline.xadd(keys.rejected, 'MAXLEN', '~', REJECTED_KEPT, '*', ...head, ...rest);
    }
    await within(TIMEOUT_MS, pipeline.exec()).catch(() => undefined);
  }

  const log: EventLog = {
    append(event, expected = false) {
      const shard = shards[shardOf(event.eventKey)] as Shard;
      if (shard.events.length >= MAX_WAITING) lost++;
      else shard.events.push({ event, expected });
      schedule();
    },
    reject(rejection) {
      if (rejections.length < MAX_WAITING) rejections.push(rejection);
      schedule();
    },
    async flush() {
      await draining;
      await sendAll();
      await sendRejections();
    },
    get waiting() {
      return shards.reduce((sum, shard) => sum + shard.events.length, 0);
    },
    get lost() {
      return lost;
    },
  };
  return log;
}

async function append(store: Store, shard: number, entries: readonly Entry[]): Promise<number[]> {
  const guards = entries.map(({ event }) => keys.seen(shard, event.eventKey));
  const bodies = entries.map(({ event }) => encodeEvent(event));
  const names = [keys.events(shard), ...guards];
  return (await run(store, APPEND, names, [REMEMBER_S, ...bodies])) as number[];
}
