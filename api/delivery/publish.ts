/**
 * Publishing the market to the bidding nodes. Owns versions, the full snapshot and the stream of deltas in Redis. One
 * publisher at a time, by an advisory lock: two would race for the chain of versions.
 *
 * A delta tells what an entity is now, not what was done to it, so that order and repetition among changes do not matter.
 * A full snapshot may be newer than its version says for the same reason: deltas that follow only say it again.
 */
import { gzipSync } from 'node:zlib';
import { desc, inArray, sql } from 'drizzle-orm';
import { keys } from '../../bidding/wire/keys.ts';
import type { Snapshot, SnapshotDelta } from '../../bidding/wire/snapshot.ts';
import type { Database, Db, Transaction } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { deliveryChange, stop } from '../../db/schema/delivery.ts';
import type { Clock } from '../../db/terms/day.ts';
import { dealCodes, readDeals, readDemandPartners, readSupplyPartners } from './agreements.ts';
import { affectedBy, isEmpty } from './changes.ts';
import {
  readCreatives,
  readFloorRules,
  readLineItems,
  readMarket,
  readOutlets,
  readPlacements,
  readProperties,
  readStops,
} from './market.ts';

export interface DeliveryContext {
  db: Database;
  redis: RedisStore;
  clock: Clock;
}

/** Deltas kept for nodes that were away; an older node loads the full snapshot. */
const DELTAS_KEPT = 5_000;
/** Changes taken into one delta; more wait for the next, a moment later. */
const CHANGES_PER_DELTA = 2_000;

export const PUBLISHER_LOCK = 7_070;

/** Runs `work` while no other process publishes; undefined when one does. */
async function asPublisher<T>(
  db: Database,
  work: (tx: Transaction) => Promise<T>,
): Promise<T | undefined> {
  return db.transaction(
    async (tx) => {
      const [row] = await tx.execute<{ mine: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${PUBLISHER_LOCK}) AS mine`,
      );
      return row?.mine ? work(tx) : undefined;
    },
    { isolationLevel: 'repeatable read' },
  );
}

async function nextVersion(db: Db): Promise<number> {
  const [row] = await db.execute<{ version: string }>(
    sql`SELECT nextval('snapshot_version') AS version`,
  );
  return Number(row?.version);
}

const publishedVersion = async (redis: RedisStore): Promise<number> =>
  Number((await redis.get(keys.snapshotVersion)) ?? 0);

/**
 * Publishes the whole market under a new version; nodes notice the gap and load it. For a start, a lost Redis, or a change
 * too large for deltas. Returns the version, or undefined when another process is publishing.
 */
export async function publishSnapshot(ctx: DeliveryContext): Promise<number | undefined> {
  return asPublisher(ctx.db, async (tx) => {
    const version = await nextVersion(tx);
    await writeFull(ctx, tx, version);
    // A delta that follows on nothing: who reads it sees a gap and loads the full snapshot.
    const publishedAtMs = ctx.clock();
    await appendDelta(ctx.redis, {
      fromVersion: version,
      version,
      publishedAtMs,
      upsert: {},
      remove: {},
    });
    await stampStops(tx, version);
    return version;
  });
}

/**
 * Saves the full snapshot anew under the version that is out, so that a node started cold has few deltas to apply.
 * Publishes one under a new version when Redis has none.
 */
export async function refreshSnapshot(ctx: DeliveryContext): Promise<void> {
  if ((await publishedVersion(ctx.redis)) === 0) {
    await publishSnapshot(ctx);
    return;
  }
  await asPublisher(ctx.db, async (tx) => {
    await writeFull(ctx, tx, await publishedVersion(ctx.redis));
  });
}

async function writeFull(ctx: DeliveryContext, db: Db, version: number): Promise<void> {
  const nowMs = ctx.clock();
  const snapshot: Snapshot = { version, publishedAtMs: nowMs, ...(await readMarket(db, nowMs)) };
  // Level 1: a province's market is megabytes, and the publisher shares its core.
  const packed = gzipSync(JSON.stringify(snapshot), { level: 1 });
  await ctx.redis
    .multi()
    .set(keys.snapshot, packed)
    .set(keys.snapshotVersion, String(version))
    .exec();
}

async function appendDelta(redis: RedisStore, delta: SnapshotDelta): Promise<void> {
  await redis
    .multi()
    .xadd(
      keys.snapshotDeltas,
      'MAXLEN',
      '~',
      DELTAS_KEPT,
      '*',
      'v',
      String(delta.version),
      'd',
      JSON.stringify(delta),
    )
    .set(keys.snapshotVersion, String(delta.version))
    .exec();
}

/** Stops first seen in this version: a node that names this version or a later one obeys them. */
async function stampStops(db: Db, version: number): Promise<void> {
  await db
    .update(stop)
    .set({ publishedVersion: version })
    .where(sql`${stop.publishedVersion} IS NULL`);
}

/**
 * Publishes what the outbox holds as one delta, and anything else the caller adds. Returns its version; undefined when
 * nothing had changed or another process is publishing. A crash after Redis and before the commit repeats the delta.
 */
export async function publishChanges(
  ctx: DeliveryContext,
  extra: Pick<SnapshotDelta, 'rankMultipliers' | 'guaranteed' | 'hasNewModel'> = {},
): Promise<number | undefined> {
  const hasPrices = Boolean(
    extra.rankMultipliers?.length || extra.guaranteed?.length || extra.hasNewModel,
  );
  if (!hasPrices && !(await hasChanges(ctx.db))) return undefined;
  const fromVersion = await publishedVersion(ctx.redis);
  if (fromVersion === 0) return publishSnapshot(ctx);
  return asPublisher(ctx.db, async (tx) => {
    const changes = await tx
      .select()
      .from(deliveryChange)
      .orderBy(deliveryChange.id)
      .limit(CHANGES_PER_DELTA);
    const delta = await buildDelta(ctx, tx, [...new Set(changes.map((c) => c.subject))]);
    if (delta === undefined && !hasPrices) {
      await forget(tx, changes);
      return undefined;
    }
    const version = await nextVersion(tx);
    const base = { upsert: {}, remove: {}, publishedAtMs: ctx.clock(), ...delta, ...extra };
    await appendDelta(ctx.redis, {
      ...base,
      fromVersion: await publishedVersion(ctx.redis),
      version,
    });
    await stampStops(tx, version);
    await forget(tx, changes);
    return version;
  });
}

async function hasChanges(db: Db): Promise<boolean> {
  const rows = await db
    .select({ id: deliveryChange.id })
    .from(deliveryChange)
    .orderBy(desc(deliveryChange.id))
    .limit(1);
  return rows.length > 0;
}

async function forget(db: Db, changes: readonly { id: number }[]): Promise<void> {
  if (changes.length === 0) return;
  await db.delete(deliveryChange).where(
    inArray(
      deliveryChange.id,
      changes.map((c) => c.id),
    ),
  );
}

/** What the subjects are now; undefined when they touch nothing that nodes know. */
async function buildDelta(
  ctx: DeliveryContext,
  db: Db,
  subjects: readonly string[],
): Promise<Pick<SnapshotDelta, 'upsert' | 'remove' | 'floorRules'> | undefined> {
  const ids = await affectedBy(db, subjects);
  if (isEmpty(ids)) return undefined;
  const nowMs = ctx.clock();
  const upsert: SnapshotDelta['upsert'] = {};
  const remove: SnapshotDelta['remove'] = {};
  const fill = async <
    K extends
      | 'outlets'
      | 'properties'
      | 'placements'
      | 'creatives'
      | 'lineItems'
      | 'stops'
      | 'demandPartners'
      | 'supplyPartners',
  >(
    kind: K,
    read: (wanted: readonly number[]) => Promise<NonNullable<Snapshot[K]>>,
  ): Promise<void> => {
    const wanted = [...ids[kind]];
    if (wanted.length === 0) return;
    const found = await read(wanted);
    const present = new Set(found.map((entity) => entity.id));
    const gone = wanted.filter((id) => !present.has(id));
    if (found.length > 0) Object.assign(upsert, { [kind]: found });
    if (gone.length > 0) remove[kind] = gone;
  };
  await fill('outlets', (wanted) => readOutlets(db, wanted));
  await fill('properties', (wanted) => readProperties(db, wanted));
  await fill('placements', (wanted) => readPlacements(db, wanted));
  await fill('creatives', (wanted) => readCreatives(db, nowMs, wanted));
  await fill('lineItems', (wanted) => readLineItems(db, nowMs, wanted));
  await fill('stops', (wanted) => readStops(db, wanted));
  await fill('demandPartners', (wanted) => readDemandPartners(db, wanted));
  await fill('supplyPartners', (wanted) => readSupplyPartners(db, wanted));
  if (ids.deals.size > 0) {
    const wanted = [...ids.deals];
    const found = await readDeals(db, nowMs, wanted);
    const present = new Set(found.map((each) => each.id));
    const gone = (await dealCodes(db, wanted)).filter((code) => !present.has(code));
    if (found.length > 0) upsert.deals = found;
    if (gone.length > 0) remove.deals = gone;
  }
  return { upsert, remove, ...(ids.floorRules ? { floorRules: await readFloorRules(db) } : {}) };
}
