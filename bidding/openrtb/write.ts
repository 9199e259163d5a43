/**
 * The bid response, written as text around prepared markup: a creative's markup is escaped once, and each bid only puts its
 * token into the gaps. Owns the response's form; every bid names its currency's unit (yuan CPM), `mtype` and its page of law.
 */
import type { Format } from '../../db/terms/market.ts';
import { bannerMarkup } from '../render/banner.ts';
import { type Links, TOKEN_MARK } from '../render/links.ts';
import { nativeMarkup } from '../render/native.ts';
import { DEFAULT_DURATION_MS, type MediaFile, mediaFilesOf, vastMarkup } from '../render/vast.ts';
import type { SnapshotCreative } from '../wire/snapshot.ts';
import { MTYPE, mtypeOf, VAST_PROTOCOLS } from './codes.ts';
import { cpmYuan } from './decimal.ts';
import type { Imp } from './imp.ts';
import { filesFor, SKIPPABLE_ONLY, showsBanner, skipAfterS } from './shown.ts';

/** Markup cut at the token's places, as JSON string content. */
export interface Prepared {
  pieces: readonly string[];
  mtype: 1 | 2 | 3 | 4;
  w: number;
  h: number;
  /** AdCOM 1.0 "Creative Attributes". */
  attributes: readonly number[];
  /** Of what plays: seconds, 0 where not known, and AdCOM's number of its VAST, 0 where there is none. */
  durationS: number;
  protocol: number;
}

/** What of markup is said beside it. */
export type Facts = Pick<Prepared, 'attributes' | 'durationS' | 'protocol'>;

export interface WrittenBid {
  seat: string;
  impId: string;
  bidId: string;
  priceMicroCny: number;
  token: string;
  prepared: Prepared;
  /** A partner's is whatever text it chose. */
  creativeId: number | string;
  campaignId: number;
  lineItemId: number;
  /** What is advertised: whose, and what by `taxonomy`. */
  domains: readonly string[];
  categories: readonly string[];
  taxonomy: number;
  /** Of the creative; empty: not known. */
  language: string;
  /** Its only place in a pod: 1 the first, −1 the last; 0: any. */
  slotInPod: number;
  dealId: string;
  /** Hung on the bill notice: what a supply partner reports its price by. */
  billQuery?: string;
  /** Seconds for which the bid may still be shown. */
  expS: number;
}

const PREBID_TYPES = ['', 'banner', 'video', 'audio', 'native'] as const;

function shapeOf(imp: Imp, creative: SnapshotCreative): { w: number; h: number } {
  if (creative.w !== null && creative.h !== null) return { w: creative.w, h: creative.h };
  const first = imp.banner?.sizes[0] ?? { w: imp.video?.w ?? 0, h: imp.video?.h ?? 0 };
  return first.w > 0 && first.h > 0 ? first : { w: 640, h: 360 };
}

/** What markup was made for; `prepared` undefined: none can be. */
interface Made {
  mtype: number;
  w: number;
  h: number;
  /** Seconds; −1: not skippable. */
  skipS: number;
  /** Of what plays, which files: bits. */
  files: number;
  /** Player's VAST, or the native request. */
  wanted: string;
  prepared: Prepared | undefined;
}

const NO_NUMBERS: readonly number[] = [];
const NO_FACTS: Facts = { attributes: NO_NUMBERS, durationS: 0, protocol: 0 };
const MAX_MADE = 32;
const MAX_WANTED_CHARS = 4_096;

interface Kept {
  /** What it can play; links do not change while a node runs. */
  files: readonly MediaFile[];
  made: Made[];
}

const keptOf = new WeakMap<SnapshotCreative, Kept>();

/**
 * A creative's markup for an imp; undefined when the imp asks for what the creative lacks. Kept with the creative, so that
 * a new version of it starts afresh.
 */
export function prepare(
  creative: SnapshotCreative,
  format: Format,
  imp: Imp,
  links: Links,
): Prepared | undefined {
  const playing = creative.content.videoUrl ?? creative.content.audioUrl;
  const mtype =
    format === 'dooh' && playing !== undefined && imp.video ? MTYPE.video : mtypeOf(format);
  const { w, h } = shapeOf(imp, creative);
  const media = mtype === MTYPE.video ? imp.video : mtype === MTYPE.audio ? imp.audio : undefined;
  let kept = keptOf.get(creative);
  if (!kept) {
    kept = { files: mediaFilesOf(creative, links), made: [] };
    keptOf.set(creative, kept);
  }
  const { made } = kept;
  const files = media ? filesFor(media, kept.files) : 0;
  if (media && files === 0) return undefined;
  if (mtype === MTYPE.banner && imp.banner && !showsBanner(imp.banner, creative.content.imageUrl))
    return undefined;
  const durationMs = creative.content.durationMs ?? DEFAULT_DURATION_MS;
  const version = vastVersionFor(media?.protocols ?? NO_NUMBERS);
  const skipS = media && version !== '2.0' ? skipAfterS(media, durationMs) : -1;
  const wanted = mtype === MTYPE.native ? (imp.native ?? '') : media ? version : '';
  for (const each of made)
    if (
      each.mtype === mtype &&
      each.w === w &&
      each.h === h &&
      each.skipS === skipS &&
      each.files === files &&
      each.wanted === wanted
    )
      return each.prepared;
  const markup =
    mtype === MTYPE.native
      ? nativeMarkup(wanted || '{}', creative, links)
      : mtype === MTYPE.banner
        ? bannerMarkup(creative, w, h, links)
        : vastMarkup(creative, links, {
            version,
            w,
            h,
            files,
            ...(skipS < 0 ? {} : { skipAfterS: skipS }),
          });
  const facts: Facts = {
    attributes: skipS < 0 ? NO_NUMBERS : SKIPPABLE_ONLY,
    durationS: media ? Math.round(durationMs / 1000) : 0,
    protocol: media ? (VAST_PROTOCOLS[version]?.[0] ?? 0) : 0,
  };
  const prepared = markup === undefined ? undefined : preparedOf(markup, mtype, { w, h }, facts);
  // Callers choose what it is made for: what they could fill memory with is bounded.
  if (wanted.length > MAX_WANTED_CHARS) return prepared;
  if (made.length >= MAX_MADE) made.length = 0;
  made.push({ mtype, w, h, skipS, files, wanted, prepared });
  return prepared;
}

/** Markup as JSON string content, cut at the token's places. */
export function preparedOf(
  markup: string,
  mtype: 1 | 2 | 3 | 4,
  size: { w: number; h: number },
  facts: Facts = NO_FACTS,
): Prepared {
  const escaped = asciiJson(JSON.stringify(markup)).slice(1, -1);
  return { pieces: escaped.split(TOKEN_MARK), mtype, ...size, ...facts };
}

/**
 * The same JSON in plain ASCII, one byte a character in memory too: a response's length is known without looking through it,
 * and V8 copies it as it is. A string that once held Chinese stays two bytes wide, which cost 11 KB an auction.
 */
export function asciiJson(json: string): string {
  const escaped = json.replace(
    /[^\0-\x7f]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.from(escaped, 'latin1').toString('latin1');
}

/** Markup with the token in its gaps; put together by `+`, which copies nothing before the response is written. */
function withToken(pieces: readonly string[], token: string): string {
  let text = pieces[0] as string;
  for (let i = 1; i < pieces.length; i++) text += token + (pieces[i] as string);
  return text;
}

/** The newest VAST that the player says it knows (AdCOM 1.0 creative subtypes); 4.2 where it says nothing. */
export function vastVersionFor(
  protocols: readonly number[],
): '4.2' | '4.1' | '4.0' | '3.0' | '2.0' {
  if (protocols.length === 0 || protocols.includes(13) || protocols.includes(14)) return '4.2';
  if (protocols.includes(11) || protocols.includes(12)) return '4.1';
  if (protocols.includes(7) || protocols.includes(8)) return '4.0';
  return protocols.includes(3) || protocols.includes(6) ? '3.0' : '2.0';
}

/** A JSON string in ASCII; most of what is written needs no escape. */
export function quoted(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c)
      return asciiJson(JSON.stringify(text));
  }
  return `"${text}"`;
}

/** Most lists have one. */
const listed = (texts: readonly string[]): string =>
  texts.length === 1 ? quoted(texts[0] as string) : texts.map(quoted).join();

export function bidJson(bid: WrittenBid, links: Links): string {
  const { prepared, token } = bid;
  const { mtype } = prepared;
  const creative = quoted(String(bid.creativeId));
  const nurl =
    mtype === MTYPE.video || mtype === MTYPE.audio
      ? `"nurl":"${links.exchangeUrl}/vast?t=${token}",`
      : '';
  const { attributes, durationS, protocol } = prepared;
  const dur = durationS > 0 ? `"dur":${durationS},` : '';
  const played = protocol > 0 ? `"protocol":${protocol},` : '';
  const language = bid.language === '' ? '' : `"language":${quoted(bid.language)},`;
  const slot = bid.slotInPod === 0 ? '' : `"slotinpod":${bid.slotInPod},`;
  const deal = bid.dealId === '' ? '' : `"dealid":${quoted(bid.dealId)},`;
  return (
    `{"id":"${bid.bidId}","impid":${quoted(bid.impId)},"price":${cpmYuan(bid.priceMicroCny)},` +
    `"adid":${creative},"crid":${creative},"cid":"${bid.campaignId}",` +
    `"adomain":[${listed(bid.domains)}],"cat":[${listed(bid.categories)}],` +
    `"cattax":${bid.taxonomy},"attr":[${attributes.join()}],${language}${dur}${played}${slot}` +
    `"w":${prepared.w},"h":${prepared.h},"mtype":${mtype},"exp":${bid.expS},${deal}${nurl}` +
    `"burl":"${links.exchangeUrl}/t/i?t=${token}&b=1${bid.billQuery ?? ''}","adm":"${withToken(prepared.pieces, token)}",` +
    `"ext":{"lineItemId":${bid.lineItemId},"prebid":{"type":"${PREBID_TYPES[mtype]}"}}}`
  );
}

/** `ext`: JSON text of the response's own ext, in ASCII. */
export function responseJson(
  requestId: string,
  auctionId: string,
  bids: readonly { seat: string; json: string }[],
  ext: string,
): string {
  let seats = '';
  if (bids.length === 1) {
    const [only] = bids;
    seats = `{"seat":${quoted(only?.seat ?? '')},"bid":[${only?.json}]}`;
  } else {
    const bySeat = new Map<string, string[]>();
    for (const { seat, json } of bids) {
      const mine = bySeat.get(seat);
      if (mine) mine.push(json);
      else bySeat.set(seat, [json]);
    }
    seats = [...bySeat]
      .map(([seat, list]) => `{"seat":${quoted(seat)},"bid":[${list.join(',')}]}`)
      .join(',');
  }
  return `{"id":${quoted(requestId)},"bidid":"${auctionId}","cur":"CNY","seatbid":[${seats}],"ext":${ext}}`;
}
