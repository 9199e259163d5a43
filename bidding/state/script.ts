/** Lua in Redis by its digest. Owns the retry when a server has lost its scripts (restart, failover, new shard). */
import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A single server or a Redis Cluster: every script keeps its keys in one slot. */
export type Store = Redis | Cluster;

export interface Script {
  lua: string;
  sha: string;
}

export const script = (lua: string): Script => ({
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
});

type Argument = string | number | Buffer;

/** Runs a script; rejects as ioredis does. */
export async function run(
  store: Store,
  which: Script,
  keys: string[],
  args: Argument[],
): Promise<unknown> {
  try {
    return await store.evalsha(which.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return store.eval(which.lua, keys.length, ...keys, ...args);
  }
}

interface Call {
  keys: string[];
  args: Argument[];
}

/** Runs a script once for each call, all in one pipeline; what failed is an Error in its place. A cluster takes one call. */
export async function runAll(
  store: Store,
  which: Script,
  calls: readonly Call[],
): Promise<unknown[]> {
  const one = ({ keys, args }: Call): Promise<unknown> =>
    run(store, which, keys, args).catch((error: Error) => error);
  if (calls.length === 1) return [await one(calls[0] as Call)];
  const pipeline = store.pipeline();
  for (const { keys, args } of calls) pipeline.evalsha(which.sha, keys.length, ...keys, ...args);
  const answers = (await pipeline.exec()) ?? [];
  return Promise.all(
    calls.map((call, i) => {
      const [error, value] = answers[i] ?? [new Error('redis: no answer'), undefined];
      return error?.message.startsWith('NOSCRIPT') ? one(call) : (error ?? value);
    }),
  );
}

/** The promise's value, or a rejection after `ms`: a Redis that hangs must not hold an auction. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('redis: no answer in time')), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: Error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
