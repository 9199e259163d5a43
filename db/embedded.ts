/**
 * PostgreSQL and Redis for a machine that has neither. Owns the choice between a server that the
 * environment names (DATABASE_URL, REDIS_URL) and one of our own, which dies with this process.
 */
import { join } from 'node:path';
import { bootPostgres } from './embedded/postgres.ts';
import { bootRedis } from './embedded/redis.ts';

export interface Servers {
  databaseUrl: string;
  redisUrl: string;
  /** Stops what was started here, PostgreSQL last; a server of the environment is left alone. */
  stop(): Promise<void>;
}

/**
 * Boots what the environment does not provide.
 * @param folder holds `postgres/` and `redis/`.
 * @param durable false trades crash safety for speed: for tests.
 * @throws when one of them cannot be started; nothing is left running then.
 */
export async function bootServers(options: { folder: string; durable: boolean }): Promise<Servers> {
  const { durable } = options;
  const [database, redis] = await Promise.allSettled([
    process.env.DATABASE_URL
      ? { url: process.env.DATABASE_URL, stop: async () => {} }
      : bootPostgres({ dataDir: join(options.folder, 'postgres'), durable }),
    process.env.REDIS_URL
      ? { url: process.env.REDIS_URL, stop: async () => {} }
      : bootRedis({ dataDir: join(options.folder, 'redis'), durable }),
  ]);
  const stop = async () => {
    if (redis.status === 'fulfilled') await redis.value.stop();
    if (database.status === 'fulfilled') await database.value.stop();
  };
  if (database.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    const reasons = [database, redis].flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Error).message] : [],
    );
    throw new Error(reasons.join('\n\n'));
  }
  return { databaseUrl: database.value.url, redisUrl: redis.value.url, stop };
}
