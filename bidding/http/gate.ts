/**
 * Who is let in when more comes than a core can do. Owns when the node is overloaded and whom it turns away then: at once,
 * with 503, for a tenth of an auction's cost. Refuses to queue: a page that has waited has shown nothing. Trackers pass
 * always, since what was sold must be billed.
 *
 * A node is overloaded when its turns have been long without a break: one long turn is a burst, or the collector. Then
 * each turn holds auctions for its share of time and turns away what else it has read, until one had nothing to turn
 * away (after CoDel, RFC 8289). So an auction waits for two turns at most.
 */
import { performance } from 'node:perf_hooks';
import { type Auctioneer, refused } from './auction.ts';

/** A turn of the event loop that is as long is a long one: a hundred auctions at once. */
const LONG_TURN_MS = 8;
/** Long turns on end for this long are an overload. */
const PATIENCE_MS = 100;
/** What an overloaded node gives to auctions in a turn. */
const SHARE_MS = 4;

const OVERLOADED = refused('overloaded', {
  status: 503,
  code: 'overloaded',
  zh: '本节点请求过多，请稍后再试或改用其他节点',
  en: 'this node has more requests than it can serve; try later, or another node',
});

export interface Gate {
  /** Whether a request that was just read is to be served. */
  admits(): boolean;
  /** Turned away so far. */
  readonly shed: number;
}

/** Lets everybody in. */
export const OPEN_GATE: Gate = { admits: () => true, shed: 0 };

/** `atTurnsEnd` calls back once what was read in this turn is through. */
export function createGate(
  nowMs: () => number = () => performance.now(),
  atTurnsEnd: (callback: () => void) => void = setImmediate,
): Gate {
  let inTurn = false;
  let turnBeganMs = 0;
  let turnShed = 0;
  let calmMs = nowMs();
  let overloaded = false;
  let shed = 0;

  const begin = (now: number): void => {
    // Nothing to do for a while is as good as a short turn.
    if (now - turnBeganMs > PATIENCE_MS) calmMs = now;
    inTurn = true;
    turnBeganMs = now;
    turnShed = 0;
    atTurnsEnd(end);
  };
  const end = (): void => {
    inTurn = false;
    const now = nowMs();
    if (overloaded ? turnShed === 0 : now - turnBeganMs < LONG_TURN_MS) calmMs = now;
    overloaded = now - calmMs >= PATIENCE_MS || (overloaded && turnShed > 0);
  };

  return {
    admits() {
      const now = nowMs();
      if (!inTurn) begin(now);
      if (!overloaded || now - turnBeganMs < SHARE_MS) return true;
      turnShed += 1;
      shed += 1;
      return false;
    },
    get shed() {
      return shed;
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
