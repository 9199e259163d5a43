/** A Redis of its own for a test file: a fresh server, so that even channels and scripts are apart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { bootRedis } from '../../db/embedded/redis.ts';
import { closeAfterFile } from './closing.ts';

export interface TestRedis {
  redis: Redis;
  url: string;
  /** Ends the server, as a fault. The connection then fails until somebody boots one again. */
  stop(): Promise<void>;
}

/** An empty Redis; ended after the file's last test. */
export async function openTestRedis(options: { settings?: string[] } = {}): Promise<Redis> {
  return (await openTestRedisServer(options)).redis;
}

/** As `openTestRedis`, with the server in the test's hand: its URL, and the means to stop it. */
export async function openTestRedisServer(
  options: { settings?: string[]; durable?: boolean } = {},
): Promise<TestRedis> {
  const shared = process.env.REDIS_URL;
  if (shared) return openLogicalDatabase(shared);
  const binary = inject('redisBinary') ?? undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'hongze-redis-'));
  const server = await bootRedis({
    dataDir,
    durable: options.durable ?? false,
    ...(binary ? { binary } : {}),
    ...(options.settings ? { settings: options.settings } : {}),
  });
  const redis = connectTo(server.url);
  closeAfterFile(async () => {
    redis.disconnect();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { redis, url: server.url, stop: () => server.stop() };
}

/** On a Redis that the environment names: the logical database of this worker, emptied. */
async function openLogicalDatabase(url: string): Promise<TestRedis> {
  const own = new URL(url);
  own.pathname = `/${Number(process.env.VITEST_POOL_ID ?? 1) % 16}`;
  const redis = connectTo(own.toString());
  await redis.flushdb();
  closeAfterFile(() => redis.disconnect());
  return {
    redis,
    url: own.toString(),
    stop: () => Promise.reject(new Error('this Redis belongs to the environment: not stopped')),
  };
}

function connectTo(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 3 });
  // Without a listener a test that stops its server would end the process.
  redis.on('error', () => {});
  return redis;
}
