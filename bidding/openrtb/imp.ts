/**
 * One imp of a bid request in OpenRTB's words, flattened to the fields this exchange reads. Owns the form and its blanks, of media and
 * deals too; `readimp` fills it.
 */
import type { Size } from '../../db/terms/market.ts';

export interface Banner {
  w: number;
  h: number;
  /** Of `format`; of `w` and `h` where there is none. */
  sizes: Size[];
  /** Flexible sizes by ratio (`wratio`, `hratio`) are counted as a format without a fixed size. */
  flexible: boolean;
  battr: number[];
  btype: number[];
  mimes: string[];
  api: number[];
}

/** Prices of length: of a video or audio imp, or of a deal for one. */
export interface LengthPrices {
  /** CPM decimal text per second; empty where none. */
  minCpmPerSec: string;
  /** `durfloors`: floors by length; `maxS` −1: no upper end. */
  durationFloors: DurationFloor[];
}

export interface DurationFloor {
  minS: number;
  maxS: number;
  /** CPM decimal text. */
  floor: string;
}

/** Video and audio share their fields; what only one of them has is left blank by the other. */
export interface Media extends LengthPrices {
  mimes: string[];
  minDurationS: number;
  maxDurationS: number;
  requiredDurationsS: number[];
  w: number;
  h: number;
  protocols: number[];
  api: number[];
  linearity: number;
  /** −1: unknown; else 0 or 1. */
  skip: number;
  maxSequence: number;
  podDurationS: number;
  podId: string;
  battr: number[];
  /** Seconds: skippable are only longer ones, and only after so many; −1: not said. */
  skipMinS: number;
  skipAfterS: number;
  /** kbit/s; 0: not said. */
  minBitrateKbps: number;
  maxBitrateKbps: number;
  /** AdCOM's delivery methods. */
  delivery: number[];
}

export interface Deal extends LengthPrices {
  id: string;
  /** Decimal text, CPM in `floorCurrency`. */
  floor: string;
  floorCurrency: string;
  at: number;
  wseat: string[];
  wadomain: string[];
  guaranteed: boolean;
}

export interface Imp {
  id: string;
  tagId: string;
  banner: Banner | undefined;
  video: Media | undefined;
  audio: Media | undefined;
  /** The request for native: JSON as text. */
  native: string | undefined;
  nativeBattr: number[];
  floor: string;
  floorCurrency: string;
  instl: boolean;
  secure: number;
  privateAuction: boolean;
  deals: Deal[];
  /** When it will play, Unix milliseconds (`dt`), DOOH: buyers' to know; a screen's hours are its own. */
  dtMs: number;
  multiplier: string;
  multiplierSource: number;
  multiplierVendor: string;
  /** Prebid's `imp.ext.prebid` named us, and how. */
  storedRequestId: string;
  bidders: string[];
  /** `imp.ext.prebid.bidder.<ours>.placement`. */
  bidderPlacement: string;
}

export const newBanner = (): Banner => ({
  w: 0,
  h: 0,
  sizes: [],
  flexible: false,
  battr: [],
  btype: [],
  mimes: [],
  api: [],
});

export const newMedia = (): Media => ({
  mimes: [],
  minDurationS: -1,
  maxDurationS: -1,
  requiredDurationsS: [],
  w: 0,
  h: 0,
  protocols: [],
  api: [],
  linearity: 0,
  skip: -1,
  maxSequence: 0,
  podDurationS: 0,
  podId: '',
  minCpmPerSec: '',
  durationFloors: [],
  battr: [],
  skipMinS: -1,
  skipAfterS: -1,
  minBitrateKbps: 0,
  maxBitrateKbps: 0,
  delivery: [],
});

/** A deal's currency defaults to USD by itself: it does not inherit the imp's (2.6 §3.2.12). */
export const newDeal = (): Deal => ({
  id: '',
  floor: '',
  floorCurrency: 'USD',
  at: 0,
  wseat: [],
  wadomain: [],
  guaranteed: false,
  minCpmPerSec: '',
  durationFloors: [],
});

export const newImp = (): Imp => ({
  id: '',
  tagId: '',
  banner: undefined,
  video: undefined,
  audio: undefined,
  native: undefined,
  nativeBattr: [],
  floor: '',
  floorCurrency: 'USD',
  instl: false,
  secure: 0,
  privateAuction: false,
  deals: [],
  dtMs: 0,
  multiplier: '',
  multiplierSource: -1,
  multiplierVendor: '',
  storedRequestId: '',
  bidders: [],
  bidderPlacement: '',
});
