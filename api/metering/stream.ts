/**
 * The event streams in Redis: reading through the consumer group, taking over from the dead, letting go. Owns how
 * metering holds its place; refuses to look inside an event.
 *
 * The streams are read with XREADGROUP and given up only by an acknowledgement after the commit, so that a consumer
 * killed anywhere leaves its entries pending; XAUTOCLAIM gives them to the next one.
 */
import { METERING_GROUP } from '../../bidding/wire/keys.ts';
import type { RedisStore } from '../../db/redis.ts';

export interface StreamEntry {
  id: string;
  /** Field → value. */
  fields: Record<string, string>;
}

/** A consumer that has not acknowledged for this long is dead; a slow one's work is merely done twice, and counted once. */
export const CLAIM_IDLE_MS = 15_000;

type RawEntry = [id: string, fields: string[] | null];

function toEntry([id, flat]: RawEntry): StreamEntry {
  const fields: Record<string, string> = {};
  for (let i = 0; flat && i + 1 < flat.length; i += 2) {
    fields[flat[i] as string] = flat[i + 1] as string;
  }
  return { id, fields };
}

/** Creates the group at the stream's beginning, unless it stands. */
export async function ensureGroup(redis: RedisStore, stream: string): Promise<void> {
  try {
    await redis.xgroup('CREATE', stream, METERING_GROUP, '0', 'MKSTREAM');
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  }
}

/** At most `count` entries: first what the dead left, then what is new. A lost group is made again. */
export async function take(
  redis: RedisStore,
  stream: string,
  consumer: string,
  count: number,
  claimIdleMs = CLAIM_IDLE_MS,
): Promise<StreamEntry[]> {
  try {
    const [, claimed] = (await redis.xautoclaim(
      stream,
      METERING_GROUP,
      consumer,
      claimIdleMs,
      '0',
      'COUNT',
      count,
    )) as [string, RawEntry[]];
    const entries = claimed.map(toEntry);
    if (entries.length >= count) return entries;
    const fresh = (await redis.xreadgroup(
      'GROUP',
      METERING_GROUP,
      consumer,
      'COUNT',
      count - entries.length,
      'STREAMS',
      stream,
      '>',
    )) as [string, RawEntry[]][] | null;
    for (const raw of fresh?.[0]?.[1] ?? []) entries.push(toEntry(raw));
    return entries;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOGROUP'))) throw error;
    await ensureGroup(redis, stream);
    return take(redis, stream, consumer, count, claimIdleMs);
  }
}

/** Lets entries go for good: acknowledged and removed, so that the stream holds only what is not yet counted. */
export async function letGo(
  redis: RedisStore,
  stream: string,
  entries: readonly StreamEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const ids = entries.map((entry) => entry.id);
  await redis
    .multi()
    .xack(stream, METERING_GROUP, ...ids)
    .xdel(stream, ...ids)
    .exec();
}

/** KEYS stream → its oldest entry's id or false, and the time by the server that holds it. */
const OLDEST = `
local oldest, time = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1], redis.call('TIME')
return {oldest and oldest[1] or false, time[1], time[2]}`;

/**
 * Age in ms of the oldest entry that is not let go, 0 where there is none: everything older is committed. By the clock of the
 * very server that holds the stream, for ids carry its time.
 */
export async function oldestAgeMs(redis: RedisStore, stream: string): Promise<number> {
  const answer = (await redis.eval(OLDEST, 1, stream)) as [string | null, string, string];
  const [id, seconds, micros] = answer;
  if (id === null) return 0;
  const nowMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  return Math.max(1, nowMs - Number(id.split('-')[0]));
}
