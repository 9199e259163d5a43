/**
 * One bid of a partner against what was asked (OpenRTB 2.6 §4.2.3): seat, price, markup, format, size, length, blocklists, deal.
 * Owns the order of the checks, cheapest first, and the first reason that fails.
 */
import type { ImpMatch, PartnerBid } from '../engine/outcome.ts';
import { NO_BID, type NoBidReason } from '../engine/reasons.ts';
import { BARRED_FOR_MINORS } from '../engine/stops.ts';
import { isWithin, touchedBy } from '../openrtb/categories.ts';
import { floorMicroCny } from '../openrtb/decimal.ts';
import { asksMoney, durationFloorMicroCny, fitsDuration } from '../openrtb/durations.ts';
import type { Deal, Imp, Media } from '../openrtb/imp.ts';
import type { BidRequest } from '../openrtb/message.ts';
import { FRAMED_BANNER, isSpoken } from '../openrtb/shown.ts';
import { noticeUrl } from './markup.ts';
import { dealNamed } from './offers.ts';
import { listOf, type Question, type ReceivedBid, type Refused, textOf } from './received.ts';
import { plays, readVast } from './vast.ts';

type Json = Record<string, unknown>;
const numberOf = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);

const MAX_CPM_YUAN = 1_000_000;

export function judgeBid(
  bid: Json,
  saidSeat: string,
  currency: unknown,
  group: string,
  question: Question,
): PartnerBid | Refused {
  const { partner, request, found } = question;
  const lurl = textOf(bid.lurl);
  const refuse = (reason: NoBidReason): Refused => ({
    partner,
    bidId: textOf(bid.id),
    reason,
    lurl,
  });
  const impIndex = request.imps.findIndex((each) => each.id === bid.impid);
  const imp = request.imps[impIndex];
  const match = found.imps[impIndex];
  if (!imp || !match?.placement) return refuse(NO_BID.bad_imp);
  if (currency !== 'CNY') return refuse(NO_BID.bad_currency);
  const price = typeof bid.price === 'number' ? bid.price : Number.NaN;
  if (!(price > 0) || price > MAX_CPM_YUAN) return refuse(NO_BID.below_floor);
  const seat = saidSeat || partner.seat;
  if (!seatMay(seat, request)) return refuse(NO_BID.seat_not_allowed);
  const adomain = listOf(bid.adomain).map(textOf).filter(Boolean);
  const mtype = mtypeFor(bid.mtype, imp);
  if (mtype === undefined) return refuse(NO_BID.format_not_offered);
  const media = mtype === 2 ? imp.video : mtype === 3 ? imp.audio : undefined;
  const durationS = media ? durationOf(bid) : 0;
  const unfit =
    markupRefusal(bid, imp, media) ||
    listRefusal(bid, adomain, request, match) ||
    shapeRefusal(bid, mtype, imp, match, media, durationS);
  if (unfit !== NO_BID.none) return refuse(unfit);
  // Bids round down: never more than was offered. The epsilon is for decimals that binary cannot hold.
  const bidMicroCny = Math.floor(price * 1000 + 1e-6);
  const priceMicroCny = Math.floor((bidMicroCny * (100 - partner.discountPercent)) / 100);
  const dealId = textOf(bid.dealid);
  const deal = dealId === '' ? undefined : dealNamed(dealId, question.deals[impIndex] ?? [], imp);
  const dealFault = dealRefusal(dealId, deal, adomain, seat, bidMicroCny);
  if (dealFault !== NO_BID.none) return refuse(dealFault);
  if (dealId === '' && imp.privateAuction) return refuse(NO_BID.private_auction);
  const lengthFloor = media ? durationFloorMicroCny(deal ?? media, durationS) : 0;
  if ((deal ? bidMicroCny : priceMicroCny) < lengthFloor)
    return refuse(deal ? NO_BID.below_deal_floor : NO_BID.below_floor);
  const received: ReceivedBid = {
    partner,
    id: textOf(bid.id),
    bidid: '',
    crid: textOf(bid.crid),
    adm: textOf(bid.adm),
    nurl: textOf(bid.nurl),
    burl: textOf(bid.burl),
    lurl,
    adomain,
    categories: listOf(bid.cat).map(textOf).filter(Boolean),
    taxonomy: numberOf(bid.cattax) || 1,
    attributes: listOf(bid.attr).filter((each) => Number.isSafeInteger(each)) as number[],
    w: numberOf(bid.w),
    h: numberOf(bid.h),
    mtype,
    seat,
    adId: textOf(bid.adid),
    durationS,
    protocol: numberOf(bid.protocol),
    language: languageOf(bid),
    expS: numberOf(bid.exp),
    slotInPod: bid.slotinpod === 1 || bid.slotinpod === -1 ? bid.slotinpod : 0,
    bidMicroCny,
  };
  return {
    impIndex,
    priceMicroCny,
    dealId,
    dealAt: deal?.at ?? 0,
    dealFloorMicroCny: deal ? (floorMicroCny(deal.floor) ?? 0) : 0,
    isGuaranteed: deal?.guaranteed ?? false,
    group,
    seat,
    domain: adomain[0] ?? '',
    category: housed(bid)[0] ?? '',
    ref: received,
  };
}

/** `wseat` names who may bid, `bseat` who may not (§3.2.1). */
export const seatMay = (seat: string, { wseat, bseat }: BidRequest): boolean =>
  wseat.length > 0 ? wseat.includes(seat) : !bseat.includes(seat);

const housed = (bid: Json): readonly string[] =>
  listOf(bid.cat).flatMap((code) => touchedBy(textOf(code), numberOf(bid.cattax) || 1));

const languageOf = (bid: Json): string => textOf(bid.language) || textOf(bid.langb);

const INSECURE = /\bsrc\s*=\s*["']?http:|<MediaFile[^>]*>\s*(?:<!\[CDATA\[)?\s*http:/i;

function markupRefusal(bid: Json, imp: Imp, media: Media | undefined): NoBidReason {
  const adm = textOf(bid.adm);
  // Markup that comes with the win notice is fetched by its address, which has to be one of the web.
  const address = adm === '' ? noticeUrl(textOf(bid.nurl)) : '';
  if (address === undefined) return NO_BID.no_markup;
  if (imp.secure === 1 && address.startsWith('http:')) return NO_BID.insecure;
  if (media && adm !== '') {
    const facts = readVast(adm);
    if (!facts) return NO_BID.no_markup;
    if (!plays(facts, media)) return NO_BID.format_not_offered;
  }
  const said = numberOf(bid.protocol);
  if (media && adm === '' && said > 0 && media.protocols.length > 0)
    if (!media.protocols.includes(said)) return NO_BID.format_not_offered;
  return imp.secure === 1 && INSECURE.test(adm) ? NO_BID.insecure : NO_BID.none;
}

const isBlocked = (domain: string, blocked: readonly string[]): boolean =>
  blocked.some((each) => domain === each || domain.endsWith(`.${each}`));

/** Blocklists of the request and of the outlet. A bid that names no domain cannot be held against a list of domains. */
function listRefusal(
  bid: Json,
  adomain: readonly string[],
  request: BidRequest,
  match: ImpMatch,
): NoBidReason {
  const { badv, bapp, bcat, acat, refused, languages } = request;
  if (badv.length > 0 && adomain.length === 0) return NO_BID.bad_domain;
  if (adomain.some((each) => isBlocked(each, badv) || isBlocked(each, refused)))
    return NO_BID.bad_domain;
  if (bapp.length > 0 && bapp.includes(textOf(bid.bundle))) return NO_BID.bad_app;
  // As with domains: what says no language cannot be held against a list of them.
  if (languages.length > 0 && !isSpoken(languages, languageOf(bid))) return NO_BID.bad_language;
  const said = listOf(bid.cat).map(textOf);
  const house = housed(bid);
  if (bcat.some((code) => said.some((each) => isWithin(each, code)) || house.includes(code)))
    return NO_BID.bad_category;
  if (acat.length > 0) {
    const isAllowed =
      said.length > 0 && said.every((each) => acat.some((code) => isWithin(each, code)));
    if (!isAllowed) return NO_BID.bad_category;
  }
  if (house.some((each) => match.outlet?.blockedCategories.includes(each)))
    return NO_BID.blocked_by_outlet;
  const minors = request.coppa || match.property?.forMinors === true;
  if (minors && house.some((each) => BARRED_FOR_MINORS.has(each))) return NO_BID.barred_for_minors;
  return NO_BID.none;
}

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

function shapeRefusal(
  bid: Json,
  mtype: 1 | 2 | 3 | 4,
  imp: Imp,
  match: ImpMatch,
  media: Media | undefined,
  durationS: number,
): NoBidReason {
  if (mtype === 1 && !sizeOffered(numberOf(bid.w), numberOf(bid.h), imp, match))
    return NO_BID.bad_size;
  if (mtype === 1 && imp.banner?.btype.includes(FRAMED_BANNER)) return NO_BID.format_not_offered;
  // What the markup needs and the imp does not list is not there (§3.2.6–3.2.8 `api`); `apis` it merely knows.
  const needed = numberOf(bid.api);
  const apis = mtype === 1 ? imp.banner?.api : media?.api;
  if (needed > 0 && mtype !== 4 && !apis?.includes(needed)) return NO_BID.bad_attribute;
  const barred = mtype === 1 ? imp.banner?.battr : mtype === 4 ? imp.nativeBattr : media?.battr;
  if (barred?.length && listOf(bid.attr).some((each) => barred.includes(each as number)))
    return NO_BID.bad_attribute;
  if (media && !fitsDuration(media, durationS)) return NO_BID.bad_duration;
  return NO_BID.none;
}

function sizeOffered(w: number, h: number, imp: Imp, match: ImpMatch): boolean {
  if (w === 0 || h === 0 || imp.banner?.flexible) return true;
  const sizes = imp.banner?.sizes.length ? imp.banner.sizes : (match.placement?.sizes ?? []);
  return sizes.some((size) => size.w === w && size.h === h);
}

const DURATION = /<Duration>\s*(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?\s*<\/Duration>/;

/** Seconds: `dur` of the bid, else what its VAST says; 0 where neither does. */
function durationOf(bid: Json): number {
  const said = numberOf(bid.dur);
  if (said > 0) return said;
  const match = DURATION.exec(textOf(bid.adm));
  return match ? Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]) : 0;
}

function dealRefusal(
  dealId: string,
  deal: Deal | undefined,
  adomain: readonly string[],
  seat: string,
  bidMicroCny: number,
): NoBidReason {
  if (dealId === '') return NO_BID.none;
  if (!deal) return NO_BID.no_deal;
  if (deal.wseat.length > 0 && !deal.wseat.includes(seat)) return NO_BID.no_deal;
  if (deal.wadomain.length > 0 && !adomain.some((each) => deal.wadomain.includes(each)))
    return NO_BID.no_deal;
  const floor = floorMicroCny(deal.floor) ?? 0;
  if ((floor > 0 || asksMoney(deal)) && deal.floorCurrency !== 'CNY') return NO_BID.no_deal;
  return bidMicroCny < floor ? NO_BID.below_deal_floor : NO_BID.none;
}
