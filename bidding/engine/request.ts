/**
 * A bid request as the engine sees it: flat fields, ordinals instead of words, our units. Owns that form and where a
 * user's division comes from. Knows nothing of OpenRTB: `openrtb/read` fills one of these, the forecast and the
 * benches make their own.
 */
import type { DivisionCode } from '../../db/terms/division.ts';
import { cityOf } from '../../db/terms/division.ts';
import type { Size } from '../../db/terms/market.ts';
import type { SnapshotOutlet } from '../wire/snapshot.ts';

/** One saleable position of the request. */
export interface RequestImp {
  /** `imp.id`, echoed by the response. */
  id: string;
  /** 0 where unknown: answered by reason `unknown_placement`. */
  placementId: number;
  /** Bit i set: FORMATS[i] is offered; 0: whatever the placement's format is. */
  formats: number;
  /** Sizes offered; empty: those registered with the placement. */
  sizes: Size[];
  /** µCNY an impression (one yuan CPM is 1,000); the highest of this and our own floor rules holds. */
  floorMicroCny: number;
  /** OpenRTB's `at` where the caller insists: 1 first, 2 second; 0: the placement's own. */
  auctionType: 0 | 1 | 2;
  /** Deals offered by the caller; our own deals of the placement hold without being listed. */
  dealIds: string[];
  /** Only bids by deal are wanted. */
  privateAuction: boolean;
}

export interface Request {
  id: string;
  atMs: number;
  /** 0: the placement's outlet. A wrong outlet is answered by reason `outlet_mismatch`. */
  outletId: number;
  /** 0: the placement's property. */
  propertyId: number;
  /** Stable pseudonym; empty: no identifier, not capped. */
  userHash: string;
  /** Division codes by source, empty where unknown; see `locate`. */
  consentedDivision: DivisionCode;
  declaredDivision: DivisionCode;
  /** City level at most: an address does not know its county. */
  ipDivision: DivisionCode;
  /** WGS 84 degrees, only with the user's consent; NaN otherwise. */
  lat: number;
  lon: number;
  /** Ordinals in DEVICES, OPERATING_SYSTEMS, CONNECTIONS, CARRIERS; −1 unknown. */
  device: number;
  os: number;
  connection: number;
  carrier: number;
  /** Of the page's content. */
  categories: string[];
  keywords: string[];
  /** Audience segments of the user; left empty without consent and on property for minors. */
  segments: number[];
  /** Children are known to be watching (`regs.coppa`); property for minors is known to the market. */
  forMinors: boolean;
  blockedCategories: readonly string[];
  blockedAdvertiserIds: readonly number[];
  blockedDomains: readonly string[];
  /** Campaigns that the reader does not want to see again. */
  refusedCampaigns: number[];
  imps: RequestImp[];
  /** Ask for the trace; nothing is billed. */
  test: boolean;
}

/** A request with nothing known but its time; callers set what they know. */
export function newRequest(id: string, atMs: number): Request {
  return {
    id,
    atMs,
    outletId: 0,
    propertyId: 0,
    userHash: '',
    consentedDivision: '',
    declaredDivision: '',
    ipDivision: '',
    lat: Number.NaN,
    lon: Number.NaN,
    device: -1,
    os: -1,
    connection: -1,
    carrier: -1,
    categories: [],
    keywords: [],
    segments: [],
    forMinors: false,
    blockedCategories: [],
    blockedAdvertiserIds: [],
    blockedDomains: [],
    refusedCampaigns: [],
    imps: [],
    test: false,
  };
}

export function newImp(id: string, placementId: number): RequestImp {
  return {
    id,
    placementId,
    formats: 0,
    sizes: [],
    floorMicroCny: 0,
    auctionType: 0,
    dealIds: [],
    privateAuction: false,
  };
}

/** Where the user's division came from, most trusted first. */
export const DIVISION_SOURCES = ['consented', 'declared', 'outlet', 'ip', 'none'] as const;
export type DivisionSource = (typeof DIVISION_SOURCES)[number];

export interface Located {
  code: DivisionCode;
  source: DivisionSource;
}

/**
 * The user's division by trust: consented location, county declared by the user or outlet, the home county of a county
 * outlet, the city of the address. A city's or the province's outlet says less than an address, so its home is
 * used last.
 */
export function locate(request: Request, outlet: SnapshotOutlet | undefined): Located {
  if (request.consentedDivision) return { code: request.consentedDivision, source: 'consented' };
  if (request.declaredDivision) return { code: request.declaredDivision, source: 'declared' };
  if (outlet?.tier === 'county') return { code: outlet.divisionCode, source: 'outlet' };
  if (request.ipDivision) return { code: cityOrAbove(request.ipDivision), source: 'ip' };
  if (outlet) return { code: outlet.divisionCode, source: 'outlet' };
  return { code: '', source: 'none' };
}

const cityOrAbove = (code: DivisionCode): DivisionCode =>
  code.endsWith('0000') ? code : cityOf(code);
