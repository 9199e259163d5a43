/**
 * The bid response, written as text around prepared markup: a creative's markup is escaped once, and each bid only puts its
 * token into the gaps. Owns the response's form; every bid names its currency's unit (yuan CPM), `mtype` and its page of law.
 */
import type { Format } from '../../db/terms/market.ts';
import { bannerMarkup } from '../render/banner.ts';
import { type Links, TOKEN_MARK } from '../render/links.ts';
import { nativeMarkup } from '../render/native.ts';
import { vastMarkup } from '../render/vast.ts';
import type { SnapshotCreative } from '../wire/snapshot.ts';
import { MTYPE, mtypeOf } from './codes.ts';
import { cpmYuan } from './decimal.ts';
import type { Imp, Media } from './message.ts';

/** Markup cut at the token's places, as JSON string content. */
export interface Prepared {
  pieces: readonly string[];
  mtype: 1 | 2 | 3 | 4;
  w: number;
  h: number;
}

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
  /** What is advertised: whose, what by `taxonomy`, and how (AdCOM 1.0 "Creative Attributes"). */
  domains: readonly string[];
  categories: readonly string[];
  taxonomy: number;
  attributes: readonly number[];
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
  skip: number;
  /** Player's protocols, or the native request. */
  wanted: string;
  prepared: Prepared | undefined;
}

const MAX_MADE = 32;
const MAX_WANTED_CHARS = 4_096;
const madeOf = new WeakMap<SnapshotCreative, Made[]>();

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
  const media = mtype === MTYPE.banner ? undefined : mtype === MTYPE.video ? imp.video : imp.audio;
  const skip = maySkip(media) ? 1 : 0;
  const wanted =
    mtype === MTYPE.native ? (imp.native ?? '') : media ? vastVersionFor(media.protocols) : '';
  let made = madeOf.get(creative);
  if (!made) {
    made = [];
    madeOf.set(creative, made);
  }
  for (const each of made)
    if (
      each.mtype === mtype &&
      each.w === w &&
      each.h === h &&
      each.skip === skip &&
      each.wanted === wanted
    )
      return each.prepared;
  const markup = markupOf(creative, mtype, imp, { w, h }, links);
  const prepared = markup === undefined ? undefined : preparedOf(markup, mtype, { w, h });
  // Callers choose what it is made for: what they could fill memory with is bounded.
  if (wanted.length > MAX_WANTED_CHARS) return prepared;
  if (made.length >= MAX_MADE) made.length = 0;
  made.push({ mtype, w, h, skip, wanted, prepared });
  return prepared;
}

/** Markup as JSON string content, cut at the token's places. */
export function preparedOf(
  markup: string,
  mtype: 1 | 2 | 3 | 4,
  size: { w: number; h: number },
): Prepared {
  const escaped = asciiJson(JSON.stringify(markup)).slice(1, -1);
  return { pieces: escaped.split(TOKEN_MARK), mtype, ...size };
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

function markupOf(
  creative: SnapshotCreative,
  mtype: 1 | 2 | 3 | 4,
  imp: Imp,
  size: { w: number; h: number },
  links: Links,
): string | undefined {
  if (mtype === MTYPE.native) return nativeMarkup(imp.native ?? '{}', creative, links);
  if (mtype === MTYPE.banner) return bannerMarkup(creative, size.w, size.h, links);
  const media = mtype === MTYPE.video ? imp.video : imp.audio;
  return vastMarkup(creative, links, {
    version: vastVersionFor(media?.protocols ?? []),
    ...size,
    ...(maySkip(media) ? { skipAfterS: 5 } : {}),
  });
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

/** A player may skip it: the only attribute that our own markup can have. */
const SKIPPABLE = 16;
const NO_ATTRIBUTES: readonly number[] = [];
const SKIPPABLE_ONLY: readonly number[] = [SKIPPABLE];

const maySkip = (media: Media | undefined): boolean =>
  media?.skip === 1 && !media.battr.includes(SKIPPABLE);

/** Attributes of the markup that `prepare` makes for an imp. */
export function attributesOf(imp: Imp, mtype: number): readonly number[] {
  const media = mtype === MTYPE.video ? imp.video : mtype === MTYPE.audio ? imp.audio : undefined;
  const { protocols = [] } = media ?? {};
  return maySkip(media) && vastVersionFor(protocols) !== '2.0' ? SKIPPABLE_ONLY : NO_ATTRIBUTES;
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
  const deal = bid.dealId === '' ? '' : `"dealid":${quoted(bid.dealId)},`;
  return (
    `{"id":"${bid.bidId}","impid":${quoted(bid.impId)},"price":${cpmYuan(bid.priceMicroCny)},` +
    `"adid":${creative},"crid":${creative},"cid":"${bid.campaignId}",` +
    `"adomain":[${listed(bid.domains)}],"cat":[${listed(bid.categories)}],` +
    `"cattax":${bid.taxonomy},"attr":[${bid.attributes.join()}],` +
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
