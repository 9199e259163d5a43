/**
 * Pacing over a simulated day against the hindsight bound, with the product's own controller, prices and lease rules.
 * `npm run bench -- pacing --seed 1 --scenario base|spike|outage --nodes 1|4|16 [--crash] [--policy asap|throttle|pid|dual]
 * [--price first|second] [--requests 2000000] [--items 1000] [--cold] [--json]`
 * Lists (`--seed 1,2,3 --nodes 1,4,16`) run every combination and tell the worst; a single node among several never crashes.
 */
import { type Arguments, readArguments, report, round } from './kit/figures.ts';
import { hindsightBound } from './pacing/bound.ts';
import { type DayOptions, type DayResult, runDay } from './pacing/day.ts';
import { type DayFigures, figuresOf, worstOf } from './pacing/figures.ts';
import { newPacedMarket, type PacedMarket } from './pacing/market.ts';
import { newPolicy, type PolicyName, taught } from './pacing/policies.ts';
import type { Scenario } from './pacing/world.ts';

type Memory = NonNullable<ReturnType<ReturnType<typeof newPolicy>['memory']>>;

interface Run {
  policy: PolicyName;
  nodes: number;
  crash: boolean;
}

const args = readArguments(process.argv);
const requests = args.number('requests', 2_000_000);
const items = args.number('items', 1000);
const price = args.text('price', 'first') as DayOptions['price'];
const seeds = list(args, 'seed', '1').map(Number);
const scenarios = list(args, 'scenario', 'base') as Scenario[];
const runs = runsOf(list(args, 'nodes', '1').map(Number), list(args, 'policy', 'dual'));
const all: Record<string, DayFigures> = {};
for (const seed of seeds) {
  for (const scenario of scenarios) {
    const figures = judge(newPacedMarket(seed, scenario, requests, items));
    runs.forEach(({ policy, nodes, crash }, n) => {
      const name = `seed ${seed} ${scenario} ${policy} ${nodes}${crash ? ' crash' : ''}`;
      all[name] = figures[n] as DayFigures;
    });
  }
}
const market = { requests, items, price, warm: !args.flag('cold') };
const [only, ...others] = Object.values(all);
if (only && others.length === 0) {
  const [run] = runs;
  report('pacing', { seed: seeds[0], scenario: scenarios[0], ...run, ...market, ...only }, args);
} else
  report('pacing', { ...market, ...all, worst: worstOf(Object.values(all)), points: lost() }, args);

function list(from: Arguments, name: string, fallback: string): string[] {
  return from.text(name, fallback).split(',');
}

function runsOf(counts: readonly number[], policies: readonly string[]): Run[] {
  const crash = args.flag('crash');
  return policies.flatMap((policy) =>
    counts.map((nodes) => ({
      policy: policy as PolicyName,
      nodes,
      crash: crash && (nodes > 1 || counts.length === 1),
    })),
  );
}

/** The same day by every run, all against one bound. */
function judge(day: PacedMarket): DayFigures[] {
  const remembered = liveThroughYesterday(day);
  let learned: Memory | undefined;
  const results = runs.map((run): DayResult => {
    const warm = run.policy === 'dual' && !args.flag('cold') ? remembered : undefined;
    const policy = newPolicy(run.policy, day.world.items, day.forecast, warm);
    const result = runDay(day.world, day.today, policy, { ...run, price });
    learned ??= policy.memory() as Memory | undefined;
    return result;
  });
  const start = taught(learned ?? remembered);
  const bound = hindsightBound(day.world, day.today, start, args.number('passes', 80));
  return results.map((result) => figuresOf(day, bound, result));
}

/** Yesterday with the same budgets, from cold: what a running market remembers. */
function liveThroughYesterday({ world, yesterday, forecast }: PacedMarket): Memory {
  const policy = newPolicy('dual', world.items, forecast, undefined);
  runDay(world, yesterday, policy, { nodes: 1, price, crash: false });
  return policy.memory() as Memory;
}

/** Points of welfare that each number of nodes costs against the first, at the worst. */
function lost(): Record<string, number> {
  const worst: Record<string, number> = {};
  const days = Object.values(all);
  days.forEach((day, n) => {
    const { nodes, policy } = runs[n % runs.length] as Run;
    const first = runs.findIndex((run) => run.policy === policy);
    const base = days[n - (n % runs.length) + first] as DayFigures;
    const key = `${policy} ${nodes} nodes`;
    worst[key] = round(Math.max(worst[key] ?? 0, base.welfarePercent - day.welfarePercent), 2);
  });
  return worst;
}
