/**
 * Predicted rates of clicks and conversions. Owns the features, the correction by outlet and the model's form on the wire. Learning
 * happens where the events are (`RateLearner`); nodes only predict, from the weights in the snapshot.
 */
import { FORMATS, type Format } from '../../db/terms/market.ts';
import type { SnapshotCreative, SnapshotLineItem } from '../wire/snapshot.ts';
import { Ftrl, SLOTS, sigmoid } from './ftrl.ts';
import type { Place } from './place.ts';

export interface Predictor {
  /** Clicks an impression, 0 … 1. */
  ctr(item: SnapshotLineItem, creative: SnapshotCreative, place: Place): number;
  /** Conversions a click, 0 … 1. */
  cvr(item: SnapshotLineItem, creative: SnapshotCreative, place: Place): number;
}

/** Rates of a format of which nothing is known yet: the trade's usual, on the low side. */
const PRIOR_CTR: Readonly<Record<Format, number>> = {
  banner: 0.002,
  native: 0.006,
  video: 0.008,
  splash: 0.02,
  audio: 0.001,
  dooh: 0.0005,
  post: 0.01,
  spot: 0.0005,
  print: 0.0005,
};
const PRIOR_CVR = 0.02;

/** Before anything was learned. */
export const PRIOR: Predictor = {
  ctr: (_item, creative) => PRIOR_CTR[creative.format],
  cvr: () => PRIOR_CVR,
};

const FEATURES = 14;
const scratch = new Int32Array(FEATURES);

/** Murmur3's finaliser over field and values: well spread, no allocation, no strings. */
function slotOf(field: number, a: number, b = 0): number {
  let h =
    Math.imul(field + 1, 0x9e3779b1) ^ Math.imul(a | 0, 0x85ebca6b) ^ Math.imul(b | 0, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & (SLOTS - 1);
}

const wordCache = new Map<string, number>();

/** A number for a word of a small set (categories, counties); FNV-1a, remembered. */
function numberOfWord(word: string): number {
  const known = wordCache.get(word);
  if (known !== undefined) return known;
  let h = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  if (wordCache.size < 4096) wordCache.set(word, h);
  return h;
}

/**
 * Features of one impression, wide to narrow: what is known of the category serves the advertiser who is new, the
 * advertiser's the line item that is new. Returns how many were written.
 */
export function featuresOf(
  item: SnapshotLineItem,
  creative: SnapshotCreative,
  place: Place,
  into: Int32Array,
): number {
  const category = numberOfWord(item.category);
  const county = numberOfWord(
    place.divisionCode.length > 6 ? place.divisionCode.slice(0, 6) : place.divisionCode,
  );
  const hour = place.hour % 24;
  into[0] = slotOf(0, category);
  into[1] = slotOf(1, item.advertiserId);
  into[2] = slotOf(2, item.id);
  into[3] = slotOf(3, creative.id);
  into[4] = slotOf(4, FORMATS.indexOf(creative.format));
  into[5] = slotOf(5, place.outletId);
  into[6] = slotOf(6, place.placementId);
  into[7] = slotOf(7, county);
  into[8] = slotOf(8, hour);
  into[9] = slotOf(9, place.device, place.os);
  into[10] = slotOf(10, category, place.outletId);
  into[11] = slotOf(11, category, county);
  into[12] = slotOf(12, item.id, place.outletId);
  into[13] = slotOf(13, item.id, place.device);
  return FEATURES;
}

/** Correction of one outlet: observed over predicted, slow to believe and quick to forget. */
interface Calibration {
  clicks: number;
  predicted: number;
}

/** Both sums start here, so that a first click does not double anything. */
const SEED = 30;
/** Beyond this the past counts half: a jump of ×1.3 is absorbed in a tenth of a day. */
const MEMORY = 300;
const FACTOR_LIMIT = 3;

/** Learns click and conversion rates from the stream of events, in the order in which they come. */
export class RateLearner {
  private readonly clicks: Ftrl;
  private readonly conversions: Ftrl;
  private readonly outlets = new Map<number, Calibration>();

  constructor(baseCtr = PRIOR_CTR.native, baseCvr = PRIOR_CVR) {
    this.clicks = new Ftrl(baseCtr);
    this.conversions = new Ftrl(baseCvr);
  }

  /** One impression whose click is decided. Returns the calibrated prediction made before learning it. */
  learnImpression(
    item: SnapshotLineItem,
    creative: SnapshotCreative,
    place: Place,
    clicked: boolean,
  ): number {
    const count = featuresOf(item, creative, place, scratch);
    const raw = this.clicks.learn(scratch, count, clicked ? 1 : 0);
    const calibration = this.calibrationOf(place.outletId);
    const p = Math.min(raw * factorOf(calibration), 1);
    calibration.clicks += clicked ? 1 : 0;
    calibration.predicted += raw;
    if (calibration.predicted > MEMORY) {
      calibration.clicks /= 2;
      calibration.predicted /= 2;
    }
    return p;
  }

  /** One click whose conversion is decided. */
  learnClick(
    item: SnapshotLineItem,
    creative: SnapshotCreative,
    place: Place,
    converted: boolean,
  ): number {
    const count = featuresOf(item, creative, place, scratch);
    return this.conversions.learn(scratch, count, converted ? 1 : 0);
  }

  private calibrationOf(outletId: number): Calibration {
    let calibration = this.outlets.get(outletId);
    if (!calibration) {
      calibration = { clicks: SEED, predicted: SEED };
      this.outlets.set(outletId, calibration);
    }
    return calibration;
  }

  /** The model for the snapshot. */
  encode(): string {
    const outlets = [...this.outlets].map(([id, calibration]) => [id, factorOf(calibration)]);
    return JSON.stringify({
      form: 1,
      ctr: { bias: this.clicks.bias, weights: packWeights(this.clicks.weights()) },
      cvr: { bias: this.conversions.bias, weights: packWeights(this.conversions.weights()) },
      outlets,
    });
  }
}

const factorOf = (calibration: Calibration): number =>
  Math.min(FACTOR_LIMIT, Math.max(1 / FACTOR_LIMIT, calibration.clicks / calibration.predicted));

/** Slots in use as (u32 slot, f32 weight), little-endian, base64. */
function packWeights(weights: Float32Array): string {
  let used = 0;
  for (const weight of weights) if (weight !== 0) used += 1;
  const view = new DataView(new ArrayBuffer(used * 8));
  let at = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const weight = weights[slot] as number;
    if (weight === 0) continue;
    view.setUint32(at, slot, true);
    view.setFloat32(at + 4, weight, true);
    at += 8;
  }
  return Buffer.from(view.buffer).toString('base64');
}

function unpackWeights(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const weights = new Float32Array(SLOTS);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    weights[bytes.readUInt32LE(at) & (SLOTS - 1)] = bytes.readFloatLE(at + 4);
  }
  return weights;
}

interface EncodedModel {
  form: number;
  ctr: { bias: number; weights: string };
  cvr: { bias: number; weights: string };
  outlets: [number, number][];
}

/** Reads a model as `RateLearner.encode` wrote it. One of a form this code does not know is the prior. */
export function decodeModel(text: string): Predictor {
  const model = JSON.parse(text) as EncodedModel;
  if (model.form !== 1) return PRIOR;
  const ctr = unpackWeights(model.ctr.weights);
  const cvr = unpackWeights(model.cvr.weights);
  const factors = new Map(model.outlets);
  const sum = (weights: Float32Array, count: number): number => {
    let x = 0;
    for (let i = 0; i < count; i++) x += weights[scratch[i] as number] as number;
    return x;
  };
  return {
    ctr(item, creative, place) {
      const count = featuresOf(item, creative, place, scratch);
      const p = sigmoid(model.ctr.bias + sum(ctr, count));
      return Math.min(p * (factors.get(place.outletId) ?? 1), 1);
    },
    cvr(item, creative, place) {
      const count = featuresOf(item, creative, place, scratch);
      return sigmoid(model.cvr.bias + sum(cvr, count));
    },
  };
}
