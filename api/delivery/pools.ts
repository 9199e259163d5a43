/** The central pools in Redis, seen from the granting side: reading many at once, granting, settling, dropping. */
import { BUDGET_LUA, type PoolState, readPool } from '../../bidding/wire/budget.ts';
import { keys } from '../../bidding/wire/keys.ts';
import { OFFLINE_MS } from '../../bidding/wire/player.ts';
import { type RedisStore, redisEpochs } from '../../db/redis.ts';
import type { Day } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';

export interface PoolName {
  lineItemId: number;
  day: Day;
}

/** A pool outlives its day by the longest life of a token, an outdoor spot's; then its row in PostgreSQL says all. */
const POOL_KEPT_S = OFFLINE_MS / 1000 + 3 * 86_400;

/** Pools in the order asked for; undefined where there is none. One round trip to each server. */
export async function readPools(
  redis: RedisStore,
  names: readonly PoolName[],
): Promise<(PoolState | undefined)[]> {
  if (names.length === 0) return [];
  const held = names.map(({ lineItemId, day }) => keys.budget(lineItemId, day));
  if (redis.isCluster) {
    // Each pool has a slot of its own; ioredis gathers what goes to the same server.
    return (await Promise.all(held.map((key) => redis.hgetall(key)))).map(readPool);
  }
  const pipeline = redis.pipeline();
  for (const key of held) pipeline.hgetall(key);
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, hash]) => {
    if (error) throw error;
    return readPool(hash as Record<string, string>);
  });
}

/** Moves µCNY into a pool (or, negative, out of it) and says how much moved and what the pool was granted in all. */
export async function movePool(
  redis: RedisStore,
  name: PoolName,
  epoch: string,
  amountMicroCny: bigint,
): Promise<{ movedMicroCny: bigint; grantedMicroCny: bigint }> {
  const [moved, granted] = (await redis.eval(
    BUDGET_LUA.grant,
    1,
    keys.budget(name.lineItemId, name.day),
    amountMicroCny.toString(),
    epoch,
    POOL_KEPT_S,
  )) as [number, number];
  assert(granted >= 0, `pool of line item ${name.lineItemId} belongs to another epoch`);
  return { movedMicroCny: BigInt(moved), grantedMicroCny: BigInt(granted) };
}

/** Settles an expired lease: what was not billed under it is free again. */
export async function settleLease(
  redis: RedisStore,
  name: PoolName,
  leaseId: number,
  billedMicroCny: bigint,
): Promise<void> {
  await redis.eval(
    BUDGET_LUA.settle,
    1,
    keys.budget(name.lineItemId, name.day),
    String(leaseId),
    billedMicroCny.toString(),
  );
}

export const dropPool = (redis: RedisStore, name: PoolName): Promise<number> =>
  redis.del(keys.budget(name.lineItemId, name.day));

/** The life of the Redis that holds each pool: a restart may have forgotten the last second of leases. */
export const poolEpochs = (redis: RedisStore, names: readonly PoolName[]): Promise<string[]> =>
  redisEpochs(
    redis,
    names.map(({ lineItemId, day }) => keys.budget(lineItemId, day)),
  );
