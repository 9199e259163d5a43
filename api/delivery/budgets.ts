/**
 * Budgets from PostgreSQL to the pools in Redis and back. Owns the promise that no line item, campaign or wallet is ever
 * overrun, whatever crashes, is partitioned, comes late or is lost.
 *
 * One pass: settle leases that are dead · notice a lost Redis · allot (allowance.ts) · write the grant to PostgreSQL, then
 * to Redis. Money taken back goes the other way about. Between the two a crash leaves PostgreSQL's figure the higher, which
 * the next pass corrects from the pool itself. One granter at a time, by an advisory lock.
 */
import { sql } from 'drizzle-orm';
import {
  LEASE_TTL_MS,
  leaseTakenAtMs,
  type PoolState,
  SETTLE_GRACE_MS,
  TOKEN_TTL_MS,
} from '../../bidding/wire/budget.ts';
import type { Database, Db } from '../../db/client.ts';
import type { RedisStore } from '../../db/redis.ts';
import { type Clock, type Day, dayOf } from '../../db/terms/day.ts';
import { watermark } from '../metering/metering.ts';
import { allocate, asks, type BudgetLine } from './allowance.ts';
import {
  foldLeases,
  type GrantRow,
  leasesBilled,
  ordersOf,
  readBudgetLines,
  readGrants,
  readPurses,
  writeFunding,
  writeGrant,
} from './grants.ts';
import { dropPool, movePool, type PoolName, poolEpochs, readPools, settleLease } from './pools.ts';
import { raisePromise, readPromises, settlePromise } from './promises.ts';

export interface BudgetContext {
  db: Database;
  redis: RedisStore;
  clock: Clock;
}

const GRANTER_LOCK = 7_071;
/** A lease and the tokens signed under it are dead this long after the lease was taken. */
const LEASE_DEAD_MS = LEASE_TTL_MS + TOKEN_TTL_MS + SETTLE_GRACE_MS;

export interface GrantPass {
  grantedMicroCny: bigint;
  takenBackMicroCny: bigint;
  settledLeases: number;
  lostPools: number;
}

/** One pass over all line items; undefined while another process grants. Call every second or so. */
export async function grantBudgets(ctx: BudgetContext): Promise<GrantPass | undefined> {
  return ctx.db.transaction(async (lock) => {
    const [row] = await lock.execute<{ mine: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(${GRANTER_LOCK}) AS mine`,
    );
    // The lock is held by this transaction; the work commits step by step on other connections.
    return row?.mine ? grantAll(ctx) : undefined;
  });
}

async function grantAll(ctx: BudgetContext): Promise<GrantPass> {
  const pass: GrantPass = {
    grantedMicroCny: 0n,
    takenBackMicroCny: 0n,
    settledLeases: 0,
    lostPools: 0,
  };
  const today = dayOf(ctx.clock());
  const safeMs = await watermark(ctx);
  const grants = await readGrants(ctx.db);
  const epochs = await poolEpochs(ctx.redis, grants);
  const pools = await readPools(ctx.redis, grants);
  for (const [i, grant] of grants.entries()) {
    await reconcile(ctx, grant, pools[i], { epoch: epochs[i] ?? '', safeMs, today }, pass);
  }
  await allot(ctx, today, pass);
  return pass;
}

interface Moment {
  /** Of the server that holds the pool. */
  epoch: string;
  /** Everything accepted by a tracker before this is billed. */
  safeMs: number;
  today: Day;
}

/** Brings one grant and its pool to agree: losses noticed, dead leases settled, past days closed. */
async function reconcile(
  ctx: BudgetContext,
  grant: GrantRow,
  pool: PoolState | undefined,
  moment: Moment,
  pass: GrantPass,
): Promise<void> {
  if (grant.epoch !== moment.epoch || pool === undefined || pool.epoch !== moment.epoch) {
    if (grant.grantedMicroCny > 0n || grant.epoch !== moment.epoch) {
      await strand(ctx, grant, pool, moment.epoch);
      pass.lostPools++;
    }
    pool = undefined;
  }
  if (grant.priorUntilMs !== null && moment.safeMs > grant.priorUntilMs) {
    await settlePrior(ctx.db, grant);
  }
  if (!pool) {
    if (grant.day < moment.today && grant.priorUntilMs === null && grant.grantedMicroCny === 0n) {
      await forgetDay(ctx.db, grant);
    }
    return;
  }
  const settled = await settleDead(ctx, grant, pool, moment.safeMs);
  pass.settledLeases += settled;
  if (BigInt(pool.grantedMicroCny) !== grant.grantedMicroCny) {
    grant.grantedMicroCny = BigInt(pool.grantedMicroCny); // A crash between PostgreSQL and Redis.
    await writeGrant(ctx.db, grant);
  }
  if (grant.day < moment.today) {
    // Spots of outdoor screens keep a day open for a month: it is written to only when something comes back.
    const isIdle = settled === 0 && pool.freeMicroCny <= 0;
    await closeDay(ctx, grant, { isIdle, isSettled: pool.leases.length === 0 });
  }
}

/**
 * Redis lost the pool, or may have lost its last second: all that was granted may be out in leases. It counts as committed
 * until those are dead; then as what they billed.
 */
async function strand(
  ctx: BudgetContext,
  grant: GrantRow,
  pool: PoolState | undefined,
  epoch: string,
): Promise<void> {
  if (pool) await dropPool(ctx.redis, grant);
  const billed = await foldLeases(ctx.db, grant, false);
  grant.priorMicroCny += grant.grantedMicroCny;
  grant.grantedMicroCny = 0n;
  grant.priorBilledMicroCny = billed;
  grant.priorUntilMs = ctx.clock() + LEASE_DEAD_MS;
  grant.epoch = epoch;
  await writeGrant(ctx.db, grant);
}

async function settlePrior(db: Db, grant: GrantRow): Promise<void> {
  // Nodes' clocks differ: a lease of the first seconds after the loss is counted with the old ones, which errs on the
  // side of caution.
  const lostAtMs = (grant.priorUntilMs ?? 0) - LEASE_DEAD_MS + SETTLE_GRACE_MS;
  const late = await leasesBilled(db, grant);
  const lateMicroCny = [...late]
    .filter(([leaseId]) => leaseId > 0 && leaseTakenAtMs(leaseId) < lostAtMs)
    .reduce((sum, [, billed]) => sum + billed, 0n);
  grant.priorMicroCny = grant.priorBilledMicroCny + lateMicroCny;
  grant.priorUntilMs = null;
  await writeGrant(db, grant);
}

/** Settles the leases whose last token is dead and metered. Returns how many. */
async function settleDead(
  ctx: BudgetContext,
  grant: GrantRow,
  pool: PoolState,
  safeMs: number,
): Promise<number> {
  const dead = pool.leases.filter(
    (lease) => lease.expiresAtMs + TOKEN_TTL_MS + SETTLE_GRACE_MS < safeMs,
  );
  if (dead.length === 0) return 0;
  const billed = await leasesBilled(ctx.db, grant);
  for (const { leaseId } of dead) {
    await settleLease(ctx.redis, grant, leaseId, billed.get(leaseId) ?? 0n);
  }
  pool.leases = pool.leases.filter((lease) => !dead.includes(lease));
  // While an earlier epoch is unsettled its leases must stay apart.
  if (grant.priorUntilMs === null) {
    const ids = dead.map((lease) => lease.leaseId);
    await foldLeases(ctx.db, grant, false, ids);
  }
  return dead.length;
}

/** A day that is over: what is free goes back at once; with the last lease settled the pool is done with. */
async function closeDay(
  ctx: BudgetContext,
  grant: GrantRow,
  day: { isIdle: boolean; isSettled: boolean },
): Promise<void> {
  if (!day.isIdle) {
    const moved = await movePool(ctx.redis, grant, grant.epoch, -grant.grantedMicroCny);
    grant.grantedMicroCny = moved.grantedMicroCny;
    await writeGrant(ctx.db, grant);
  }
  if (!day.isSettled || grant.priorUntilMs !== null) return;
  await forgetDay(ctx.db, grant);
  await dropPool(ctx.redis, grant);
}

/** From now on the day counts as what it billed; the wallet goes on promising what of that is not charged yet. */
async function forgetDay(db: Db, grant: GrantRow): Promise<void> {
  const billed = await foldLeases(db, grant, true);
  const holds = await readPromises(db, [grant], grant.day);
  const order = (await ordersOf(db, [grant.lineItemId])).get(grant.lineItemId);
  await settlePromise(db, { ...grant, ...order }, holds.get(grant.lineItemId), billed);
}

async function allot(ctx: BudgetContext, today: Day, pass: GrantPass): Promise<void> {
  const lines = await readBudgetLines(ctx.db, today);
  const names: PoolName[] = lines.map(({ lineItemId }) => ({ lineItemId, day: today }));
  const epochs = await poolEpochs(ctx.redis, names);
  for (const [i, pool] of (await readPools(ctx.redis, names)).entries()) {
    (lines[i] as BudgetLine).freeMicroCny = BigInt(pool?.freeMicroCny ?? 0);
  }
  const holds = await readPromises(ctx.db, lines, today);
  for (const line of lines) {
    const committed = line.committedTodayMicroCny;
    const of = { ...line, day: today };
    // A crash between promise and grant, or a pool taken back, left more promised than is committed.
    await settlePromise(ctx.db, of, holds.get(line.lineItemId), committed);
  }
  // Most passes find every pool full, and need no wallet.
  const asking = lines.filter(asks);
  const purses = await readPurses(ctx.db, asking);
  const grants = new Map(
    (await readGrants(ctx.db)).filter((g) => g.day === today).map((g) => [g.lineItemId, g]),
  );
  const fresh = await readPromises(ctx.db, lines, today);
  const at = new Map(lines.map((line, i) => [line.lineItemId, i]));
  for (const [lineItemId, amount] of allocate(lines, purses)) {
    const i = at.get(lineItemId) ?? 0;
    const line = lines[i] as BudgetLine;
    const epoch = epochs[i] ?? '';
    const grant = grants.get(lineItemId) ?? newGrant(lineItemId, today, epoch);
    if (amount > 0n) {
      const promised = { ...line, day: today };
      const bearable = await raisePromise(ctx.db, promised, fresh.get(lineItemId), amount);
      pass.grantedMicroCny += await give(ctx, grant, bearable);
    } else {
      const moved = await movePool(ctx.redis, grant, epoch, amount);
      await writeGrant(ctx.db, { ...grant, grantedMicroCny: moved.grantedMicroCny });
      pass.takenBackMicroCny -= moved.movedMicroCny;
    }
  }
  await writeFunding(ctx.db, asking, purses);
}

/** PostgreSQL first: a crash before Redis leaves a grant that nobody can spend, which the next pass takes back. */
async function give(ctx: BudgetContext, grant: GrantRow, amountMicroCny: bigint): Promise<bigint> {
  if (amountMicroCny <= 0n) return 0n;
  const grantedMicroCny = grant.grantedMicroCny + amountMicroCny;
  await writeGrant(ctx.db, { ...grant, grantedMicroCny });
  await movePool(ctx.redis, grant, grant.epoch, amountMicroCny);
  return amountMicroCny;
}

const newGrant = (lineItemId: number, day: Day, epoch: string): GrantRow => ({
  lineItemId,
  day,
  epoch,
  grantedMicroCny: 0n,
  priorMicroCny: 0n,
  priorUntilMs: null,
  priorBilledMicroCny: 0n,
});
