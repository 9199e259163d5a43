import { expect, test } from 'vitest';
import { decodeModel, PRIOR, RateLearner } from '../../../../bidding/engine/pctr.ts';
import { dayOfImpressions, newEventWorld } from '../../../bench/ctr/events.ts';

const world = newEventWorld(3);
const day = dayOfImpressions(world, 0, 60_000);

test('predictions add up to the clicks that happened, once a day has been learned', () => {
  const learner = new RateLearner(0.02);
  const half = day.length / 2;
  let predicted = 0;
  let clicks = 0;
  day.forEach((it, i) => {
    const p = learner.learnImpression(it.item, it.creative, it.place, it.clicked);
    if (i < half) return;
    predicted += p;
    clicks += it.clicked ? 1 : 0;
  });
  expect(predicted / clicks).toBeGreaterThan(0.93);
  expect(predicted / clicks).toBeLessThan(1.07);
});

test('a node predicts from the snapshot what the learner would predict', () => {
  const learner = new RateLearner(0.02);
  for (const it of day.slice(0, 20_000)) {
    learner.learnImpression(it.item, it.creative, it.place, it.clicked);
  }
  const node = decodeModel(learner.encode());
  for (const it of [day[0], day[7000], day[50_000]]) {
    if (!it) throw new Error('the day is shorter than the test thinks');
    const onNode = node.ctr(it.item, it.creative, it.place);
    // Learning returns what was predicted before it; three steps hardly move the shared weights.
    const learned = learner.learnImpression(it.item, it.creative, it.place, it.clicked);
    expect(onNode / learned).toBeCloseTo(1, 1);
  }
});

test('a model of a form this code does not know is the prior, not a crash', () => {
  const strange = JSON.stringify({ form: 99 });
  expect(decodeModel(strange)).toBe(PRIOR);
});
