/**
 * A logged bid request: what nodes write of a sample of their traffic and the API reads to forecast. Owns the record's form and
 * who is in the sample. Refuses what a log should not hold: places are rounded to a hundred metres, the reader is a
 * pseudonym already, and nothing of the device is kept that targeting does not ask for.
 *
 * Two samples in one log, because one cannot serve both questions: distinct people of a sample of requests times twenty
 * overstate reach two-fold, since busy readers are nearly all in it already.
 */
import { newImp, newRequest, type Request } from '../engine/request.ts';

/** One request in twenty of a busy node, and every request of one reader in twenty. */
export const SAMPLE_ONE_IN = 20;

export interface SampledRequest {
  request: Request;
  /** How many requests this one stands for: 1 where all are logged, 20, or 0 where only its reader is in a sample. */
  weight: number;
  /** Every request of this reader is logged, and of one reader in twenty. */
  isOfSampledUser: boolean;
}

/** FNV-1a of a pseudonym or auction id, well mixed: what sampling goes by. */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

export const isInRequestSample = (auctionId: string): boolean =>
  hashOf(auctionId) % SAMPLE_ONE_IN === 0;

export const isInUserSample = (userHash: string): boolean =>
  userHash !== '' && hashOf(userHash) % SAMPLE_ONE_IN === 0;

const MOST_IMPS = 16;
const MOST_CATEGORIES = 20;
const MOST_KEYWORDS = 30;
const MOST_SEGMENTS = 100;
/** A thousandth of a degree: a hundred metres. */
const PLACE_STEPS = 1000;

type Encoded = [
  weight: number,
  isOfSampledUser: 0 | 1,
  atMs: number,
  userHash: string,
  divisions: [consented: string, declared: string, ip: string],
  point: [lat: number, lon: number] | 0,
  machine: [device: number, os: number, connection: number, carrier: number],
  categories: string[],
  keywords: string[],
  segments: number[],
  forMinors: 0 | 1,
  imps: [placementId: number, formats: number, floorMicroCny: number, sizes: number[]][],
];

const round = (degrees: number): number => Math.round(degrees * PLACE_STEPS) / PLACE_STEPS;

/** One line of JSON. */
export function encodeSample({ request, weight, isOfSampledUser }: SampledRequest): string {
  const record: Encoded = [
    weight,
    isOfSampledUser ? 1 : 0,
    request.atMs,
    request.userHash,
    [request.consentedDivision, request.declaredDivision, request.ipDivision],
    Number.isNaN(request.lat) ? 0 : [round(request.lat), round(request.lon)],
    [request.device, request.os, request.connection, request.carrier],
    request.categories.slice(0, MOST_CATEGORIES),
    request.keywords.slice(0, MOST_KEYWORDS),
    request.segments.slice(0, MOST_SEGMENTS),
    request.forMinors ? 1 : 0,
    request.imps
      .slice(0, MOST_IMPS)
      .map((imp) => [
        imp.placementId,
        imp.formats,
        imp.floorMicroCny,
        imp.sizes.flatMap(({ w, h }) => [w, h]),
      ]),
  ];
  return JSON.stringify(record);
}

/** Reads a line; undefined for one of another form: a node of another release wrote it. */
export function decodeSample(line: string): SampledRequest | undefined {
  let record: Encoded;
  try {
    record = JSON.parse(line) as Encoded;
  } catch {
    return undefined;
  }
  if (!Array.isArray(record) || record.length !== 12) return undefined;
  const [weight, ofUser, atMs, userHash, divisions, point, machine, ...rest] = record;
  const [categories, keywords, segments, forMinors, imps] = rest;
  const request = newRequest('', atMs);
  request.userHash = userHash;
  [request.consentedDivision, request.declaredDivision, request.ipDivision] = divisions;
  if (point !== 0) [request.lat, request.lon] = point;
  [request.device, request.os, request.connection, request.carrier] = machine;
  Object.assign(request, { categories, keywords, segments, forMinors: forMinors === 1 });
  for (const [i, [placementId, formats, floorMicroCny, sizes]] of imps.entries()) {
    const imp = newImp(String(i + 1), placementId);
    Object.assign(imp, { formats, floorMicroCny });
    for (let s = 0; s + 1 < sizes.length; s += 2) {
      imp.sizes.push({ w: sizes[s] as number, h: sizes[s + 1] as number });
    }
    request.imps.push(imp);
  }
  return { request, weight, isOfSampledUser: ofUser === 1 };
}
