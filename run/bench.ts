/** `npm run bench [name …]`: the measurements of test/bench, each on fresh servers; all without a name. */
import { readdirSync } from 'node:fs';
import { runScript } from './child.ts';
import { runOnFreshServers } from './demo/temporary.ts';

const known = readdirSync('test/bench')
  .filter((name) => name.endsWith('.ts') && !name.startsWith('_'))
  .map((name) => name.slice(0, -3));
const [wanted, ...args] = process.argv.slice(2);
if (wanted === undefined) {
  for (const name of known) {
    process.stdout.write(`\n== ${name}\n`);
    const { code } = await runScript('run/bench.ts', [name]);
    if (code !== 0) process.exitCode = 1;
  }
} else if (known.includes(wanted)) {
  await runOnFreshServers(`test/bench/${wanted}.ts`, args);
} else {
  process.stderr.write(`There is no bench "${wanted}"; there are: ${known.join(', ')}\n`);
  process.exit(1);
}
