/**
 * The event streams in Redis: reading through the consumer group, taking over from the dead, letting go. Owns how
 * metering holds its place; refuses to look inside an event.
 *
 * The streams are read with XREADGROUP and given up only by an acknowledgement after the commit, so that a consumer
 * killed anywhere leaves its entries pending; XAUTOCLAIM gives them to the next one.
 */
import type { Redis } from 'ioredis';
import { METERING_GROUP } from '../../bidding/wire/keys.ts';

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
export async function ensureGroup(redis: Redis, stream: string): Promise<void> {
  try {
    await redis.xgroup('CREATE', stream, METERING_GROUP, '0', 'MKSTREAM');
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  }
}

/** At most `count` entries: first what the dead left, then what is new. A lost group is made again. */
export async function take(
  redis: Redis,
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
  redis: Redis,
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

/**
 * Age in ms of the oldest entry that is not let go, 0 where there is none: everything older is committed. By Redis' own
 * clock, for ids carry its time.
 */
export async function oldestAgeMs(redis: Redis, stream: string): Promise<number> {
  const [oldest, time] = await Promise.all([
    redis.xrange(stream, '-', '+', 'COUNT', 1),
    redis.time(),
  ]);
  const id = oldest[0]?.[0];
  if (id === undefined) return 0;
  const nowMs = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
  return Math.max(1, nowMs - Number(id.split('-')[0]));
}
