/**
 * Who is let in when more comes than a core can do. Owns when the node is overloaded and whom it turns away then: at once,
 * before anything but the head was read, with 503 and when to come again. Refuses to queue: a page that has waited has shown
 * nothing. Trackers pass always, since what was sold must be billed.
 *
 * What has arrived is read whole in every turn of the event loop, so nobody has waited for longer than the turn before was
 * long: to keep turns short is to keep waits short. A node is overloaded once its turns have been long without a break for
 * as long as a burst may wait. From then on a turn holds auctions for its share of time, all else it did included, and
 * turns away what it has read besides. It is over when for a while the loop slept for longer than what was turned
 * away would have taken. (CoDel, RFC 8289, leaves when a queue was short once: at three times the load it let a burst in
 * after every gap, and the accepted waited 700 ms.)
 */
import { performance } from 'node:perf_hooks';
import { type Auctioneer, refused } from './auction.ts';

/** A turn of the event loop that is busy for as long is a long one. */
const LONG_TURN_MS = 8;
/** Long turns on end for this long are an overload: a burst of as much work is served whole. */
const PATIENCE_MS = 50;
/**
 * What a turn of an overloaded node may be busy for and still hold another auction: short turns where it never sleeps; longer ones
 * where callers come in bursts, and a node that slept between them would have turned away what it could do.
 */
const SHARE_MS = { least: 2, most: 16 };
/** What epoll takes without sleeping. */
const SLEPT_MS = 0.1;
/** Over this time it is judged whether the overload is over. */
const LOOK_MS = 100;
/** When a caller who was turned away may come again, seconds; other nodes will have him at once. */
const RETRY_AFTER_S = 1;

const OVERLOADED = refused('overloaded', {
  status: 503,
  code: 'overloaded',
  zh: '本节点请求过多，请稍后再试或改用其他节点',
  en: 'this node has more requests than it can serve; try later, or another node',
  retryAfterS: RETRY_AFTER_S,
});

export interface Gate {
  /** Whether a request that was just read is to be served. */
  admits(): boolean;
  /** Turned away so far. */
  readonly shed: number;
  /** Of the last second that is over, the longest time a turn was busy, ms. */
  readonly longestTurnMs: number;
  close(): void;
}

/** Lets everybody in. */
export const OPEN_GATE: Gate = { admits: () => true, shed: 0, longestTurnMs: 0, close: () => {} };

/** The event loop as a gate sees it. */
export interface Turns {
  nowMs(): number;
  /** How long the loop has slept so far. */
  idleMs(): number;
  /** Calls back once what was read in this turn is through, if there is a turn: never wakes the loop. */
  atTurnsEnd(callback: () => void): void;
}

const LOOP: Turns = {
  nowMs: () => performance.now(),
  idleMs: () => performance.nodeTiming.idleTime,
  atTurnsEnd: (callback) => {
    setImmediate(callback).unref();
  },
};

/** Since when, by both clocks. */
interface Mark {
  nowMs: number;
  idleMs: number;
}

export function createGate(turns: Turns = LOOP): Gate {
  const mark = (): Mark => ({ nowMs: turns.nowMs(), idleMs: turns.idleMs() });
  let turn = mark();
  let look = turn;
  /** When this turn woke up; known once somebody asked. */
  let wokeMs: number | undefined;
  /** When the first of the long turns on end woke up. */
  let longSinceMs: number | undefined;
  let overloaded = false;
  let shareMs = SHARE_MS.least;
  let open = true;
  /** Since the last look. */
  let admitted = 0;
  let turnedAway = 0;
  let shed = 0;
  const longest = createLongest(turn.nowMs);

  /** When a turn that slept for so long first woke up. */
  const wake = (idleMs: number): number => {
    // It slept: all that had arrived was read, and nobody waits.
    if (idleMs > SLEPT_MS) longSinceMs = undefined;
    return turn.nowMs + idleMs;
  };
  const end = (): void => {
    if (!open) return;
    const now = mark();
    const woke = wokeMs ?? wake(now.idleMs - turn.idleMs);
    const busyMs = now.nowMs - woke;
    longest.note(busyMs, now.nowMs);
    longSinceMs = busyMs < LONG_TURN_MS ? undefined : (longSinceMs ?? woke);
    if (now.nowMs - look.nowMs >= LOOK_MS) {
      const used = usage(look, now);
      overloaded &&= used.idleMs * admitted < used.busyMs * turnedAway;
      shareMs = nextShareMs(overloaded ? shareMs : 0, used);
      look = now;
      admitted = 0;
      turnedAway = 0;
    }
    turn = now;
    wokeMs = undefined;
    turns.atTurnsEnd(end);
  };
  turns.atTurnsEnd(end);

  return {
    admits() {
      // One in a turn is always held, whatever else it had to do.
      if (wokeMs === undefined) {
        wokeMs = wake(turns.idleMs() - turn.idleMs);
        admitted += 1;
        return true;
      }
      const now = turns.nowMs();
      overloaded ||= now - (longSinceMs ?? wokeMs) >= PATIENCE_MS;
      if (!overloaded || now - wokeMs < shareMs) {
        admitted += 1;
        return true;
      }
      turnedAway += 1;
      shed += 1;
      return false;
    },
    get shed() {
      return shed;
    },
    get longestTurnMs() {
      return longest.ms;
    },
    close() {
      open = false;
    },
  };
}

interface Usage {
  busyMs: number;
  idleMs: number;
}

function usage(from: Mark, to: Mark): Usage {
  const idleMs = to.idleMs - from.idleMs;
  return { idleMs, busyMs: to.nowMs - from.nowMs - idleMs };
}

/** A share grows while the loop sleeps for more than a tenth of its time, and shrinks as fast. */
function nextShareMs(shareMs: number, { busyMs, idleMs }: Usage): number {
  const next = idleMs * 10 > busyMs + idleMs ? shareMs * 1.5 : shareMs / 1.5;
  return Math.min(SHARE_MS.most, Math.max(SHARE_MS.least, next));
}

/** The longest turn of each second. */
function createLongest(nowMs: number) {
  let secondMs = nowMs;
  let running = 0;
  let last = 0;
  return {
    note(busyMs: number, now: number): void {
      if (now - secondMs >= 1_000) {
        last = running;
        running = 0;
        secondMs = now;
      }
      if (busyMs > running) running = busyMs;
    },
    get ms() {
      return last;
    },
  };
}

/** The auctioneer behind the gate, for every door. */
export function behindGate(auctioneer: Auctioneer, gate: Gate): Auctioneer {
  return Object.assign(
    (...[body, options, done]: Parameters<Auctioneer>) =>
      gate.admits() ? auctioneer(body, options, done) : done(OVERLOADED),
    {
      hold: (...[message, options, done, raw]: Parameters<Auctioneer['hold']>) =>
        gate.admits() ? auctioneer.hold(message, options, done, raw) : done(OVERLOADED),
    },
  );
}
