/** Builds the console into dist/dashboard when its sources changed. Owns the stamp that tells. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runToEnd } from '../child.ts';
import { hashOf } from './sources.ts';

const STAMP = 'dist/dashboard/.sources';
/** What the bundle is made of; types from api/ leave nothing in it. */
const SOURCES = ['dashboard', 'db/terms', 'package-lock.json'];

/** Returns whether anything had to be built. */
export async function buildConsole(say: (line: string) => void): Promise<boolean> {
  const hash = hashOf(SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return false;
  say('Building the console …');
  const { code, output, seconds } = await runToEnd(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--config', 'dashboard/vite.config.ts'],
    { quiet: true, env: { ...process.env, NODE_ENV: 'production' } },
  );
  if (code !== 0) throw new Error(`The console did not build:\n${output}`);
  writeFileSync(STAMP, hash);
  say(`Console built in ${seconds.toFixed(1)} s.`);
  return true;
}
