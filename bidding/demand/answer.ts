/**
 * A partner's answer off its bytes, in whatever pieces they come (RFC 9112): status, whether it is zipped, body. Owns where an answer
 * ends. Whatever leaves room for two readings (a length twice, a length beside chunks, a folded line, a bare line feed) is bad, and
 * so is a byte too many: the connection on which it came is not used again.
 */

export const MAX_ANSWER_BYTES = 512 * 1024;
const MAX_HEAD_BYTES = 16_384;
/** A chunk's size line, its extensions included; a trailer. */
const MAX_LINE_BYTES = 1_024;
const MAX_INTERIM = 8;

/** `more` is wanted; `whole`; `bad`: no answer of HTTP, or one that is too long. */
export type Reading = 'more' | 'whole' | 'bad';

type Stage = 'head' | 'length' | 'size' | 'chunk' | 'chunk_end' | 'trailer' | 'close' | 'over';

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** RFC 9110 §5.6.2 and §5.5. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/;
/** RFC 9112 §7.1: extensions are walked over. */
const SIZE =
  /^([0-9A-Fa-f]{1,6})(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"[\x20\x21\x23-\x5b\x5d-\x7e]*"))?)*$/;
const IDLE_HINT = /\btimeout=(\d{1,5})\b/i;
const EMPTY = Buffer.alloc(0);

export class AnswerReader {
  status = 0;
  isZipped = false;
  /** Said to be coded in a way we did not ask for. */
  isForeign = false;
  /** Another question may follow on the same connection. */
  keepsAlive = true;
  /** How long the other side keeps a silent connection, seconds; 0 where it does not say. */
  idleS = 0;
  /** Something has come. */
  hasBegun = false;
  private stage: Stage = 'head';
  /** Bytes of a head or a line that is not whole yet. */
  private pending: Buffer | undefined;
  private parts: Buffer[] = [];
  /** Parts that are copies already; the rest are views of what is being read. */
  private kept = 0;
  private size = 0;
  private left = 0;
  private interim = 0;

  /** Takes what has come. The body of a whole answer may be a view of `chunk`: use it before the next call. */
  read(chunk: Buffer): Reading {
    const bytes = this.pending ? Buffer.concat([this.pending, chunk]) : chunk;
    this.pending = undefined;
    this.hasBegun = true;
    const reading = this.advance(bytes);
    if (reading === 'more') this.keep();
    return reading;
  }

  /** The connection has ended: an answer without a length is whole then. */
  end(): Reading {
    return this.stage === 'close' || this.stage === 'over' ? 'whole' : 'bad';
  }

  get body(): Buffer {
    if (this.parts.length === 0) return EMPTY;
    return this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
  }

  private advance(bytes: Buffer): Reading {
    let at = 0;
    for (;;) {
      if (this.stage === 'over') return at === bytes.length ? 'whole' : 'bad';
      const next = this.isCounted() ? this.take(bytes, at) : this.line(bytes, at);
      if (typeof next === 'string') return next;
      at = next;
    }
  }

  private isCounted(): boolean {
    return this.stage === 'length' || this.stage === 'chunk' || this.stage === 'close';
  }

  /** Bytes of the body from `at`; where they end, or that more are wanted. */
  private take(bytes: Buffer, at: number): number | 'more' | 'bad' {
    const there = bytes.length - at;
    const count = this.stage === 'close' ? there : Math.min(this.left, there);
    this.size += count;
    if (this.size > MAX_ANSWER_BYTES) return 'bad';
    if (count > 0) this.parts.push(bytes.subarray(at, at + count));
    if (this.stage === 'close') return 'more';
    this.left -= count;
    if (this.left > 0) return 'more';
    this.stage = this.stage === 'length' ? 'over' : 'chunk_end';
    return at + count;
  }

  /** A head, or one line between chunks. */
  private line(bytes: Buffer, at: number): number | 'more' | 'bad' {
    const isHead = this.stage === 'head';
    const mark = isHead ? '\r\n\r\n' : '\r\n';
    const end = bytes.indexOf(mark, at, 'latin1');
    const most = isHead ? MAX_HEAD_BYTES : MAX_LINE_BYTES;
    if ((end < 0 ? bytes.length : end) - at > most) return 'bad';
    if (end < 0) {
      this.pending = Buffer.from(bytes.subarray(at));
      return 'more';
    }
    const text = bytes.toString('latin1', at, end);
    const isFine = isHead ? this.head(text) : this.between(text);
    return isFine ? end + mark.length : 'bad';
  }

  private between(text: string): boolean {
    if (this.stage === 'chunk_end') {
      this.stage = 'size';
      return text === '';
    }
    if (this.stage === 'trailer') {
      if (text === '') this.stage = 'over';
      return text === '' || FIELD.test(text);
    }
    const match = SIZE.exec(text);
    if (!match) return false;
    this.left = Number.parseInt(match[1] as string, 16);
    this.stage = this.left === 0 ? 'trailer' : 'chunk';
    return true;
  }

  private head(text: string): boolean {
    const lines = text.split('\r\n');
    const status = STATUS_LINE.exec(lines[0] as string);
    if (!status) return false;
    this.status = Number(status[2]);
    this.keepsAlive = status[1] === '1';
    let length = -1;
    let isChunked = false;
    for (let i = 1; i < lines.length; i++) {
      const field = FIELD.exec(lines[i] as string);
      if (!field) return false;
      const name = (field[1] as string).toLowerCase();
      const value = (field[2] as string).trimEnd();
      if (name === 'content-length') {
        if (length >= 0 || !/^\d{1,9}$/.test(value)) return false;
        length = Number(value);
      } else if (name === 'transfer-encoding') {
        if (isChunked || value.toLowerCase() !== 'chunked') return false;
        isChunked = true;
      } else this.note(name, value);
    }
    if (isChunked && length >= 0) return false;
    return this.frame(length, isChunked);
  }

  private note(name: string, value: string): void {
    if (name === 'content-encoding') {
      const coding = value.toLowerCase();
      const isKnown = coding === 'gzip' || coding === 'identity' || coding === '';
      this.isForeign ||= !isKnown || this.isZipped;
      this.isZipped = coding === 'gzip';
    } else if (name === 'connection') {
      const said = value.toLowerCase().split(/\s*,\s*/);
      if (said.includes('keep-alive')) this.keepsAlive = true;
      if (said.includes('close')) this.keepsAlive = false;
    } else if (name === 'keep-alive') this.idleS = Number(IDLE_HINT.exec(value)?.[1] ?? 0);
  }

  /** What follows the head (RFC 9112 §6.3). */
  private frame(length: number, isChunked: boolean): boolean {
    if (this.status < 200) {
      // Interim answers precede the one that counts; nobody here asked for another protocol.
      return this.status !== 101 && ++this.interim <= MAX_INTERIM;
    }
    if (this.status === 204 || this.status === 304) this.stage = 'over';
    else if (isChunked) this.stage = 'size';
    else if (length >= 0) {
      this.left = length;
      this.stage = length === 0 ? 'over' : 'length';
      return length <= MAX_ANSWER_BYTES;
    } else {
      this.keepsAlive = false;
      this.stage = 'close';
    }
    return true;
  }

  /** What was only lent has to outlive the call. */
  private keep(): void {
    for (; this.kept < this.parts.length; this.kept++)
      this.parts[this.kept] = Buffer.from(this.parts[this.kept] as Buffer);
  }
}
