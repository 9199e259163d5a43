/**
 * The auction over what was found: our candidates and partners' bids, several imps of one page together. Owns ranking,
 * separation and price. Budgets and caps are the caller's: it is asked before a winner is final. Pure and synchronous.
 */
import type { AuctionCalls } from './contenders.ts';
import {
  type Contender,
  contenderAt,
  type Field,
  fieldOf,
  firstOf,
  isFree,
  UNASKED,
} from './contenders.ts';
import type {
  Candidate,
  Found,
  ImpMatch,
  ImpOutcome,
  Outcome,
  PartnerBid,
  TraceLine,
  Win,
} from './outcome.ts';
import { chargeOf, classOfScore, scoreWithin, secondPrice } from './price.ts';
import { NO_BID } from './reasons.ts';

/**
 * Holds the auction. Where partners' bids come in groups it is held without taking money until every group has won whole or is
 * out, and only then for good; a group that money breaks in the end wins nothing.
 */
export function runAuction(found: Found, calls: AuctionCalls): Outcome {
  const { partnerBids = [] } = calls;
  const grouped = partnerBids.length > 0 ? partnerBids.filter((bid) => bid.group) : partnerBids;
  if (grouped.length === 0) return holdAuction(found, calls, NOBODY);
  const { take, takeBid, trace, ...dry } = calls;
  const out = new Set<PartnerBid>();
  for (;;) {
    const broken = brokenGroups(holdAuction(found, dry, out), grouped, out);
    if (broken.length === 0) break;
    for (const bid of broken) out.add(bid);
  }
  const outcome = holdAuction(found, calls, out);
  for (const bid of brokenGroups(outcome, grouped, out)) {
    const imp = outcome.imps.find((each) => each.win?.partnerBid === bid);
    if (!imp) continue;
    imp.win = undefined;
    imp.reason = NO_BID.group_broken;
  }
  return outcome;
}

const NOBODY: ReadonlySet<PartnerBid> = new Set();

/** Bids of groups of which some won and some did not. */
function brokenGroups(
  outcome: Outcome,
  grouped: readonly PartnerBid[],
  out: ReadonlySet<PartnerBid>,
): PartnerBid[] {
  const won = new Set(outcome.imps.map((imp) => imp.win?.partnerBid));
  const isIn = grouped.filter((bid) => !out.has(bid));
  const mixed = new Set(
    isIn
      .filter((bid) => !won.has(bid))
      .map((bid) => bid.group)
      .filter((group) => isIn.some((bid) => bid.group === group && won.has(bid))),
  );
  return isIn.filter((bid) => mixed.has(bid.group));
}

function holdAuction(found: Found, calls: AuctionCalls, out: ReadonlySet<PartnerBid>): Outcome {
  const outcome: Outcome = { version: found.version, imps: [] };
  const fields: Field[] = [];
  for (let i = 0; i < found.count; i++) {
    const match = found.imps[i] as ImpMatch;
    fields.push(fieldOf(match, i, calls, out));
    outcome.imps.push({ match, win: undefined, reason: match.reason });
  }
  const placed: Contender[] = [];
  // The highest score of the page is settled first; what it excludes is excluded everywhere else.
  for (let settled = 0; settled < found.count; settled++) {
    const best = bestImp(outcome.imps, fields, placed, calls);
    if (best < 0) break;
    const winner = settle(outcome.imps[best] as ImpOutcome, fields[best] as Field, placed, calls);
    if (winner) placed.push(winner);
    else settled -= 1;
  }
  for (let i = 0; i < found.count; i++) {
    close(outcome.imps[i] as ImpOutcome, fields[i] as Field, calls.trace);
  }
  return outcome;
}

/** The unsold imp whose best contender scores highest; −1 when none has any. */
function bestImp(
  imps: readonly ImpOutcome[],
  fields: readonly Field[],
  placed: Contender[],
  calls: AuctionCalls,
): number {
  let best = -1;
  let bestScore = -1;
  for (let i = 0; i < imps.length; i++) {
    const imp = imps[i] as ImpOutcome;
    if (imp.win) continue;
    const first = firstOf(fields[i] as Field, placed, imp.match, calls);
    if (first && first.score > bestScore) {
      best = i;
      bestScore = first.score;
    }
  }
  return best;
}

/** Sells one imp to its best contender; undefined when that one could not pay and was struck off. */
function settle(
  imp: ImpOutcome,
  field: Field,
  placed: readonly Contender[],
  calls: AuctionCalls,
): Contender | undefined {
  const winner = firstOf(field, placed, imp.match, calls) as Contender;
  const pressing = pressureOn(winner, field, imp.match, calls);
  const win = winner.candidate
    ? ourWin(winner.candidate, pressing, imp.match)
    : partnerWin(winner.partnerBid as PartnerBid, pressing, imp.match);
  if (winner.candidate && calls.take && win.billOn !== 'none')
    winner.reason = calls.take(winner.candidate, imp.match, win);
  else if (winner.partnerBid && calls.takeBid)
    winner.reason = calls.takeBid(winner.partnerBid, win);
  if (winner.reason !== NO_BID.none) return undefined;
  imp.win = win;
  imp.reason = NO_BID.none;
  return winner;
}

/** The runner-up's score, in the winner's class. */
function pressureOn(winner: Contender, field: Field, match: ImpMatch, calls: AuctionCalls): number {
  for (let n = 0; ; n++) {
    const other = contenderAt(field, n, match, calls);
    if (!other) return 0;
    if (other === winner || !isFree(other, match, calls)) continue;
    return scoreWithin(other.score, classOfScore(winner.score));
  }
}

function ourWin(candidate: Candidate, pressing: number, match: ImpMatch): Win {
  const value = candidate.valueMicroCny;
  const fixed = candidate.deal !== undefined && candidate.deal.kind !== 'pmp';
  const score = scoreWithin(candidate.score, classOfScore(candidate.score));
  // The multiplier that was used for this very score, whatever it is by now.
  const multiplier = value > 0 ? score / value : 1;
  const isSecond = match.auctionType === 'second' && !fixed && !candidate.item.source.guaranteed;
  const floor = candidate.deal ? 0 : match.floorMicroCny;
  const price = isSecond ? secondPrice(value, multiplier, pressing, floor) : value;
  const needed = multiplier > 0 ? pressing / multiplier : 0;
  const { priceMicroCny, billOn, chargeMicroCny } = chargeOf(candidate, price);
  return {
    candidate,
    partnerBid: undefined,
    priceMicroCny,
    billOn,
    chargeMicroCny,
    minToWinMicroCny: Math.max(needed, floor),
    dealId: candidate.deal?.id ?? '',
  };
}

function partnerWin(bid: PartnerBid, pressing: number, match: ImpMatch): Win {
  const floor = bid.dealId ? (bid.dealFloorMicroCny ?? 0) : match.floorMicroCny;
  // A deal's own `at` overrides (OpenRTB 2.6 §3.2.12): 3 is a fixed price, the floor.
  const isFixed = bid.dealId !== '' && bid.dealAt === 3 && floor > 0;
  const isSecond = bid.dealId ? bid.dealAt === 2 : match.auctionType === 'second';
  const bidden = isFixed ? Math.min(floor, bid.priceMicroCny) : bid.priceMicroCny;
  const price = isSecond ? secondPrice(bidden, 1, pressing, floor) : bidden;
  return {
    candidate: undefined,
    partnerBid: bid,
    priceMicroCny: price,
    billOn: 'impression',
    chargeMicroCny: Math.floor(price + 1e-6),
    minToWinMicroCny: Math.max(pressing, floor),
    dealId: bid.dealId,
  };
}

/** Names the reason of an unsold imp and writes the trace. */
function close(imp: ImpOutcome, { contenders }: Field, trace: TraceLine[] | undefined): void {
  const [first] = contenders;
  // The best contender's reason says more than that nobody was eligible.
  if (!imp.win && first && first.reason !== UNASKED) imp.reason = first.reason;
  if (!trace) return;
  const clearing = imp.win?.priceMicroCny ?? 0;
  for (const contender of contenders) {
    const { candidate, partnerBid } = contender;
    const won = candidate ? imp.win?.candidate === candidate : imp.win?.partnerBid === partnerBid;
    const asked = contender.reason === UNASKED ? NO_BID.none : contender.reason;
    const reason = !won && asked === NO_BID.none ? NO_BID.outranked : asked;
    trace.push({
      impId: imp.match.imp.id,
      lineItemId: candidate?.item.source.id ?? 0,
      advertiserId: candidate?.item.source.advertiserId ?? 0,
      seat: partnerBid?.seat ?? 'hongze',
      valueMicroCny: candidate?.valueMicroCny ?? partnerBid?.priceMicroCny ?? 0,
      score: contender.score,
      reason,
      minToWinMicroCny: won ? (imp.win?.minToWinMicroCny ?? 0) : clearing,
    });
  }
}
