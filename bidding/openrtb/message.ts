/**
 * A bid request in OpenRTB's words, flattened to the fields this exchange reads. Owns the form and its blanks; `read`
 * fills it, `valid` judges it, `understand` turns it into the engine's request.
 */
import type { Size } from '../../db/terms/market.ts';

/** Which of site, app, dooh the request carries: bits, since exactly one must. */
export const CHANNEL = { site: 1, app: 2, dooh: 4 } as const;

export interface Banner {
  w: number;
  h: number;
  /** Of `format`; of `w` and `h` where there is none. */
  sizes: Size[];
  /** Flexible sizes by ratio (`wratio`, `hratio`) are counted as a format without a fixed size. */
  flexible: boolean;
  battr: number[];
  btype: number[];
}

export interface DurationFloor {
  minS: number;
  maxS: number;
  /** CPM decimal text. */
  floor: string;
}

/** Video and audio share their fields; what only one of them has is left blank by the other. */
export interface Media {
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
  /** CPM decimal text per second; empty where none. */
  minCpmPerSec: string;
  /** `durfloors`: floors by length; `maxS` −1: no upper end. */
  durationFloors: DurationFloor[];
  battr: number[];
}

export interface Deal {
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
  /** Milliseconds between this request and the play-out (`dt`), DOOH. */
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

export interface Geo {
  lat: number;
  lon: number;
  /** 1 location services, 2 IP, 3 user provided; 0 unknown. */
  type: number;
  divisionCode: string;
}

export interface BidRequest {
  id: string;
  test: boolean;
  at: number;
  tmaxMs: number;
  cur: string[];
  wseat: string[];
  bseat: string[];
  bcat: string[];
  acat: string[];
  /** Taxonomy of bcat and acat; AdCOM 1.0 "Category Taxonomies". */
  categoryTaxonomy: number;
  badv: string[];
  bapp: string[];
  channels: number;
  publisherId: string;
  domain: string;
  page: string;
  categories: string[];
  keywords: string[];
  ua: string;
  ip: string;
  ipv6: string;
  os: string;
  deviceType: number;
  connectionType: number;
  carrier: string;
  ifa: string;
  limited: boolean;
  deviceGeo: Geo | undefined;
  userGeo: Geo | undefined;
  userId: string;
  buyerUid: string;
  userDivision: string;
  consent: string;
  optedOut: boolean;
  /** `user.ext.refused`: campaigns (numbers) and domains that this reader's browser remembers not to show. */
  refused: string[];
  userKeywords: string[];
  segments: string[];
  eids: string[];
  coppa: boolean;
  gdpr: number;
  /** `complete` of the chain that came; −1: no chain. */
  schainComplete: number;
  schainNodes: number;
  /** `asi` of the chain's last node. */
  schainEnd: string;
  /** `ext.prebid` is there: the caller is Prebid's client. */
  prebid: boolean;
  prebidDebug: boolean;
  /** `ext.prebid.aliases`: their names for bidders, `alias=bidder`. */
  aliases: string[];
  imps: Imp[];
}

export const newBanner = (): Banner => ({
  w: 0,
  h: 0,
  sizes: [],
  flexible: false,
  battr: [],
  btype: [],
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

export const newGeo = (): Geo => ({
  lat: Number.NaN,
  lon: Number.NaN,
  type: 0,
  divisionCode: '',
});

export const newBidRequest = (): BidRequest => ({
  id: '',
  test: false,
  at: 2,
  tmaxMs: 0,
  cur: [],
  wseat: [],
  bseat: [],
  bcat: [],
  acat: [],
  categoryTaxonomy: 1,
  badv: [],
  bapp: [],
  channels: 0,
  publisherId: '',
  domain: '',
  page: '',
  categories: [],
  keywords: [],
  ua: '',
  ip: '',
  ipv6: '',
  os: '',
  deviceType: 0,
  connectionType: 0,
  carrier: '',
  ifa: '',
  limited: false,
  deviceGeo: undefined,
  userGeo: undefined,
  userId: '',
  buyerUid: '',
  userDivision: '',
  consent: '',
  optedOut: false,
  refused: [],
  userKeywords: [],
  segments: [],
  eids: [],
  coppa: false,
  gdpr: 0,
  schainComplete: -1,
  schainNodes: 0,
  schainEnd: '',
  prebid: false,
  prebidDebug: false,
  aliases: [],
  imps: [],
});
