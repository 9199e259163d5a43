/**
 * Logistic regression learned one example at a time by FTRL-proximal (McMahan et al., "Ad Click Prediction", KDD 2013), on
 * features hashed into a fixed number of slots. Owns the arithmetic; features and the rate to start from are pctr.ts's.
 */
import { pack, type Sparse } from './sparse.ts';

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
  private readonly z = new Float32Array(SLOTS);
  private readonly n = new Float32Array(SLOTS);

  private weight(slot: number): number {
    // λ1 is 0: no sparsity is wanted in a fixed table, and it cost accuracy.
    return -(this.z[slot] as number) / ((BETA + Math.sqrt(this.n[slot] as number)) / ALPHA + L2);
  }

  /** Probability by the first `count` of `features`; `bias`: its logit where nothing was learned. */
  predict(bias: number, features: Int32Array, count: number): number {
    let x = bias;
    for (let i = 0; i < count; i++) x += this.weight(features[i] as number);
    return sigmoid(x);
  }

  /** Learns one outcome (1 or 0) and returns what was predicted before it. */
  learn(bias: number, features: Int32Array, count: number, outcome: 0 | 1): number {
    const p = this.predict(bias, features, count);
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
  weights(): Sparse {
    return pack(SLOTS, (slot) => this.n[slot] !== 0, [(slot) => this.weight(slot)]);
  }

  save(): Sparse {
    const columns = [this.z, this.n].map((column) => (slot: number) => column[slot] as number);
    return pack(SLOTS, (slot) => this.n[slot] !== 0, columns);
  }

  load(saved: Sparse): void {
    for (let i = 0; i < saved.slots.length; i++) {
      const slot = (saved.slots[i] as number) & (SLOTS - 1);
      this.z[slot] = saved.columns[0]?.[i] ?? 0;
      this.n[slot] = saved.columns[1]?.[i] ?? 0;
    }
  }
}
