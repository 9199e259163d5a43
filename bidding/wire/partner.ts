/** Partners as a bidding node knows them: who is asked, who may ask, and what each is like. Owns these shapes only. */
import type { Format } from '../../db/terms/market.ts';

/** Who is asked for bids. What it buys is charged to `lineItemId`, by leases like any line item's. */
export interface SnapshotDemandPartner {
  id: number;
  code: string;
  seat: string;
  url: string;
  timeoutMs: number;
  qps: number;
  /** Requests are sent zipped. */
  gzip: boolean;
  advertiserId: number;
  campaignId: number;
  lineItemId: number;
  /** Pretargeting; empty lists: everything. Divisions are prefixes of the reader's. */
  formats: Format[];
  divisions: string[];
  outletIds: number[];
  /** Percent kept by us: a bid of 10 at 20 % competes, and is billed, as 8. */
  discountPercent: number;
  /** Another deployment of this house: the key by which it lets us in, sealed (callKey.ts). Our hop of the chain is signed for it. */
  callKey?: string;
}

/** Who may call us as an exchange of its own. */
export interface SnapshotSupplyPartner {
  id: number;
  code: string;
  outletId: number;
  /** The advertising system that the last node of its chains names. */
  domain: string;
  /** SHA-256, hexadecimal, of the keys that are good: the present one (`untilMs` null), and for a day the one before. */
  keys: { sha256: string; untilMs: number | null }[];
  qps: number;
  requireSchain: boolean;
  /** Percent of our buyer's price kept by us: the partner is bid the rest. */
  takePercent: number;
  /** Another deployment of this house: its Ed25519 key (wire/chain), by which its hop has to be signed. */
  chainKey?: string;
}

/** One price as a supply partner reported it, on `keys.partnerReports`, field `r`, JSON. */
export interface PartnerReport {
  /** `${auctionId}:${impOrdinal}`: however often it is said, it counts once. */
  eventKey: string;
  atMs: number;
  outletId: number;
  placementId: number;
  lineItemId: number;
  /** What stood in the notice, letter by letter, at most 64 characters. */
  priceRaw: string;
  /** What we had bid, µCNY an impression. */
  bidMicroCny: number;
}

/** One demand partner's record on one node, in the hash `keys.partnerHealth`, field `partnerId:nodeId`, JSON. */
export interface PartnerHealth {
  partnerId: number;
  code: string;
  nodeId: string;
  atMs: number;
  /** Since the node started, by outcome. */
  outcomes: Record<string, number>;
  /** Reasons of refused bids and of losses, by key. */
  refusals: Record<string, number>;
  losses: Record<string, number>;
  wins: number;
  p50Ms: number;
  p99Ms: number;
  breaker: 'closed' | 'open';
}
