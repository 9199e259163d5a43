/**
 * `npm test`: every test of every project on servers of its own; further arguments go to vitest.
 * Ends with a line that a machine can read: `N passed, N failed, N skipped`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runToEnd } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'hongze-tally-'));
const tally = join(folder, 'tally.json');
const { code } = await runToEnd(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=./test/kit/tally.ts',
    ...process.argv.slice(2),
  ],
  { env: { ...process.env, NODE_ENV: 'test', HONGZE_TALLY: tally } },
);
const counts = existsSync(tally)
  ? (JSON.parse(readFileSync(tally, 'utf8')) as { passed: number; failed: number; skipped: number })
  : // The runner itself broke: that is a failure, never a silent zero.
    { passed: 0, failed: 1, skipped: 0 };
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
);
process.exit(code === 0 && counts.failed === 0 ? 0 : 1);
