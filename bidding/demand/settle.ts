/**
 * After the auction, for partners: the winner's markup and notices, the losers' reasons. Owns what each macro is worth: the
 * price is what cleared, in the bid's currency, never the bid and never rounded.
 */
import type { Outcome, PartnerBid, Win } from '../engine/outcome.ts';
import { NO_BID, type NoBidReason, reasonOf } from '../engine/reasons.ts';
import { cpmYuan } from '../openrtb/decimal.ts';
import type { Links } from '../render/links.ts';
import type { FanOut } from './fanout.ts';
import { fillMacros, LOSS, type MacroValues, SHOWN_LATER } from './macros.ts';
import { noticeUrl, partnerMarkup } from './markup.ts';
import type { Notices } from './notices.ts';
import type { ReceivedBid, Refused } from './received.ts';

export interface SaleContext {
  auctionId: string;
  /** `id` of the bid request: what partners know the auction by. */
  requestId: string;
  test: boolean;
  /** People that a play-out of the imp reaches. */
  multiplierAt: (impIndex: number) => number;
}

function valuesOf(
  bid: ReceivedBid,
  impId: string,
  win: Win | undefined,
  sale: SaleContext,
  impIndex: number,
): MacroValues {
  // Who lost hears what would have won (§4.4.1), not what was paid.
  const clearing = win?.partnerBid?.ref === bid ? win.priceMicroCny : undefined;
  const ratio =
    clearing === undefined || bid.bidMicroCny <= 0 ? undefined : clearing / bid.bidMicroCny;
  return {
    AUCTION_ID: sale.requestId,
    AUCTION_BID_ID: bid.bidid || bid.id,
    AUCTION_IMP_ID: impId,
    AUCTION_SEAT_ID: bid.seat,
    AUCTION_AD_ID: bid.adId,
    AUCTION_PRICE: clearing === undefined ? '' : cpmYuan(Math.floor(clearing)),
    AUCTION_CURRENCY: 'CNY',
    AUCTION_MBR: ratio === undefined ? '' : String(Math.round(ratio * 10_000) / 10_000),
    AUCTION_LOSS: '',
    AUCTION_MIN_TO_WIN: win ? minToWin(bid, win, clearing !== undefined) : '',
    AUCTION_MULTIPLIER: String(sale.multiplierAt(impIndex)),
    AUCTION_IMP_TS: '',
  };
}

/**
 * What would have sufficed: to tie with the next best for who won, with the winner for who lost (§4.4.1); as a bid of this partner,
 * before its discount.
 */
function minToWin({ partner }: ReceivedBid, win: Win, hasWon: boolean): string {
  const netMicroCny = hasWon ? win.minToWinMicroCny : win.priceMicroCny;
  return cpmYuan(Math.ceil((netMicroCny * 100) / (100 - partner.discountPercent)));
}

export interface PartnerSale {
  /** Markup with the token's place marked. */
  markup: string;
  bid: ReceivedBid;
}

/** The winner's markup; undefined when there is none that could be shown. */
export function partnerSale(
  partnerBid: PartnerBid,
  impId: string,
  win: Win,
  size: { w: number; h: number },
  links: Links,
  sale: SaleContext,
): PartnerSale | undefined {
  const bid = partnerBid.ref as ReceivedBid;
  const values = valuesOf(bid, impId, win, sale, partnerBid.impIndex);
  const filled: ReceivedBid = {
    ...bid,
    nurl: fillMacros(bid.nurl, values, { encode: true, test: sale.test }),
    burl: fillMacros(
      bid.burl,
      { ...values, AUCTION_IMP_TS: SHOWN_LATER },
      { encode: true, test: sale.test },
    ),
  };
  const adm = fillMacros(bid.adm, values, { test: sale.test });
  const markup = partnerMarkup(filled, adm, size, links);
  return markup === undefined ? undefined : { markup, bid: filled };
}

/** Tells the winner of an imp; nothing is told of a trial request. */
export function tellWinner(
  notices: Notices,
  sold: PartnerSale,
  ordinal: number,
  sale: SaleContext,
): void {
  if (sale.test) return;
  if (sold.bid.nurl !== '' && sold.bid.adm !== '') notices.tell(sold.bid.nurl, sold.bid.partner);
  if (sold.bid.burl !== '') notices.await(sale.auctionId, ordinal, sold.bid.burl, sold.bid.partner);
}

/** OpenRTB's loss reason (AdCOM 1.0 "Loss Reason Codes") of ours. */
const LOSS_OF: Partial<Record<NoBidReason, number>> = {
  [NO_BID.below_floor]: LOSS.belowFloor,
  [NO_BID.below_deal_floor]: LOSS.belowDealFloor,
  [NO_BID.no_deal]: LOSS.invalidDeal,
  [NO_BID.private_auction]: LOSS.invalidDeal,
  [NO_BID.bad_domain]: LOSS.advertiser,
  [NO_BID.bad_app]: LOSS.app,
  [NO_BID.bad_language]: LOSS.language,
  [NO_BID.no_markup]: LOSS.noMarkup,
  [NO_BID.seat_not_allowed]: LOSS.seatBlocked,
  [NO_BID.bad_size]: LOSS.size,
  [NO_BID.format_not_offered]: LOSS.format,
  [NO_BID.insecure]: LOSS.insecure,
  [NO_BID.bad_category]: LOSS.category,
  [NO_BID.blocked_by_outlet]: LOSS.category,
  [NO_BID.barred_for_minors]: LOSS.category,
  [NO_BID.bad_attribute]: LOSS.attribute,
  [NO_BID.bad_duration]: LOSS.duration,
  [NO_BID.separated]: LOSS.creative,
};

function lossOf(bid: PartnerBid, outcome: Outcome): { code: number; key: string } {
  const imp = outcome.imps[bid.impIndex];
  const isLow = bid.dealId === '' && bid.priceMicroCny < (imp?.match.floorMicroCny ?? 0);
  if (isLow) return { code: LOSS.belowFloor, key: 'below_floor' };
  const byDeal = bid.dealId === '' && imp?.win?.dealId;
  return { code: byDeal ? LOSS.outbidByDeal : LOSS.outbid, key: 'outranked' };
}

/** Tells everybody else why, and keeps it for the partner's report. */
export function tellLosers(
  demand: { notices: Notices; fanOut: Pick<FanOut, 'settled'> },
  bids: readonly PartnerBid[],
  refused: readonly Refused[],
  outcome: Outcome,
  sale: SaleContext,
): void {
  if (sale.test) return;
  for (const bid of bids) {
    const imp = outcome.imps[bid.impIndex];
    const ref = bid.ref as ReceivedBid;
    if (imp?.win?.partnerBid === bid) {
      demand.fanOut.settled(ref.partner, undefined);
      continue;
    }
    const { code, key } = lossOf(bid, outcome);
    demand.fanOut.settled(ref.partner, key);
    if (ref.lurl === '') continue;
    const values = valuesOf(ref, imp?.match.imp.id ?? '', imp?.win, sale, bid.impIndex);
    // Where the price did not decide, no price would have won.
    const isPriced = code === LOSS.outbid;
    const told = {
      ...values,
      AUCTION_LOSS: String(code),
      ...(isPriced ? {} : { AUCTION_MIN_TO_WIN: '' }),
    };
    demand.notices.tell(fillMacros(ref.lurl, told, { encode: true }), ref.partner);
  }
  for (const { partner, lurl, reason } of refused) {
    demand.fanOut.settled(partner, reasonOf(reason)?.key ?? 'invalid');
    if (noticeUrl(lurl) === undefined) continue;
    const loss = LOSS_OF[reason] ?? LOSS.invalid;
    const values = { AUCTION_ID: sale.requestId, AUCTION_LOSS: String(loss) };
    demand.notices.tell(fillMacros(lurl, values, { encode: true }), partner);
  }
}
