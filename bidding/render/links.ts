/** The exchange's own URLs, as they appear in markup. Owns their form; what a token is, it does not know. */

/** Stands for the token in prepared markup: a word that no creative can hold by accident. */
export const TOKEN_MARK = '~hongze-token~';

export interface Links {
  /** Where this exchange is reached from outside, without a slash at the end. */
  exchangeUrl: string;
  /** Where house-relative pictures are served from. */
  assetsUrl: string;
}

export type Tracker = 'i' | 'v' | 'c' | 'e' | 'f';

export const trackerUrl = (links: Links, tracker: Tracker, token = TOKEN_MARK): string =>
  `${links.exchangeUrl}/t/${tracker}?t=${token}`;

/** Where a player fetches the VAST of a bid it has already won. */
export const vastUrl = (links: Links, token = TOKEN_MARK): string =>
  `${links.exchangeUrl}/vast?t=${token}`;
