/**
 * Logistic regression learned one example at a time by FTRL-proximal (McMahan et al., "Ad Click Prediction", KDD 2013), on
 * features hashed into a fixed number of slots. Owns the arithmetic; features are pctr.ts's.
 */

/** Measured on our events: logloss 0.0692, against 0.0693 of the best batch regression on the same data. */
const ALPHA = 0.05;
const BETA = 1;
const L2 = 1;
export const SLOTS = 1 << 20;

/** Predictions this close to 0 or 1 say nothing more and would overflow the log. */
const LOGIT_LIMIT = 16;

export const logit = (p: number): number => Math.log(p / (1 - p));

export function sigmoid(x: number): number {
  const bounded = x > LOGIT_LIMIT ? LOGIT_LIMIT : x < -LOGIT_LIMIT ? -LOGIT_LIMIT : x;
  return 1 / (1 + Math.exp(-bounded));
}

export class Ftrl {
  /** Accumulated gradients less the proximal term, and accumulated squares: the whole state. */
  readonly z = new Float64Array(SLOTS);
  readonly n = new Float64Array(SLOTS);
  readonly bias: number;

  /** `baseRate`: what to predict of what was never seen. */
  constructor(baseRate: number) {
    this.bias = logit(baseRate);
  }

  private weight(slot: number): number {
    // λ1 is 0: no sparsity is wanted in a fixed table, and it cost accuracy.
    return -(this.z[slot] as number) / ((BETA + Math.sqrt(this.n[slot] as number)) / ALPHA + L2);
  }

  /** Probability by the first `count` of `features`. */
  predict(features: Int32Array, count: number): number {
    let x = this.bias;
    for (let i = 0; i < count; i++) x += this.weight(features[i] as number);
    return sigmoid(x);
  }

  /** Learns one outcome (1 or 0) and returns what was predicted before it. */
  learn(features: Int32Array, count: number, outcome: 0 | 1): number {
    const p = this.predict(features, count);
    const gradient = p - outcome;
    const square = gradient * gradient;
    for (let i = 0; i < count; i++) {
      const slot = features[i] as number;
      const before = this.n[slot] as number;
      const after = before + square;
      const sigma = (Math.sqrt(after) - Math.sqrt(before)) / ALPHA;
      this.z[slot] = (this.z[slot] as number) + gradient - sigma * this.weight(slot);
      this.n[slot] = after;
    }
    return p;
  }

  /** Weights as nodes need them. */
  weights(): Float32Array {
    const weights = new Float32Array(SLOTS);
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.n[slot] !== 0) weights[slot] = this.weight(slot);
    }
    return weights;
  }
}
