/** A server program for a test: the machine's, else Debian's, unpacked without root. Null where neither can be had. */
import { chmodSync, cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, cached } from '../../db/embedded/cache.ts';
import { hasApt, libraryPath, releaseName, unpackDebian } from '../../db/embedded/debian.ts';
import { onPath } from '../../db/embedded/redis.ts';

export interface Program {
  path: string;
  env: NodeJS.ProcessEnv;
}

/** The program where any account may run it: the cache of root is root's alone. */
export function shared({ path, env }: Program, into: string): Program {
  const cache = cacheDir();
  if (process.getuid?.() !== 0 || !path.startsWith(cache)) return { path, env };
  const folder = join(cache, path.slice(cache.length + 1).split('/')[0] ?? '');
  cpSync(folder, into, { recursive: true, verbatimSymlinks: true });
  chmodSync(into, 0o755);
  const moved = (text = '') => text.replaceAll(folder, into);
  return { path: moved(path), env: { ...env, LD_LIBRARY_PATH: moved(env.LD_LIBRARY_PATH) } };
}

/** `name` is the package's and the program's. */
export async function findProgram(name: string): Promise<Program | null> {
  const system = [onPath(name), `/usr/sbin/${name}`].find((path) => path && existsSync(path));
  if (system) return { path: system, env: process.env };
  if (!hasApt()) return null;
  try {
    const folder = await cached(`${name}-${releaseName()}`, (draft) => unpackDebian([name], draft));
    const path = ['usr/sbin', 'usr/bin']
      .map((where) => join(folder, where, name))
      .find((file) => existsSync(file));
    const libraries = [libraryPath(folder), process.env.LD_LIBRARY_PATH].filter(Boolean);
    return path ? { path, env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') } } : null;
  } catch {
    return null;
  }
}
