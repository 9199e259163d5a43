/**
 * One request's round of questions. Owns its deadlines, kept by one timer, and whom it waits for; answers that come after its end still
 * count for a partner's standing, and for nothing else.
 */
import type { Market } from '../engine/market.ts';
import type { Found, PartnerBid } from '../engine/outcome.ts';
import { reasonOf } from '../engine/reasons.ts';
import type { Deal } from '../openrtb/imp.ts';
import type { BidRequest } from '../openrtb/message.ts';
import type { ChainSigner } from '../wire/chain.ts';
import { judgeResponse } from './incoming.ts';
import type { Lateness } from './lateness.ts';
import { ourDeals } from './offers.ts';
import { Letters } from './outgoing.ts';
import type { Gate, Partner, PartnerOutcome, PartnerTrace } from './partner.ts';
import type { Received, Refused } from './received.ts';
import type { Call, Heard, Transport } from './transport.ts';

/** One auction's question to everybody outside. */
export interface Inquiry {
  raw: Buffer;
  message: BidRequest;
  found: Found;
  market: Market;
  atMs: number;
  /** When it came, monotonic milliseconds: what was spent since is not there for partners. */
  startedAt: number;
  /** Told of every partner, where somebody may see it. */
  trace?: PartnerTrace[] | undefined;
}

export interface RoundContext {
  /** Monotonic milliseconds. */
  now: () => number;
  transport: Transport;
  host: string;
  /** Signs our hop for other deployments. */
  signer: ChainSigner;
  openKey: (sealed: string) => string;
  lateness: Lateness;
}

export type RoundDone = (bids: PartnerBid[], refused: Refused[]) => void;

interface Asked {
  gate: Gate;
  dueMs: number;
  deals: readonly (readonly Deal[])[];
  call: Call | undefined;
  isAwaited: boolean;
}

/** How a trace names a partner. */
export const named = ({ id, code }: Partner) => ({ partnerId: id, partner: code });

const NO_DEALS: readonly (readonly Deal[])[] = [];
/** Later than this after a deadline, the node was late, and not only the partner. */
const OURS_MS = 10;

export class Round {
  private readonly bids: PartnerBid[] = [];
  private readonly refused: Refused[] = [];
  private open: Asked[] = [];
  private awaited = 0;
  private over = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly startedAt: number;

  constructor(
    private readonly inquiry: Inquiry,
    private readonly context: RoundContext,
    private readonly done: RoundDone,
  ) {
    this.startedAt = context.now();
  }

  /** Asks all of them, each in `timeMs` or in its own time, whichever is shorter. */
  start(gates: readonly Gate[], timeMs: number): void {
    const { raw, message, found, atMs } = this.inquiry;
    const { host, signer } = this.context;
    const letters = new Letters(raw, message, found, host, (came, own, requestId) =>
      signer.signed(came, own, requestId, atMs),
    );
    for (const gate of gates) {
      if (letters.isEmpty) gate.count('not_wanted');
      else this.ask(gate, Math.floor(Math.min(gate.partner.timeoutMs, timeMs)), letters);
    }
    this.arm();
    if (this.awaited === 0) this.finish();
  }

  private ask(gate: Gate, tmaxMs: number, letters: Letters): void {
    const { partner } = gate;
    const deals = this.dealsFor(partner);
    const isAwaited = gate.isTrusted;
    const asked: Asked = {
      gate,
      dueMs: this.startedAt + tmaxMs,
      deals,
      call: undefined,
      isAwaited,
    };
    const letter = letters.letter(tmaxMs, deals, {
      gzip: partner.gzip,
      callKey: gate.callKey(this.context.openKey),
    });
    asked.call = this.context.transport.post(partner.url, letter, partner.gzip, (heard) =>
      this.hear(asked, heard),
    );
    if (!asked.call) {
      gate.count('saturated');
      this.inquiry.trace?.push({ ...named(partner), outcome: 'saturated' });
      return;
    }
    this.open.push(asked);
    if (isAwaited) this.awaited++;
  }

  private dealsFor(partner: Partner): readonly (readonly Deal[])[] {
    const { market, found, atMs } = this.inquiry;
    if (!market.dealsOfPartner.has(partner.id)) return NO_DEALS;
    return found.imps
      .slice(0, found.count)
      .map((match) => ourDeals(market, partner.id, match, atMs));
  }

  /** One timer for all: it is set to the nearest deadline. */
  private arm(): void {
    if (this.open.length === 0) return;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const asked of this.open) dueMs = Math.min(dueMs, asked.dueMs);
    this.timer = setTimeout(() => {
      // Timers run before sockets: on a busy node an answer that has arrived is read before anybody is called late.
      setImmediate(() => this.expire(dueMs));
    }, dueMs - this.context.now());
  }

  private expire(dueMs: number): void {
    const { now, lateness } = this.context;
    const lateMs = now() - dueMs;
    lateness.note(lateMs, now());
    for (const asked of this.open.filter((each) => each.dueMs <= dueMs)) {
      asked.call?.abandon();
      this.left(asked, 'timed_out', lateMs > OURS_MS);
    }
    this.arm();
  }

  private left(asked: Asked, outcome: PartnerOutcome, isOurs: boolean): void {
    const at = this.open.indexOf(asked);
    if (at < 0) return;
    this.open.splice(at, 1);
    const nowMs = this.context.now();
    const tookMs = nowMs - this.startedAt;
    asked.gate.answered(outcome, tookMs, nowMs, isOurs);
    if (!this.over)
      this.inquiry.trace?.push({
        ...named(asked.gate.partner),
        outcome,
        tookMs: Math.round(tookMs),
      });
    if (this.open.length === 0) clearTimeout(this.timer);
    if (asked.isAwaited && --this.awaited === 0) this.finish();
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.done(this.bids, this.refused);
  }

  private hear(asked: Asked, heard: Heard): void {
    this.left(asked, this.take(asked, heard), false);
  }

  private take({ gate, deals }: Asked, heard: Heard): PartnerOutcome {
    if (typeof heard === 'string') return heard;
    if (heard.status === 204) return 'no_bid';
    if (heard.status !== 200) return 'failed';
    const judged = this.judge(gate, heard.body, deals);
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
