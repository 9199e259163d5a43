/**
 * Learns rates of clicks and conversions from events in the order in which they come. Owns the two regressions, the correction
 * of each by observed over predicted, and what is shipped to nodes and kept for tomorrow.
 */
import { Ftrl } from './ftrl.ts';
import {
  type Advertised,
  type Biases,
  biasesOf,
  FEATURES,
  featuresOf,
  formatOf,
  type Levels,
  MODEL_FORM,
  type ModelWords,
  type Placed,
  RATES,
  type Shown,
} from './pctr.ts';
import { fromBytes, type Sparse, toBytes } from './sparse.ts';

/** Both sums of a correction start here, so that a first click does not double anything. */
const SEED = 30;
/** Beyond this the past counts half: a jump of ×1.3 is absorbed in a tenth of a day. */
const MEMORY = 300;
const FACTOR_LIMIT = 3;

type Sums = [observed: number, predicted: number];

/** Observed over predicted by some id, slow to believe and quick to forget. */
class Corrections {
  private readonly sums: Map<number, Sums>;

  constructor(saved: readonly [number, Sums][] = []) {
    this.sums = new Map(saved);
  }

  factor(id: number): number {
    const sums = this.sums.get(id);
    if (!sums) return 1;
    return Math.min(FACTOR_LIMIT, Math.max(1 / FACTOR_LIMIT, sums[0] / sums[1]));
  }

  add(id: number, observed: number, predicted: number): void {
    const sums = this.sums.get(id) ?? [SEED, SEED];
    this.sums.set(id, sums);
    sums[0] += observed;
    sums[1] += predicted;
    if (sums[1] <= MEMORY) return;
    sums[0] /= 2;
    sums[1] /= 2;
  }

  factors(): [number, number][] {
    return [...this.sums.keys()].map((id) => [id, this.factor(id)]);
  }

  save(): [number, Sums][] {
    return [...this.sums];
  }
}

interface Saved {
  form: number;
  levels: Levels;
  outlets: [number, Sums][];
  advertisers: [number, Sums][];
}

const features = new Int32Array(FEATURES);

export class RateLearner {
  private readonly clicks = new Ftrl(RATES);
  private readonly conversions = new Ftrl(RATES);
  private readonly biases: Biases;
  private readonly levels: Levels;
  private outlets = new Corrections();
  private advertisers = new Corrections();

  /** `levels`: how the market's rates compare with the prior, where its history tells. */
  constructor(levels: Levels = { ctr: 1, cvr: 1 }) {
    this.levels = levels;
    this.biases = biasesOf(levels);
  }

  /** One impression whose click is decided. Returns the corrected prediction made before learning it. */
  learnImpression(item: Advertised, creative: Shown, place: Placed, clicked: boolean): number {
    const count = featuresOf(item, creative, place, features);
    const bias = this.biases.ctr[formatOf(creative)] ?? 0;
    const raw = this.clicks.learn(bias, features, count, clicked ? 1 : 0);
    const p = Math.min(raw * this.outlets.factor(place.outletId), 1);
    this.outlets.add(place.outletId, clicked ? 1 : 0, raw);
    return p;
  }

  /** One click whose conversion is decided. */
  learnClick(item: Advertised, creative: Shown, place: Placed, converted: boolean): number {
    const count = featuresOf(item, creative, place, features);
    const raw = this.conversions.learn(this.biases.cvr, features, count, converted ? 1 : 0);
    const p = Math.min(raw * this.advertisers.factor(item.advertiserId), 1);
    this.advertisers.add(item.advertiserId, converted ? 1 : 0, raw);
    return p;
  }

  /** The model for the nodes: `decodeModel` reads it. */
  encode(): Uint8Array {
    const words: ModelWords = {
      form: MODEL_FORM,
      biases: this.biases,
      ctrFactors: this.outlets.factors(),
      cvrFactors: this.advertisers.factors(),
    };
    return toBytes(words, [this.clicks.weights(), this.conversions.weights()]);
  }

  /** All that learning goes on from. */
  save(): Uint8Array {
    const words: Saved = {
      form: MODEL_FORM,
      levels: this.levels,
      outlets: this.outlets.save(),
      advertisers: this.advertisers.save(),
    };
    return toBytes(words, [this.clicks.save(), this.conversions.save()]);
  }

  /** Undefined for what another release saved: its slots mean something else. */
  static load(bytes: Uint8Array): RateLearner | undefined {
    const { words, tables } = fromBytes(bytes);
    const saved = words as Saved;
    if (saved.form !== MODEL_FORM) return undefined;
    const learner = new RateLearner(saved.levels);
    learner.clicks.load(tables[0] as Sparse);
    learner.conversions.load(tables[1] as Sparse);
    learner.outlets = new Corrections(saved.outlets);
    learner.advertisers = new Corrections(saved.advertisers);
    return learner;
  }
}
