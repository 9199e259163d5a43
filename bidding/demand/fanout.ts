/**
 * Asking all partners at once, and going on at the deadline with what has come. Owns connections (kept alive), deadlines and
 * the bound of an answer; one that hangs, floods or talks nonsense costs the others nothing.
 */
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as SecureAgent } from 'node:https';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Found, PartnerBid } from '../engine/outcome.ts';
import type { BidRequest } from '../openrtb/message.ts';
import { judgeResponse, type Received } from './incoming.ts';
import { outgoingRequest } from './outgoing.ts';
import { Gate, type Partner, type PartnerHealth } from './partner.ts';

const MAX_ANSWER_BYTES = 512 * 1024;
/** Kept of the caller's `tmax` for the way back and for our own answer. */
const NETWORK_RESERVE_MS = 10;
const ANSWER_RESERVE_MS = 10;
const MIN_TMAX_MS = 10;
const USUAL_TMAX_MS = 250;
const MAX_TMAX_MS = 2_000;

export interface FanOut {
  /** Calls back once, at the deadline at the latest, with the bids that may stand. */
  ask(
    raw: Buffer,
    message: BidRequest,
    found: Found,
    done: (bids: PartnerBid[], refused: Received['refused']) => void,
  ): void;
  health(): PartnerHealth[];
  close(): void;
}

export interface FanOutOptions {
  partners: readonly Partner[];
  exchangeHost: () => string;
  /** Monotonic milliseconds; deadlines are real time even where the business clock is not. */
  now?: () => number;
  random?: () => number;
}

/** Time for partners out of the caller's `tmax`. */
export function partnerTimeMs(tmaxMs: number): number {
  const given = tmaxMs > 0 ? Math.min(tmaxMs, MAX_TMAX_MS) : USUAL_TMAX_MS;
  return given - NETWORK_RESERVE_MS - ANSWER_RESERVE_MS;
}

function wants(partner: Partner, found: Found): boolean {
  const { formats, divisions } = partner;
  if (divisions.length > 0 && !divisions.some((each) => found.located.code.startsWith(each)))
    return false;
  if (formats.length === 0) return true;
  for (let i = 0; i < found.count; i++) {
    const format = found.imps[i]?.placement?.format;
    if (format && formats.includes(format)) return true;
  }
  return false;
}

export function createFanOut(options: FanOutOptions): FanOut {
  const now = options.now ?? (() => performance.now());
  const random = options.random ?? Math.random;
  const gates = options.partners.map((partner) => new Gate(partner));
  const agents = { plain: new Agent(AGENT), secure: new SecureAgent(AGENT) };

  return {
    ask(raw, message, found, done) {
      const timeMs = partnerTimeMs(message.tmaxMs);
      const asked = gates.filter((gate) => {
        if (!wants(gate.partner, found)) gate.count('not_wanted');
        else if (timeMs < MIN_TMAX_MS) gate.count('too_late');
        else return gate.admit(now(), random()) === undefined;
        return false;
      });
      if (asked.length === 0) {
        done([], []);
        return;
      }
      const body = JSON.parse(raw.toString('utf8')) as Record<string, unknown>;
      new Round(
        asked,
        body,
        message,
        found,
        timeMs,
        { now, agents, host: options.exchangeHost() },
        done,
      ).start();
    },
    health: () => gates.map((gate) => gate.health(now())),
    close() {
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
}

const AGENT = { keepAlive: true, maxSockets: 512, maxFreeSockets: 256, noDelay: true };

interface RoundContext {
  now: () => number;
  agents: { plain: Agent; secure: SecureAgent };
  host: string;
}

/** One request's round of calls. */
class Round {
  private readonly bids: PartnerBid[] = [];
  private readonly refused: Received['refused'] = [];
  private waiting = 0;
  private over = false;
  private readonly aborts = new Set<() => void>();
  private readonly startedAt: number;
  private deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly gates: readonly Gate[],
    private readonly body: Record<string, unknown>,
    private readonly message: BidRequest,
    private readonly found: Found,
    private readonly timeMs: number,
    private readonly context: RoundContext,
    private readonly done: (bids: PartnerBid[], refused: Received['refused']) => void,
  ) {
    this.startedAt = context.now();
  }

  start(): void {
    this.waiting = this.gates.length;
    const longest = Math.max(
      ...this.gates.map((gate) => Math.min(gate.partner.timeoutMs, this.timeMs)),
    );
    this.deadline = setTimeout(() => this.finish(), longest);
    // Partners with the same time get the same bytes.
    const written = new Map<number, Buffer>();
    for (const gate of this.gates) {
      const tmaxMs = Math.min(gate.partner.timeoutMs, this.timeMs);
      let bytes = written.get(tmaxMs);
      if (!bytes) {
        const outgoing = outgoingRequest(this.body, this.found, {
          exchangeHost: this.context.host,
          tmaxMs,
        });
        bytes = outgoing ? Buffer.from(JSON.stringify(outgoing)) : Buffer.alloc(0);
        written.set(tmaxMs, bytes);
      }
      if (bytes.length === 0) this.left(gate, 'no_bid');
      else this.call(gate, bytes, tmaxMs);
    }
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.deadline);
    for (const abort of this.aborts) abort();
    this.done(this.bids, this.refused);
  }

  private left(gate: Gate, outcome: Parameters<Gate['answered']>[0]): void {
    const { now } = this.context;
    gate.answered(outcome, now() - this.startedAt, now());
    if (--this.waiting === 0) this.finish();
  }

  private call(gate: Gate, bytes: Buffer, tmaxMs: number): void {
    const { partner } = gate;
    const url = new URL(partner.url);
    const isSecure = url.protocol === 'https:';
    const body = partner.gzip ? gzipSync(bytes) : bytes;
    const call = (isSecure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: isSecure ? this.context.agents.secure : this.context.agents.plain,
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        'accept-encoding': 'gzip',
        'x-openrtb-version': '2.6',
        ...(partner.gzip ? { 'content-encoding': 'gzip' } : {}),
      },
    });
    let settled = false;
    const settle = (outcome: Parameters<Gate['answered']>[0]): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      this.aborts.delete(abort);
      this.left(gate, outcome);
    };
    const abort = (): void => {
      settle('timed_out');
      call.destroy();
    };
    const timer = setTimeout(abort, tmaxMs);
    this.aborts.add(abort);
    call.on('error', () => settle('failed'));
    call.on('response', (res) => {
      const chunks: Buffer[] = [];
      let size = 0;
      res.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
        else {
          settle('garbage');
          call.destroy();
        }
      });
      res.on('error', () => settle('failed'));
      res.on('end', () => {
        if (settled) return;
        const zipped = res.headers['content-encoding'] === 'gzip';
        settle(this.take(gate, res.statusCode ?? 0, Buffer.concat(chunks), zipped));
      });
    });
    call.end(body);
  }

  private take(
    gate: Gate,
    status: number,
    body: Buffer,
    zipped: boolean,
  ): 'bid' | 'no_bid' | 'failed' | 'garbage' {
    if (status === 204) return 'no_bid';
    if (status !== 200) return 'failed';
    const judged = this.judge(gate, body, zipped);
    if (judged === 'garbage') return 'garbage';
    for (const { reason } of judged.refused) gate.refuseBid(String(reason));
    this.refused.push(...judged.refused);
    this.bids.push(...judged.bids);
    return judged.bids.length > 0 ? 'bid' : 'no_bid';
  }

  private judge(gate: Gate, body: Buffer, zipped: boolean): Received | 'garbage' {
    if (body.length === 0) return { bids: [], refused: [] };
    try {
      const text = zipped ? gunzipSync(body, { maxOutputLength: 4 * MAX_ANSWER_BYTES }) : body;
      return judgeResponse(
        JSON.parse(text.toString('utf8')),
        gate.partner,
        this.message,
        this.found,
      );
    } catch {
      return 'garbage';
    }
  }
}
