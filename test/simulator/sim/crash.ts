/**
 * Crash points: the line of one yuan, the process killed once before each step of each stage. A line dies at its n-th step in
 * every stage that has so many, so that as many lines as the longest stage has steps meet every point. Each must end
 * where the line ends that nobody killed, with every invariant holding.
 */
import type { Arguments } from '../../bench/kit/figures.ts';
import { type Grounds, inLanes } from './grounds.ts';
import { wrongsDeep, wrongsNow } from './invariants.ts';
import { type LineEnd, playLine } from './line.ts';
import { addCast, type World } from './world.ts';

export interface CrashReport {
  /** Steps of the line that nobody killed. */
  steps: number;
  /** Points at which the process was killed, each at a step of its own. */
  points: number;
  lines: number;
  /** How many at each stage of the line. */
  places: Record<string, number>;
  expected: Record<string, string>;
  wrongs: string[];
}

/** Lines played on one ground, each in a month of its own, before the next ground is opened. */
const LINES_A_GROUND = 6;

/** 2026-02 and the months after it. */
function monthOfLine(n: number): string {
  const month = 1 + n;
  return `${2026 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}

async function play(world: World, n: number, dieBefore: number | null): Promise<LineEnd> {
  const cast = await addCast(world.db, { outlets: 1, advertisers: 1 });
  return playLine(world, cast, monthOfLine(n), dieBefore);
}

/** `--every N`: only every n-th step of each stage; `--lanes`. */
export async function crashPoints(
  grounds: Grounds,
  args: Arguments,
  progress: (points: number) => void,
): Promise<CrashReport> {
  const seed = args.number('seed', 1);
  const every = args.number('every', 1);
  const baseline = await grounds.within(seed, (world) => play(world, 0, null));
  const { steps, balances } = baseline;
  const report: CrashReport = {
    steps,
    points: 0,
    lines: 0,
    places: {},
    expected: balances,
    wrongs: [...baseline.wrongs],
  };
  await inLanes(steps, args.number('lanes', 2), async (g) => {
    let died = 0;
    await grounds.within(seed, async (world) => {
      for (let n = 0; n < LINES_A_GROUND; n++) {
        const at = (g * LINES_A_GROUND + n) * every;
        const end = await play(world, n, at);
        died = end.diedAt.length;
        note(report, at, end);
        const now = await wrongsNow(world.db, world.gateway);
        report.wrongs.push(...now.map((text) => `step ${at}: ${text}`));
        if (died === 0) break;
      }
      report.wrongs.push(...(await wrongsDeep(world.db)));
    });
    progress(report.points);
    // A line that died nowhere was asked for more steps than any stage has.
    return died > 0 && report.wrongs.length === 0;
  });
  return report;
}

function note(report: CrashReport, at: number, end: LineEnd): void {
  report.lines += 1;
  report.points += end.diedAt.length;
  for (const place of end.diedAt) report.places[place] = (report.places[place] ?? 0) + 1;
  const wrong = (text: string) => report.wrongs.push(`step ${at} of each stage: ${text}`);
  if (JSON.stringify(end.balances) !== JSON.stringify(report.expected)) {
    wrong(JSON.stringify(end.balances));
  }
  for (const text of end.wrongs) wrong(text);
}
