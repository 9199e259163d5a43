/**
 * What a candidate must pass besides its rank: markup that fits, a budget to pay from, caps of the reader. Owns the answers to
 * the engine's questions; the state behind them is `bidding/state`'s.
 */
import type { Candidate, ImpMatch } from '../engine/outcome.ts';
import type { Charge } from '../engine/price.ts';
import { NO_BID, type NoBidReason } from '../engine/reasons.ts';
import type { Request } from '../engine/request.ts';
import { prepare } from '../openrtb/write.ts';
import { counterKey, type UserCounts } from '../state/caps.ts';
import type { AuctionDeps, Hearing } from './auction.ts';

/** Whether markup can be made of the creative as this imp asks for it; made once, it is kept for the response. */
export function fits(
  deps: AuctionDeps,
  hearing: Hearing,
  candidate: Candidate,
  match: ImpMatch,
): boolean {
  const imp = hearing.message.imps[hearing.found.imps.indexOf(match)];
  const format = match.placement?.format;
  return !!imp && !!format && prepare(candidate.creative, format, imp, deps.links) !== undefined;
}

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
  if (source.frequencyCaps.length === 0 || counts === null) return NO_BID.none;
  if (counts === undefined) return NO_BID.caps_unknown;
  for (const cap of source.frequencyCaps) {
    const id = subjectOf(source, cap.scope);
    if (counts.count(cap.scope, id, cap.window) >= cap.count) return NO_BID.frequency_capped;
  }
  return NO_BID.none;
}

type Source = Candidate['item']['source'];

function subjectOf(source: Source, scope: 'lineItem' | 'campaign' | 'advertiser'): number {
  if (scope === 'lineItem') return source.id;
  return scope === 'campaign' ? source.campaignId : source.advertiserId;
}

export function take(
  deps: AuctionDeps,
  hearing: Hearing,
  candidate: Candidate,
  impIndex: number,
  charge: Charge,
): NoBidReason {
  if (charge.billOn !== 'impression' || hearing.request.test) return NO_BID.none;
  const { id } = candidate.item.source;
  const { atMs } = hearing.request;
  const leaseId = deps.leases.debit(id, charge.chargeMicroCny, atMs);
  deps.leases.available(id, charge.chargeMicroCny, atMs);
  if (leaseId === 0) return NO_BID.no_budget;
  hearing.leaseIds[impIndex] = leaseId;
  return NO_BID.none;
}

export function countCaps(deps: AuctionDeps, candidate: Candidate, request: Request): void {
  const { source } = candidate.item;
  if (source.frequencyCaps.length === 0 || request.userHash === '') return;
  const counters = new Set<string>();
  for (const { scope, window } of source.frequencyCaps)
    counters.add(counterKey(scope, subjectOf(source, scope), window, request.atMs));
  deps.caps.add(request.userHash, [...counters], request.atMs);
}
