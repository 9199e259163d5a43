/** What is built from sources, and whether it is still theirs. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = '.sources';

/**
 * Builds folder `out` when its sources changed; returns whether they had. `build` fills a private
 * folder that takes the place at the end: two starts may do it at once, and who serves the old
 * files never sees half of the new ones.
 */
export async function keepBuilt(
  out: string,
  sources: string[],
  build: (draft: string) => Promise<void>,
): Promise<boolean> {
  const hash = hashOf(sources);
  const stamp = join(out, STAMP);
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (isBuilt()) return false;
  const draft = `${out}.${process.pid}-${Math.trunc(performance.now() * 1000)}`;
  try {
    await build(draft);
    writeFileSync(join(draft, STAMP), hash);
    if (!isBuilt()) {
      rmSync(out, { recursive: true, force: true });
      renameSync(draft, out);
    }
  } catch (error) {
    // Another start was quicker: its files are as good.
    if (!isBuilt()) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return true;
}

/** Files and folders, in the order given; folders in the order of their names. */
function hashOf(paths: string[]): string {
  const hash = createHash('sha256');
  const visit = (path: string, isFolder: boolean) => {
    if (!isFolder) {
      hash.update(path).update(readFileSync(path));
      return;
    }
    const entries = readdirSync(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      visit(join(path, entry.name), entry.isDirectory());
    }
  };
  for (const path of paths) visit(path, !/\.\w+$/.test(path));
  return hash.digest('hex');
}
