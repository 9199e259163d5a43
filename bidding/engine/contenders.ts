/**
 * Who contends for an imp: our candidates and partners' bids, best first, each with what speaks against it. Owns the order, and
 * that a contender is asked only when it is its turn; a page keeps competitors apart here.
 */
import type { Category } from '../../db/terms/market.ts';
import { CLASS_STEP } from './item.ts';
import type { Candidate, ImpMatch, PartnerBid, TraceLine } from './outcome.ts';
import type { Charge } from './price.ts';
import { NO_BID, type NoBidReason } from './reasons.ts';

export interface AuctionCalls {
  partnerBids?: readonly PartnerBid[];
  /** Asked at most once for a candidate, when it is its turn: caps, click budgets. `NO_BID.none` lets it in. */
  refuse?: (candidate: Candidate, match: ImpMatch) => NoBidReason;
  /** Takes the money of a winner of ours; anything but `NO_BID.none` and the next one wins. */
  take?: (candidate: Candidate, match: ImpMatch, charge: Charge) => NoBidReason;
  /** The same for a winner of a partner's. */
  takeBid?: (bid: PartnerBid, charge: Charge) => NoBidReason;
  /** A line for every contender, when somebody wants to know. */
  trace?: TraceLine[];
}

/** Not asked yet whether anything speaks against a contender; no NoBidReason is negative. */
export const UNASKED = -1;

export interface Contender {
  candidate: Candidate | undefined;
  partnerBid: PartnerBid | undefined;
  score: number;
  advertiser: number | string;
  category: string;
  reason: NoBidReason | typeof UNASKED;
}

/** Categories in which nobody competes. */
const PEACEFUL: ReadonlySet<string> = new Set<Category | ''>(['psa', 'government', 'other', '']);

export function contendersOf(
  match: ImpMatch,
  impIndex: number,
  calls: AuctionCalls,
  out: ReadonlySet<PartnerBid>,
): Contender[] {
  const field: Contender[] = [];
  for (let i = 0; i < match.count; i++) {
    const candidate = match.candidates[i] as Candidate;
    const { source } = candidate.item;
    field.push({
      candidate,
      partnerBid: undefined,
      score: candidate.score,
      advertiser: source.advertiserDomain ?? source.advertiserId,
      category: source.category,
      reason: calls.trace ? refusalOf(candidate, match, calls) : UNASKED,
    });
  }
  if (!calls.partnerBids) return field;
  for (const bid of calls.partnerBids) {
    if (bid.impIndex !== impIndex) continue;
    field.push({
      candidate: undefined,
      partnerBid: bid,
      score: classOfBid(bid) * CLASS_STEP + bid.priceMicroCny,
      advertiser: bid.domain || bid.seat,
      category: bid.category,
      reason: out.has(bid) ? NO_BID.group_broken : partnerRefusal(bid, match),
    });
  }
  // Stable: of equal scores our own go first, then partners as they answered.
  return field.sort((a, b) => b.score - a.score);
}

const classOfBid = (bid: PartnerBid): number => (bid.isGuaranteed ? 2 : bid.dealId ? 1 : 0);
function refusalOf(candidate: Candidate, match: ImpMatch, calls: AuctionCalls): NoBidReason {
  return calls.refuse ? calls.refuse(candidate, match) : NO_BID.none;
}

/** Whether nothing speaks against a contender. Most of them are never asked: the first two settle most auctions. */
export function isFree(contender: Contender, match: ImpMatch, calls: AuctionCalls): boolean {
  if (contender.reason === UNASKED)
    contender.reason = refusalOf(contender.candidate as Candidate, match, calls);
  return contender.reason === NO_BID.none;
}

function partnerRefusal(bid: PartnerBid, match: ImpMatch): NoBidReason {
  if (bid.dealId) return NO_BID.none;
  if (match.imp.privateAuction) return NO_BID.private_auction;
  return bid.priceMicroCny < match.floorMicroCny ? NO_BID.below_floor : NO_BID.none;
}

/** The best contender that nothing has refused, marking those that the page keeps apart. */
export function firstOf(
  field: readonly Contender[],
  placed: readonly Contender[],
  match: ImpMatch,
  calls: AuctionCalls,
): Contender | undefined {
  for (const contender of field) {
    if (!isFree(contender, match, calls)) continue;
    if (!isSeparated(contender, placed)) return contender;
    contender.reason = NO_BID.separated;
  }
  return undefined;
}

function isSeparated(contender: Contender, placed: readonly Contender[]): boolean {
  for (const other of placed) {
    if (other.advertiser === contender.advertiser) {
      // A booking of several places on a page is a roadblock, meant so.
      const priority = contender.candidate?.item.source.priority;
      if (priority !== 'guaranteed' && priority !== 'booked') return true;
    } else if (other.category === contender.category && !PEACEFUL.has(other.category)) return true;
  }
  return false;
}
