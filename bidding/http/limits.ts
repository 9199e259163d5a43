/**
 * What a candidate must pass besides its rank: markup that fits, a budget to pay from, caps of the reader. Owns the answers to
 * the engine's questions; the state behind them is `bidding/state`'s.
 */
import { seatMay } from '../demand/judge.ts';
import type { ReceivedBid } from '../demand/received.ts';
import { clickCharge } from '../engine/leasePolicy.ts';
import type { Candidate, ImpMatch, PartnerBid } from '../engine/outcome.ts';
import type { Charge } from '../engine/price.ts';
import { NO_BID, type NoBidReason } from '../engine/reasons.ts';
import type { Request } from '../engine/request.ts';
import {
  durationFloorMicroCny,
  fitsDuration,
  isTimed,
  USUAL_DURATION_S,
} from '../openrtb/durations.ts';
import type { Imp } from '../openrtb/imp.ts';
import { isSpoken, OUR_LANGUAGE } from '../openrtb/shown.ts';
import { prepare } from '../openrtb/write.ts';
import { countersOf, subjectOf } from '../state/counters.ts';
import type { UserCounts } from '../state/readings.ts';
import type { AuctionDeps, Hearing } from './hearing.ts';

/** Our own line items bid under this seat. */
export const OUR_SEAT = 'hongze';

/**
 * Why the creative cannot stand here: our seat is not wanted, no markup can be made of it as this imp asks (made once, it is kept
 * for the response), or its length is wrong or worth more than is bid.
 */
export function unfitness(
  deps: AuctionDeps,
  hearing: Hearing,
  candidate: Candidate,
  match: ImpMatch,
): NoBidReason {
  const { message, found } = hearing;
  if (message.wseat.length + message.bseat.length > 0 && !seatMay(OUR_SEAT, message))
    return NO_BID.seat_not_allowed;
  if (!isSpoken(message.languages, OUR_LANGUAGE)) return NO_BID.bad_language;
  const imp = message.imps[found.imps.indexOf(match)];
  const format = match.placement?.format;
  if (!imp || !format || !prepare(candidate.creative, format, imp, deps.links))
    return NO_BID.no_creative_fits;
  const media = imp.video ?? imp.audio;
  if (!media || !isTimed(media)) return NO_BID.none;
  const durationS = durationOf(candidate);
  if (!fitsDuration(media, durationS)) return NO_BID.bad_duration;
  const isLow = candidate.valueMicroCny < durationFloorMicroCny(media, durationS);
  return isLow && !candidate.deal ? NO_BID.below_floor : NO_BID.none;
}

const durationOf = ({ creative }: Candidate): number =>
  creative.content.durationMs === undefined
    ? USUAL_DURATION_S
    : Math.round(creative.content.durationMs / 1000);

/** Whether a pod has room for so many seconds more; what is sold is written down by `sellTime`. */
function hasTime(hearing: Hearing, impIndex: number, durationS: number): boolean {
  const imp = hearing.message.imps[impIndex];
  const media = imp?.video ?? imp?.audio;
  if (!imp || !media || media.podDurationS <= 0) return true;
  return durationS <= (hearing.podLeftS?.get(imp) ?? media.podDurationS);
}

function sellTime(hearing: Hearing, impIndex: number, durationS: number): void {
  const imp = hearing.message.imps[impIndex];
  const media = imp?.video ?? imp?.audio;
  if (!imp || !media || media.podDurationS <= 0) return;
  hearing.podLeftS ??= new Map();
  const left = hearing.podLeftS.get(imp) ?? media.podDurationS;
  hearing.podLeftS.set(imp, left - durationS);
}

const MAX_MULTIPLIER = 10_000;

/**
 * How many people one play-out reaches (OpenRTB 2.6 §3.2.31 `qty`): a screen's price is per thousand of them. 1 on everything
 * that one reader looks at, whatever a caller says.
 */
export function multiplierOf(imp: Imp | undefined, match: ImpMatch | undefined): number {
  if (!imp || imp.multiplier === '' || match?.placement?.format !== 'dooh') return 1;
  const value = Number(imp.multiplier);
  return value > 0 && value <= MAX_MULTIPLIER ? value : 1;
}

/** What one billed event of this imp costs: whole µCNY, rounded down. */
export const billedMicroCny = (chargeMicroCny: number, multiplier: number): number =>
  multiplier === 1 ? chargeMicroCny : Math.floor(chargeMicroCny * multiplier + 1e-6);

export function refusal(
  deps: AuctionDeps,
  candidate: Candidate,
  counts: UserCounts | undefined | null,
  request: Request,
): NoBidReason {
  const { source } = candidate.item;
  const isPaidByClick = source.pricing !== 'CPM' && source.bidFen > 0;
  if (isPaidByClick && deps.leases.clickBudget(source.id, request.atMs) <= 0)
    return NO_BID.no_budget;
  if (source.frequencyCaps.length === 0 || request.userHash === '') return NO_BID.none;
  // Nobody who was found at first had caps, so they were not asked for: whoever came later stands back.
  if (!counts) return NO_BID.caps_unknown;
  for (const cap of source.frequencyCaps) {
    const id = subjectOf(source, cap.scope);
    if (counts.count(cap.scope, id, cap.window) >= cap.count) return NO_BID.frequency_capped;
  }
  return NO_BID.none;
}

export function take(
  deps: AuctionDeps,
  hearing: Hearing,
  candidate: Candidate,
  impIndex: number,
  charge: Charge,
): NoBidReason {
  const durationS = durationOf(candidate);
  if (!hasTime(hearing, impIndex, durationS)) return NO_BID.bad_duration;
  if (charge.billOn === 'impression' && !hearing.request.test) {
    const unpaid = pay(deps, hearing, candidate.item.source.id, impIndex, charge);
    if (unpaid !== NO_BID.none) return unpaid;
  }
  if (charge.billOn === 'click' && !hearing.request.test) {
    // The last click of a budget costs what is left of it: promised so, it can be billed so.
    const left = deps.leases.clickBudget(candidate.item.source.id, hearing.request.atMs);
    charge.chargeMicroCny = clickCharge(charge.chargeMicroCny, left);
  }
  sellTime(hearing, impIndex, durationS);
  return NO_BID.none;
}

/** A partner's winner is paid for from its own line item's lease. */
export function takeBid(
  deps: AuctionDeps,
  hearing: Hearing,
  bid: PartnerBid,
  charge: Charge,
): NoBidReason {
  const { partner, durationS } = bid.ref as ReceivedBid;
  if (!hasTime(hearing, bid.impIndex, durationS)) return NO_BID.bad_duration;
  if (!hearing.request.test) {
    const unpaid = pay(deps, hearing, partner.lineItemId, bid.impIndex, charge);
    if (unpaid !== NO_BID.none) return unpaid;
  }
  sellTime(hearing, bid.impIndex, durationS);
  return NO_BID.none;
}

function pay(
  deps: AuctionDeps,
  hearing: Hearing,
  lineItemId: number,
  impIndex: number,
  charge: Charge,
): NoBidReason {
  const { message, found, request } = hearing;
  const multiplier = multiplierOf(message.imps[impIndex], found.imps[impIndex] as ImpMatch);
  const amount = billedMicroCny(charge.chargeMicroCny, multiplier);
  const leaseId = deps.leases.debit(lineItemId, amount, request.atMs);
  deps.leases.available(lineItemId, amount, request.atMs);
  if (leaseId === 0) return NO_BID.no_budget;
  hearing.leaseIds[impIndex] = leaseId;
  return NO_BID.none;
}

export function countCaps(deps: AuctionDeps, candidate: Candidate, request: Request): void {
  const { source } = candidate.item;
  if (source.frequencyCaps.length === 0 || request.userHash === '') return;
  deps.caps.add(request.userHash, countersOf(source, request.atMs), request.atMs);
}
