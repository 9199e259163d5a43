/**
 * One connection to a partner: a question at a time, and its answer read where it lands. Owns the socket, and when it can be used
 * again: an answer that nobody waits for any more is read to its end all the same, since opening a connection for each late answer
 * is what a slow partner and a busy node can afford least.
 */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { AnswerReader, MAX_ANSWER_BYTES, type Reading } from './answer.ts';

/** `failed`: no answer; `garbage`: none of HTTP, too long, or zipped wrongly. The body is unzipped, and good within the call only. */
export type Heard = { status: number; body: Buffer } | 'failed' | 'garbage';

export interface Question {
  bytes: Buffer;
  /** Hears once; undefined: nobody waits any more. */
  hear: ((heard: Heard) => void) | undefined;
}

/** What connections of one address share. */
export interface Address {
  host: string;
  port: number;
  secure: boolean;
  /** Authorities trusted instead of the usual ones, PEM. */
  ca: string | undefined;
  /** Of the last TLS session: the next connection resumes it. */
  session: Buffer | undefined;
  /** Where the kernel puts what comes: read at once, so that all connections of an address can have the same. */
  landing: Buffer;
  free(connection: Connection): void;
  /** Gone; `unheard` has to be asked again. */
  gone(connection: Connection, unheard: Question | undefined): void;
}

const KEEP_ALIVE_PROBE_MS = 30_000;
const USUAL_IDLE_MS = 55_000;
const MAX_INFLATED_BYTES = 4 * MAX_ANSWER_BYTES;

export class Connection {
  /** Monotonic milliseconds since when it waits: for an answer, or to be used. */
  sinceMs = 0;
  question: Question | undefined;
  private readonly socket: Socket;
  private reader = new AnswerReader();
  private answered = 0;
  private idleMs = USUAL_IDLE_MS;
  private isGone = false;

  constructor(private readonly address: Address) {
    this.socket = socketTo(address, (count) => this.land(count));
    this.socket.on('error', () => this.close());
    this.socket.on('end', () => this.ended());
    this.socket.on('close', () => this.close());
    this.socket.resume();
  }

  /** Nobody waits for the answer that is still owed. */
  get isOwing(): boolean {
    return this.question !== undefined && this.question.hear === undefined;
  }

  isIdleTooLong(nowMs: number): boolean {
    return this.question === undefined && nowMs - this.sinceMs > this.idleMs;
  }

  ask(question: Question, nowMs: number): void {
    this.question = question;
    this.reader = new AnswerReader();
    this.sinceMs = nowMs;
    this.socket.write(question.bytes);
  }

  private land(count: number): boolean {
    // Bytes that nobody asked for: whatever follows on this connection could be an answer to something else.
    if (!this.question) this.close();
    else if (!this.isGone) this.took(this.reader.read(this.address.landing.subarray(0, count)));
    return !this.isGone;
  }

  private took(reading: Reading): void {
    const { reader, question } = this;
    if (!question || reading === 'more') return;
    const heard = reading === 'bad' ? 'garbage' : heardOf(reader, question);
    this.question = undefined;
    this.answered++;
    if (reader.idleS > 0) this.idleMs = Math.min(USUAL_IDLE_MS, (reader.idleS - 1) * 1_000);
    if (reading === 'whole' && reader.keepsAlive && this.idleMs > 0) this.address.free(this);
    else this.close();
    question.hear?.(heard);
  }

  private ended(): void {
    if (this.question && this.reader.end() === 'whole') this.took('whole');
    this.close();
  }

  /**
   * Ends it; whoever waits hears that it failed. Where the other side closed a kept connection as the question left, and nothing of an
   * answer came, it is asked again: asking twice for a bid is harmless.
   */
  close(): void {
    if (this.isGone) return;
    const { question } = this;
    this.isGone = true;
    this.question = undefined;
    this.socket.destroy();
    const isUnheard = question?.hear && this.answered > 0 && !this.reader.hasBegun;
    this.address.gone(this, isUnheard ? question : undefined);
    if (!isUnheard) question?.hear?.('failed');
  }
}

function socketTo(address: Address, callback: (count: number) => boolean): Socket {
  const { host, port, secure, ca, session, landing } = address;
  const options = { host, port, noDelay: true, onread: { buffer: landing, callback } };
  if (!secure)
    return connectPlain({
      ...options,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
    });
  const socket = connectSecure({
    ...options,
    ...(isIP(host) ? {} : { servername: host }),
    ALPNProtocols: ['http/1.1'],
    ...(ca ? { ca } : {}),
    ...(session ? { session } : {}),
  });
  socket.on('session', (fresh: Buffer) => {
    address.session = fresh;
  });
  return socket;
}

/** Nobody needs what nobody waits for. */
function heardOf(reader: AnswerReader, question: Question): Heard {
  const { status, isZipped, isForeign, body } = reader;
  if (!question.hear || body.length === 0) return { status, body };
  if (isForeign) return 'garbage';
  if (!isZipped) return { status, body };
  try {
    return { status, body: gunzipSync(body, { maxOutputLength: MAX_INFLATED_BYTES }) };
  } catch {
    return 'garbage';
  }
}
