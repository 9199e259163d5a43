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
  /** Candidates beyond those found, asked for at most once an imp and only when none of these is left. Absent: there are none. */
  further?: (match: ImpMatch) => readonly Candidate[];
  /** Asked at most once for a candidate, when it is its turn: caps, click budgets. `NO_BID.none` lets it in. */
  refuse?: (candidate: Candidate, match: ImpMatch) => NoBidReason;
  /** Takes the money of a winner of ours; anything but `NO_BID.none` and the next one wins. */
  take?: (candidate: Candidate, match: ImpMatch, charge: Charge) => NoBidReason;
  /** The same for a winner of a partner's. */
  takeBid?: (bid: PartnerBid, charge: Charge) => NoBidReason;
  /** A line for every contender, when somebody wants to know. */
  trace?: TraceLine[] | undefined;
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

/** The contenders of one imp, best first. */
export interface Field {
  contenders: Contender[];
  /** Nobody of ours is left to be fetched; else they stand beyond the last of ours. */
  isWhole: boolean;
}

/** Categories in which nobody competes. */
const PEACEFUL: ReadonlySet<string> = new Set<Category | ''>(['psa', 'government', 'other', '']);

export function fieldOf(
  match: ImpMatch,
  impIndex: number,
  calls: AuctionCalls,
  out: ReadonlySet<PartnerBid>,
): Field {
  const contenders: Contender[] = [];
  for (let i = 0; i < match.count; i++)
    contenders.push(ours(match.candidates[i] as Candidate, match, calls));
  const field = { contenders, isWhole: match.count === 0 || !calls.further };
  if (!calls.partnerBids || calls.partnerBids.length === 0) return field;
  for (const bid of calls.partnerBids) {
    if (bid.impIndex !== impIndex) continue;
    contenders.push({
      candidate: undefined,
      partnerBid: bid,
      score: classOfBid(bid) * CLASS_STEP + bid.priceMicroCny,
      advertiser: bid.domain || bid.seat,
      category: bid.category,
      reason: out.has(bid) ? NO_BID.group_broken : partnerRefusal(bid, match),
    });
  }
  contenders.sort(byScore);
  return field;
}

/** Stable: of equal scores our own go first, then partners as they answered. */
const byScore = (a: Contender, b: Contender): number => b.score - a.score;

function ours(candidate: Candidate, match: ImpMatch, calls: AuctionCalls): Contender {
  const { source } = candidate.item;
  return {
    candidate,
    partnerBid: undefined,
    score: candidate.score,
    advertiser: source.advertiserDomain ?? source.advertiserId,
    category: source.category,
    reason: calls.trace ? refusalOf(candidate, match, calls) : UNASKED,
  };
}

/**
 * The n-th contender. Few of ours are found at first, since the first or second nearly always serves; where the walk comes
 * past the last of them, whoever stands next may be outranked by one not found yet, and those are fetched.
 */
export function contenderAt(
  field: Field,
  n: number,
  match: ImpMatch,
  calls: AuctionCalls,
): Contender | undefined {
  const { contenders } = field;
  if (field.isWhole || hasOurs(contenders, n)) return contenders[n];
  field.isWhole = true;
  const further = calls.further?.(match) ?? [];
  const rest = contenders.splice(n);
  // Ours first: sorting is stable.
  const all = [...further.map((candidate) => ours(candidate, match, calls)), ...rest];
  contenders.push(...all.sort(byScore));
  return contenders[n];
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

function hasOurs(contenders: readonly Contender[], from: number): boolean {
  for (let n = from; n < contenders.length; n++) if (contenders[n]?.candidate) return true;
  return false;
}

/** The best contender that nothing has refused, marking those that the page keeps apart. */
export function firstOf(
  field: Field,
  placed: readonly Contender[],
  match: ImpMatch,
  calls: AuctionCalls,
): Contender | undefined {
  for (let n = 0; ; n++) {
    const contender = contenderAt(field, n, match, calls);
    if (!contender) return undefined;
    if (!isFree(contender, match, calls)) continue;
    if (!isSeparated(contender, placed)) return contender;
    contender.reason = NO_BID.separated;
  }
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
