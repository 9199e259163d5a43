/**
 * The part of a bill notice by which a supply partner reports what a bid cleared at: our bid, sealed against change, and the macro
 * that the partner fills. Owns its form; refuses a bid that we did not make.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a price may be at most, as text: longer is cut before it is kept. */
export const MAX_PRICE_TEXT = 64;
const MAC_BYTES = 12;
const PRICE_MACRO = '$'.concat('{AUCTION_PRICE}');

const macOf = (secret: string, token: string, bidMicroCny: string): Buffer =>
  createHmac('sha256', secret)
    .update(`report ${token} ${bidMicroCny}`)
    .digest()
    .subarray(0, MAC_BYTES);

/** Query to hang on the token's own: `&q=<bid>&s=<seal>&p=${AUCTION_PRICE}`. */
export function reportQuery(secret: string, token: string, bidMicroCny: number): string {
  const seal = macOf(secret, token, `${bidMicroCny}`).toString('base64url');
  return `&q=${bidMicroCny}&s=${seal}&p=${PRICE_MACRO}`;
}

/** What we bid and what was reported, or undefined where the call is no report of ours. */
export function readReport(
  secret: string,
  token: string,
  query: Pick<URLSearchParams, 'get' | 'has'>,
): { bidMicroCny: number; priceRaw: string } | undefined {
  const bid = query.get('q');
  const seal = query.get('s');
  const price = query.get('p');
  if (bid === null || seal === null || price === null || !/^\d{1,12}$/.test(bid)) return undefined;
  const said = Buffer.from(seal, 'base64url');
  if (said.length !== MAC_BYTES || !timingSafeEqual(said, macOf(secret, token, bid)))
    return undefined;
  return { bidMicroCny: Number(bid), priceRaw: price.slice(0, MAX_PRICE_TEXT) };
}
