/**
 * Prebid.js as publishers run it: the release from npm, bundled with its server-to-server module. Owns where it comes from;
 * it is 100 MB of adapters, so it is no dependency of ours but is brought once into the user's cache, like the browser.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { cacheDir } from '../../db/embedded/cache.ts';

const run = promisify(execFile);
const VERSION = '11.36.0';

const ENTRY = `import pbjs from 'prebid.js';
import 'prebid.js/modules/prebidServerBidAdapter';
window.pbjs = pbjs;
pbjs.processQueue();
`;

/** One classic script that defines \`pbjs\`; undefined where the registry cannot be reached. */
export async function prebidScript(): Promise<string | undefined> {
  const folder = join(cacheDir(), `prebid-${VERSION}`);
  const bundle = join(folder, 'bundle', 'prebid.js');
  if (existsSync(bundle)) return readFileSync(bundle, 'utf8');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  writeFileSync(join(folder, 'entry.js'), ENTRY);
  try {
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `prebid.js@${VERSION}`];
    await run('npm', args, { cwd: folder, timeout: 150_000 });
  } catch {
    return undefined;
  }
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: 'bundle',
      minify: false,
      lib: {
        entry: join(folder, 'entry.js'),
        formats: ['iife'],
        name: 'hongzePrebid',
        fileName: () => 'prebid.js',
      },
    },
  });
  return readFileSync(bundle, 'utf8');
}
