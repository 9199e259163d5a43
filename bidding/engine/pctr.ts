/**
 * Predicted rates of clicks and conversions. Owns the features, the prior, and the model as nodes read it. Learning happens where
 * the events are (rateLearner.ts); nodes only predict.
 */
import { FORMATS, type Format } from '../../db/terms/market.ts';
import type { SnapshotCreative, SnapshotLineItem } from '../wire/snapshot.ts';
import { logit, SLOTS, sigmoid } from './ftrl.ts';
import type { Place } from './place.ts';
import { fromBytes, type Sparse } from './sparse.ts';

/** What is known of an impression when it is predicted, and again when its outcome is learned: no more than an event keeps. */
export type Advertised = Pick<SnapshotLineItem, 'id' | 'advertiserId' | 'category'>;
export type Shown = Pick<SnapshotCreative, 'id' | 'format'>;
export type Placed = Pick<Place, 'divisionCode' | 'hour' | 'outletId' | 'placementId' | 'device'>;

export interface Predictor {
  /** Clicks an impression, 0 … 1. */
  ctr(item: Advertised, creative: Shown, place: Placed): number;
  /** Conversions a click, 0 … 1. */
  cvr(item: Advertised, creative: Shown, place: Placed): number;
}

/** Rates of a format of which nothing is known yet: the trade's usual, on the low side. */
export const PRIOR_CTR: Readonly<Record<Format, number>> = {
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
export const PRIOR_CVR = 0.02;

/** Before anything was learned. */
export const PRIOR: Predictor = {
  ctr: (_item, creative) => PRIOR_CTR[creative.format],
  cvr: () => PRIOR_CVR,
};

/** How far a market's own rates lie from the prior, as a factor on all of them; 1 where nobody has looked. */
export interface Levels {
  ctr: number;
  cvr: number;
}

const LEAST_RATE = 1e-5;
const MOST_RATE = 0.5;
const levelled = (rate: number): number => logit(Math.min(MOST_RATE, Math.max(LEAST_RATE, rate)));

/** Logits from which weights lead away: clicks by FORMATS' ordinal, conversions in one. */
export interface Biases {
  ctr: number[];
  cvr: number;
}

export const biasesOf = (levels: Levels): Biases => ({
  ctr: FORMATS.map((format) => levelled(PRIOR_CTR[format] * levels.ctr)),
  cvr: levelled(PRIOR_CVR * levels.cvr),
});

export const FEATURES = 14;
const HOUR = 8;
/**
 * How fast each feature learns, in parts of the usual rate. An hour is seen for one hour a day: as slow as the others, it left a
 * third of its own error to them, and they carried it into the next.
 */
export const RATES = Float64Array.from({ length: FEATURES }, (_, at) => (at === HOUR ? 2 : 1));

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

export const formatOf = (creative: Shown): number => FORMATS.indexOf(creative.format);

/**
 * Features of one impression, wide to narrow: what is known of the category serves the advertiser who is new, the
 * advertiser's the line item that is new. Returns how many were written.
 */
export function featuresOf(
  item: Advertised,
  creative: Shown,
  place: Placed,
  into: Int32Array,
): number {
  const category = numberOfWord(item.category);
  const county = numberOfWord(
    place.divisionCode.length > 6 ? place.divisionCode.slice(0, 6) : place.divisionCode,
  );
  const hour = place.hour % 24;
  const { device } = place;
  into[0] = slotOf(0, category);
  into[1] = slotOf(1, item.advertiserId);
  into[2] = slotOf(2, item.id);
  into[3] = slotOf(3, creative.id);
  into[4] = slotOf(4, formatOf(creative));
  into[5] = slotOf(5, place.outletId);
  into[6] = slotOf(6, place.placementId);
  into[7] = slotOf(7, county);
  into[HOUR] = slotOf(HOUR, hour);
  into[9] = slotOf(9, device);
  into[10] = slotOf(10, category, place.outletId);
  into[11] = slotOf(11, category, county);
  into[12] = slotOf(12, item.id, place.outletId);
  into[13] = slotOf(13, item.id, device);
  return FEATURES;
}

/** Changes with the form below or the features: a node passes over a model it cannot read. */
export const MODEL_FORM = 3;

/** What stands in the model beside its two tables of weights. */
export interface ModelWords {
  form: number;
  biases: Biases;
  /** Observed over predicted: by outlet for clicks, by advertiser for conversions. */
  ctrFactors: [number, number][];
  cvrFactors: [number, number][];
}

function weightsOf(table: Sparse | undefined): Float32Array {
  const weights = new Float32Array(SLOTS);
  table?.slots.forEach((slot, i) => {
    weights[slot & (SLOTS - 1)] = table.columns[0]?.[i] ?? 0;
  });
  return weights;
}

const scratch = new Int32Array(FEATURES);

function sum(weights: Float32Array, count: number): number {
  let x = 0;
  for (let i = 0; i < count; i++) x += weights[scratch[i] as number] as number;
  return x;
}

/** Reads a model as `RateLearner.encode` wrote it. One of a form this code does not know is the prior. */
export function decodeModel(bytes: Uint8Array): Predictor {
  const { words, tables } = fromBytes(bytes);
  const { form, biases, ctrFactors, cvrFactors } = words as ModelWords;
  if (form !== MODEL_FORM) return PRIOR;
  const [ctr, cvr] = [weightsOf(tables[0]), weightsOf(tables[1])];
  const byOutlet = new Map(ctrFactors);
  const byAdvertiser = new Map(cvrFactors);
  return {
    ctr(item, creative, place) {
      const count = featuresOf(item, creative, place, scratch);
      const p = sigmoid((biases.ctr[formatOf(creative)] ?? 0) + sum(ctr, count));
      return Math.min(p * (byOutlet.get(place.outletId) ?? 1), 1);
    },
    cvr(item, creative, place) {
      const count = featuresOf(item, creative, place, scratch);
      const p = sigmoid(biases.cvr + sum(cvr, count));
      return Math.min(p * (byAdvertiser.get(item.advertiserId) ?? 1), 1);
    },
  };
}
