/**
 * Frequency counters: one packed string a user, ten bytes a counter, so that a user-day of ten counters is a hundred. Owns what a
 * counter counts and its form; who reads and writes them is `caps.ts`.
 */
import { hourOf, msOfDay } from '../../db/terms/day.ts';
import type { FrequencyCap } from '../../db/terms/market.ts';
import type { SnapshotLineItem } from '../wire/snapshot.ts';

/** Characters of a counter's key, each a byte … */
export const KEY = 8;
/** … and with its count. */
const RECORD = 10;
const DAY_MS = 86_400_000;
const SCOPES = { lineItem: 0, campaign: 1, advertiser: 2 } as const;
const WINDOWS = { hour: 0, day: 1, lifetime: 2 } as const;

export type Scope = FrequencyCap['scope'];
export type Window = FrequencyCap['window'];

/** One counter's identity: kind (1), id (4), bucket of time (3). The count (2) follows in the record. */
export function counterKey(scope: Scope, id: number, window: Window, atMs: number): string {
  const bucket = bucketOf(window, atMs);
  return String.fromCharCode(
    SCOPES[scope] * 4 + WINDOWS[window],
    (id >>> 24) & 255,
    (id >>> 16) & 255,
    (id >>> 8) & 255,
    id & 255,
    (bucket >>> 16) & 255,
    (bucket >>> 8) & 255,
    bucket & 255,
  );
}

/** Numbers hours and days of Shanghai; arithmetic, because `dayOf` makes a string of every call. */
export function bucketOf(window: Window, atMs: number): number {
  if (window === 'hour') return hourOf(atMs);
  return window === 'day' ? Math.floor((atMs - msOfDay(atMs)) / DAY_MS) + 1 : 0;
}

/** What one ad counts, as `CapCounters.add` takes it: each counter once. */
export function countersOf(source: SnapshotLineItem, atMs: number): string {
  const hour = bucketOf('hour', atMs);
  const known = counters.get(source);
  if (known?.hour === hour) return known.text;
  const keysOf = source.frequencyCaps.map(({ scope, window }) =>
    counterKey(scope, subjectOf(source, scope), window, atMs),
  );
  const text = [...new Set(keysOf)].join('');
  counters.set(source, { hour, text });
  return text;
}

/** The same for an hour, of every ad of a line item. */
const counters = new WeakMap<SnapshotLineItem, { hour: number; text: string }>();

/** Whose ads a scope counts. */
export function subjectOf(source: SnapshotLineItem, scope: Scope): number {
  if (scope === 'lineItem') return source.id;
  return scope === 'campaign' ? source.campaignId : source.advertiserId;
}

/** The count that stands behind a key in a user's packed string. */
export function countedIn(packed: string, key: string): number {
  for (let at = 0; at < packed.length; at += RECORD)
    if (packed.startsWith(key, at))
      return packed.charCodeAt(at + KEY) * 256 + packed.charCodeAt(at + KEY + 1);
  return 0;
}

/** How often a key stands in keys one behind the other. */
export function occurrences(keys: string, key: string): number {
  let count = 0;
  for (let at = 0; at < keys.length; at += KEY) if (keys.startsWith(key, at)) count++;
  return count;
}
