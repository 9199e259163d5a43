/**
 * Debian packages without root: downloads a package with what it lacks on this machine and unpacks
 * it into a folder. Owns apt-get and dpkg-deb; installs nothing and touches no system folder.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT = { timeout: 180_000, maxBuffer: 32 * 1024 * 1024 };

/** Whether this machine speaks apt at all. */
export function hasApt(): boolean {
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb');
}

/** E.g. `debian-12-x64`: what was unpacked for one release does not fit another. */
export function releaseName(): string {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(text)?.[1] ?? 'any';
  return `${field('ID')}-${field('VERSION_ID')}-${process.arch}`;
}

/**
 * Unpacks packages and their missing dependencies into `folder`.
 * Uses the machine's package lists; when those are missing or stale, fetches private ones (≈ 7 s).
 */
export async function unpackDebian(packages: string[], folder: string): Promise<void> {
  const work = join(folder, '.apt');
  mkdirSync(join(work, 'debs'), { recursive: true });
  try {
    try {
      await download(packages, join(work, 'debs'), []);
    } catch {
      const own = await privateLists(work);
      await download(packages, join(work, 'debs'), own);
    }
    for (const file of readdirSync(join(work, 'debs'))) {
      if (file.endsWith('.deb')) {
        await run('dpkg-deb', ['-x', join(work, 'debs', file), folder], LIMIT);
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function privateLists(work: string): Promise<string[]> {
  for (const name of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(work, name), { recursive: true });
  }
  const options = [
    ['Dir::State::lists', join(work, 'lists')],
    ['Dir::Cache', join(work, 'cache')],
    ['Acquire::Languages', 'none'],
    ['APT::Sandbox::User', ''],
    ['Debug::NoLocking', '1'],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  await run('apt-get', [...options, '-qq', 'update'], LIMIT);
  return options;
}

async function download(packages: string[], into: string, options: string[]): Promise<void> {
  const env = { ...process.env, LC_ALL: 'C' };
  const plan = await run(
    'apt-get',
    [...options, 'install', '--simulate', '--no-install-recommends', '-qq', ...packages],
    { ...LIMIT, env },
  );
  const lines = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] as string);
  // A package that is installed but not on the PATH in the form we need is fetched all the same.
  const names = [...new Set([...packages, ...lines])];
  // Unsandboxed, since apt's own user may not be able to write into a private cache.
  const unsandboxed = ['-o', 'APT::Sandbox::User=root'];
  await run('apt-get', [...unsandboxed, ...options, '-qq', 'download', ...names], {
    ...LIMIT,
    cwd: into,
    env,
  });
}

/** Every folder of an unpacked tree that holds shared libraries: for LD_LIBRARY_PATH. */
export function libraryPath(folder: string): string {
  const found: string[] = [];
  const visit = (directory: string, depth: number) => {
    const entries = readdirSync(directory, { withFileTypes: true });
    if (entries.some((entry) => /\.so(\.|$)/.test(entry.name))) found.push(directory);
    if (depth === 0) return;
    for (const entry of entries)
      if (entry.isDirectory()) visit(join(directory, entry.name), depth - 1);
  };
  for (const root of ['lib', 'usr/lib']) {
    if (existsSync(join(folder, root))) visit(join(folder, root), 2);
  }
  return found.join(':');
}
