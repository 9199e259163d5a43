/** Builds the console into dist/dashboard when its sources changed. */
import { resolve } from 'node:path';
import { runToEnd } from '../child.ts';
import { keepBuilt } from './sources.ts';

/** What the bundle is made of; types from api/ leave nothing in it. */
const SOURCES = ['dashboard', 'db/terms', 'package-lock.json'];
const VITE = ['node_modules/vite/bin/vite.js', 'build', '--config', 'dashboard/vite.config.ts'];

/** Returns whether anything had to be built. */
export function buildConsole(say: (line: string) => void): Promise<boolean> {
  return keepBuilt('dist/dashboard', SOURCES, async (draft) => {
    say('Building the console …');
    const { code, output, seconds } = await runToEnd(
      process.execPath,
      [...VITE, '--outDir', resolve(draft)],
      { quiet: true, env: { ...process.env, NODE_ENV: 'production' } },
    );
    if (code !== 0) throw new Error(`The console did not build:\n${output}`);
    say(`Console built in ${seconds.toFixed(1)} s.`);
  });
}
