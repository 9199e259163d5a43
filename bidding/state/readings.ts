/**
 * Readings of users' counters, from the asking to the decision: what this node counts for a user meanwhile is told to those that are
 * open. Owns a reading and the finding of a user's.
 *
 * Nothing here may point from what is older to what is newer. An object that was once moved among the old keeps alive, until all
 * the old are looked at, whatever it points to, and so on for ever: sendings that each knew the next cost 3.6 MB a second at the
 * peak. A Map does so too, by itself: each of its tables points to the one that replaced it.
 */
import { countedIn, counterKey, occurrences, type Scope, type Window } from './counters.ts';

/** What is known of one user from the moment it was asked for. */
export interface UserCounts {
  count(scope: Scope, id: number, window: Window): number;
  /** To be called once it is decided: nothing more is told then. */
  close(): void;
}

/** Users share them by the beginnings of their pseudonyms; some hundred readings are open at a time. */
const SHELVES = 1_024;

export class Reading implements UserCounts {
  readonly userHash: string;
  private readonly atMs: number;
  private readonly open: OpenReadings;
  /** Of the same shelf: the one that was opened before, and the one after. */
  older: Reading | undefined;
  newer: Reading | undefined;
  /** What Redis held. */
  found = '';
  /** What was counted here and goes to Redis after the reading, eight characters each. */
  counted: string;

  constructor(userHash: string, atMs: number, counted: string, open: OpenReadings) {
    this.userHash = userHash;
    this.atMs = atMs;
    this.counted = counted;
    this.open = open;
  }

  count(scope: Scope, id: number, window: Window): number {
    const key = counterKey(scope, id, window, this.atMs);
    return countedIn(this.found, key) + occurrences(this.counted, key);
  }

  close(): void {
    this.open.remove(this);
  }
}

export class OpenReadings {
  private readonly newest: (Reading | undefined)[] = new Array(SHELVES).fill(undefined);

  add(reading: Reading): void {
    const shelf = shelfOf(reading.userHash);
    const older = this.newest[shelf];
    reading.older = older;
    if (older) older.newer = reading;
    this.newest[shelf] = reading;
  }

  remove(reading: Reading): void {
    const { older, newer } = reading;
    const shelf = shelfOf(reading.userHash);
    if (older) older.newer = newer;
    if (newer) newer.older = older;
    else if (this.newest[shelf] === reading) this.newest[shelf] = older;
    reading.older = undefined;
    reading.newer = undefined;
  }

  tell(userHash: string, counters: string): void {
    for (let each = this.newest[shelfOf(userHash)]; each; each = each.older)
      if (each.userHash === userHash) each.counted += counters;
  }
}

const shelfOf = (userHash: string): number =>
  ((userHash.charCodeAt(0) << 5) ^ userHash.charCodeAt(1)) & (SHELVES - 1);
