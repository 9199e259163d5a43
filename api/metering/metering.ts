/**
 * Metering: from the trackers' streams to rows and hourly sums, exactly once. Owns the order that makes it so — commit
 * first, cut the stream after — and the watermark that tells delivery how far it has come. Refuses to price anything: an event
 * brings its price from its token.
 */
import { hostname } from 'node:os';
import { sql } from 'drizzle-orm';
import { decodeEvent, type ReadEvent } from '../../bidding/wire/event.ts';
import { EVENT_SHARDS, keys } from '../../bidding/wire/keys.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { rejectedEvent } from '../../db/schema/metering.ts';
import { addDays, type Clock, dayOf } from '../../db/terms/day.ts';
import { type Batch, dayNumberOf, dayOfNumber, ensurePartitions, writeBatch } from './batch.ts';
import { createJudge, type Judge } from './ivt.ts';
import { type HeldShard, letGoShards, takeShards } from './shards.ts';
import { letGo, oldestAgeMs, take } from './stream.ts';
import { tracedBatch } from './tracing.ts';

export { letGo, take } from './stream.ts';

export interface MeteringContext {
  db: Db;
  redis: RedisStore;
  clock: Clock;
}

export interface MeteringOptions {
  /** Unique among live consumers; by default host and process. */
  consumer?: string;
  /** Take over what a consumer has had in hand for so long; tests shorten it. */
  claimIdleMs?: number;
  judge?: Judge;
}

export interface Consumed {
  /** Events and refused calls taken from the streams. */
  taken: number;
  /** Events that were new; the rest were replays or retries. */
  counted: number;
  /** Refused tracker calls and unreadable entries, kept in `rejected_event`. */
  rejected: number;
}

/** A consumer takes half of the shards, so that a second one, here or elsewhere, works while it waits for PostgreSQL. */
const SHARDS_A_BATCH = EVENT_SHARDS / 2;
const MAX_REASON = 64;
const partitionsMade = new WeakMap<object, Set<number>>();
const sharedJudge = createJudge();

/** Creates the partitions of a batch's days, remembering by connection which stand. */
async function prepareDays(db: Db, events: readonly ReadEvent[]): Promise<void> {
  const made = partitionsMade.get(db) ?? new Set<number>();
  partitionsMade.set(db, made);
  const wanted = new Set(events.map(dayNumberOf).filter((day) => !made.has(day)));
  if (wanted.size === 0) return;
  await ensurePartitions(db, [...wanted].map(dayOfNumber));
  for (const day of wanted) made.add(day);
}

function readEvents(held: readonly HeldShard[], judge: Judge): Batch {
  const batch = { events: [] as ReadEvent[], rejects: [] as Batch['rejects'][number][] };
  // JSON in PostgreSQL holds no NUL, and what is refused may hold anything.
  const refuse = (detail: Record<string, string>) => {
    const fields = Object.entries(detail).map((field) =>
      field.map((text) => text.replaceAll('\0', '\uFFFD')),
    );
    batch.rejects.push({ reason: 'malformed', detail: Object.fromEntries(fields) });
  };
  for (const { events, strangers } of held) {
    for (const text of events) {
      const event = decodeEvent(text);
      if (event && isCountable(event)) {
        event.ivt = judge(event);
        batch.events.push(event);
      } else refuse({ e: text });
    }
    for (const stranger of strangers) refuse(stranger);
  }
  return batch;
}

/** What PostgreSQL would refuse would stop the whole batch for ever: such an event is set aside instead. */
function isCountable(e: ReadEvent): boolean {
  return (
    e.eventKey !== '' &&
    !e.stored.includes('\0') &&
    Math.max(e.kind, e.device, e.ivt) < 32_768 &&
    e.atMs > 0 &&
    e.atMs < 4_102_444_800_000 &&
    Math.abs(e.auctionAtMs - e.atMs) < 40 * 86_400_000
  );
}

type ConsumerOptions = MeteringOptions & Required<Pick<MeteringOptions, 'consumer' | 'judge'>>;

/** Takes a batch of some shards through to the end: rows committed, then the streams cut. */
async function consumeEvents(ctx: MeteringContext, options: ConsumerOptions): Promise<Consumed> {
  const { consumer, claimIdleMs: holdMs } = options;
  const held = await takeShards(ctx.redis, { consumer, most: SHARDS_A_BATCH, holdMs });
  if (held.length === 0) return { taken: 0, counted: 0, rejected: 0 };
  let committed = false;
  try {
    const batch = readEvents(held, options.judge);
    await prepareDays(ctx.db, batch.events);
    const counted = await tracedBatch(batch.events, () => writeBatch(ctx.db, batch));
    committed = true;
    const rejected = batch.rejects.length;
    return { taken: batch.events.length + rejected, counted, rejected };
  } finally {
    await letGoShards(ctx.redis, held, committed);
  }
}

/** Refused tracker calls: kept for people, at least once. `reason` names the refusal; other fields are its detail. */
async function consumeRejected(
  ctx: MeteringContext,
  consumer: string,
  claimIdleMs?: number,
): Promise<number> {
  const entries = await take(ctx.redis, keys.rejected, consumer, 500, claimIdleMs);
  if (entries.length === 0) return 0;
  await ctx.db.insert(rejectedEvent).values(
    entries.map(({ fields: { reason, ...detail } }) => ({
      at: new Date(Number(detail.atMs) > 0 ? Number(detail.atMs) : ctx.clock()),
      reason: (reason ?? 'unknown').slice(0, MAX_REASON),
      detail,
    })),
  );
  await letGo(ctx.redis, keys.rejected, entries);
  return entries.length;
}

/**
 * Consumes at most one batch of the shards that nobody has in hand, and of the refused calls. Call until `taken` is 0 to
 * drain. Throws when PostgreSQL or Redis fails; nothing is lost by that, and the next call takes it up again.
 */
export async function consume(
  ctx: MeteringContext,
  options: MeteringOptions = {},
): Promise<Consumed> {
  const consumer = options.consumer ?? `${hostname()}:${process.pid}`;
  const settings = { ...options, consumer, judge: options.judge ?? sharedJudge };
  const total = await consumeEvents(ctx, settings);
  const refused = await consumeRejected(ctx, consumer, options.claimIdleMs);
  total.taken += refused;
  total.rejected += refused;
  return total;
}

/** Consumes until the streams are empty. For tests, the story and the closing of an hour. */
export async function drain(
  ctx: MeteringContext,
  options: MeteringOptions = {},
): Promise<Consumed> {
  const total: Consumed = { taken: 0, counted: 0, rejected: 0 };
  for (;;) {
    const one = await consume(ctx, options);
    if (one.taken === 0) return total;
    total.taken += one.taken;
    total.counted += one.counted;
    total.rejected += one.rejected;
  }
}

/** Every event that a tracker accepted before this instant (epoch ms) is committed. */
export async function watermark(ctx: Pick<MeteringContext, 'redis' | 'clock'>): Promise<number> {
  const nowMs = ctx.clock();
  const streams = Array.from({ length: EVENT_SHARDS }, (_, shard) => keys.events(shard));
  const ages = await Promise.all(streams.map((stream) => oldestAgeMs(ctx.redis, stream)));
  return nowMs - Math.max(...ages);
}

/** Makes the partitions of today and the next `ahead` days, and drops those past retention. */
export async function keepPartitions(
  ctx: Pick<MeteringContext, 'db' | 'clock'>,
  { ahead = 3, retentionDays = 400 }: { ahead?: number; retentionDays?: number } = {},
): Promise<void> {
  const today = dayOf(ctx.clock());
  await ensurePartitions(
    ctx.db,
    Array.from({ length: ahead + 1 }, (_, i) => addDays(today, i)),
  );
  await ctx.db.execute(sql`SELECT event_partition_drop(${addDays(today, -retentionDays)})`);
}
