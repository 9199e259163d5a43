/**
 * What the trackers append to the stream and metering reads: one flat record an event. Owns the record's form
 * on the stream and the key that makes each event count once.
 */
import { assert } from '../../db/terms/failure.ts';

export const EVENT_KIND = {
  impression: 1,
  viewable: 2,
  click: 3,
  conversion: 4,
  quartile: 5,
  proof: 6,
  feedback: 7,
} as const;
export type EventKind = (typeof EVENT_KIND)[keyof typeof EVENT_KIND];

export interface TrackedEvent {
  /** `${auctionId}:${impOrdinal}:${kind}`: the same whatever retries or replays arrive. */
  eventKey: string;
  kind: EventKind;
  atMs: number;
  outletId: number;
  placementId: number;
  divisionCode: string;
  advertiserId: number;
  campaignId: number;
  lineItemId: number;
  creativeId: number;
  /** Ordinal of bidding/engine's device list. */
  device: number;
  /** What this event bills, µCNY; a number is exact here (an event never exceeds 2^53). */
  priceMicroCny: number;
  /** Budget lease the spend was taken from; 0 where none (CPC, PSA). */
  leaseId: number;
  userHash: string;
  /** 0, or the reason code (IVT) of invalid traffic found at the edge. */
  ivt: number;
  /**
   * When the auction was held (the token's issue time). It names the partition in which the key is unique, so that a
   * replay after midnight meets its original.
   */
  auctionAtMs: number;
  /** For metering's filters only; never stored. Empty where unknown. */
  userAgent: string;
  ip: string;
  /** What the browser reported of the ad: `width,height,visible%,ms`, or empty. */
  geometry: string;
  /** Row of the deal that it was bought by; 0: none. On the stream only where there is one. */
  dealId: number;
}

/** Why an event is invalid traffic: numbered for storage, spelt for reports. Provisional until the day is final. */
export const IVT = {
  none: 0,
  /** A crawler that says so in its user agent. */
  declaredBot: 1,
  /** An address of a hosting provider, where no reader lives. */
  dataCentre: 2,
  /** More events a minute from one user or address than a person makes. */
  velocity: 3,
  /** A picture of no size, more than wholly visible, or clicked before it was shown. */
  geometry: 4,
} as const;
export type IvtReason = keyof typeof IVT;

const SEPARATOR = '\t';
const TAB = 9;
const ZERO = 48;
/** An entry of a stream holds at most so many events, each a field `e`: read as one, they cost a third less. */
export const EVENTS_AN_ENTRY = 20;

/** What a client wrote may hold anything; a tab in it would shift the fields behind it. */
const plain = (text: string): string =>
  text.includes(SEPARATOR) ? text.replaceAll(SEPARATOR, ' ') : text;

/** One stream field, `e`: tab-separated, in the order above. */
export function encodeEvent(e: TrackedEvent): string {
  const open = [
    e.eventKey,
    e.kind,
    e.atMs,
    e.outletId,
    e.placementId,
    e.divisionCode,
    e.advertiserId,
    e.campaignId,
    e.lineItemId,
    e.creativeId,
    e.device,
    e.priceMicroCny,
    e.leaseId,
    e.userHash,
    e.ivt,
    e.auctionAtMs,
    plain(e.userAgent),
    plain(e.ip),
    plain(e.geometry),
  ].join(SEPARATOR); // prettier-ignore
  return e.dealId === 0 ? open : open + SEPARATOR + e.dealId;
}

/** An event as it was read off the stream. */
export interface ReadEvent extends TrackedEvent {
  /** Its first fourteen fields as they came, key to user: what metering keeps, already as COPY takes it. */
  stored: string;
}

/** Where the reader stands in its text: before the next field; beyond the text once a field was not what it should be. */
let at = 0;
const LOST = Number.MAX_SAFE_INTEGER;

/** The next field as text; the last one ends with the text. */
function word(text: string): string {
  const from = at;
  const end = text.indexOf(SEPARATOR, from);
  at = end < 0 ? LOST : end + 1;
  return text.slice(from, end);
}

/** The next field as a whole number as `encodeEvent` writes it: digits, no leading zero, exact. */
function number(text: string): number {
  const from = at;
  let value = 0;
  let i = from;
  for (; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  const spelt = i > from && (i === from + 1 || text.charCodeAt(from) !== ZERO);
  const whole = spelt && value <= Number.MAX_SAFE_INTEGER && text.charCodeAt(i) === TAB;
  at = whole ? i + 1 : LOST;
  return value;
}

const dealOf = (spelt: string): number | undefined =>
  /^[1-9]\d*$/.test(spelt) && Number.isSafeInteger(Number(spelt)) ? Number(spelt) : undefined;

/** Undefined where it is not what `encodeEvent` writes. One pass: metering reads a hundred thousand a second. */
export function decodeEvent(text: string): ReadEvent | undefined {
  at = 0;
  const eventKey = word(text);
  const kind = number(text) as EventKind;
  const atMs = number(text);
  const outletId = number(text);
  const placementId = number(text);
  const divisionCode = word(text);
  const advertiserId = number(text);
  const campaignId = number(text);
  const lineItemId = number(text);
  const creativeId = number(text);
  const device = number(text);
  const priceMicroCny = number(text);
  const leaseId = number(text);
  const userHash = word(text);
  const stored = text.slice(0, at - 1);
  const ivt = number(text);
  const auctionAtMs = number(text);
  const userAgent = word(text);
  const ip = word(text);
  const end = text.indexOf(SEPARATOR, at);
  const geometry = end < 0 ? text.slice(at) : text.slice(at, end);
  const dealId = end < 0 ? 0 : dealOf(text.slice(end + 1));
  if (at === LOST || dealId === undefined) return undefined;
  return {
    eventKey, kind, atMs, outletId, placementId, divisionCode, advertiserId, campaignId, lineItemId, creativeId, device,
    priceMicroCny, leaseId, userHash, ivt, auctionAtMs, userAgent, ip, geometry, dealId, stored,
  }; // biome-ignore format: in their order
}

/** An event of our own making, as if it had been read off the stream. */
export function asRead(event: TrackedEvent): ReadEvent {
  const read = decodeEvent(encodeEvent(event));
  assert(read !== undefined, `an event that cannot be read back: ${event.eventKey}`);
  return read;
}
