/**
 * After the auction, for partners: the winner's markup and notices, the losers' reasons. Owns what each macro is worth: the
 * price is what cleared, in the bid's currency, never the bid and never rounded.
 */
import type { Outcome, PartnerBid, Win } from '../engine/outcome.ts';
import { cpmYuan } from '../openrtb/decimal.ts';
import type { Links } from '../render/links.ts';
import type { Received, ReceivedBid } from './incoming.ts';
import { fillMacros, LOSS, type MacroValues } from './macros.ts';
import { noticeUrl, partnerMarkup } from './markup.ts';
import type { Notices } from './notices.ts';

export interface SaleContext {
  auctionId: string;
  atMs: number;
  test: boolean;
}

function valuesOf(
  bid: ReceivedBid,
  impId: string,
  win: Win | undefined,
  sale: SaleContext,
): MacroValues {
  const clearing = win?.priceMicroCny ?? 0;
  return {
    AUCTION_ID: sale.auctionId,
    AUCTION_BID_ID: bid.id,
    AUCTION_IMP_ID: impId,
    AUCTION_SEAT_ID: bid.seat,
    AUCTION_AD_ID: bid.adId,
    AUCTION_PRICE: cpmYuan(Math.floor(clearing)),
    AUCTION_CURRENCY: 'CNY',
    AUCTION_MBR:
      bid.bidMicroCny > 0 ? String(Math.round((clearing / bid.bidMicroCny) * 10_000) / 10_000) : '',
    AUCTION_LOSS: '',
    AUCTION_MIN_TO_WIN: cpmYuan(Math.ceil(win?.minToWinMicroCny ?? 0)),
    AUCTION_MULTIPLIER: '1',
    AUCTION_IMP_TS: String(sale.atMs),
  };
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
  const values = valuesOf(bid, impId, win, sale);
  const filled: ReceivedBid = {
    ...bid,
    nurl: fillMacros(bid.nurl, values, { encode: true, test: sale.test }),
    burl: fillMacros(bid.burl, values, { encode: true, test: sale.test }),
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
  if (sold.bid.nurl !== '' && sold.bid.adm !== '') notices.tell(sold.bid.nurl);
  if (sold.bid.burl !== '') notices.await(sale.auctionId, ordinal, sold.bid.burl);
}

/** Tells everybody else why. */
export function tellLosers(
  notices: Notices,
  bids: readonly PartnerBid[],
  refused: Received['refused'],
  outcome: Outcome,
  sale: SaleContext,
): void {
  if (sale.test) return;
  for (const bid of bids) {
    const imp = outcome.imps[bid.impIndex];
    const { lurl } = bid.ref as ReceivedBid;
    if (lurl === '' || imp?.win?.partnerBid === bid) continue;
    const isLow = bid.dealId === '' && bid.priceMicroCny < (imp?.match.floorMicroCny ?? 0);
    const loss = isLow ? LOSS.belowFloor : LOSS.outbid;
    const values = valuesOf(bid.ref as ReceivedBid, imp?.match.imp.id ?? '', imp?.win, sale);
    notices.tell(fillMacros(lurl, { ...values, AUCTION_LOSS: String(loss) }, { encode: true }));
  }
  for (const { lurl } of refused) {
    if (noticeUrl(lurl) === undefined) continue;
    const values = { AUCTION_ID: sale.auctionId, AUCTION_LOSS: String(LOSS.invalid) };
    notices.tell(fillMacros(lurl, values, { encode: true }));
  }
}
