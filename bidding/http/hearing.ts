/** One auction under way: what it is given, who may ask for what, and what it holds until it is answered. */
import type { Clock } from '../../db/terms/day.ts';
import type { FanOut } from '../demand/fanout.ts';
import type { HeldMarkup } from '../demand/held.ts';
import type { Notices } from '../demand/notices.ts';
import type { PartnerTrace } from '../demand/partner.ts';
import type { Refused } from '../demand/received.ts';
import type { Market } from '../engine/market.ts';
import type { Found, Outcome, PartnerBid } from '../engine/outcome.ts';
import type { Request } from '../engine/request.ts';
import type { Imp } from '../openrtb/imp.ts';
import type { BidRequest } from '../openrtb/message.ts';
import type { Links } from '../render/links.ts';
import type { CapCounters } from '../state/caps.ts';
import type { FeedbackLog } from '../state/feedback.ts';
import type { Knowledge } from '../state/knowledge.ts';
import type { Leases } from '../state/leases.ts';
import type { UserCounts } from '../state/readings.ts';
import type { SnapshotSupplyPartner } from '../wire/partner.ts';
import type { TokenKey } from '../wire/token.ts';

export interface AuctionDeps {
  clock: Clock;
  market: () => Market | undefined;
  caps: CapCounters;
  /** Segments of readers and content of pages. */
  knowledge: Knowledge;
  leases: Leases;
  feedback: Pick<FeedbackLog, 'refusedBy'>;
  key: TokenKey;
  salt: string;
  links: Links;
  nextAuctionId: () => string;
  demand: { fanOut: FanOut; notices: Notices; held: HeldMarkup };
  /** Told of each auction that was held, for the wall and the metrics. */
  held: (
    outcome: Outcome,
    auctionId: string,
    divisionCode: string,
    startedAt: number,
    request: Request,
  ) => void;
}

export interface CallOptions {
  /** The caller may see the trace. */
  mayTrace: boolean;
  /** The reader's browser says no for its reader, whatever the request says. */
  saysNo?: boolean;
  /** The exchange that calls; absent: a page or an outlet of ours. */
  supply?: SnapshotSupplyPartner;
}

const OPTIONS = [false, true].map((mayTrace) =>
  [false, true].map((saysNo): CallOptions => Object.freeze({ mayTrace, saysNo })),
);

/** Of a page's or an outlet's call; the same four objects for ever. */
export const optionsOf = (mayTrace: boolean, saysNo: boolean): CallOptions =>
  OPTIONS[Number(mayTrace)]?.[Number(saysNo)] as CallOptions;

/** What one auction needs until it is answered. */
export interface Hearing {
  message: BidRequest;
  request: Request;
  found: Found;
  auctionId: string;
  startedAt: number;
  /** The lease that pays for each imp's winner. */
  leaseIds: number[];
  options: CallOptions;
  /** What partners bid, and what of it could not stand. */
  partnerBids: PartnerBid[];
  partnerRefusals: Refused[];
  /** What became of asking each partner, where the caller may see it. */
  partnerTrace: PartnerTrace[] | undefined;
  /** Seconds left in each pod whose ads have begun to be sold. */
  podLeftS: Map<Imp, number> | undefined;
  market: Market;
  /** Counters that came with what was asked before matching; `null`: nobody is capped; false: not asked yet. */
  counts: UserCounts | undefined | null | false;
}
