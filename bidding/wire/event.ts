/**
 * What the trackers append to the stream and metering reads: one flat record an event. Owns the record's form
 * on the stream and the key that makes each event count once.
 */

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
const FIELDS = 19;

/** What a client wrote may hold anything; a tab in it would shift the fields behind it. */
const plain = (text: string): string =>
  text.includes(SEPARATOR) ? text.replaceAll(SEPARATOR, ' ') : text;

/** One stream field, `e`: tab-separated, in the order above. No field may hold a tab. */
export function encodeEvent(e: TrackedEvent): string {
  return [
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
}

export function decodeEvent(text: string): TrackedEvent | undefined {
  const f = text.split(SEPARATOR);
  if (f.length !== FIELDS) return undefined;
  return {
    eventKey: f[0] as string,
    kind: Number(f[1]) as EventKind,
    atMs: Number(f[2]),
    outletId: Number(f[3]),
    placementId: Number(f[4]),
    divisionCode: f[5] as string,
    advertiserId: Number(f[6]),
    campaignId: Number(f[7]),
    lineItemId: Number(f[8]),
    creativeId: Number(f[9]),
    device: Number(f[10]),
    priceMicroCny: Number(f[11]),
    leaseId: Number(f[12]),
    userHash: f[13] as string,
    ivt: Number(f[14]),
    auctionAtMs: Number(f[15]),
    userAgent: f[16] as string,
    ip: f[17] as string,
    geometry: f[18] as string,
  }; // prettier-ignore
}
