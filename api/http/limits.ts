/**
 * Rate limits on every door. Owns the counting: fixed windows in Redis, so that all processes count together; where
 * Redis does not answer each process counts for itself rather than lock people out or let everybody try.
 */
import { createMiddleware } from 'hono/factory';
import type { RedisStore } from '../../db/redis.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { AppEnv } from '../context.ts';
import { addressOf } from './address.ts';

export interface Rate {
  windowSeconds: number;
  max: number;
}

export interface Verdict {
  allowed: boolean;
  /** Seconds until the window frees up; null where allowed. */
  retryAfterSeconds: number | null;
}

// One round trip, atomic: count, start the window with the first, tell what is left of it.
const CONSUME = `
local n = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {n, left}`;

const MAX_LOCAL_KEYS = 10_000;

export function createLimiter(redis: RedisStore) {
  const local = new Map<string, { count: number; endsAtMs: number }>();

  function consumeLocally(key: string, rate: Rate): [number, number] {
    const now = performance.now();
    if (local.size > MAX_LOCAL_KEYS) local.clear();
    const known = local.get(key);
    const entry =
      known && known.endsAtMs > now
        ? known
        : { count: 0, endsAtMs: now + rate.windowSeconds * 1000 };
    entry.count++;
    local.set(key, entry);
    return [entry.count, entry.endsAtMs - now];
  }

  return async function consume(key: string, rate: Rate): Promise<Verdict> {
    let count: number;
    let leftMs: number;
    try {
      const name = `limit:{${key}}`;
      const answer = await redis.eval(CONSUME, 1, name, rate.windowSeconds * 1000);
      [count, leftMs] = answer as [number, number];
    } catch {
      [count, leftMs] = consumeLocally(key, rate);
    }
    return count <= rate.max
      ? { allowed: true, retryAfterSeconds: null }
      : { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) };
  };
}

export type Limiter = ReturnType<typeof createLimiter>;

export const tooMany = (seconds: number | null): Failure =>
  new Failure('limit_exceeded', {
    zh: `操作过于频繁，请 ${seconds ?? 1} 秒后再试`,
    en: `too many requests; try again in ${seconds ?? 1} s`,
  });

/** A limit of its own on one door, by address: for what strangers may do and what costs us much. */
export function limited(door: string, rate: Rate) {
  const limiters = new WeakMap<RedisStore, Limiter>();
  return createMiddleware<AppEnv>(async (c, next) => {
    const { redis } = c.var.ctx;
    const consume = limiters.get(redis) ?? createLimiter(redis);
    limiters.set(redis, consume);
    const verdict = await consume(`${door}:${addressOf(c.req.raw)}`, rate);
    if (!verdict.allowed) {
      c.header('retry-after', String(verdict.retryAfterSeconds));
      throw tooMany(verdict.retryAfterSeconds);
    }
    await next();
  });
}
