/**
 * One bid request from its bytes to its answer. Owns the order of things: read, judge, find, ask Redis once, decide, sign.
 * Where nothing has to be asked, all of it happens within one turn of the event loop. Answers always; a request that
 * cannot be served is a no-bid with its reason, and never an error of ours.
 */
import { tellLosers } from '../demand/settle.ts';
import { runAuction } from '../engine/auction.ts';
import { findCandidates, furtherCandidates, newFound, TRACED_LIMIT } from '../engine/candidates.ts';
import type { AuctionCalls } from '../engine/contenders.ts';
import type { Market } from '../engine/market.ts';
import type { Candidate, Found, TraceLine } from '../engine/outcome.ts';
import { NO_BID, type NoBidReason, reasonOf } from '../engine/reasons.ts';
import { explainLosers } from '../engine/trace.ts';
import { spreadPods } from '../openrtb/durations.ts';
import { Malformed } from '../openrtb/malformed.ts';
import type { BidRequest } from '../openrtb/message.ts';
import { MAX_IMPS, readBidRequest } from '../openrtb/read.ts';
import { understand } from '../openrtb/understand.ts';
import { violationOf } from '../openrtb/valid.ts';
import type { UserCounts } from '../state/readings.ts';
import { ask, askAll, askFurther } from './asking.ts';
import { compose } from './compose.ts';
import type { AuctionDeps, CallOptions, Hearing } from './hearing.ts';
import { countCaps, multiplierOf, refusal, take, takeBid, unfitness } from './limits.ts';
import type { Problem } from './respond.ts';

export interface Answer {
  /** JSON of a bid response, in ASCII; undefined for 204. */
  body: string | undefined;
  /** Key of the reason why there is no bid. */
  reason: string;
  problem: Problem | undefined;
  /** Version of the snapshot that answered; 0: none did. */
  version: number;
}

type Done = (answer: Answer) => void;

export const noBid = (reason: string, version = 0): Answer => ({
  body: undefined,
  reason,
  problem: undefined,
  version,
});

export const refused = (reason: string, problem: Problem): Answer => ({
  ...noBid(reason),
  problem,
});

export const malformed = (fault: Malformed): Problem => ({
  status: 400,
  code: 'malformed',
  zh: `请求无法解析（第 ${fault.offset} 字节）：${fault.message}`,
  en: `cannot be read at byte ${fault.offset}: ${fault.message}`,
  pointer: fault.pointer,
});

export interface Auctioneer {
  /** `body` is the caller's again when this returns. */
  (body: Buffer, options: CallOptions, done: Done): void;
  /** The same for a request that is read and judged already; `raw` is what partners are sent. */
  hold(message: BidRequest, options: CallOptions, done: Done, raw?: Buffer): void;
}

export function createAuctioneer(deps: AuctionDeps): Auctioneer {
  const spare: Found[] = [];

  function hold(message: BidRequest, options: CallOptions, done: Done, raw?: Buffer): void {
    const market = deps.market();
    if (!market) {
      done(noBid('no_market'));
      return;
    }
    const startedAt = performance.now();
    if (options.saysNo) message.optedOut = true;
    message.imps = spreadPods(message.imps, MAX_IMPS);
    const request = understand(message, deps.clock(), deps.salt);
    if (request === 'bad_currency') {
      done(noBid(request, market.version));
      return;
    }
    const hearing: Hearing = {
      message,
      request,
      found: spare.pop() ?? newFound(),
      auctionId: deps.nextAuctionId(),
      startedAt,
      leaseIds: [],
      options,
      partnerBids: [],
      partnerRefusals: [],
      partnerTrace: options.mayTrace || message.test ? [] : undefined,
      podLeftS: undefined,
      market,
      counts: false,
    };
    // It has to outlast the answers of Redis.
    const letter = raw && market.demandPartners.size > 0 ? Buffer.from(raw) : undefined;
    const names = deps.knowledge.wanted(market, message, request);
    if (names.length === 0) {
      deps.knowledge.apply(market, message, request, names, []);
      proceed(market, hearing, done, letter);
      return;
    }
    // The one round trip comes before matching then, and brings the counters along.
    deps.caps.readWith(request.userHash, names, request.atMs, (counts, values) => {
      const current = deps.market() ?? market;
      deps.knowledge.apply(current, message, request, names, values);
      hearing.counts = request.userHash === '' ? null : counts;
      proceed(current, hearing, done, letter);
    });
  }

  function proceed(market: Market, hearing: Hearing, done: Done, letter?: Buffer): void {
    const { found } = hearing;
    hearing.market = market;
    if (isTraced(hearing)) findCandidates(market, hearing.request, found, TRACED_LIMIT);
    else findCandidates(market, hearing.request, found);
    if (letter) {
      void askAll(deps, deps.demand.fanOut, hearing, letter).then((counts) =>
        conclude(hearing, counts, done),
      );
    } else ask(deps, hearing, (counts) => conclude(hearing, counts, done));
  }

  function conclude(hearing: Hearing, counts: UserCounts | undefined | null, done: Done): void {
    const refuse = refuserOf(deps, hearing, counts);
    const answer = (): void => {
      const decided = decide(deps, hearing, refuse);
      counts?.close();
      spare.push(hearing.found);
      done(decided);
    };
    const further = askFurther(deps, hearing, refuse);
    if (further) void further.then(answer);
    else answer();
  }

  const auctioneer = (body: Buffer, options: CallOptions, done: Done): void => {
    const message = readBidRequest(body);
    if (message instanceof Malformed) {
      done(refused('malformed', malformed(message)));
      return;
    }
    const violation = violationOf(message);
    if (violation) {
      const problem: Problem = { status: 400, code: 'invalid_request', ...violation };
      done(refused('invalid_request', problem));
      return;
    }
    hold(message, options, done, body);
  };
  return Object.assign(auctioneer, { hold });
}

const isTraced = ({ options, request }: Hearing): boolean => options.mayTrace || request.test;

type Refuser = NonNullable<AuctionCalls['refuse']>;

/** Asks, once a candidate, what speaks against it: its reader, the imp as it is asked for, caps, a click's budget. */
function refuserOf(
  deps: AuctionDeps,
  hearing: Hearing,
  counts: UserCounts | undefined | null,
): Refuser {
  const { request } = hearing;
  const refused = deps.feedback.refusedBy(request.userHash);
  const refuse: Refuser = (candidate, match) => {
    const { campaignId } = candidate.item.source;
    if (refused?.has(campaignId) || request.refusedCampaigns.includes(campaignId))
      return NO_BID.refused_by_reader;
    const unfit = unfitness(deps, hearing, candidate, match);
    return unfit === NO_BID.none ? refusal(deps, candidate, counts, request) : unfit;
  };
  let last: Candidate | undefined;
  let said: NoBidReason = NO_BID.none;
  // The first is asked by who looks whether others are needed, and by the auction.
  return (candidate, match) => {
    if (candidate !== last) said = refuse(candidate, match);
    last = candidate;
    return said;
  };
}

function decide(deps: AuctionDeps, hearing: Hearing, refuse: Refuser): Answer {
  const { found, request } = hearing;
  const trace: TraceLine[] | undefined = isTraced(hearing) ? [] : undefined;
  const outcome = runAuction(found, {
    refuse,
    further: (match) => furtherCandidates(hearing.market, request, match),
    take: (candidate, match, charge) =>
      take(deps, hearing, candidate, found.imps.indexOf(match), charge),
    partnerBids: hearing.partnerBids,
    takeBid: (bid, charge) => takeBid(deps, hearing, bid, charge),
    trace,
  });
  const market = deps.market();
  if (trace && market) explainLosers(market, request, found, trace);
  for (const imp of outcome.imps)
    if (imp.win?.candidate && !request.test) countCaps(deps, imp.win.candidate, request);
  deps.held(outcome, hearing.auctionId, found.located.code, hearing.startedAt, request);
  const body = compose(deps, hearing, outcome, trace);
  const { auctionId, partnerBids, partnerRefusals } = hearing;
  if (partnerBids.length + partnerRefusals.length > 0) {
    const multiplierAt = (i: number) =>
      multiplierOf(hearing.message.imps[i], outcome.imps[i]?.match);
    const { id: requestId } = hearing.message;
    const sale = { auctionId, requestId, test: request.test, multiplierAt };
    tellLosers(deps.demand, partnerBids, partnerRefusals, outcome, sale);
  }
  const reason = outcome.imps.find((imp) => imp.reason !== NO_BID.none)?.reason ?? NO_BID.none;
  const key = reasonOf(reason)?.key ?? 'none';
  return { body, reason: key, problem: undefined, version: outcome.version };
}
