/**
 * `npm run faults [-- <name>]`: does a fault to a house of its own and says what was sent, accepted, billed and lost. Those
 * that take their time are programs in test/faults, the quick ones tests that `npm test` runs too.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runScript, runToEnd } from './child.ts';

const PROGRAMS = 'test/faults';
const TESTS = 'test/integration/faults';
const named = (folder: string, end: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(end))
    .map((file) => file.slice(0, -end.length));
const tests = named(TESTS, '.test.ts');
const programs = named(PROGRAMS, '.ts');

const [wanted, ...rest] = process.argv.slice(2);
if (wanted !== undefined && ![...tests, ...programs].includes(wanted)) {
  const names = [...tests, ...programs].join(', ');
  process.stderr.write(`There is no fault "${wanted}". There are: ${names}.\n`);
  process.exit(1);
}

let worst = 0;
for (const name of wanted === undefined ? [...tests, ...programs] : [wanted]) {
  const program = join(PROGRAMS, `${name}.ts`);
  const { code } = existsSync(program)
    ? await runScript(program, rest)
    : await runToEnd(process.execPath, [
        ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration'],
        join(TESTS, `${name}.test.ts`),
      ]);
  worst = Math.max(worst, code);
}
process.exit(worst);
