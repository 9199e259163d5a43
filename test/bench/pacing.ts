/**
 * Pacing over a simulated day against the hindsight bound, with the product's own controller, prices and lease rules.
 * `npm run bench -- pacing --seed 1 --scenario base|spike|outage --nodes 1|4|16 [--crash] [--policy asap|throttle|pid|dual]
 * [--price first|second] [--requests 2000000] [--items 1000] [--cold] [--json]`
 */
import { binOf, curveOf } from '../../bidding/engine/trafficForecast.ts';
import { readArguments, report, round } from './kit/figures.ts';
import { hindsightBound } from './pacing/bound.ts';
import { type DayOptions, deviation, runDay } from './pacing/day.ts';
import { type ItemForecast, newPolicy, type PolicyName, taught } from './pacing/policies.ts';
import { countyOfType, newTraffic, newWorld, type Scenario, setBudgets } from './pacing/world.ts';

const args = readArguments(process.argv);
const seed = args.number('seed', 1);
const scenario = args.text('scenario', 'base') as Scenario;
const policyName = args.text('policy', 'dual') as PolicyName;
const requests = args.number('requests', 2_000_000);
const options: DayOptions = {
  nodes: args.number('nodes', 1),
  price: args.text('price', 'first') as DayOptions['price'],
  crash: args.flag('crash'),
};

const world = newWorld(seed, args.number('items', 1000));
const { items } = world;
const yesterdayTraffic = newTraffic(seed + 1000, requests, 'base');
const traffic = newTraffic(seed, requests, scenario);
setBudgets(world, yesterdayTraffic, seed);
const forecast = forecastFromYesterday();
const { curves } = forecast;
const memory = args.flag('cold') || policyName !== 'dual' ? undefined : liveThroughYesterday();
const policy = newPolicy(policyName, items, forecast, memory);
const started = performance.now();
const result = runDay(world, traffic, policy, options);
const dayS = (performance.now() - started) / 1000;
const bound = hindsightBound(
  world,
  traffic,
  taught(policy.memory() ?? liveThroughYesterday()),
  args.number('passes', 10),
);

const binding = Array.from(bound.lambda, (lambda) => lambda < 0.98);
let welfare = 0;
let revenue = 0;
let overspend = 0;
let avoidable = 0;
let budgets = 0;
items.forEach((item, i) => {
  const billed = result.billed[i] as number;
  welfare += Math.min(item.budgetMicro, result.worth[i] as number);
  revenue += billed;
  overspend += Math.max(0, billed - item.budgetMicro);
  budgets += item.budgetMicro;
  if (binding[i]) avoidable += Math.max(0, item.budgetMicro - billed);
});
const strayed = deviation(result, items, curves, binding);
report(
  'pacing',
  {
    seed,
    scenario,
    policy: policyName,
    warm: memory !== undefined,
    ...options,
    requests,
    items: items.length,
    bindingShare: round(binding.filter(Boolean).length / items.length),
    welfarePercent: round((100 * welfare) / bound.valueMicro, 2),
    revenuePercent: round((100 * revenue) / bound.valueMicro, 2),
    boundYuan: round(bound.valueMicro / 1e6, 0),
    overspendMicroCny: round(overspend, 0),
    avoidableUnderspendPercent: round((100 * avoidable) / budgets, 2),
    unbilledClicksPercent: round((100 * result.unbilledClicks) / Math.max(1, result.clicks), 3),
    deviationWorstPercent: round(100 * strayed.worst, 2),
    deviationRmsePercent: round(100 * strayed.rmse, 2),
    fillPercent: round((100 * result.sold) / requests, 1),
    leasesPer1000Requests: round((1000 * result.takes) / requests, 1),
    simulationSeconds: round(dayS, 1),
  },
  args,
);

/** A 5 % sample of yesterday's requests by item and county, and the province's shape. */
function forecastFromYesterday(): ItemForecast {
  const counts = items.map(() => new Float64Array(96));
  const shares = items.map((): Record<string, number> => ({}));
  const requestsADay = new Map<string, number>();
  const province = new Float64Array(96);
  for (let r = 0; r < yesterdayTraffic.count; r += 20) {
    const bin = binOf(yesterdayTraffic.atMs[r] as number);
    const type = yesterdayTraffic.type[r] as number;
    const county = String(countyOfType(type));
    requestsADay.set(county, (requestsADay.get(county) ?? 0) + 20);
    province[bin] = (province[bin] as number) + 1;
    for (const i of world.eligible[type] as Int32Array) {
      const mine = counts[i] as Float64Array;
      mine[bin] = (mine[bin] as number) + 1;
      const share = shares[i] as Record<string, number>;
      share[county] = (share[county] ?? 0) + 1;
    }
  }
  return {
    curves: items.map((_, i) => curveOf(counts[i] as Float64Array, province)),
    countyShares: shares,
    requestsADay,
    shape: curveOf(province, province),
  };
}

/** Yesterday with the same budgets, from cold: what a running market remembers. */
function liveThroughYesterday() {
  const past = newPolicy('dual', items, forecast, undefined);
  runDay(world, yesterdayTraffic, past, { ...options, crash: false });
  return past.memory() ?? [];
}
