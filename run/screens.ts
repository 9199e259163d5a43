/**
 * `npm run screens`: pictures of the console in both languages and widths, of the demo that runs,
 * or else of one started for it in a folder of its own.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../db/embedded/ports.ts';
import { runScript } from './child.ts';
import { startDemo } from './demo/demo.ts';
import { findRunning } from './demo/place.ts';
import { runAgainstDemo } from './demo/running.ts';

const SCRIPT = 'test/e2e/screens.ts';
const args = process.argv.slice(2);
if (findRunning()) await runAgainstDemo(SCRIPT, args);

const folder = mkdtempSync(join(tmpdir(), 'hongze-screens-'));
chmodSync(folder, 0o755);
const demo = await startDemo({
  folder,
  port: await freePort(),
  exchangePort: await freePort(),
  traffic: true,
  say: (line) => process.stderr.write(`${line}\n`),
});
const { code } = await runScript(SCRIPT, args, { env: demo.env });
await demo.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(code);
