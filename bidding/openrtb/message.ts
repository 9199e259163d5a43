/**
 * A bid request in OpenRTB's words, flattened to the fields this exchange reads. Owns the form and its blanks; `read`
 * fills it, `valid` judges it, `understand` turns it into the engine's request.
 */
import type { Imp } from './imp.ts';

/** Which of site, app, dooh the request carries: bits, since exactly one must. */
export const CHANNEL = { site: 1, app: 2, dooh: 4 } as const;

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
  /** Of creatives (`wlang`, `wlangb`), whichever was sent; empty: any. */
  languages: string[];
  /** Which of the two were sent: bits. */
  languageLists: number;
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
  /** `sua`: better than `ua` where there is one. */
  platform: string;
  /** −1: not said. */
  mobile: number;
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
  languages: [],
  languageLists: 0,
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
  platform: '',
  mobile: -1,
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
