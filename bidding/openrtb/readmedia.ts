/** The `video` and `audio` objects of an imp (OpenRTB 2.6 §3.2.7, §3.2.8). Owns their field tables. */

import { type DurationFloor, type LengthPrices, type Media, newMedia } from './imp.ts';
import type { JsonReader } from './json.ts';
import { fields } from './json.ts';

const MAX_LIST = 1000;

const DURATION_FLOOR = fields<DurationFloor>({
  mindur: (r, t) => {
    t.minS = r.integer();
  },
  maxdur: (r, t) => {
    t.maxS = r.integer();
  },
  bidfloor: (r, t) => {
    t.floor = r.numberText();
  },
});

/** `mincpmpersec` and `durfloors`, of media and of deals (§3.2.12). */
export const LENGTH_PRICES = {
  mincpmpersec: (r: JsonReader, t: LengthPrices): void => {
    t.minCpmPerSec = r.numberText();
  },
  durfloors: (r: JsonReader, t: LengthPrices): void => {
    r.array((each) => {
      const floor: DurationFloor = { minS: 0, maxS: -1, floor: '' };
      each.object(DURATION_FLOOR, floor);
      t.durationFloors.push(floor);
    }, MAX_LIST);
  },
};

const MEDIA = fields<Media>({
  mimes: (r, t) => {
    t.mimes = r.strings();
  },
  minduration: (r, t) => {
    t.minDurationS = r.integer();
  },
  maxduration: (r, t) => {
    t.maxDurationS = r.integer();
  },
  rqddurs: (r, t) => {
    t.requiredDurationsS = r.integers();
  },
  w: (r, t) => {
    t.w = r.integer();
  },
  h: (r, t) => {
    t.h = r.integer();
  },
  protocols: (r, t) => {
    t.protocols = r.integers();
  },
  api: (r, t) => {
    t.api = r.integers();
  },
  linearity: (r, t) => {
    t.linearity = r.integer();
  },
  skip: (r, t) => {
    t.skip = r.integer();
  },
  skipmin: (r, t) => {
    t.skipMinS = r.integer();
  },
  skipafter: (r, t) => {
    t.skipAfterS = r.integer();
  },
  minbitrate: (r, t) => {
    t.minBitrateKbps = r.integer();
  },
  maxbitrate: (r, t) => {
    t.maxBitrateKbps = r.integer();
  },
  delivery: (r, t) => {
    t.delivery = r.integers();
  },
  maxseq: (r, t) => {
    t.maxSequence = r.integer();
  },
  poddur: (r, t) => {
    t.podDurationS = r.integer();
  },
  podid: (r, t) => {
    t.podId = r.peek() === '"' ? r.string() : r.numberText();
  },
  ...LENGTH_PRICES,
  battr: (r, t) => {
    t.battr = r.integers();
  },
});

export const readMedia = (r: JsonReader): Media => {
  const target = newMedia();
  r.object(MEDIA, target);
  return target;
};
