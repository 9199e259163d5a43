/**
 * The money simulator. `npm run sim -- --seed S --steps N [--walk 2000] [--lanes 4] [--kill-per-mille 60] [--deep-every 200]
 * [--json]` plays N random acts in walks on fresh ground and checks every invariant after each; `npm run sim --
 * --crash-points [--every 1]` kills the process before each step of the line in turn. Exits 1 on a violation, with the
 * command that shows it again.
 */
import { readArguments, report } from '../bench/kit/figures.ts';
import { crashPoints } from './sim/crash.ts';
import { type Grounds, openGrounds } from './sim/grounds.ts';
import { walk } from './sim/walk.ts';

const args = readArguments(process.argv);
const url = process.env.DATABASE_URL;
if (!url) throw new Error('DATABASE_URL is needed: start with `npm run sim`');
const grounds = openGrounds(url);
const began = performance.now();
const seconds = () => Math.round((performance.now() - began) / 100) / 10;

try {
  process.exitCode = await (args.flag('crash-points') ? killed(grounds) : walked(grounds));
} finally {
  await grounds.close();
}

async function walked(on: Grounds): Promise<number> {
  const result = await walk(on, args, (steps) => process.stderr.write(`  ${steps} steps\n`));
  report('sim', { seed: args.number('seed', 1), seconds: seconds(), ...result }, args);
  const { violation } = result;
  if (!violation) return 0;
  process.stderr.write(`${violation.trace.join('\n')}\n${violation.wrongs.join('\n')}\n`);
  process.stderr.write(
    `again: npm run sim -- --seed ${violation.seed} --steps ${violation.step}\n`,
  );
  return 1;
}

async function killed(on: Grounds): Promise<number> {
  const result = await crashPoints(on, args, (points) =>
    process.stderr.write(`  ${points} crash points\n`),
  );
  report('sim crash points', { seconds: seconds(), ...result }, args);
  return result.wrongs.length === 0 ? 0 : 1;
}
