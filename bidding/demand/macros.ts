/**
 * OpenRTB's substitution macros (2.6 §4.4) in markup and notice URLs. Owns their names and the `:B64` suffix; an unknown one
 * becomes nothing, and in a trial request every one becomes AUDIT.
 */

export interface MacroValues {
  /** `BidRequest.id`, as the partner was sent it. */
  AUCTION_ID: string;
  /** `BidResponse.bidid`. */
  AUCTION_BID_ID: string;
  AUCTION_IMP_ID: string;
  AUCTION_SEAT_ID: string;
  AUCTION_AD_ID: string;
  /** Clearing price in the bid's currency and unit. */
  AUCTION_PRICE: string;
  AUCTION_CURRENCY: string;
  /** Market bid ratio: clearing price ÷ bid price. */
  AUCTION_MBR: string;
  AUCTION_LOSS: string;
  AUCTION_MIN_TO_WIN: string;
  AUCTION_MULTIPLIER: string;
  /** When it was shown: known once it is billed, and until then nothing, but in a bill notice (`shownAt`). */
  AUCTION_IMP_TS: string;
}

const MACRO = /\$\{(AUCTION_[A-Z_]+)(:B64)?\}/g;

/** `encode` for URLs. `test`: a preview. */
export function fillMacros(
  text: string,
  values: Partial<MacroValues>,
  options: { encode?: boolean; test?: boolean } = {},
): string {
  if (!text.includes('${')) return text;
  return text.replace(MACRO, (_, name: keyof MacroValues, base64?: string) => {
    const plain = options.test ? 'AUDIT' : (values[name] ?? '');
    const value = base64 ? Buffer.from(plain).toString('base64url') : plain;
    return options.encode ? encodeURIComponent(value) : value;
  });
}

/** Stands in a bill notice for the moment of its impression until that is known. */
export const SHOWN_LATER = 'hongzeShownAt';
export const shownAt = (url: string, atMs: number): string =>
  url.replaceAll(SHOWN_LATER, String(atMs));

/** Loss reasons (AdCOM 1.0 "Loss Reason Codes"; OpenRTB 2.6 §4.4) that we can tell apart. */
export const LOSS = {
  won: 0,
  invalid: 3,
  invalidDeal: 4,
  noMarkup: 7,
  belowFloor: 100,
  belowDealFloor: 101,
  outbid: 102,
  outbidByDeal: 103,
  seatBlocked: 104,
  creative: 200,
  size: 203,
  format: 204,
  advertiser: 205,
  app: 206,
  insecure: 207,
  language: 208,
  category: 209,
  attribute: 210,
  duration: 212,
} as const;
