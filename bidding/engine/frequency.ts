/**
 * Frequency counters of one user, packed: eight bytes a counter, so ten counters are 82 bytes a user-day. Owns the form and
 * its arithmetic; reading and writing Redis is bidding/state's. Big-endian, so that Lua's struct reads it too.
 *
 * Record: version u8, count u8, then for each counter: key u32 = line item, campaign or advertiser id × 16 + scope × 4 +
 * window; bucket u16 = hour or day number modulo 65,536, 0 for lifetime; impressions u16, saturating.
 */
import { hourOf } from '../../db/terms/day.ts';
import type { FrequencyCap } from '../../db/terms/market.ts';
import type { SnapshotLineItem } from '../wire/snapshot.ts';

const VERSION = 1;
const HEADER_BYTES = 2;
const COUNTER_BYTES = 8;
/** A user with more than this many live counters forgets the oldest windows first; 2,042 bytes. */
const MAX_COUNTERS = 255;
const MAX_COUNT = 0xffff;
const MAX_ID = 2 ** 28 - 1;
const SHANGHAI_HOURS = 8;

const SCOPES = { lineItem: 0, campaign: 1, advertiser: 2 } as const;
const WINDOWS = { hour: 0, day: 1, lifetime: 2 } as const;

/** Time a user's record must be kept after its last write, ms. */
export const RECORD_TTL_MS = {
  hour: 3_600_000,
  day: 86_400_000,
  lifetime: 90 * 86_400_000,
} as const;

/** The u32 key of a cap of a line item. Throws for ids of 2^28 and above: they would meet another's counter. */
export function capKey(cap: FrequencyCap, item: SnapshotLineItem): number {
  const id =
    cap.scope === 'lineItem'
      ? item.id
      : cap.scope === 'campaign'
        ? item.campaignId
        : item.advertiserId;
  if (id > MAX_ID) throw new RangeError(`frequency counters hold ids below 2^28, not ${id}`);
  return id * 16 + SCOPES[cap.scope] * 4 + WINDOWS[cap.window];
}

/** Bucket of a window at a time: the hour, the Shanghai day, or 0. */
export function bucketOf(window: FrequencyCap['window'], atMs: number): number {
  if (window === 'lifetime') return 0;
  const hour = hourOf(atMs) + SHANGHAI_HOURS;
  return (window === 'hour' ? hour : Math.floor(hour / 24)) & 0xffff;
}

/** Impressions counted in a record under a key and bucket; 0 when there is no record or no such counter. */
export function countOf(record: Uint8Array | null, key: number, bucket: number): number {
  if (!record || record[0] !== VERSION) return 0;
  const end = Math.min(record.length, HEADER_BYTES + (record[1] as number) * COUNTER_BYTES);
  for (let at = HEADER_BYTES; at + COUNTER_BYTES <= end; at += COUNTER_BYTES) {
    if (readU32(record, at) !== key) continue;
    return readU16(record, at + 4) === bucket ? readU16(record, at + 6) : 0;
  }
  return 0;
}

/** Whether any cap of a line item is reached. An unknown user (null record) has seen nothing. */
export function isCapped(record: Uint8Array | null, item: SnapshotLineItem, atMs: number): boolean {
  for (const cap of item.frequencyCaps) {
    if (countOf(record, capKey(cap, item), bucketOf(cap.window, atMs)) >= cap.count) return true;
  }
  return false;
}

/** The record after one impression of a line item. Counters of windows that have passed are dropped on the way. */
export function countImpression(
  record: Uint8Array | null,
  item: SnapshotLineItem,
  atMs: number,
): Uint8Array {
  const counters = liveCounters(record, atMs);
  const counted = new Set<number>();
  for (const cap of item.frequencyCaps) {
    const key = capKey(cap, item);
    if (counted.has(key)) continue;
    counted.add(key);
    const bucket = bucketOf(cap.window, atMs);
    const known = counters.find((counter) => counter.key === key);
    if (known) known.count = Math.min(MAX_COUNT, known.count + 1);
    else counters.push({ key, bucket, count: 1 });
  }
  return encode(counters.slice(-MAX_COUNTERS));
}

interface Counter {
  key: number;
  bucket: number;
  count: number;
}

function liveCounters(record: Uint8Array | null, atMs: number): Counter[] {
  const counters: Counter[] = [];
  if (!record || record[0] !== VERSION) return counters;
  const now = [bucketOf('hour', atMs), bucketOf('day', atMs), 0];
  const end = Math.min(record.length, HEADER_BYTES + (record[1] as number) * COUNTER_BYTES);
  for (let at = HEADER_BYTES; at + COUNTER_BYTES <= end; at += COUNTER_BYTES) {
    const key = readU32(record, at);
    const bucket = readU16(record, at + 4);
    if (bucket === now[key & 3]) counters.push({ key, bucket, count: readU16(record, at + 6) });
  }
  // Lifetime counters go last, so that the shorter windows are the first to be forgotten.
  return counters.sort((a, b) => (a.key & 3) - (b.key & 3));
}

function encode(counters: readonly Counter[]): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + counters.length * COUNTER_BYTES);
  const view = new DataView(record.buffer);
  record[0] = VERSION;
  record[1] = counters.length;
  let at = HEADER_BYTES;
  for (const counter of counters) {
    view.setUint32(at, counter.key);
    view.setUint16(at + 4, counter.bucket);
    view.setUint16(at + 6, counter.count);
    at += COUNTER_BYTES;
  }
  return record;
}

const readU32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

const readU16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
