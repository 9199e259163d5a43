/** Where things that are fetched once per user live: unpacked Redis, Chromium. Not in the clone. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** `$HONGZE_CACHE`, else `$XDG_CACHE_HOME/hongze`, else `~/.cache/hongze`; a temp folder if none can be written. */
export function cacheDir(): string {
  const wanted =
    process.env.HONGZE_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hongze');
  try {
    mkdirSync(wanted, { recursive: true });
    return wanted;
  } catch {
    const fallback = join(tmpdir(), `hongze-cache-${process.getuid?.() ?? 'user'}`);
    mkdirSync(fallback, { recursive: true });
    return fallback;
  }
}

/**
 * Fills `<cache>/<name>` once. `fill` works in a private folder which is renamed at the end, so
 * that two processes may do it at once and a broken attempt leaves nothing that looks whole.
 */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const target = join(cacheDir(), name);
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}-${Math.trunc(performance.now() * 1000)}`;
  mkdirSync(draft, { recursive: true });
  try {
    await fill(draft);
    if (!existsSync(target)) renameSync(draft, target);
  } catch (error) {
    // Somebody else was quicker: theirs is as good.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}
