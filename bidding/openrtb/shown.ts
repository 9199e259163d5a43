/**
 * What an imp lets us show of our own creatives (OpenRTB 2.6 §3.2.6–3.2.8, `wlang` of §3.2.1): kinds of banners, types and bitrates of
 * files, ways of delivery, skipping, language. Owns these rules; what a partner may show is judged beside its bids.
 */
import type { MediaFile } from '../render/vast.ts';
import type { Banner, Media } from './imp.ts';

/** OpenRTB `btype`: our banners are plain HTML with a picture in it, a partner's stands in a frame. */
const HTML_BANNER = 2;
export const FRAMED_BANNER = 4;
/** AdCOM 1.0 "Linearity Modes", "Delivery Methods". */
const NON_LINEAR = 2;
const PROGRESSIVE = 2;
/** AdCOM 1.0 "Creative Attributes": a viewer may skip it. */
const SKIPPABLE = 16;
/** Where the caller does not say after how long. */
const USUAL_SKIP_AFTER_S = 5;
/** What creatives of the house are written in. */
export const OUR_LANGUAGE = 'zh';

const IMAGE_TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};

/** A picture whose address does not tell its type is taken. */
export function showsBanner({ btype, mimes }: Banner, imageUrl: string | undefined): boolean {
  if (btype.includes(HTML_BANNER)) return false;
  if (mimes.length === 0 || imageUrl === undefined) return true;
  const ending = /\.([a-z]+)(?:[?#]|$)/i.exec(imageUrl)?.[1]?.toLowerCase() ?? '';
  const type = IMAGE_TYPES[ending];
  return type === undefined || mimes.some((each) => each.toLowerCase() === type);
}

/** Names that players use of the same thing. */
const ALIASES: Record<string, string> = {
  'audio/mp3': 'audio/mpeg',
  'audio/aac': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
};

const isTaken = (mimes: readonly string[], type: string): boolean =>
  mimes.some((each) => {
    const name = (each.split(';')[0] as string).trim().toLowerCase();
    return (ALIASES[name] ?? name) === type;
  });

/**
 * Which of a creative's files the player is given, as bits in their order; 0: none, and the creative does not fit. Of a bitrate what is
 * known decides: a file that does not say its own is given only where no other is within the bounds.
 */
export function filesFor(media: Media, files: readonly MediaFile[]): number {
  const { linearity, delivery, mimes, minBitrateKbps, maxBitrateKbps } = media;
  if (linearity === NON_LINEAR || (delivery.length > 0 && !delivery.includes(PROGRESSIVE)))
    return 0;
  let played = 0;
  let within = 0;
  let unknown = 0;
  for (const [i, { type, kbps }] of files.entries()) {
    if (!isTaken(mimes, type)) continue;
    const bit = 1 << i;
    played |= bit;
    if (kbps === undefined) unknown |= bit;
    else if (kbps >= minBitrateKbps && (maxBitrateKbps <= 0 || kbps <= maxBitrateKbps))
      within |= bit;
  }
  const isBounded = minBitrateKbps > 0 || maxBitrateKbps > 0;
  return isBounded ? within || unknown : played;
}

/** Seconds after which a viewer may skip it; −1: never. */
export function skipAfterS(media: Media, durationMs: number): number {
  const maySkip = media.skip === 1 && !media.battr.includes(SKIPPABLE);
  if (!maySkip || durationMs <= media.skipMinS * 1000) return -1;
  return media.skipAfterS >= 0 ? media.skipAfterS : USUAL_SKIP_AFTER_S;
}

export const SKIPPABLE_ONLY: readonly number[] = [SKIPPABLE];

/** Whether a language is among those asked for, by its first part: `zh-Hans` is `zh`. `xx` says nothing in any language. */
export function isSpoken(languages: readonly string[], language: string): boolean {
  if (languages.length === 0 || language === 'xx') return true;
  const primary = (tag: string): string => (tag.split('-')[0] as string).toLowerCase();
  return languages.some((each) => primary(each) === primary(language));
}
