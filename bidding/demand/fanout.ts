/**
 * Asking all partners at once, and going on at the deadline with what has come. Owns who is asked, deadlines, and whom an auction
 * waits for: a partner that was late before is asked as ever, but only those in good standing are waited for. One that hangs,
 * floods or talks nonsense costs the others nothing.
 */
import { gzipSync } from 'node:zlib';
import type { Market } from '../engine/market.ts';
import type { Found, ImpMatch, PartnerBid } from '../engine/outcome.ts';
import { reasonOf } from '../engine/reasons.ts';
import type { BidRequest, Deal } from '../openrtb/message.ts';
import type { PartnerHealth, SnapshotDemandPartner } from '../wire/partner.ts';
import { judgeResponse, type Received, type Refused } from './incoming.ts';
import { ourDeals } from './offers.ts';
import { outgoingRequest, parseBody } from './outgoing.ts';
import { Gate, type Partner, type PartnerOutcome } from './partner.ts';
import { type Call, createTransport, type Transport, type TransportAnswer } from './transport.ts';

/** Kept of the caller's `tmax` for the way back and for our own answer. */
const NETWORK_RESERVE_MS = 10;
const ANSWER_RESERVE_MS = 10;
const MIN_TMAX_MS = 10;
const USUAL_TMAX_MS = 250;
const MAX_TMAX_MS = 2_000;

/** One auction's question to everybody outside. */
export interface Inquiry {
  raw: Buffer;
  message: BidRequest;
  found: Found;
  market: Market;
  atMs: number;
}

export interface FanOut {
  /** Partners that would be asked: who is to pay must be known before anybody answers. */
  gates(market: Market): readonly Gate[];
  /** Calls back once, at the deadline at the latest, with the bids that may stand. */
  ask(inquiry: Inquiry, done: (bids: PartnerBid[], refused: Refused[]) => void): void;
  /** What became of a partner's bid: won, or the reason why not. */
  settled(partner: Partner, lost: string | undefined): void;
  health(atMs: number): PartnerHealth[];
  close(): void;
}

export interface FanOutOptions {
  exchangeHost: () => string;
  nodeId: string;
  /** Monotonic milliseconds; deadlines are real time even where the business clock is not. */
  now?: () => number;
  random: () => number;
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
  const now = options.now ?? (() => performance.now());
  const transport = createTransport();
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
    transport.keep(new Set(partners.map(({ url }) => new URL(url).origin)));
    return gates;
  }

  return {
    gates: follow,
    ask(inquiry, done) {
      const timeMs = partnerTimeMs(inquiry.message.tmaxMs);
      const asked = follow(inquiry.market).filter((gate) => {
        if (!wants(gate.partner, inquiry.found)) gate.count('not_wanted');
        else if (timeMs < MIN_TMAX_MS) gate.count('too_late');
        else return gate.admit(now(), options.random()) === undefined;
        return false;
      });
      if (asked.length === 0) done([], []);
      else
        new Round(
          asked,
          inquiry,
          timeMs,
          { now, transport, host: options.exchangeHost() },
          done,
        ).start();
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

interface RoundContext {
  now: () => number;
  transport: Transport;
  host: string;
}

/** A request as some partners get it: the same time and the same deals, the same bytes. */
interface Letter {
  plain: Buffer;
  zipped: Buffer | undefined;
}

/** One request's round of calls. */
class Round {
  private readonly bids: PartnerBid[] = [];
  private readonly refused: Refused[] = [];
  /** Whom the auction waits for. */
  private readonly awaited = new Set<Gate>();
  private over = false;
  private readonly open = new Map<Gate, Call>();
  private readonly startedAt: number;
  private readonly letters = new Map<string, Letter | undefined>();
  private body: Record<string, unknown> | undefined;

  constructor(
    private readonly gates: readonly Gate[],
    private readonly inquiry: Inquiry,
    private readonly timeMs: number,
    private readonly context: RoundContext,
    private readonly done: (bids: PartnerBid[], refused: Refused[]) => void,
  ) {
    this.startedAt = context.now();
  }

  start(): void {
    const byDeadline = new Map<number, Gate[]>();
    for (const gate of this.gates) {
      const tmaxMs = Math.min(gate.partner.timeoutMs, this.timeMs);
      if (gate.isTrusted) this.awaited.add(gate);
      this.call(gate, tmaxMs);
      const same = byDeadline.get(tmaxMs);
      if (same) same.push(gate);
      else byDeadline.set(tmaxMs, [gate]);
    }
    // Timers run before sockets: on a busy node an answer that has arrived is read before anybody is called late.
    for (const [tmaxMs, gates] of byDeadline)
      setTimeout(() => {
        setImmediate(() => {
          for (const gate of gates) this.expire(gate);
        });
      }, tmaxMs);
    if (this.awaited.size === 0) this.finish();
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.done(this.bids, this.refused);
  }

  private expire(gate: Gate): void {
    const call = this.open.get(gate);
    if (!call) return;
    call.abort();
    this.left(gate, 'timed_out');
  }

  private left(gate: Gate, outcome: PartnerOutcome): void {
    const { now } = this.context;
    this.open.delete(gate);
    gate.answered(outcome, now() - this.startedAt, now());
    if (this.awaited.delete(gate) && this.awaited.size === 0) this.finish();
  }

  private letterFor(
    deals: readonly (readonly Deal[])[],
    tmaxMs: number,
    key: string,
  ): Letter | undefined {
    if (this.letters.has(key)) return this.letters.get(key);
    this.body ??= parseBody(this.inquiry.raw);
    const { message, found } = this.inquiry;
    const context = { exchangeHost: this.context.host, tmaxMs, deals };
    const outgoing = outgoingRequest(this.body, message, found, context);
    const letter = outgoing && { plain: Buffer.from(JSON.stringify(outgoing)), zipped: undefined };
    this.letters.set(key, letter);
    return letter;
  }

  private call(gate: Gate, tmaxMs: number): void {
    const { partner } = gate;
    const deals = this.dealsFor(partner);
    const key = deals.length > 0 ? `${tmaxMs} ${partner.id}` : `${tmaxMs}`;
    const letter = this.letterFor(deals, tmaxMs, key);
    if (!letter) {
      this.left(gate, 'no_bid');
      return;
    }
    if (partner.gzip) letter.zipped ??= gzipSync(letter.plain, { level: 1 });
    const body = partner.gzip && letter.zipped ? letter.zipped : letter.plain;
    const call = this.context.transport.post(new URL(partner.url), body, partner.gzip, (answer) => {
      if (this.open.has(gate)) this.left(gate, this.take(gate, answer, deals));
    });
    this.open.set(gate, call);
  }

  private dealsFor(partner: Partner): readonly (readonly Deal[])[] {
    const { market, found, atMs } = this.inquiry;
    if (!market.dealsOfPartner.has(partner.id)) return NO_DEALS;
    return found.imps
      .slice(0, found.count)
      .map((match: ImpMatch) => ourDeals(market, partner.id, match, atMs));
  }

  private take(
    gate: Gate,
    answer: TransportAnswer | 'failed' | 'garbage',
    deals: readonly (readonly Deal[])[],
  ): PartnerOutcome {
    if (typeof answer === 'string') return answer;
    if (answer.status === 204) return 'no_bid';
    if (answer.status !== 200) return 'failed';
    const judged = this.judge(gate, answer.body, deals);
    if (judged === 'garbage') return 'garbage';
    for (const { reason } of judged.refused) gate.refuseBid(reasonOf(reason)?.key ?? `${reason}`);
    for (const { priceMicroCny } of judged.bids) gate.lastBidMicroCny = priceMicroCny;
    if (!this.over) {
      this.refused.push(...judged.refused);
      this.bids.push(...judged.bids);
    }
    return judged.bids.length > 0 ? 'bid' : 'no_bid';
  }

  private judge(
    gate: Gate,
    body: Buffer,
    deals: readonly (readonly Deal[])[],
  ): Received | 'garbage' {
    if (body.length === 0) return { bids: [], refused: [] };
    const { message, found } = this.inquiry;
    const question = { partner: gate.partner, request: message, found, deals };
    try {
      return judgeResponse(JSON.parse(body.toString('utf8')), question);
    } catch {
      return 'garbage';
    }
  }
}

const NO_DEALS: readonly (readonly Deal[])[] = [];
