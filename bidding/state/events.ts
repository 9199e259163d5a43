/**
 * Events on their way to the streams. Owns the shard of an event, the replay guard (asked and appended in one script, so
 * that a crash cannot lose an event between the two), the batching, and what waits while Redis is away; what it took is
 * kept (kept.ts) until metering has it. Metering
 * deduplicates again by the same key; the guard is there to name replays and to keep floods of them out of the streams.
 */

import { decodeEvent, EVENTS_AN_ENTRY, encodeEvent, type TrackedEvent } from '../wire/event.ts';
import { EVENT_SHARDS, keys } from '../wire/keys.ts';
import { createKept } from './kept.ts';
import { runAll, type Store, script, within } from './script.ts';

/** KEYS stream, then one guard for each event; ARGV seconds to remember, then events → which were replays (0-based). */
const APPEND = script(`
local replays, entry = {}, {}
for i = 2, #KEYS do
  if redis.call('SET', KEYS[i], '1', 'NX', 'EX', ARGV[1]) then
    entry[#entry + 1] = 'e'
    entry[#entry + 1] = ARGV[i]
  else
    replays[#replays + 1] = i - 2
  end
  if #entry == ${2 * EVENTS_AN_ENTRY} or (i == #KEYS and #entry > 0) then
    redis.call('XADD', KEYS[1], '*', unpack(entry))
    entry = {}
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
  /** Sends again what a Redis that was emptied has lost; call once a second. Rejects while Redis is away. */
  look(): Promise<void>;
  /** In Redis, and not known to be committed. */
  readonly kept: number;
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

/** What waits and what is kept: the text alone, for an event's twenty words would outlive several collections. */
interface Entry {
  key: string;
  text: string;
  expected: boolean;
}

interface Shard {
  index: number;
  events: Entry[];
}

/** Shards that travel together: all of them, or, where a cluster keeps each elsewhere, each alone. */
interface Group {
  shards: Shard[];
  sending: Promise<void> | undefined;
}

function groupsOf(shards: Shard[], apart: boolean): Group[] {
  const groups = apart ? shards.map((shard) => [shard]) : [shards];
  return groups.map((each) => ({ shards: each, sending: undefined }));
}

export function createEventLog(store: Store): EventLog {
  const shards: Shard[] = Array.from({ length: EVENT_SHARDS }, (_, index) => ({
    index,
    events: [],
  }));
  const groups = groupsOf(shards, store.isCluster);
  const kept = createKept<Entry>(store);
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
    await Promise.all([...groups.map(sendGroup), sendRejections()]);
  };

  function sendGroup(group: Group): Promise<void> {
    group.sending ??= sendWaiting(group)
      .catch(() => true)
      .then((failed) => {
        group.sending = undefined;
        // Kept and sent again: the guard and metering make a second copy harmless.
        if (failed) setTimeout(schedule, RETRY_MS).unref();
        else if (group.shards.some(({ events }) => events.length > 0)) schedule();
      });
    return group.sending;
  }

  /** Sends what waits now; what comes meanwhile is gathered for the next time. True: some of it failed. */
  async function sendWaiting({ shards }: Group): Promise<boolean> {
    for (let due = Math.max(...shards.map(({ events }) => events.length)); due > 0; due -= BATCH) {
      const batches = shards
        .filter(({ events }) => events.length > 0)
        .map(({ index, events }) => ({ index, events: events.slice(0, BATCH) }));
      const sent = runAll(store, APPEND, batches.map(appendCall));
      const answers = await within(TIMEOUT_MS, sent).catch(() => undefined);
      if (!answers) return true;
      batches.forEach(({ index, events }, i) => {
        const replays = answers[i];
        if (!Array.isArray(replays)) return;
        (shards.find((shard) => shard.index === index) as Shard).events.splice(0, events.length);
        kept.keep(index, events);
        for (const at of replays as number[]) rejectReplay(events[at]);
      });
      if (!answers.every(Array.isArray)) return true;
    }
    return false;
  }

  function rejectReplay(entry: Entry | undefined): void {
    if (!entry || entry.expected) return;
    const event = decodeEvent(entry.text);
    if (!event) return;
    const { eventKey, atMs, placementId, lineItemId, ip } = event;
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
      else shard.events.push({ key: event.eventKey, text: encodeEvent(event), expected });
      schedule();
    },
    reject(rejection) {
      if (rejections.length < MAX_WAITING) rejections.push(rejection);
      schedule();
    },
    async flush() {
      await draining;
      await Promise.all(groups.map(({ sending }) => sending));
      await sendAll();
      await sendRejections();
    },
    look: () =>
      kept.look((index, entries) => {
        const { events } = shards[index] as Shard;
        for (const { key, text } of entries) events.push({ key, text, expected: true });
        schedule();
      }),
    get kept() {
      return kept.count;
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

function appendCall({ index, events }: Shard): { keys: string[]; args: (string | number)[] } {
  const names = [keys.events(index)];
  const args: (string | number)[] = [REMEMBER_S];
  for (const { key, text } of events) {
    names.push(keys.seen(index, key));
    args.push(text);
  }
  return { keys: names, args };
}
