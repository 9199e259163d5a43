/**
 * What an auction has to ask before it can decide: Redis for caps and leases, partners for bids, all at once. Owns the waiting; where
 * nothing has to be asked, the callback comes in the same turn.
 */
import { type FanOut, partnerTimeMs } from '../demand/fanout.ts';
import { furtherCandidates } from '../engine/candidates.ts';
import type { Candidate, ImpMatch } from '../engine/outcome.ts';
import { NO_BID, type NoBidReason } from '../engine/reasons.ts';
import type { Request } from '../engine/request.ts';
import type { UserCounts } from '../state/readings.ts';
import { within } from '../state/script.ts';
import type { AuctionDeps, Hearing } from './hearing.ts';

/** Impression price by which a lease is sized before the auction has named one. */
const unitOf = (candidate: Candidate): number => Math.ceil(candidate.valueMicroCny);

/**
 * Asks Redis what only it knows, at once: the user's counters, and leases for line items seen first. Calls back in the
 * same turn when there is nothing to ask. `null`: nobody is capped.
 */
export function ask(
  deps: AuctionDeps,
  hearing: Hearing,
  done: (counts: UserCounts | undefined | null) => void,
): void {
  const { found, request } = hearing;
  let capped = false;
  let first: Promise<unknown>[] | undefined;
  for (let i = 0; i < found.count; i++) {
    const match = found.imps[i] as ImpMatch;
    for (let j = 0; j < match.count; j++) {
      const candidate = match.candidates[j] as Candidate;
      if (candidate.item.source.frequencyCaps.length > 0) capped = true;
      const asking = askLease(deps, candidate, request);
      if (asking) {
        first ??= [];
        first.push(asking);
      }
    }
  }
  const read = capped && request.userHash !== '' && hearing.counts === false;
  const known = hearing.counts === false ? null : hearing.counts;
  if (!first && !read) done(known);
  else if (!first)
    deps.caps.read(request.userHash, request.atMs, (counts) => {
      done(counts);
    });
  else void askBoth(deps, request, first, read, known).then(done);
}

/** Resolves when the pool of a line item seen first has answered. */
function askLease(
  deps: AuctionDeps,
  candidate: Candidate,
  { atMs }: Request,
): Promise<void> | undefined {
  const { id, bidFen, pricing } = candidate.item.source;
  if (bidFen === 0) return undefined;
  return pricing === 'CPM'
    ? deps.leases.prepare(id, unitOf(candidate), atMs)
    : deps.leases.prepareClicks(id, atMs);
}

/** So many of those who come next are made able to pay. */
const FURTHER_ASKED = 3;

/**
 * Where all that were found for an imp are refused, whoever comes next must be able to pay: resolves when they are, undefined
 * where nothing has to be waited for, as nearly always.
 */
export function askFurther(
  deps: AuctionDeps,
  { market, found, request }: Hearing,
  refuse: (candidate: Candidate, match: ImpMatch) => NoBidReason,
): Promise<unknown> | undefined {
  let asked: Promise<void>[] | undefined;
  for (let i = 0; i < found.count; i++) {
    const match = found.imps[i] as ImpMatch;
    if (!match.isFull || someIsFree(match, refuse)) continue;
    let left = FURTHER_ASKED;
    for (const candidate of furtherCandidates(market, request, match)) {
      if (left === 0) break;
      if (refuse(candidate, match) !== NO_BID.none) continue;
      left -= 1;
      const asking = askLease(deps, candidate, request);
      if (!asking) continue;
      asked ??= [];
      asked.push(asking);
    }
  }
  return asked && Promise.allSettled(asked);
}

function someIsFree(
  match: ImpMatch,
  refuse: (candidate: Candidate, match: ImpMatch) => NoBidReason,
): boolean {
  for (let j = 0; j < match.count; j++)
    if (refuse(match.candidates[j] as Candidate, match) === NO_BID.none) return true;
  return false;
}

/** Redis and the partners at the same time, and no longer than the partners: what is not known by then is not sold. */
export async function askAll(
  deps: AuctionDeps,
  fanOut: FanOut,
  hearing: Hearing,
  raw: Buffer,
): Promise<UserCounts | undefined | null> {
  const counts = new Promise<UserCounts | undefined | null>((resolve) =>
    ask(deps, hearing, resolve),
  );
  const { market, message, found, request, startedAt } = hearing;
  const leases: Promise<void>[] = [];
  for (const { partner, lastBidMicroCny } of fanOut.gates(market)) {
    const asking = deps.leases.prepare(partner.lineItemId, lastBidMicroCny, request.atMs);
    if (asking) leases.push(asking);
  }
  const trace = hearing.partnerTrace;
  const inquiry = { raw, message, found, market, atMs: request.atMs, startedAt, trace };
  await new Promise<void>((resolve) =>
    fanOut.ask(inquiry, (bids, refused) => {
      hearing.partnerBids = bids;
      hearing.partnerRefusals = refused;
      resolve();
    }),
  );
  const known = leases.length > 0 ? Promise.allSettled(leases).then(() => counts) : counts;
  const leftMs = partnerTimeMs(message.tmaxMs) - (performance.now() - startedAt);
  return within(Math.max(1, leftMs), known).catch(() => {
    void counts.then((late) => late?.close());
    return undefined;
  });
}

/** The rare case: a line item seen for the first time here. */
async function askBoth(
  deps: AuctionDeps,
  request: Request,
  leases: Promise<unknown>[],
  read: boolean,
  known: UserCounts | undefined | null,
): Promise<UserCounts | undefined | null> {
  const counts = read
    ? new Promise<UserCounts | undefined>((resolve) =>
        deps.caps.read(request.userHash, request.atMs, resolve),
      )
    : known;
  await Promise.allSettled(leases);
  return counts;
}
