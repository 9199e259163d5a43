/**
 * What a browser does with a bid: finds the trackers in the markup and calls them as a reader would see, watch and click.
 * Owns no knowledge of tokens; an ad whose markup names no tracker is simply shown.
 */
import type { Random } from '../../../run/seed/random.ts';
import type { Visit } from './readers.ts';

export interface Rendered {
  impressions: number;
  viewables: number;
  clicks: number;
  failed: number;
}

export interface BrowserOptions {
  exchangeUrl: string;
  /** ms from the ad's arrival to its being seen for a second, and to a click. */
  pause: (ms: number) => Promise<void>;
  fetch: typeof fetch;
}

const VIEWABLE_SHARE = 0.72;
const CLICK_SHARE = 0.012;

const unescapeMarkup = (text: string): string =>
  text.replaceAll('&amp;', '&').replaceAll('\\/', '/').replaceAll('&#38;', '&');

/** Calls of one kind named in the markup: `/t/i`, `/t/v`, `/t/c`. */
export function trackersIn(markup: string, letter: string): string[] {
  const pattern = new RegExp(`https?://[^"'<>\\s\\]]+/t/${letter}\\?t=[A-Za-z0-9_-]+`, 'g');
  return [...new Set(unescapeMarkup(markup).match(pattern) ?? [])];
}

/** Some ads are clicked more than others, always the same ones: the predictor must have something to learn. */
const appeal = (creativeId: string): number => {
  let hash = 7;
  for (const c of creativeId) hash = (Math.imul(hash, 31) + c.charCodeAt(0)) | 0;
  return 0.3 + ((hash >>> 0) % 1000) / 600;
};

/** Shows one bid: decisions are drawn first, so that the same seed decides the same whatever the network does. */
export async function show(
  bid: { adm?: string; crid?: string },
  visit: Visit,
  random: Random,
  options: BrowserOptions,
): Promise<Rendered> {
  const seen = random.next() < VIEWABLE_SHARE;
  const clicked = random.next() < CLICK_SHARE * appeal(bid.crid ?? '');
  const waitMs = random.between(900, 2_500);
  const done: Rendered = { impressions: 0, viewables: 0, clicks: 0, failed: 0 };
  const markup = bid.adm ?? '';
  const impressions = trackersIn(markup, 'i');
  const call = async (url: string): Promise<boolean> => {
    const response = await options.fetch(url, {
      redirect: 'manual',
      headers: { 'user-agent': visit.device.userAgent, 'x-forwarded-for': visit.ip },
    });
    await response.arrayBuffer();
    if (response.status < 400) return true;
    done.failed++;
    return false;
  };
  for (const url of impressions) if (await call(url)) done.impressions++;
  if (!seen || impressions.length === 0) return done;
  await options.pause(1_000);
  const token = new URL(impressions[0] as string).searchParams.get('t') ?? '';
  // The outlet's tag measures the rest: half the pixels for a second.
  const geometry = `${visit.placements[0]?.sizes[0]?.w ?? 640},${visit.placements[0]?.sizes[0]?.h ?? 100},100,1000`;
  if (await call(`${options.exchangeUrl}/t/v?t=${token}&g=${geometry}`)) done.viewables++;
  if (!clicked) return done;
  await options.pause(waitMs);
  if (await call(`${options.exchangeUrl}/t/c?t=${token}`)) done.clicks++;
  return done;
}
