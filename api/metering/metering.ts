/**
 * Metering: from the trackers' streams to rows and hourly sums, exactly once. Owns the order that makes it so — commit
 * first, acknowledge after — and the watermark that tells delivery how far it has come. Refuses to price anything: an event
 * brings its price from its token.
 */
import { hostname } from 'node:os';
import { sql } from 'drizzle-orm';
import { decodeEvent, type TrackedEvent } from '../../bidding/wire/event.ts';
import { EVENT_SHARDS, keys } from '../../bidding/wire/keys.ts';
import type { Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { rejectedEvent } from '../../db/schema/metering.ts';
import { addDays, type Clock, dayOf } from '../../db/terms/day.ts';
import { BATCH_EVENTS, ensurePartitions, writeBatch } from './batch.ts';
import { createJudge, type Judge } from './ivt.ts';
import { letGo, oldestAgeMs, type StreamEntry, take } from './stream.ts';
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
  /** Take over entries that nobody acknowledged for so long; tests shorten it. */
  claimIdleMs?: number;
  judge?: Judge;
}

export interface Consumed {
  /** Entries taken from the streams. */
  taken: number;
  /** Events that were new; the rest were replays or retries. */
  counted: number;
  /** Refused tracker calls and unreadable entries, kept in `rejected_event`. */
  rejected: number;
}

const SHARDS = Array.from({ length: EVENT_SHARDS }, (_, shard) => keys.events(shard));
const SHARD_EVENTS = BATCH_EVENTS / EVENT_SHARDS;
const MAX_REASON = 64;
const partitionsMade = new WeakMap<object, Set<string>>();
const sharedJudge = createJudge();

/** Creates partitions for the days of a batch and two ahead, remembering by connection which stand. */
async function prepareDays(db: Db, events: readonly TrackedEvent[]): Promise<void> {
  const made = partitionsMade.get(db) ?? new Set<string>();
  partitionsMade.set(db, made);
  const wanted = new Set<string>();
  for (const event of events) {
    const day = dayOf(event.auctionAtMs > 0 ? event.auctionAtMs : event.atMs);
    if (!made.has(day)) wanted.add(day);
  }
  if (wanted.size === 0) return;
  await ensurePartitions(db, wanted);
  for (const day of wanted) made.add(day);
}

interface Sorted {
  events: TrackedEvent[];
  rejects: { reason: string; detail: Record<string, unknown> }[];
}

function sort(entries: readonly StreamEntry[], judge: Judge): Sorted {
  const sorted: Sorted = { events: [], rejects: [] };
  for (const { id, fields } of entries) {
    const event = fields.e === undefined ? undefined : decodeEvent(fields.e);
    if (event && isCountable(event)) {
      event.ivt = judge(event);
      sorted.events.push(event);
    } else {
      sorted.rejects.push({ reason: 'malformed', detail: { id, ...fields } });
    }
  }
  return sorted;
}

/** Numbers that PostgreSQL would refuse would stop the whole batch for ever: such an entry is set aside instead. */
function isCountable(e: TrackedEvent): boolean {
  const ids = [e.outletId, e.placementId, e.advertiserId, e.campaignId, e.lineItemId, e.creativeId];
  return (
    e.eventKey !== '' &&
    [...ids, e.leaseId, e.priceMicroCny, e.atMs].every((n) => Number.isSafeInteger(n) && n >= 0) &&
    [e.kind, e.device, e.ivt].every((n) => Number.isInteger(n) && n >= 0 && n < 32_768) &&
    e.atMs > 0 &&
    e.atMs < 4_102_444_800_000 &&
    Number.isSafeInteger(e.auctionAtMs) &&
    Math.abs(e.auctionAtMs - e.atMs) < 40 * 86_400_000
  );
}

/**
 * Takes one batch of every shard through to the end: rows committed, then entries let go. All shards in one transaction, since
 * four batches together touch a third fewer sums than one after another, and commit once.
 */
async function consumeEvents(
  ctx: MeteringContext,
  options: Required<Pick<MeteringOptions, 'consumer' | 'judge'>> & MeteringOptions,
): Promise<Consumed> {
  const { consumer, claimIdleMs } = options;
  const batches = await Promise.all(
    SHARDS.map((stream) => take(ctx.redis, stream, consumer, SHARD_EVENTS, claimIdleMs)),
  );
  const taken = batches.reduce((sum, entries) => sum + entries.length, 0);
  if (taken === 0) return { taken: 0, counted: 0, rejected: 0 };
  const { events, rejects } = sort(batches.flat(), options.judge);
  await prepareDays(ctx.db, events);
  const commit = () =>
    ctx.db.transaction(async (tx) => {
      if (rejects.length > 0) await tx.insert(rejectedEvent).values(rejects);
      return writeBatch(tx, events);
    });
  const counted = await tracedBatch(events, commit);
  await Promise.all(
    SHARDS.map((stream, shard) => letGo(ctx.redis, stream, batches[shard] as StreamEntry[])),
  );
  return { taken, counted, rejected: rejects.length };
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
 * Consumes at most one batch of each shard and of the refused calls. Call until `taken` is 0 to drain. Throws when
 * PostgreSQL or Redis fails; nothing is lost by that, and the next call takes it up again.
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
  const ages = await Promise.all(SHARDS.map((stream) => oldestAgeMs(ctx.redis, stream)));
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
