/**
 * Who is let in when more comes than a core can do. Owns when the node is overloaded and whom it turns away then: at once,
 * with 503, for a tenth of an auction's cost. Refuses to queue: a page that has waited has shown nothing. Trackers pass
 * always, since what was sold must be billed.
 *
 * A node is overloaded when its turns have been long without a break: one long turn is a burst, or the collector. Then
 * each turn holds auctions for its share of time and turns away what else it reads (after CoDel, RFC 8289).
 */
import { performance } from 'node:perf_hooks';
import type { Answer, Auctioneer } from './auction.ts';

/** A turn of the event loop that holds auctions for so long is a long one. */
const TURN_MS = 10;
/** Long turns on end for this long are an overload. */
const PATIENCE_MS = 100;

const OVERLOADED: Answer = {
  body: undefined,
  reason: 'overloaded',
  problem: {
    status: 503,
    code: 'overloaded',
    zh: '本节点请求过多，请稍后再试或改用其他节点',
    en: 'this node has more requests than it can serve; try later, or another node',
  },
};

export interface Gate {
  /** Whether a request that was just read is to be served. */
  admits(): boolean;
  /** Turned away so far. */
  readonly shed: number;
}

/** `atTurnsEnd` calls back once what was read in this turn is through. */
export function createGate(
  nowMs: () => number = () => performance.now(),
  atTurnsEnd: (callback: () => void) => void = setImmediate,
): Gate {
  let inTurn = false;
  let turnBeganMs = 0;
  let calmMs = nowMs();
  let shed = 0;

  const end = (): void => {
    inTurn = false;
    const now = nowMs();
    if (now - turnBeganMs < TURN_MS) calmMs = now;
  };

  return {
    admits() {
      const now = nowMs();
      if (!inTurn) {
        inTurn = true;
        // Nothing to do for a while is as good as a short turn.
        if (now - turnBeganMs > PATIENCE_MS * 10) calmMs = now;
        turnBeganMs = now;
        atTurnsEnd(end);
        return true;
      }
      if (now - turnBeganMs < TURN_MS || turnBeganMs - calmMs < PATIENCE_MS) return true;
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
