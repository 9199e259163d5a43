/**
 * `npm run check`: what a change must pass before it is committed, without services and in under
 * half a minute: format and lint, types, house rules, unit and property tests.
 */
import { type Finished, runToEnd } from './child.ts';

const node = process.execPath;
/** The compiler checks again only what a change reaches. */
const REMEMBERED = ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc.tsbuildinfo'];
const steps: [name: string, command: string, args: string[]][] = [
  ['format, lint', 'node_modules/.bin/biome', ['ci', '--colors=off']],
  ['types', node, ['node_modules/typescript/bin/tsc', '--noEmit', ...REMEMBERED]],
  ['house, unit', node, ['node_modules/vitest/vitest.mjs', 'run', '--project=unit']],
];
const began = performance.now();
const results = await Promise.all(
  steps.map(async ([name, command, args]): Promise<Finished> => {
    const result = await runToEnd(command, args, { quiet: true });
    const verdict = result.code === 0 ? 'ok  ' : 'FAIL';
    process.stdout.write(`${verdict} ${name.padEnd(14)} ${result.seconds.toFixed(1)} s\n`);
    if (result.code !== 0) process.stdout.write(`${result.output.trim()}\n\n`);
    return result;
  }),
);
const failed = results.filter((result) => result.code !== 0).length;
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(failed ? `${failed} failed, ${seconds} s\n` : `All well in ${seconds} s.\n`);
process.exit(failed ? 1 : 0);
