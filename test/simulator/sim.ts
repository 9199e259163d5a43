/**
 * The money simulator. `npm run sim -- --seed S --steps N [--kill-per-mille 60] [--deep-every 200] [--json]` plays N random
 * acts and checks every invariant after each; `npm run sim -- --crash-points [--every 1]` kills the process before each step
 * of the line in turn. Exits 1 on a violation, with the command that shows it again.
 */
import { connect } from '../../db/client.ts';
import { dayStartMs } from '../../db/terms/day.ts';
import { readArguments, report } from '../bench/kit/figures.ts';
import { wrongsDeep, wrongsNow } from './sim/invariants.ts';
import { type LineEnd, playLine } from './sim/line.ts';
import { runSim } from './sim/run.ts';
import { addCast, openSimWorld } from './sim/world.ts';

const args = readArguments(process.argv);
const url = process.env.DATABASE_URL;
if (!url) throw new Error('DATABASE_URL is needed: start with `npm run sim`');
const seed = args.number('seed', 1);
const db = connect(url, { max: 4 });
const world = await openSimWorld(db, { seed, startMs: dayStartMs('2026-01-20') });

try {
  process.exitCode = args.flag('crash-points') ? await crashPoints() : await randomWalk();
} finally {
  await world.close();
  await db.$client.end({ timeout: 2 });
}

async function randomWalk(): Promise<number> {
  const steps = args.number('steps', 2_000);
  const cast = await addCast(db, { outlets: 4, advertisers: 3 });
  const began = performance.now();
  const result = await runSim(world, cast, {
    steps,
    killPerMille: args.number('kill-per-mille', 60),
    deepEvery: args.number('deep-every', 200),
    progress: (n) => {
      if (n % 1000 === 0) process.stderr.write(`  ${n} steps\n`);
    },
  });
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const { violation } = result;
  report('sim', { seed, seconds, faultsStruck: world.gateway.faults.struck(), ...result }, args);
  if (!violation) return 0;
  process.stderr.write(`${violation.trace.join('\n')}\n${violation.wrongs.join('\n')}\n`);
  process.stderr.write(`again: npm run sim -- --seed ${seed} --steps ${violation.step}\n`);
  return 1;
}

/** Months one after the other from 2026-02: each line is played in a month of its own, so that none meets another. */
function monthOfLine(n: number): string {
  const month = 1 + n;
  return `${2026 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}

async function crashPoints(): Promise<number> {
  const every = args.number('every', 1);
  const baseline = await play(0, null);
  const wrongs: string[] = [];
  const places: Record<string, number> = {};
  let points = 0;
  for (let at = 0; at < baseline.steps && wrongs.length === 0; at += every) {
    points += 1;
    const end = await play(points, at);
    places[end.diedAt ?? 'nowhere'] = (places[end.diedAt ?? 'nowhere'] ?? 0) + 1;
    if (end.kills !== 1) wrongs.push(`step ${at}: killed ${end.kills} times`);
    if (JSON.stringify(end.balances) !== JSON.stringify(baseline.balances)) {
      wrongs.push(`step ${at}, "${end.diedAt}": ${JSON.stringify(end.balances)}`);
    }
    wrongs.push(...end.wrongs.map((wrong) => `step ${at}: ${wrong}`));
    wrongs.push(...(await wrongsNow(db, world.gateway)).map((wrong) => `step ${at}: ${wrong}`));
    if (points % 25 === 0) process.stderr.write(`  ${points} crash points\n`);
  }
  wrongs.push(...(await wrongsDeep(db)));
  report(
    'sim crash points',
    { steps: baseline.steps, points, places, expected: baseline.balances, wrongs },
    args,
  );
  return wrongs.length === 0 ? 0 : 1;
}

async function play(n: number, dieBefore: number | null): Promise<LineEnd> {
  const cast = await addCast(db, { outlets: 1, advertisers: 1 });
  return playLine(world, cast, monthOfLine(n), dieBefore);
}
