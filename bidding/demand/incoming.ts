/**
 * A partner's answer, judged: which of its bids may stand, and why the others may not. Owns the four ways of not bidding and
 * the checks of a bid (OpenRTB 2.6 §4.2); a bid refused is counted under its reason and shown to the partner.
 */
import type { Found, ImpMatch, PartnerBid } from '../engine/outcome.ts';
import { NO_BID, type NoBidReason } from '../engine/reasons.ts';
import type { BidRequest, Imp } from '../openrtb/message.ts';
import type { Partner } from './partner.ts';

export interface ReceivedBid {
  partner: Partner;
  id: string;
  crid: string;
  adm: string;
  nurl: string;
  burl: string;
  lurl: string;
  adomain: string[];
  w: number;
  h: number;
  mtype: 1 | 2 | 3 | 4;
  seat: string;
  adId: string;
  /** What the partner bid, µCNY an impression, before our discount. */
  bidMicroCny: number;
}

export interface Received {
  bids: PartnerBid[];
  refused: { bidId: string; reason: NoBidReason; lurl: string }[];
}

type Json = Record<string, unknown>;
const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
const numberOf = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);

/** `garbage` is a body that is no bid response at all; an empty list is a no-bid, however it was said. */
export function judgeResponse(
  body: unknown,
  partner: Partner,
  request: BidRequest,
  found: Found,
): Received | 'garbage' {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'garbage';
  const response = body as Json;
  const received: Received = { bids: [], refused: [] };
  if (response.seatbid !== undefined && !Array.isArray(response.seatbid)) return 'garbage';
  const seats = listOf(response.seatbid);
  if (seats.length > 0 && response.id !== undefined && response.id !== request.id) return 'garbage';
  // The default is USD (§4.2.1), whatever the request allowed.
  const currency = response.cur === undefined ? 'USD' : response.cur;
  for (const each of seats) {
    const seat = objectOf(each);
    const judged = listOf(seat.bid).map((bid) =>
      judgeBid(objectOf(bid), textOf(seat.seat), currency, partner, request, found),
    );
    const isGroup = seat.group === 1;
    const isBroken = judged.some((one) => !('impIndex' in one));
    for (const one of judged) {
      if (!('impIndex' in one)) received.refused.push(one);
      else if (isGroup && isBroken)
        received.refused.push({
          bidId: (one.ref as ReceivedBid).id,
          reason: NO_BID.bad_imp,
          lurl: (one.ref as ReceivedBid).lurl,
        });
      else received.bids.push(one);
    }
  }
  return received;
}

function judgeBid(
  bid: Json,
  seat: string,
  currency: unknown,
  partner: Partner,
  request: BidRequest,
  found: Found,
): PartnerBid | Received['refused'][number] {
  const lurl = textOf(bid.lurl);
  const refuse = (reason: NoBidReason) => ({ bidId: textOf(bid.id), reason, lurl });
  const impIndex = request.imps.findIndex((imp) => imp.id === bid.impid);
  const imp = request.imps[impIndex];
  const match = found.imps[impIndex];
  if (!imp || !match?.placement) return refuse(NO_BID.bad_imp);
  if (currency !== 'CNY') return refuse(NO_BID.bad_currency);
  const price = typeof bid.price === 'number' ? bid.price : Number.NaN;
  if (!(price > 0) || price > 1_000_000) return refuse(NO_BID.below_floor);
  const adm = textOf(bid.adm);
  if (adm === '' && textOf(bid.nurl) === '') return refuse(NO_BID.no_markup);
  const mtype = mtypeFor(bid.mtype, imp);
  if (mtype === undefined) return refuse(NO_BID.format_not_offered);
  const adomain = listOf(bid.adomain).map(textOf).filter(Boolean);
  if (adomain.some((domain) => isBlocked(domain, request.badv))) return refuse(NO_BID.bad_domain);
  if (mtype === 1 && !sizeOffered(numberOf(bid.w), numberOf(bid.h), imp, match))
    return refuse(NO_BID.bad_size);
  const dealId = textOf(bid.dealid);
  if (!dealStands(dealId, imp, adomain, seat || partner.seat, price)) return refuse(NO_BID.no_deal);
  if (dealId === '' && imp.privateAuction) return refuse(NO_BID.private_auction);
  // Bids round down: never more than was offered. The epsilon is for decimals that binary cannot hold.
  const bidMicroCny = Math.floor(price * 1000 + 1e-6);
  const received: ReceivedBid = {
    partner,
    id: textOf(bid.id),
    crid: textOf(bid.crid),
    adm,
    nurl: textOf(bid.nurl),
    burl: textOf(bid.burl),
    lurl,
    adomain,
    w: numberOf(bid.w),
    h: numberOf(bid.h),
    mtype,
    seat: seat || partner.seat,
    adId: textOf(bid.adid),
    bidMicroCny,
  };
  return {
    impIndex,
    priceMicroCny: Math.floor((bidMicroCny * (100 - partner.discountPercent)) / 100),
    dealId,
    seat: received.seat,
    domain: adomain[0] ?? '',
    category: '',
    ref: received,
  };
}

const isBlocked = (domain: string, blocked: readonly string[]): boolean =>
  blocked.some((each) => domain === each || domain.endsWith(`.${each}`));

/** The markup type said, if it was offered; else the only one that was. */
function mtypeFor(said: unknown, imp: Imp): 1 | 2 | 3 | 4 | undefined {
  const offered: (1 | 2 | 3 | 4)[] = [];
  if (imp.banner) offered.push(1);
  if (imp.video) offered.push(2);
  if (imp.audio) offered.push(3);
  if (imp.native !== undefined) offered.push(4);
  if (said === undefined) return offered[0];
  return offered.find((each) => each === said);
}

function sizeOffered(w: number, h: number, imp: Imp, match: ImpMatch): boolean {
  if (w === 0 || h === 0 || imp.banner?.flexible) return true;
  const sizes = imp.banner?.sizes.length ? imp.banner.sizes : (match.placement?.sizes ?? []);
  return sizes.some((size) => size.w === w && size.h === h);
}

function dealStands(
  dealId: string,
  imp: Imp,
  adomain: readonly string[],
  seat: string,
  price: number,
): boolean {
  if (dealId === '') return true;
  const deal = imp.deals.find((each) => each.id === dealId);
  if (!deal) return false;
  if (deal.wseat.length > 0 && !deal.wseat.includes(seat)) return false;
  if (deal.wadomain.length > 0 && !adomain.some((domain) => deal.wadomain.includes(domain)))
    return false;
  const floor = deal.floor === '' ? 0 : Number(deal.floor);
  if (floor > 0 && deal.floorCurrency !== 'CNY') return false;
  return deal.at === 3 ? price >= floor : price >= floor;
}
