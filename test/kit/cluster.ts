/** A Redis Cluster of three masters on the loopback, for a test file. Owns their introduction; what is on them is the test's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { bootRedis, type RedisServer } from '../../db/embedded/redis.ts';
import { closeAfterFile } from './closing.ts';

const SLOTS = 16_384;
const MASTERS = 3;

interface Master extends RedisServer {
  dataDir: string;
}

export interface TestCluster {
  /** Of the first master. */
  url: string;
  servers: Master[];
}

/** Boots, introduces the masters to each other, gives each its third of the slots, and waits until all agree. */
export async function openTestCluster(): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-cluster-'));
  const servers = await Promise.all(
    Array.from({ length: MASTERS }, (_, n) => bootMaster(join(folder, `${n}`))),
  );
  const clients = servers.map((server) => new Redis(server.url));
  closeAfterFile(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
  const first = servers[0] as Master;
  for (const [n, client] of clients.entries()) {
    const from = Math.floor((n * SLOTS) / MASTERS);
    const until = Math.floor(((n + 1) * SLOTS) / MASTERS) - 1;
    await client.call('CLUSTER', 'ADDSLOTSRANGE', from, until);
    await client.call('CLUSTER', 'MEET', '127.0.0.1', first.port);
  }
  while ((await Promise.all(clients.map(isWhole))).includes(false)) await sleep(50);
  for (const client of clients) client.disconnect();
  return { url: first.url, servers };
}

/** A master, empty; at the port and folder of one that was stopped, it takes that one's place. */
async function bootMaster(dataDir: string, port?: number): Promise<Master> {
  const binary = inject('redisBinary') ?? undefined;
  const server = await bootRedis({
    dataDir,
    durable: false,
    settings: ['--cluster-enabled', 'yes'],
    ...(binary ? { binary } : {}),
    ...(port ? { port } : {}),
  });
  return { ...server, dataDir };
}

/** Stops a master and boots it again, without its memory. */
export async function restartMaster(cluster: TestCluster, n: number): Promise<void> {
  const old = cluster.servers[n] as Master;
  await old.stop();
  cluster.servers[n] = await bootMaster(old.dataDir, old.port);
}

async function isWhole(client: Redis): Promise<boolean> {
  const info = String(await client.call('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${MASTERS}`);
}
