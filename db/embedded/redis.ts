/**
 * A real Redis of our own: the machine's, else Debian's, unpacked without root. Owns finding it and
 * running it; refuses to imitate one in JavaScript.
 */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { cached } from './cache.ts';
import { hasApt, libraryPath, releaseName, unpackDebian } from './debian.ts';
import { type Kept, keep } from './keeper.ts';
import { freePort } from './ports.ts';

export interface RedisBinary {
  path: string;
  env: NodeJS.ProcessEnv;
}

export interface RedisServer {
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** Valkey or Redis from the PATH, else from the user's cache, unpacked on first use. */
export async function findRedis(): Promise<RedisBinary> {
  for (const name of ['valkey-server', 'redis-server']) {
    const path = onPath(name);
    if (path) return { path, env: process.env };
  }
  if (hasApt()) {
    try {
      const folder = await cached(`redis-${releaseName()}`, async (draft) => {
        await unpackDebian(['redis-tools'], draft);
        // One binary plays every part, by the name it is called: redis-tools has the server too.
        symlinkSync('redis-check-rdb', join(draft, 'usr/bin/redis-server'));
      });
      const libraries = [libraryPath(folder), process.env.LD_LIBRARY_PATH].filter(Boolean);
      return {
        path: join(folder, 'usr/bin/redis-server'),
        env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
      };
    } catch (error) {
      throw new Error(`${NO_REDIS}\n(apt-get said: ${(error as Error).message})`);
    }
  }
  throw new Error(NO_REDIS);
}

const NO_REDIS = [
  'No Redis here: neither REDIS_URL, nor valkey-server or redis-server on the PATH.',
  '  Debian, Ubuntu:  apt-get install redis-server',
  '  macOS:           brew install redis',
  'or point REDIS_URL to a running one.',
].join('\n');

/** First executable of that name on the PATH. */
export function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/**
 * Boots Redis in `dataDir`. With `durable` it keeps an append-only file and so survives kill -9
 * but for the last second; without, it forgets.
 */
export async function bootRedis(options: {
  dataDir: string;
  durable: boolean;
  binary?: RedisBinary;
  /** Settings on top of ours, e.g. `['--cluster-enabled', 'yes']`. */
  settings?: string[];
  port?: number;
}): Promise<RedisServer> {
  const binary = options.binary ?? (await findRedis());
  mkdirSync(options.dataDir, { recursive: true });
  const pidFile = join(options.dataDir, 'redis.pid');
  await formerServerEnded(pidFile);
  let failure = '';
  for (let attempt = 0; attempt < 3; attempt++) {
    const port = options.port ?? (await freePort());
    const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', options.dataDir];
    args.push('--save', '', '--appendonly', options.durable ? 'yes' : 'no', '--databases', '64');
    // Losing a counter silently would overspend: refuse writes rather than evict.
    args.push('--maxmemory-policy', 'noeviction', '--pidfile', pidFile);
    args.push(...(options.settings ?? []));
    const server = keep(binary.path, args, { stopSignal: 'TERM', env: binary.env });
    if (await answers(port, server)) {
      return { url: `redis://127.0.0.1:${port}`, port, stop: () => server.stop() };
    }
    failure = server.output();
    await server.stop();
    if (options.port || !/bind|in use/i.test(failure)) break;
  }
  throw new Error(`Redis did not start in ${options.dataDir}:\n${failure}`);
}

/** Two servers must not append to one file: waits for one whose parent was killed a moment ago. */
async function formerServerEnded(pidFile: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (!isRedis(pid)) return;
    if (performance.now() > deadline) {
      throw new Error(`Redis process ${pid} is still running on this data (${pidFile}).`);
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** Process ids are used again: where the system tells, only a Redis counts. */
function isRedis(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandLine = `/proc/${pid}/cmdline`;
  if (!existsSync('/proc/self/cmdline')) return true;
  return existsSync(commandLine) && /redis|valkey/.test(readFileSync(commandLine, 'utf8'));
}

/** Waits for PONG, through the loading of an append-only file. */
async function answers(port: number, server: Kept): Promise<boolean> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline && server.running()) {
    if (await pong(port)) return true;
    await new Promise((wake) => setTimeout(wake, 15));
  }
  return false;
}

function pong(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
  });
}
