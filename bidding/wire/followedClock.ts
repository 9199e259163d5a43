/**
 * A clock that agrees with one other machine's (Redis, which every process asks): leases, tokens and business days are
 * compared between machines, and one whose clock is wrong must not spend what another has settled. Owns when the own clock is
 * overruled: only where it is off by more than machines that keep time ever are, so that in good order nothing jumps.
 */
import type { Clock } from '../../db/terms/day.ts';
import { keys } from './keys.ts';

const TOLERATED_MS = 500;
/** An answer that took longer tells too little. */
const MAX_ROUND_TRIP_MS = 1_000;
const EVERY_MS = 5_000;

export interface FollowedClock {
  now: Clock;
  /** Asks anew; a question that fails changes nothing. */
  look(): Promise<void>;
}

/**
 * `ask`: the other's time as Redis's TIME gives it, seconds and microseconds. `tell` hears of every change of what is added
 * to the own clock, ms.
 */
export function followClock(
  ask: () => Promise<readonly (string | number)[]>,
  tell: (skewMs: number) => void,
  own: Clock,
): FollowedClock {
  let skewMs = 0;
  return {
    now: () => own() + skewMs,
    async look() {
      const before = own();
      const answer = await ask().catch(() => undefined);
      const after = own();
      if (!answer || after - before > MAX_ROUND_TRIP_MS || after < before) return;
      const otherMs = Number(answer[0]) * 1000 + Number(answer[1]) / 1000;
      const offMs = Math.round(otherMs - (before + after) / 2);
      // What is added already stays until it is off itself: no jumping to and fro about the limit.
      if (Math.abs(offMs - skewMs) <= TOLERATED_MS) return;
      skewMs = Math.abs(offMs) > TOLERATED_MS ? offMs : 0;
      tell(skewMs);
    },
  };
}

/** Follows Redis from now on; in a cluster all ask the same slot's master. */
export function followRedis(
  redis: { eval(lua: string, keyCount: 1, key: string): Promise<unknown> },
  own: Clock,
  tell: (skewMs: number) => void,
): FollowedClock {
  const ask = () => redis.eval("return redis.call('TIME')", 1, keys.nodes) as Promise<string[]>;
  const clock = followClock(ask, tell, own);
  setInterval(() => void clock.look(), EVERY_MS).unref();
  return clock;
}
