/**
 * Click prediction on three simulated days: learned online through the first two, judged on the third, each prediction made before its
 * outcome is learned. `npm run bench -- ctr --seed 1 [--impressions 400000] [--json]`
 */
import { decodeModel, RateLearner } from '../../bidding/engine/pctr.ts';
import { fitBatch, predictBatch } from './ctr/batch.ts';
import { dayOfImpressions, type Impression, newEventWorld } from './ctr/events.ts';
import { auc, logloss, ratio, slices } from './ctr/scores.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const seed = args.number('seed', 1);
const count = args.number('impressions', 400_000);
const world = newEventWorld(seed);
const first = dayOfImpressions(world, 0, count);
const dayBefore = dayOfImpressions(world, 0, count);
const second = dayOfImpressions(world, 1, count);
const clicked = Uint8Array.from(second, (it) => (it.clicked ? 1 : 0));

/** The long-run rate, which a running market knows. */
const BASE_RATE = 0.02;
const learner = new RateLearner(BASE_RATE);
learn(dayBefore);
learn(first);
const frozen = decodeModel(learner.encode());
const frozenStart = performance.now();
const frozenP = Float64Array.from(second, (it) => frozen.ctr(it.item, it.creative, it.place));
const predictUs = ((performance.now() - frozenStart) * 1000) / count;
const learnStart = performance.now();
const online = learn(second);
const learnUs = ((performance.now() - learnStart) * 1000) / count;
const batch = fitBatch(first, 4, 1);
const batchP = Float64Array.from(second, (it) => predictBatch(batch, it));
const truth = Float64Array.from(second, (it) => it.truth);
const [low, high] = slices(online, clicked, 20);
const [trueLow, trueHigh] = slices(online, truth, 20);
const jumped = ofJumpedOutlets();

report(
  'ctr',
  {
    seed,
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
    sliceLow: round(low),
    sliceHigh: round(high),
    // Without the luck of some hundred clicks a slice.
    sliceLowOfTruth: round(trueLow),
    sliceHighOfTruth: round(trueHigh),
    jumpedOutletsPredictedOverObserved: round(jumped),
    predictUs: round(predictUs),
    learnUs: round(learnUs),
    modelKilobytes: round(learner.encode().length / 1024, 0),
  },
  args,
);

function learn(day: readonly Impression[]): Float64Array {
  return Float64Array.from(day, (it) =>
    learner.learnImpression(it.item, it.creative, it.place, it.clicked),
  );
}

/** The tenth of the outlets whose rate rose by 1.3 at noon: how well the evening is predicted. */
function ofJumpedOutlets(): number {
  const rows = second.flatMap((it, i) =>
    it.place.outletId % 10 === 1 && it.hour >= 15 ? [i] : [],
  );
  return ratio(
    Float64Array.from(rows, (i) => online[i] as number),
    Uint8Array.from(rows, (i) => clicked[i] as number),
  );
}
