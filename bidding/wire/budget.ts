/**
 * The central budget pool of one line item and business day, a Redis hash at `keys.budget(lineItem, day)`. Owns
 * its form and the Lua that changes it, so that the granting side (api/delivery) and the spending side
 * (bidding/state/leases) run the very same rules. Refuses to know who may spend how much: PostgreSQL does.
 *
 * Fields: `epoch` (which life of Redis granted it), `granted` (µCNY ever granted less what was taken back), `free`
 * (granted, not leased, not spent), `spent` (settled), and `l:<leaseId>` = `amount:expiresAtMs:node` for each lease
 * that is out. Always: granted = free + Σ leases + spent. µCNY of one line item's day stay far below 2^53, where
 * Lua's numbers are exact.
 */
import type { Day } from '../../db/terms/day.ts';
import { dayOf } from '../../db/terms/day.ts';

/** A node may sign tokens against a lease until it expires. */
export const LEASE_TTL_MS = 120_000;
/** A signed token bills if its tracker is called within this time of the auction. */
export const TOKEN_TTL_MS = 600_000;
/** Extra time before an expired lease is settled: clock skew between nodes. */
export const SETTLE_GRACE_MS = 5_000;

const NODE_SLOTS = 4096;

/**
 * A lease's number: the millisecond it was taken × 4096 + a counter of the node, so that it is unique, sorts by time
 * and names its business day by itself. At most 2^53. `salt`: node hash plus its running counter.
 */
export const makeLeaseId = (takenAtMs: number, salt: number): number =>
  takenAtMs * NODE_SLOTS + (salt % NODE_SLOTS);

export const leaseTakenAtMs = (leaseId: number): number => Math.floor(leaseId / NODE_SLOTS);
/** The business day whose budget a lease spends, whenever its impressions are seen. */
export const leaseDay = (leaseId: number): Day => dayOf(leaseTakenAtMs(leaseId));

/** Each script's KEYS[1] is the pool. */
export const BUDGET_LUA = {
  /**
   * Take a lease. ARGV leaseId, wanted, expiresAtMs, node → { granted, free left, granted in total }; granted 0: denied
   * (empty, unknown pool, or the id is taken). A remainder smaller than `wanted` is granted whole.
   */
  take: `
local free = tonumber(redis.call('HGET', KEYS[1], 'free') or '0')
local all = tonumber(redis.call('HGET', KEYS[1], 'granted') or '0')
if free <= 0 or redis.call('HEXISTS', KEYS[1], 'l:' .. ARGV[1]) == 1 then return {0, free, all} end
local granted = math.min(free, tonumber(ARGV[2]))
redis.call('HINCRBY', KEYS[1], 'free', -granted)
redis.call('HSET', KEYS[1], 'l:' .. ARGV[1], granted .. ':' .. ARGV[3] .. ':' .. ARGV[4])
return {granted, free - granted, all}`,

  /**
   * Give back what a node will certainly not sign any more under a lease. ARGV leaseId, unspent → returned. A lease
   * that is already settled returns nothing: settling has given it back.
   */
  giveBack: `
local lease = redis.call('HGET', KEYS[1], 'l:' .. ARGV[1])
if not lease then return 0 end
local amount, rest = string.match(lease, '^(%d+)(:.*)$')
local back = math.min(tonumber(amount), tonumber(ARGV[2]))
if back <= 0 then return 0 end
redis.call('HSET', KEYS[1], 'l:' .. ARGV[1], (tonumber(amount) - back) .. rest)
redis.call('HINCRBY', KEYS[1], 'free', back)
return back`,

  /**
   * Give back all but what a node has signed. ARGV leaseId, signed → returned. Naming what stays, not what goes, makes a
   * repetition (an answer lost on the way) harmless; `giveBack` twice would return twice.
   */
  keep: `
local lease = redis.call('HGET', KEYS[1], 'l:' .. ARGV[1])
if not lease then return 0 end
local amount, rest = string.match(lease, '^(%d+)(:.*)$')
local back = tonumber(amount) - tonumber(ARGV[2])
if back <= 0 then return 0 end
redis.call('HSET', KEYS[1], 'l:' .. ARGV[1], ARGV[2] .. rest)
redis.call('HINCRBY', KEYS[1], 'free', back)
return back`,

  /** Charge a click at once. ARGV price → µCNY charged, min(price, free); 0 when nothing is left. */
  charge: `
local free = tonumber(redis.call('HGET', KEYS[1], 'free') or '0')
local charged = math.min(free, tonumber(ARGV[1]))
if charged <= 0 then return 0 end
redis.call('HINCRBY', KEYS[1], 'free', -charged)
redis.call('HINCRBY', KEYS[1], 'spent', charged)
return charged`,

  /**
   * Grant (positive) or take back (negative, never more than is free). ARGV amount, epoch, expireSeconds
   * → { moved, granted in total }. A pool of another epoch is refused with { 0, -1 }: its grants are not ours to add to.
   */
  grant: `
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and epoch ~= ARGV[2] then return {0, -1} end
if not epoch then redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'granted', 0, 'free', 0, 'spent', 0) end
local amount = tonumber(ARGV[1])
local free = tonumber(redis.call('HGET', KEYS[1], 'free'))
if amount < 0 then amount = -math.min(-amount, math.max(free, 0)) end
redis.call('HINCRBY', KEYS[1], 'free', amount)
local all = redis.call('HINCRBY', KEYS[1], 'granted', amount)
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {amount, all}`,

  /**
   * Settle an expired lease. ARGV leaseId, billed → µCNY returned to the pool, or -1 when there is no such lease. What was
   * billed under it cannot exceed it: nodes sign no more than a lease holds.
   */
  settle: `
local lease = redis.call('HGET', KEYS[1], 'l:' .. ARGV[1])
if not lease then return -1 end
local amount = tonumber(string.match(lease, '^(%d+):'))
local back = math.max(amount - tonumber(ARGV[2]), 0)
redis.call('HDEL', KEYS[1], 'l:' .. ARGV[1])
redis.call('HINCRBY', KEYS[1], 'free', back)
redis.call('HINCRBY', KEYS[1], 'spent', amount - back)
return back`,
} as const;

export interface LeaseRecord {
  leaseId: number;
  amountMicroCny: number;
  expiresAtMs: number;
  node: string;
}

export interface PoolState {
  epoch: string;
  grantedMicroCny: number;
  freeMicroCny: number;
  spentMicroCny: number;
  leases: LeaseRecord[];
}

/** Reads a pool from HGETALL's answer; undefined when there is none. */
export function readPool(hash: Record<string, string>): PoolState | undefined {
  if (hash.epoch === undefined) return undefined;
  const leases: LeaseRecord[] = [];
  for (const [field, value] of Object.entries(hash)) {
    if (!field.startsWith('l:')) continue;
    const [amount = '0', expiresAt = '0', ...node] = value.split(':');
    leases.push({
      leaseId: Number(field.slice(2)),
      amountMicroCny: Number(amount),
      expiresAtMs: Number(expiresAt),
      node: node.join(':'),
    });
  }
  return {
    epoch: hash.epoch,
    grantedMicroCny: Number(hash.granted ?? 0),
    freeMicroCny: Number(hash.free ?? 0),
    spentMicroCny: Number(hash.spent ?? 0),
    leases,
  };
}
