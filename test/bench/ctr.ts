/**
 * Click prediction on simulated days: learned online through the first ones, judged on the last, each prediction made before its
 * outcome is learned. Batch regression has the day before. `npm run bench -- ctr --seed 1 [--days 2] [--impressions 10000000] [--json]`
 */
import { decodeModel, PRIOR_CTR } from '../../bidding/engine/pctr.ts';
import { RateLearner } from '../../bidding/engine/rateLearner.ts';
import { fitBatch, predictBatch } from './ctr/batch.ts';
import { type DayOfEvents, dayOfImpressions, newEventWorld, readerOf } from './ctr/events.ts';
import { auc, logloss, ratio, slices } from './ctr/scores.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const seed = args.number('seed', 1);
const count = args.number('impressions', 10_000_000);
const days = args.number('days', 2);
const SLICES = 20;
const world = newEventWorld(seed);
const first = dayOfImpressions(world, 0, count);
const learner = new RateLearner({ ctr: levelOf(first), cvr: 1 });
learn(first);
for (let past = 2; past < days; past++) learn(dayOfImpressions(world, 0, count));
const before = dayOfImpressions(world, 0, count);
learn(before);
const judged = dayOfImpressions(world, 1, count);
const { clicked, truth } = judged;
const at = readerOf(world, judged);
const frozen = decodeModel(learner.encode());
const frozenMs = cpuMs();
const frozenP = Float64Array.from(clicked, (_, n) => {
  const it = at(n);
  return frozen.ctr(it.item, it.creative, it.place);
});
const predictUs = ((cpuMs() - frozenMs) * 1000) / count;
const learnMs = cpuMs();
const online = learn(judged);
const learnUs = ((cpuMs() - learnMs) * 1000) / count;
const batch = fitBatch(before, readerOf(world, before), 2, 1);
const batchP = Float64Array.from(clicked, (_, n) => predictBatch(batch, at(n)));

report(
  'ctr',
  {
    seed,
    daysLearned: days,
    impressionsPerDay: count,
    clicksOfDay: clicked.reduce((a, b) => a + b, 0),
    auc: round(auc(online, clicked), 4),
    aucOracle: round(auc(truth, clicked), 4),
    logloss: round(logloss(online, clicked), 5),
    loglossFrozen: round(logloss(frozenP, clicked), 5),
    loglossBatch: round(logloss(batchP, clicked), 5),
    loglossOracle: round(logloss(truth, clicked), 5),
    predictedOverObserved: round(ratio(online, clicked), 4),
    predictedOverObservedFrozen: round(ratio(frozenP, clicked), 4),
    slices: span(slices(online, clicked, SLICES)),
    // Against the rate that nature clicked with: without the luck of some thousand clicks a slice.
    predictedOverTruth: round(ratio(online, truth), 4),
    slicesOfTruth: span(slices(online, truth, SLICES)),
    slicesOfOracle: span(slices(truth, clicked, SLICES)),
    jumpedOutletsPredictedOverObserved: round(ofJumpedOutlets()),
    predictUs: round(predictUs),
    learnUs: round(learnUs),
    modelKilobytes: round(learner.encode().length / 1024, 0),
  },
  args,
);

/** How the market's clicks compare with the prior's: what a first look at a history tells. */
function levelOf(day: DayOfEvents): number {
  const read = readerOf(world, day);
  let expected = 0;
  for (let n = 0; n < day.count; n++) expected += PRIOR_CTR[read(n).creative.format];
  return day.clicked.reduce((a, b) => a + b, 0) / expected;
}

function span([low, high]: [number, number]): { low: number; high: number } {
  return { low: round(low), high: round(high) };
}

function learn(day: DayOfEvents): Float64Array {
  const read = readerOf(world, day);
  return Float64Array.from(day.clicked, (click, n) => {
    const it = read(n);
    return learner.learnImpression(it.item, it.creative, it.place, click === 1);
  });
}

/** Of this process, so that a loaded machine measures the same. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The tenth of the outlets whose rate rose by 1.3 at noon: how well the evening is predicted. */
function ofJumpedOutlets(): number {
  let predicted = 0;
  let clicks = 0;
  for (let n = 0; n < count; n++) {
    if ((judged.outlet[n] as number) % 10 !== 1 || (judged.hour[n] as number) < 15) continue;
    predicted += online[n] as number;
    clicks += clicked[n] as number;
  }
  return predicted / clicks;
}
