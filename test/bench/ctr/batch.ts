/**
 * The usual baseline: logistic regression fitted in batches over a whole day (AdaGrad, several passes, L2), then frozen.
 * On the same features as the product's.
 */
import { SLOTS, sigmoid } from '../../../bidding/engine/ftrl.ts';
import { featuresOf } from '../../../bidding/engine/pctr.ts';
import type { DayOfEvents, Impression } from './events.ts';

const features = new Int32Array(32);

export interface BatchModel {
  bias: number;
  weights: Float64Array;
}

export function fitBatch(
  train: DayOfEvents,
  at: (n: number) => Impression,
  passes: number,
  l2: number,
): BatchModel {
  const rate = train.clicked.reduce((a, b) => a + b, 0) / train.count;
  const model = { bias: Math.log(rate / (1 - rate)), weights: new Float64Array(SLOTS) };
  const squares = new Float64Array(SLOTS).fill(1e-4);
  for (let pass = 0; pass < passes; pass++) {
    for (let n = 0; n < train.count; n++) {
      const it = at(n);
      const count = featuresOf(it.item, it.creative, it.place, features);
      const gradient = predict(model, count) - (train.clicked[n] as number);
      for (let i = 0; i < count; i++) {
        const slot = features[i] as number;
        const g = gradient + (l2 / train.count) * (model.weights[slot] as number);
        squares[slot] = (squares[slot] as number) + g * g;
        const step = (0.04 * g) / Math.sqrt(squares[slot] as number);
        model.weights[slot] = (model.weights[slot] as number) - step;
      }
    }
  }
  return model;
}

export function predictBatch(model: BatchModel, it: Impression): number {
  return predict(model, featuresOf(it.item, it.creative, it.place, features));
}

function predict(model: BatchModel, count: number): number {
  let x = model.bias;
  for (let i = 0; i < count; i++) x += model.weights[features[i] as number] as number;
  return sigmoid(x);
}
