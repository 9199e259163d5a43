/** The exchange's process: environment in, a listening node out. Needs Redis only. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { readEnv } from './env.ts';
import { createExchange } from './exchange.ts';
import { openSpanExport } from './tracing.ts';
import { followRedis } from './wire/followedClock.ts';

export { createExchange } from './exchange.ts';

/** Connects so that a Redis that is away fails commands at once instead of queueing them. */
export function connectRedis(url: string, cluster: boolean): Redis | Cluster {
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    retryStrategy: (times: number) => Math.min(50 * times, 1_000),
  };
  const client = cluster
    ? new Cluster([url], clusterOptions(url, options))
    : new Redis(url, options);
  client.on('error', () => {
    // Reported by the node's health; ioredis goes on trying to connect.
  });
  return client;
}

/** Credentials and encryption of the node that is named hold for all: a cluster tells addresses only. */
function clusterOptions(url: string, options: RedisOptions): ClusterOptions {
  const { username, password, protocol } = new URL(url);
  const credentials = {
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
  return { enableAutoPipelining: true, redisOptions: { ...options, ...credentials } };
}

/**
 * What a node under its first load has in hand outlives a few collections, and V8 concludes that it always will: from then on
 * requests are made among the old, where they keep each other alive. Measured: 70 µs an auction instead of 26, and
 * pauses of 70 ms.
 */
const V8_FLAGS = ['--no-allocation-site-pretenuring', '--expose-gc'];

/** What loading the market left behind is collected before the first auction, instead of among them. */
function collectGarbage(): void {
  (runInNewContext('gc') as () => void)();
}

async function main(): Promise<void> {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  const env = readEnv(process.env);
  const redis = connectRedis(env.redisUrl, env.redisCluster);
  await new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    setTimeout(resolve, 3_000).unref();
  });
  const clock = followRedis(redis, Date.now, (skewMs) => {
    process.stderr.write(`this machine's clock is off: ${skewMs} ms are added, by Redis's clock\n`);
  });
  await clock.look();
  const spans = env.tracing ? openSpanExport(env.tracing, 'exchange') : undefined;
  const exchange = createExchange({
    redis,
    clock: clock.now,
    tokenKey: env.tokenKey,
    publicUrl: env.exchangeUrl,
    assetsUrl: env.assetsUrl,
    nodeId: env.nodeId,
    trustProxy: env.trustProxy,
    random: Math.random,
    sheds: true,
    ...(env.debugKey ? { debugKey: env.debugKey } : {}),
    ...(spans ? { spans } : {}),
  });
  // A Redis that is away leaves the node without a market until it comes.
  await exchange.refresh().catch(() => {});
  collectGarbage();
  const { url } = await exchange.listen(env.port, env.host);
  process.stdout.write(`exchange listening on ${url}\n`);
  const stop = (): void => {
    void exchange
      .close()
      .then(() => spans?.close())
      .then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

if (process.argv[1]?.endsWith('bidding/server.ts')) await main();
