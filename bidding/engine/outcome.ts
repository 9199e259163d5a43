/**
 * What the engine hands out: candidates of a request, and the outcome of its auction. Owns these shapes only.
 *
 * Worth and price are µCNY of one impression, as numbers: a CPM bid of one fen is exactly 10, and nothing here reaches
 * 2^53. Only what will be charged must be whole, and is.
 */
import type {
  SnapshotCreative,
  SnapshotDeal,
  SnapshotOutlet,
  SnapshotPlacement,
  SnapshotProperty,
} from '../wire/snapshot.ts';
import type { Item } from './item.ts';
import type { NoBidReason } from './reasons.ts';
import type { Located, RequestImp } from './request.ts';

/** A line item that may serve an imp. Its records never change: safe to hold while the market moves on. */
export interface Candidate {
  item: Item;
  creative: SnapshotCreative;
  deal: SnapshotDeal | undefined;
  /** Worth × pacing multiplier, plus its priority's class: what ranks it. */
  score: number;
  /** Undiscounted worth of the impression, µCNY: CPM bid, or bid × pCTR (× pCVR). */
  valueMicroCny: number;
  /** Predicted rate of clicks; 0 for CPM. */
  pctr: number;
  /** Predicted conversions a click; 0 but for OCPC. */
  pcvr: number;
}

export interface ImpMatch {
  imp: RequestImp;
  placement: SnapshotPlacement | undefined;
  property: SnapshotProperty | undefined;
  outlet: SnapshotOutlet | undefined;
  /** The highest of the caller's floor and our rules, µCNY an impression. */
  floorMicroCny: number;
  auctionType: 'first' | 'second';
  /** Why there is no candidate; `NO_BID.none` when there is one. */
  reason: NoBidReason;
  /** Best first; only the first `count` are of this request: the array is reused. */
  candidates: Candidate[];
  count: number;
  /** As many as were asked for: there may be more, of lower scores. */
  isFull: boolean;
}

/** What was found for one request. Reused: get one from `newFound`, give it to one request at a time. */
export interface Found {
  /** Snapshot version that answered. */
  version: number;
  located: Located;
  imps: ImpMatch[];
  count: number;
}

/** A bid of a demand partner, already read, converted to µCNY an impression and checked for form. */
export interface PartnerBid {
  impIndex: number;
  priceMicroCny: number;
  /** Empty: an open bid. */
  dealId: string;
  /** Of its deal: OpenRTB's `at` (3: the floor is the price; 0: unsaid), floor or price in µCNY, and whether it is promised. */
  dealAt?: number;
  dealFloorMicroCny?: number;
  isGuaranteed?: boolean;
  /** Bids of one group win together or not at all; empty or absent: alone. */
  group?: string;
  seat: string;
  /** `adomain`, for separation and blocklists. */
  domain: string;
  /** House category, empty where unknown. */
  category: string;
  /** The caller's own handle of the bid. */
  ref: unknown;
}

export interface Win {
  /** Exactly one of the two is set. */
  candidate: Candidate | undefined;
  partnerBid: PartnerBid | undefined;
  /** What one impression is expected to cost the buyer, µCNY; what the price macro and reports show. */
  priceMicroCny: number;
  /** The event that is charged, and what it charges: whole µCNY. Public-service advertising charges nothing. */
  billOn: 'impression' | 'click' | 'none';
  chargeMicroCny: number;
  /** Least price with which the winner would still have won. */
  minToWinMicroCny: number;
  dealId: string;
}

export interface ImpOutcome {
  match: ImpMatch;
  win: Win | undefined;
  /** Why nothing was sold. */
  reason: NoBidReason;
}

export interface Outcome {
  version: number;
  imps: ImpOutcome[];
}

/** One line of a trace: a bidder, and what became of it. */
export interface TraceLine {
  impId: string;
  lineItemId: number;
  advertiserId: number;
  /** `hongze`, or the partner's seat. */
  seat: string;
  valueMicroCny: number;
  score: number;
  /** `NO_BID.none`: it won. */
  reason: NoBidReason;
  /** What would have won, µCNY an impression; 0 where price was not the cause. */
  minToWinMicroCny: number;
}
