/**
 * One connection of the express lane: what has arrived on it, the request under way, and its answer. Owns the order of answers
 * and the limits of a connection in bytes and seconds; refuses nothing by itself but what never arrives whole, and hands over what it
 * cannot read, as if nothing had been read of it.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../db/terms/day.ts';
import type { Answer, Auctioneer } from './auction.ts';
import type { AddressOf, Caller } from './caller.ts';
import { writeAnswer } from './calls.ts';
import { type Head, type HeadPattern, patternOf, readByPattern, readHead } from './head.ts';
import type { CallOptions } from './hearing.ts';
import { readChunks } from './oneBuffer.ts';
import { readQuery } from './query.ts';
import { FILED_BYTES, type FileRefusal } from './refusals.ts';
import { pixel, replyText } from './reply.ts';
import { type TrackerDeps, track } from './trackers.ts';

export interface LaneDeps {
  clock: Clock;
  auctioneer: Auctioneer;
  trackers: TrackerDeps;
  addressOf: AddressOf;
  fileRefusal: FileRefusal;
  optionsOf: (caller: Caller) => CallOptions;
  /** A request that has begun must be whole after this. */
  requestTimeoutMs: number;
  /** A connection without a request is kept for this. */
  idleTimeoutMs: number;
}

/** Written ahead by a caller that does not wait for answers: more is not read until it does. */
const MAX_AHEAD_BYTES = 1_048_576;
/** Answers that a caller does not take: beyond this its next request waits. */
const MAX_UNSENT_BYTES = 262_144;

/** Kinds of heads that a connection may begin anew. */
const MAX_PATTERNS = 4;

/** What all connections have in common. */
export interface Shared {
  deps: LaneDeps;
  lanes: Set<Lane>;
  /** The last headers of every answer in this second, the empty line included … */
  tail: string;
  /** … and the answer that nearly every tracker gives. */
  pixel: string;
  /** At the last sweep: to the second is enough for what is kept for seconds. */
  nowMs: number;
  leave: (socket: Socket) => void;
  outbox: (lane: Lane) => void;
}

const NO_BYTES = Buffer.alloc(0);
const NOTHING_HELD: Buffer[] = Object.freeze([]) as never;
const own = (bytes: Buffer): Buffer => bytes;
const copied = (bytes: Buffer): Buffer => Buffer.from(bytes);

/** One connection. */
export class Lane {
  private readonly socket: Socket;
  private readonly shared: Shared;
  private readonly stopReading: () => void;
  /** What has arrived and is not answered: the request under way is at its beginning unless `busy`. */
  private chunks: Buffer[] = [];
  private held = 0;
  /** Bytes of the request that has begun, 0 where not known. */
  private wanted = 0;
  /** The head to read the next one by, and how many there were. */
  private pattern: HeadPattern | undefined;
  private patterns = 0;
  /** The head of the request that is being answered. */
  private head: Head | undefined;
  /** Of its body, what may still be asked for. */
  private body: Buffer = NO_BYTES;
  /** What it is answered, until that is written. */
  private answer: Answer | undefined;
  /** A request is being answered, or the caller does not take its answer. */
  private busy = false;
  private draining = false;
  private ended = false;
  private sinceMs: number;

  constructor(socket: Socket, shared: Shared) {
    this.socket = socket;
    this.shared = shared;
    this.sinceMs = shared.nowMs;
    socket.on('end', this.onEnd);
    socket.on('error', this.onError);
    socket.on('close', this.onClose);
    this.stopReading = readChunks(socket, (chunk) => this.take(chunk));
  }

  /** `chunk` is the connection's until this returns. */
  private take(chunk: Buffer): void {
    if (this.held === 0 && !this.busy) {
      this.sinceMs = this.shared.nowMs;
      this.begin(chunk, copied);
      return;
    }
    if (this.held === 0) this.chunks = [Buffer.from(chunk)];
    else this.chunks.push(Buffer.from(chunk));
    this.held += chunk.length;
    if (this.held > MAX_AHEAD_BYTES) this.socket.pause();
    if (!this.busy && this.held >= this.wanted) this.next();
  }

  private readonly onEnd = (): void => {
    this.ended = true;
    if (!this.busy) this.socket.end();
  };
  private readonly onError = (): void => {
    this.socket.destroy();
  };
  private readonly onClose = (): void => {
    this.shared.lanes.delete(this);
  };

  /** Begins the next request of what is held, if it is whole. */
  private next(): void {
    const [first = NO_BYTES] = this.chunks;
    this.begin(this.chunks.length === 1 ? first : Buffer.concat(this.chunks), own);
  }

  /** `keep`: what makes bytes the lane's own. */
  private begin(bytes: Buffer, keep: (bytes: Buffer) => Buffer): void {
    const head = this.readHead(bytes);
    if (!head) {
      this.leave(keep(bytes));
      return;
    }
    this.wanted = head.headBytes + head.bodyBytes;
    if (this.wanted > bytes.length) {
      this.chunks = [keep(bytes)];
      this.held = bytes.length;
      return;
    }
    this.held = bytes.length - this.wanted;
    this.chunks = this.held > 0 ? [keep(bytes.subarray(this.wanted))] : NOTHING_HELD;
    this.wanted = 0;
    if (head.tracker !== '') {
      this.answerTracker(head);
      return;
    }
    this.head = head;
    this.body = bytes.subarray(head.headBytes, head.headBytes + head.bodyBytes);
    this.busy = true;
    const { auctioneer, optionsOf } = this.shared.deps;
    auctioneer(this.body, optionsOf(head), this.onAnswer);
    if (!this.answer) this.body = keep(this.body.subarray(0, FILED_BYTES));
  }

  private readHead(bytes: Buffer): Head | undefined {
    const same = this.pattern && readByPattern(bytes, this.pattern);
    if (same) return same;
    const head = readHead(bytes);
    // Behind a proxy that names the visitor no two are alike, and looking for it would be in vain.
    if (head && this.patterns < MAX_PATTERNS) {
      this.patterns++;
      this.pattern = patternOf(bytes, head);
    }
    return head;
  }

  private readonly onAnswer = (answer: Answer): void => {
    const { deps, outbox } = this.shared;
    deps.fileRefusal(this.head as Head, this.socket, answer, this.body);
    this.body = NO_BYTES;
    this.answer = answer;
    outbox(this);
  };

  /** Writes the answer that has waited for the others of its turn. */
  send(): void {
    const { socket, shared } = this;
    const { origin } = this.head as Head;
    const answer = this.answer as Answer;
    this.answer = undefined;
    this.busy = false;
    this.sinceMs = shared.nowMs;
    if (socket.destroyed) return;
    writeAnswer(socket, answer, origin, shared.tail);
    this.wrote();
  }

  private answerTracker(head: Head): void {
    const { socket } = this;
    const { trackers, addressOf } = this.shared.deps;
    const { userAgent, forwardedFor, tracker, query, origin } = head;
    const visitor = { userAgent, ip: addressOf(forwardedFor, socket.remoteAddress) };
    const answer = track(trackers, tracker, visitor, readQuery(query));
    this.sinceMs = this.shared.nowMs;
    const { tail, pixel: usual } = this.shared;
    const text = answer === pixel && origin === undefined ? usual : replyText(answer, origin, tail);
    socket.write(text, answer.encoding);
    this.wrote();
  }

  /** An answer is out: ends, waits for the caller to take it, or goes on. */
  private wrote(): void {
    const { socket } = this;
    if (this.ended) socket.end();
    else if (socket.writableLength > MAX_UNSENT_BYTES) this.waitForDrain();
    else this.goOn();
  }

  private goOn(): void {
    if (this.socket.isPaused()) this.socket.resume();
    // In a turn of its own: a caller that writes a thousand requests at once must not starve the others.
    if (this.held > 0)
      setImmediate(() => {
        if (!this.busy && this.held > 0 && !this.socket.destroyed) this.next();
      });
  }

  private waitForDrain(): void {
    this.busy = true;
    this.draining = true;
    this.socket.once('drain', () => {
      this.busy = false;
      this.draining = false;
      this.goOn();
    });
  }

  /** Hands the connection over, as if nothing had been read of it. */
  private leave(bytes: Buffer): void {
    const { socket } = this;
    this.forget();
    socket.pause();
    socket.unshift(bytes);
    this.shared.leave(socket);
    socket.resume();
  }

  private forget(): void {
    const { socket } = this;
    this.stopReading();
    // The turn that was to go on with them may still come.
    this.held = 0;
    this.chunks = NOTHING_HELD;
    socket.removeListener('end', this.onEnd);
    socket.removeListener('error', this.onError);
    socket.removeListener('close', this.onClose);
    this.shared.lanes.delete(this);
  }

  sweep(): void {
    const { requestTimeoutMs, idleTimeoutMs } = this.shared.deps;
    const forMs = this.shared.nowMs - this.sinceMs;
    if (this.draining) {
      if (forMs > requestTimeoutMs) this.socket.destroy();
    } else if (this.busy) return;
    else if (this.held === 0) {
      if (forMs > idleTimeoutMs) this.socket.destroy();
    } else if (forMs > requestTimeoutMs) {
      this.socket.write(
        'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
      );
      this.socket.destroySoon();
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
