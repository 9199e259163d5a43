/**
 * Asking all partners at once, and going on at the deadline with what has come. Owns who is asked and how much time there is: a partner
 * that was late before is asked as ever, but only those in good standing are waited for. One that hangs, floods or talks nonsense
 * costs the others nothing.
 */
import type { Market } from '../engine/market.ts';
import type { Found } from '../engine/outcome.ts';
import type { ChainSigner } from '../wire/chain.ts';
import type { PartnerHealth, SnapshotDemandPartner } from '../wire/partner.ts';
import { Lateness } from './lateness.ts';
import { Gate, type Partner, type PartnerOutcome } from './partner.ts';
import { type Inquiry, named, Round, type RoundDone } from './round.ts';
import { createTransport } from './transport.ts';

/** Kept of the caller's `tmax` for the way back and for our own answer. */
const NETWORK_RESERVE_MS = 10;
const ANSWER_RESERVE_MS = 10;
const MIN_TMAX_MS = 10;
const USUAL_TMAX_MS = 250;
const MAX_TMAX_MS = 2_000;

export interface FanOut {
  /** Partners that would be asked: who is to pay must be known before anybody answers. */
  gates(market: Market): readonly Gate[];
  /** Calls back once, at the deadline at the latest, with the bids that may stand. */
  ask(inquiry: Inquiry, done: RoundDone): void;
  /** What became of a partner's bid: won, or the reason why not. */
  settled(partner: Partner, lost: string | undefined): void;
  health(atMs: number): PartnerHealth[];
  close(): void;
}

export interface FanOutOptions {
  exchangeHost: () => string;
  nodeId: string;
  /** Signs our hops of the chain. */
  signer: ChainSigner;
  /** Opens the key by which a partner lets us in. */
  openKey: (sealed: string) => string;
  /** Monotonic milliseconds; deadlines are real time even where the business clock is not. */
  now?: () => number;
  random: () => number;
  /** Authorities trusted instead of the usual ones, PEM. */
  ca?: string | undefined;
}

/** Time for partners out of the caller's `tmax`. */
export function partnerTimeMs(tmaxMs: number): number {
  const given = tmaxMs > 0 ? Math.min(tmaxMs, MAX_TMAX_MS) : USUAL_TMAX_MS;
  return given - NETWORK_RESERVE_MS - ANSWER_RESERVE_MS;
}

function wants(partner: Partner, found: Found): boolean {
  const { formats, divisions, outletIds } = partner;
  if (divisions.length > 0 && !divisions.some((each) => found.located.code.startsWith(each)))
    return false;
  if (formats.length === 0 && outletIds.length === 0) return true;
  for (let i = 0; i < found.count; i++) {
    const placement = found.imps[i]?.placement;
    if (!placement) continue;
    if (formats.length > 0 && !formats.includes(placement.format)) continue;
    if (outletIds.length === 0 || outletIds.includes(placement.outletId)) return true;
  }
  return false;
}

export function createFanOut(options: FanOutOptions): FanOut {
  const { signer, openKey } = options;
  const now = options.now ?? (() => performance.now());
  const transport = createTransport({ now, ca: options.ca });
  const lateness = new Lateness();
  const known = new Map<number, Gate>();
  let gates: readonly Gate[] = [];
  let from: { market: Market; version: number } | undefined;

  /** Follows the market: an edited partner keeps its record, one that is gone loses its connections. */
  function follow(market: Market): readonly Gate[] {
    if (from?.market === market && from.version === market.version) return gates;
    from = { market, version: market.version };
    const partners: SnapshotDemandPartner[] = [...market.demandPartners.values()];
    const isSame =
      partners.length === gates.length && partners.every((each, i) => gates[i]?.partner === each);
    if (isSame) return gates;
    for (const id of known.keys()) if (!market.demandPartners.has(id)) known.delete(id);
    gates = partners.map((partner) => {
      const gate = known.get(partner.id) ?? new Gate(partner);
      gate.partner = partner;
      known.set(partner.id, gate);
      return gate;
    });
    transport.keep(gates.map(({ partner, connections }) => ({ url: partner.url, connections })));
    return gates;
  }

  return {
    gates: follow,
    ask(inquiry, done) {
      const nowMs = now();
      const givenMs = partnerTimeMs(inquiry.message.tmaxMs);
      // At least half of it: a single hiccup must not cost every partner its bids.
      const lateMs = Math.min(lateness.at(nowMs), givenMs / 2);
      const timeMs = givenMs - lateMs - (nowMs - inquiry.startedAt);
      const turnAway = (gate: Gate): PartnerOutcome | undefined => {
        const isWanted = wants(gate.partner, inquiry.found);
        if (isWanted && timeMs >= MIN_TMAX_MS) return gate.admit(nowMs, options.random());
        const outcome = isWanted ? 'too_late' : 'not_wanted';
        gate.count(outcome);
        return outcome;
      };
      const asked = follow(inquiry.market).filter((gate) => {
        const outcome = turnAway(gate);
        if (outcome !== undefined) inquiry.trace?.push({ ...named(gate.partner), outcome });
        return outcome === undefined;
      });
      if (asked.length === 0) return done([], []);
      const context = { now, transport, host: options.exchangeHost(), lateness, signer, openKey };
      new Round(inquiry, context, done).start(asked, timeMs);
    },
    settled(partner, lost) {
      const gate = known.get(partner.id);
      if (lost === undefined && gate) gate.wins++;
      else if (lost !== undefined) gate?.lost(lost);
    },
    health: (atMs) => gates.map((gate) => gate.health(options.nodeId, now(), atMs)),
    close: () => transport.close(),
  };
}
