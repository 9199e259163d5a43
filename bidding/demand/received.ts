/** What a partner sent: the shapes that reading an answer, judging its bids and settling them share. */
import type { Found, PartnerBid } from '../engine/outcome.ts';
import type { NoBidReason } from '../engine/reasons.ts';
import type { Deal } from '../openrtb/imp.ts';
import type { BidRequest } from '../openrtb/message.ts';
import type { Partner } from './partner.ts';

export interface ReceivedBid {
  partner: Partner;
  id: string;
  /** Of the response that it came in; empty: it had none. */
  bidid: string;
  crid: string;
  adm: string;
  nurl: string;
  burl: string;
  lurl: string;
  adomain: string[];
  /** As it said them: `cat` by `cattax`, `attr`. */
  categories: string[];
  taxonomy: number;
  attributes: number[];
  w: number;
  h: number;
  mtype: 1 | 2 | 3 | 4;
  seat: string;
  adId: string;
  /** Seconds; 0 where nothing plays. */
  durationS: number;
  /** AdCOM's number of its VAST; 0: none, or not known. */
  protocol: number;
  /** Of the creative, as said; empty: not. */
  language: string;
  /** Seconds it may wait to be shown; 0: not said. */
  expS: number;
  /** The only place in a pod that it is for: 1 the first, −1 the last; 0: any. */
  slotInPod: number;
  /** What the partner bid, µCNY an impression, before our discount. */
  bidMicroCny: number;
}

export interface Refused {
  partner: Partner;
  bidId: string;
  reason: NoBidReason;
  lurl: string;
}

export interface Received {
  bids: PartnerBid[];
  refused: Refused[];
}

/** What an answer is read against. */
export interface Question {
  partner: Partner;
  request: BidRequest;
  found: Found;
  /** Our deals with the partner, by imp. */
  deals: readonly (readonly Deal[])[];
}

export type Json = Record<string, unknown>;

export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
