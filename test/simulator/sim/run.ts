/** Runs random acts, one after the other, and looks at everything after each. A failure is the shortest prefix there is. */
import { Failure } from '../../../db/terms/failure.ts';
import { ACTS, type Act } from './acts.ts';
import { digest, position, wrongsDeep, wrongsNow } from './invariants.ts';
import { Killed } from './mortal.ts';
import type { Cast, World } from './world.ts';

export interface SimResult {
  steps: number;
  /** Acts that were refused, as they should be: nothing moved. */
  refused: number;
  /** Times the process was killed within an act. */
  killed: number;
  acts: Record<string, number>;
  refusals: Record<string, number>;
  violation: Violation | null;
}

export interface Violation {
  /** The steps that show it: every prefix that is shorter holds. */
  step: number;
  act: string;
  wrongs: string[];
  /** The last acts before it, for a person. */
  trace: string[];
}

const TOTAL = ACTS.reduce((sum, [weight]) => sum + weight, 0);
const TRACE = 15;

function draw(world: World): readonly [string, Act] {
  let at = world.random.below(TOTAL);
  for (const [weight, name, act] of ACTS) {
    at -= weight;
    if (at < 0) return [name, act];
  }
  throw new Error('unreachable');
}

/**
 * @param options.killPerMille in so many of a thousand acts the process is killed at a random step within
 * @param options.deepEvery recompute everything from the entries every so many steps
 */
export async function runSim(
  world: World,
  cast: Cast,
  options: {
    steps: number;
    killPerMille: number;
    deepEvery: number;
    progress?: (n: number) => void;
  },
): Promise<SimResult> {
  const result: SimResult = {
    steps: 0,
    refused: 0,
    killed: 0,
    acts: {},
    refusals: {},
    violation: null,
  };
  const trace: string[] = [];
  let before = await digest(world.db);
  let at = await position(world.db);
  for (let n = 1; n <= options.steps; n++) {
    const [name, act] = draw(world);
    const dies = world.random.below(1000) < options.killPerMille;
    world.life.killAfter(dies ? world.random.below(12) : null);
    const told = await attempt(act, world, cast);
    world.life.revive();
    result.steps = n;
    result.acts[name] = (result.acts[name] ?? 0) + 1;
    trace.push(`${n} ${name}: ${told.text}`);
    if (trace.length > TRACE) trace.shift();
    const here = await position(world.db);
    const after = here === at ? before : await digest(world.db);
    const wrongs = after === before ? [] : await wrongsNow(world.db, world.gateway);
    at = here;
    if (told.kind === 'killed') result.killed += 1;
    if (told.kind === 'bug') wrongs.push(told.text);
    if (told.kind === 'refused') {
      result.refused += 1;
      result.refusals[told.text] = (result.refusals[told.text] ?? 0) + 1;
      if (before !== after && !PARTIAL.has(name)) wrongs.push('a refused act changed something');
    }
    if (n % options.deepEvery === 0 || n === options.steps)
      wrongs.push(...(await wrongsNow(world.db, world.gateway)), ...(await wrongsDeep(world.db)));
    if (wrongs.length > 0) {
      result.violation = { step: n, act: name, wrongs, trace };
      return result;
    }
    before = after;
    options.progress?.(n);
  }
  return result;
}

/** Acts made of several verbs, of which an earlier one may stand when a later one is refused. */
const PARTIAL = new Set([
  'advance',
  'askForInvoice',
  'batch',
  'billing',
  'case',
  'closeMonth',
  'contract',
  'freeze',
  'invoice',
  'reconcile',
  'resolveUnknown',
  'sendPayouts',
  'takeBack',
]);

type Told = { kind: 'done' | 'refused' | 'killed' | 'bug'; text: string };

async function attempt(act: Act, world: World, cast: Cast): Promise<Told> {
  try {
    return { kind: 'done', text: await act(world, cast) };
  } catch (error) {
    if (error instanceof Failure) return { kind: 'refused', text: error.code };
    if (causes(error).some((one) => one instanceof Killed))
      return { kind: 'killed', text: 'killed' };
    const last = causes(error).at(-1);
    return {
      kind: 'bug',
      text: last instanceof Error ? (last.stack ?? last.message) : String(last),
    };
  }
}

/** An error and what caused it, outermost first. */
export function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let one = error; one && chain.length < 10; one = (one as { cause?: unknown }).cause)
    chain.push(one);
  return chain;
}
