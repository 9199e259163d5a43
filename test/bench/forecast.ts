/**
 * Forecast error against the next day, by size of the target; and the time of one forecast.
 * `npm run bench -- forecast --seed 1 [--readers 200000] [--targets 120] [--json]`
 */
import { forecast, type Samples } from '../../bidding/engine/forecast.ts';
import { type Logged, logOf } from '../../bidding/engine/requestLog.ts';
import { SAMPLE_ONE_IN } from '../../bidding/wire/sample.ts';
import { newRandom } from '../kit/random.ts';
import { logDay, newReaders, sampled, someTargets } from './forecast/readers.ts';
import { percentile, readArguments, report, round } from './kit/figures.ts';
import { benchSnapshot } from './kit/market.ts';

const args = readArguments(process.argv);
const seed = args.number('seed', 1);
const random = newRandom(seed);
const readers = newReaders(seed, args.number('readers', 200_000));
const market = benchSnapshot(random, 0, 1);
const today = logDay(random, readers, market, 0);
const tomorrow = logDay(random, readers, market, 1);
const built = performance.now();
const samples: Samples = {
  log: logOf(sampled(today)),
  userShare: 1 / SAMPLE_ONE_IN,
  full: logOf(today),
};
const buildMs = performance.now() - built;
const after: Samples = whole(tomorrow);

function whole(day: readonly Logged[]): Samples {
  return { log: logOf(day), userShare: 1 };
}

interface Error {
  truth: number;
  avails: number;
  reach: number;
  reachTruth: number;
  inside: boolean;
  ms: number;
}

const errors: Error[] = someTargets(random, args.number('targets', 120)).map((target) => {
  const start = performance.now();
  const guess = forecast(target, samples);
  const ms = performance.now() - start;
  const truth = forecast(target, after);
  const off = (x: number, y: number): number => Math.abs(x - y) / Math.max(1, y);
  return {
    truth: truth.avails.expected,
    avails: off(guess.avails.expected, truth.avails.expected),
    reachTruth: truth.reach.expected,
    reach: off(guess.reach.expected, truth.reach.expected),
    inside: truth.avails.expected >= guess.avails.low && truth.avails.expected <= guess.avails.high,
    ms,
  };
});

const middle = errors.filter((it) => it.truth >= 10_000 && it.truth < 100_000);
const large = errors.filter((it) => it.truth >= 100_000);
const reachMiddle = errors.filter((it) => it.reachTruth >= 10_000 && it.reachTruth < 100_000);
const reachLarge = errors.filter((it) => it.reachTruth >= 100_000);
report(
  'forecast',
  {
    seed,
    requestsADay: today.length,
    sampled: samples.log.rows,
    buildMs: round(buildMs, 0),
    targets: errors.length,
    availsMiddle: percents(middle.map((it) => it.avails)),
    availsLarge: percents(large.map((it) => it.avails)),
    reachMiddle: percents(reachMiddle.map((it) => it.reach)),
    reachLarge: percents(reachLarge.map((it) => it.reach)),
    insideInterval: round(errors.filter((it) => it.inside).length / errors.length),
    p50Ms: round(
      percentile(
        errors.map((it) => it.ms),
        0.5,
      ),
      1,
    ),
    p99Ms: round(
      percentile(
        errors.map((it) => it.ms),
        0.99,
      ),
      1,
    ),
  },
  args,
);

function percents(list: number[]): Record<string, number> {
  return {
    targets: list.length,
    p50Percent: round(100 * percentile(list, 0.5), 2),
    p90Percent: round(100 * percentile(list, 0.9), 2),
  };
}
