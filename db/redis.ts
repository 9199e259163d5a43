/**
 * The connection to Redis, one server or a cluster: which of the two is the environment's choice and nobody else's. Owns that
 * choice, the slot of a key, and the name of the life of the server that holds it. Refuses to know any key.
 */
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';

export type RedisStore = Redis | Cluster;

/** Connects; `cluster`: `url` names one node of a cluster, which names the others. */
export function connectRedis(
  url: string,
  options: { cluster: boolean; lazy?: boolean },
): RedisStore {
  const common: RedisOptions = {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    ...(options.lazy ? { lazyConnect: true } : {}),
  };
  if (!options.cluster) return new Redis(url, common);
  return new Cluster([url], clusterOptions(url, common));
}

/** Credentials and encryption of the first node hold for all: a cluster tells addresses only. */
export function clusterOptions(url: string, redisOptions: RedisOptions): ClusterOptions {
  const { username, password, protocol } = new URL(url);
  return {
    enableAutoPipelining: true,
    // A slot that moves answers MOVED a few times before the map is right again.
    maxRedirections: 16,
    redisOptions: {
      ...redisOptions,
      ...(username ? { username: decodeURIComponent(username) } : {}),
      ...(password ? { password: decodeURIComponent(password) } : {}),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    },
  };
}

const SLOTS = 16_384;

/** Slot of a key in a cluster: CRC-16 (XMODEM) of what stands in its first braces, or of all of it. */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}

const RUN_ID = "return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')";

/**
 * Names, for each key, the life of the server that holds it: a restart, or a replica that takes over, may have forgotten
 * the last second. Asks each server once, by a key of its own, so that a slot that has moved is found.
 */
export async function redisEpochs(redis: RedisStore, keys: readonly string[]): Promise<string[]> {
  const ownerOf = (key: string): string =>
    redis.isCluster ? ((redis as Cluster).slots[slotOf(key)]?.[0] ?? '') : '';
  const byOwner = new Map<string, Promise<string>>();
  for (const key of keys) {
    const owner = ownerOf(key);
    if (!byOwner.has(owner)) byOwner.set(owner, redis.eval(RUN_ID, 1, key) as Promise<string>);
  }
  await Promise.all(byOwner.values());
  return Promise.all(keys.map((key) => byOwner.get(ownerOf(key)) as Promise<string>));
}
