/** A hash over source files: tells whether what was built from them is still theirs. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files and folders, in the order given; folders in the order of their names. */
export function hashOf(paths: string[]): string {
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
