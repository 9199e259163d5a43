/**
 * The event streams in Redis, one a shard: taken in hand by one consumer at a time, read from the oldest, cut after the commit.
 * Owns that order. A consumer killed anywhere leaves its shard uncut, and whoever holds it next reads the same again; that
 * they count once is the event key's doing, so that the hold only spares double work. Refuses to look inside an event.
 *
 * Rejected: a consumer group. Its list of pending entries cost Redis 5.7 µs an event, taking and letting go; this 0.5.
 */
import { EVENT_SHARDS, keys } from '../../bidding/wire/keys.ts';
import type { RedisStore } from '../../db/redis.ts';

/** A holder that has not let go for this long is dead; a slow one's work is merely done twice, and counted once. */
export const HOLD_MS = 15_000;
/** Entries read at once, and how many events make a batch of a shard; an entry holds up to twenty. */
const PAGE_ENTRIES = 250;
const SHARD_EVENTS = 10_000;

/** A field that no event log writes. */
export interface Stranger {
  id: string;
  [field: string]: string;
}

export interface HeldShard {
  shard: number;
  /** Whose hold it is: nobody else's is let go. */
  mark: string;
  lastId: string;
  events: string[];
  strangers: Stranger[];
}

/** KEYS stream, holder; ARGV mark, ms after which a holder is dead → 1: held now. Empty streams are not worth holding. */
const HOLD = `
if redis.call('XLEN', KEYS[1]) == 0 then return 0 end
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local holder = redis.call('GET', KEYS[2])
if holder and nowMs - tonumber(string.match(holder, '%d+$')) < tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. string.format('%.0f', nowMs))
return 1`;

/** KEYS stream, holder; ARGV mark, first id to keep or ''. What is committed is cut even where the hold was lost meanwhile. */
const LET_GO = `
if ARGV[2] ~= '' then redis.call('XTRIM', KEYS[1], 'MINID', ARGV[2]) end
local holder = redis.call('GET', KEYS[2])
if holder and string.sub(holder, 1, #ARGV[1] + 1) == ARGV[1] .. ' ' then redis.call('DEL', KEYS[2]) end
return 1`;

let holds = 0;

async function read(redis: RedisStore, held: HeldShard): Promise<void> {
  const stream = keys.events(held.shard);
  while (held.events.length < SHARD_EVENTS) {
    const from = held.lastId === '' ? '-' : `(${held.lastId}`;
    const entries = await redis.xrange(stream, from, '+', 'COUNT', PAGE_ENTRIES);
    for (const [id, fields] of entries) {
      held.lastId = id;
      for (let i = 0; i + 1 < fields.length; i += 2) {
        const [name = '', value = ''] = [fields[i], fields[i + 1]];
        if (name === 'e') held.events.push(value);
        else held.strangers.push({ id, [name]: value });
      }
    }
    if (entries.length < PAGE_ENTRIES) return;
  }
}

/**
 * Takes up to `most` shards that hold something and that nobody else has in hand, with their oldest events, in the order of
 * their numbers: two consumers never wait for each other's rows in a ring.
 */
export async function takeShards(
  redis: RedisStore,
  { consumer, most, holdMs = HOLD_MS }: { consumer: string; most: number; holdMs?: number },
): Promise<HeldShard[]> {
  const mark = `${consumer}#${++holds}`;
  const taken: HeldShard[] = [];
  for (let i = 0; i < EVENT_SHARDS && taken.length < most; i++) {
    const shard = (holds + i) % EVENT_SHARDS;
    const names = [keys.events(shard), keys.eventsHolder(shard)];
    if ((await redis.eval(HOLD, 2, ...names, mark, holdMs)) !== 1) continue;
    const held = { shard, mark, lastId: '', events: [], strangers: [] };
    taken.push(held);
    await read(redis, held);
  }
  return taken.sort((a, b) => a.shard - b.shard);
}

const nextId = (id: string): string => {
  const [ms, sequence] = id.split('-');
  return `${ms}-${BigInt(sequence ?? 0) + 1n}`;
};

/** Gives shards back; `committed`: what was read of them is stored, and is cut. */
export async function letGoShards(
  redis: RedisStore,
  held: readonly HeldShard[],
  committed: boolean,
): Promise<void> {
  await Promise.all(
    held.map(({ shard, mark, lastId }) => {
      const names = [keys.events(shard), keys.eventsHolder(shard)];
      const keep = committed && lastId !== '' ? nextId(lastId) : '';
      return redis.eval(LET_GO, 2, ...names, mark, keep);
    }),
  );
}
