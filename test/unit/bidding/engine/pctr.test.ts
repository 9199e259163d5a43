import { expect, test } from 'vitest';
import { decodeModel, MODEL_FORM, PRIOR, PRIOR_CTR } from '../../../../bidding/engine/pctr.ts';
import { RateLearner } from '../../../../bidding/engine/rateLearner.ts';
import { toBytes } from '../../../../bidding/engine/sparse.ts';
import { dayOfImpressions, newEventWorld, readerOf } from '../../../bench/ctr/events.ts';

const COUNT = 60_000;
const world = newEventWorld(3);
const day = dayOfImpressions(world, 0, COUNT);
const at = readerOf(world, day);

function learn(learner: RateLearner, from: number, to: number): number {
  let predicted = 0;
  for (let n = from; n < to; n++) {
    const { item, creative, place } = at(n);
    predicted += learner.learnImpression(item, creative, place, day.clicked[n] === 1);
  }
  return predicted;
}
const clicks = (from: number, to: number): number =>
  day.clicked.slice(from, to).reduce((a, b) => a + b, 0);

test('before anything is learned a model is the prior of each format, by the market’s level', () => {
  const model = decodeModel(new RateLearner({ ctr: 2, cvr: 1 }).encode());
  const { item, creative, place } = at(0);
  for (const format of ['banner', 'native', 'splash'] as const) {
    const p = model.ctr(item, { ...creative, format }, place);
    expect(p).toBeCloseTo(2 * PRIOR_CTR[format], 6);
  }
  expect(model.cvr(item, creative, place)).toBeCloseTo(PRIOR.cvr(item, creative, place), 6);
});

test('predictions add up to the clicks that happened, once half a day has been learned', () => {
  const learner = new RateLearner();
  learn(learner, 0, COUNT / 2);
  const ratio = learn(learner, COUNT / 2, COUNT) / clicks(COUNT / 2, COUNT);
  expect(ratio).toBeGreaterThan(0.93);
  expect(ratio).toBeLessThan(1.07);
});

test('a node predicts from the model what the learner would predict', () => {
  const learner = new RateLearner();
  learn(learner, 0, 20_000);
  const node = decodeModel(learner.encode());
  for (const n of [0, 7_000, 50_000]) {
    const { item, creative, place } = at(n);
    const onNode = node.ctr(item, creative, place);
    // Learning returns what was predicted before it; three steps hardly move the shared weights.
    const learned = learner.learnImpression(item, creative, place, day.clicked[n] === 1);
    expect(onNode / learned).toBeCloseTo(1, 1);
  }
});

test('a learner that was saved and loaded goes on as if nothing had happened', () => {
  const whole = new RateLearner({ ctr: 3, cvr: 1 });
  const first = new RateLearner({ ctr: 3, cvr: 1 });
  learn(whole, 0, 10_000);
  learn(first, 0, 10_000);
  const second = RateLearner.load(first.save());
  expect(second).toBeDefined();
  const goesOn = learn(second as RateLearner, 10_000, 20_000);
  expect(goesOn).toBeCloseTo(learn(whole, 10_000, 20_000), 3);
});

test('conversions are corrected by advertiser: one whose customers buy is worth more a click', () => {
  const learner = new RateLearner();
  const { item, creative, place } = at(0);
  const keen = { ...item, id: 1, advertiserId: 1 };
  const idle = { ...item, id: 2, advertiserId: 2 };
  for (let n = 0; n < 2_000; n++) {
    learner.learnClick(keen, creative, place, n % 10 === 0);
    learner.learnClick(idle, creative, place, n % 200 === 0);
  }
  const node = decodeModel(learner.encode());
  expect(node.cvr(keen, creative, place)).toBeGreaterThan(0.08);
  expect(node.cvr(idle, creative, place)).toBeLessThan(0.012);
});

test('a model of a form this code does not know is the prior, not a crash', () => {
  const strange = toBytes({ form: MODEL_FORM + 1 }, []);
  expect(decodeModel(strange)).toBe(PRIOR);
  expect(RateLearner.load(strange)).toBeUndefined();
});
