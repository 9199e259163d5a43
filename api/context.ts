/**
 * What every verb may need, made once a process. Owns nothing but the list; a verb's own signature takes the
 * smallest part it needs (`ctx: { db: Db; clock: Clock }`), so that tests pass no more than that.
 */

import type { SpanLog } from '../bidding/wire/span.ts';
import type { Database } from '../db/client.ts';
import type { RedisStore } from '../db/redis.ts';
import type { Replica } from '../db/replica.ts';
import type { Clock } from '../db/terms/day.ts';
import type { Config } from './env.ts';
import type { Actor, Person } from './identity/actor.ts';
import type { Alipay } from './payments/alipay/client.ts';

/** Something to be written when the request's own transaction is over, however it ended. */
export type AfterwardsNote = (db: Database) => Promise<void>;

export interface Context {
  db: Database;
  /** For what may be a few seconds old (`readLately`); absent: there is none. */
  replica?: Replica;
  redis: RedisStore;
  clock: Clock;
  config: Config;
  alipay: Alipay;
  /** Absent: nothing is traced. */
  spans?: SpanLog;
  /** Present where `db` is one transaction around the whole request: what must outlive its rollback goes here. */
  afterwards?: AfterwardsNote[];
}

/**
 * Hono's environment in every slice's routes. `actor` is there on every path but the public ones listed in
 * api/http/doors.ts: whoever is not signed in never reaches a handler. `person` is who holds the session, where there is
 * one: a person may be signed in and belong to no organisation yet.
 */
export interface AppEnv {
  Variables: { ctx: Context; requestId: string; actor: Actor; person?: Person };
}
