/**
 * The grammar of JSON over bytes: walks over values and checks them, builds nothing. `JsonReader` adds taking them. The document
 * is copied behind a closing zero, which no value contains: so no loop has to ask whether the bytes are at an end.
 */
import { Malformed } from './malformed.ts';

export const MAX_DEPTH = 64;

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

const table = (holds: (byte: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => Number(holds(byte)));

/** Bytes that stand for themselves within a string. */
const PLAIN = table((byte) => byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH);
const SPACE = table((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
const ESCAPED = table((byte) => '"\\/bfnrt'.includes(String.fromCharCode(byte)));
const HEX = table((byte) => /[0-9a-f]/i.test(String.fromCharCode(byte)));
const USUAL_BYTES = 64 * 1024;
/** Zeros behind the document: one to end it, and enough to read words beyond it. */
const MARGIN_BYTES = 8;

export class JsonScanner {
  protected bytes: Buffer = Buffer.alloc(0);
  protected view = new DataView(new ArrayBuffer(0));
  /** The same bytes as characters: cutting a piece off a string is cheaper than off a buffer. */
  protected text = '';
  protected pos = 0;
  protected end = 0;
  protected depth = 0;
  /** All that `plainEnd` has walked over, by OR: bit 7 of a byte is set by what is not ASCII. */
  private high = 0;
  /** Where each value stands is written down only when somebody will be told. */
  protected tracing = false;
  protected readonly trail: (string | number)[] = [];

  /** Whether the bytes are one JSON value, whatever it is. */
  accepts(buffer: Buffer): boolean {
    this.open(buffer);
    try {
      this.skip();
      this.close();
      return true;
    } catch (error) {
      if (error instanceof Malformed) return false;
      throw error;
    }
  }

  protected open(buffer: Buffer): void {
    const { length } = buffer;
    if (length + MARGIN_BYTES > this.bytes.length) this.grow(length);
    buffer.copy(this.bytes);
    this.bytes.fill(0, length, length + MARGIN_BYTES);
    this.text = buffer.toString('latin1');
    this.pos = 0;
    this.end = length;
    this.depth = 0;
    this.space();
  }

  private grow(length: number): void {
    const memory = new ArrayBuffer(Math.max(USUAL_BYTES, 2 * length));
    this.bytes = Buffer.from(memory);
    this.view = new DataView(memory);
  }

  protected close(): void {
    this.space();
    if (this.pos !== this.end) this.fail('text after the end');
  }

  fail(what: string): never {
    const pointer = this.trail
      .slice(0, this.depth)
      .filter((part) => part !== '')
      .map((part) => `/${part}`)
      .join('');
    throw new Malformed(what, this.pos, pointer);
  }

  protected space(): void {
    const { bytes } = this;
    let { pos } = this;
    while (SPACE[bytes[pos] as number] === 1) pos++;
    this.pos = pos;
  }

  protected enter(open: number, what: string): void {
    const { bytes, pos } = this;
    if (bytes[pos] !== open) this.fail(`expected ${what}`);
    if (++this.depth > MAX_DEPTH) this.fail('nested too deeply');
    if (this.tracing) this.trail[this.depth - 1] = '';
    this.pos = pos + 1;
    if ((bytes[pos + 1] as number) <= 0x20) this.space();
  }

  /** After a value: true when another follows, false at the closing bracket. */
  protected more(close: number): boolean {
    const { bytes } = this;
    if ((bytes[this.pos] as number) <= 0x20) this.space();
    const byte = bytes[this.pos];
    if (byte === COMMA) {
      this.pos++;
      if ((bytes[this.pos] as number) <= 0x20) this.space();
      return true;
    }
    if (byte !== close) this.fail('expected a comma or the closing bracket');
    this.pos++;
    this.depth--;
    return false;
  }

  protected colon(): void {
    const { bytes } = this;
    if (bytes[this.pos] !== 0x3a) {
      this.space();
      if (bytes[this.pos] !== 0x3a) this.fail('expected a colon');
    }
    this.pos++;
    if ((bytes[this.pos] as number) <= 0x20) this.space();
  }

  protected closes(close: number): boolean {
    if (this.bytes[this.pos] !== close) return false;
    this.pos++;
    this.depth--;
    return true;
  }

  /**
   * The first byte from `pos` on that ends a string or may not be in one as it is: a quote, a backslash, a control character.
   * Four bytes at a time (Hacker's Delight §6-1), which took half as long as one by one.
   */
  protected plainEnd(from: number): number {
    const { view } = this;
    for (let pos = from; ; pos += 4) {
      const word = view.getInt32(pos, true);
      const quote = word ^ 0x22222222;
      const backslash = word ^ 0x5c5c5c5c;
      const hit =
        (((word - 0x20202020) & ~word) |
          ((quote - 0x01010101) & ~quote) |
          ((backslash - 0x01010101) & ~backslash)) &
        ~0x7f7f7f7f;
      if (hit === 0) {
        this.high |= word;
        continue;
      }
      const lowest = hit & -hit;
      this.high |= word & ((lowest >>> 7) - 1);
      return pos + ((31 - Math.clz32(lowest)) >> 3);
    }
  }

  /** Walks over a string; 0: plain ASCII, 1: has other characters, 2: has escapes. */
  protected skipString(): 0 | 1 | 2 {
    if (this.bytes[this.pos] !== QUOTE) this.fail('expected a string');
    this.high = 0;
    const pos = this.plainEnd(this.pos + 1);
    if (this.bytes[pos] !== QUOTE) return this.skipEscapes(pos);
    this.pos = pos + 1;
    return (this.high & ~0x7f7f7f7f) === 0 ? 0 : 1;
  }

  /** Goes on where a string has its first escape, or what must not be there. */
  private skipEscapes(from: number): 2 {
    const { bytes } = this;
    let pos = from;
    for (; bytes[pos] !== QUOTE; pos++) {
      if (bytes[pos] === BACKSLASH) pos = this.escape(pos + 1);
      else if (PLAIN[bytes[pos] as number] === 0) {
        this.pos = pos;
        this.fail(pos === this.end ? 'unterminated string' : 'control character in a string');
      }
    }
    this.pos = pos + 1;
    return 2;
  }

  /** Checks the escape whose letter stands at `pos`; returns the position of its last byte. */
  private escape(pos: number): number {
    const { bytes } = this;
    if (ESCAPED[bytes[pos] as number] === 1) return pos;
    this.pos = pos;
    if (bytes[pos] !== 0x75) this.fail('unknown escape');
    for (let i = 1; i <= 4; i++)
      if (HEX[bytes[pos + i] as number] !== 1) this.fail('unknown escape');
    return pos + 4;
  }

  private digits(from: number): number {
    const { bytes } = this;
    let pos = from;
    while ((bytes[pos] as number) >= 0x30 && (bytes[pos] as number) <= 0x39) pos++;
    this.pos = pos;
    if (pos === from) this.fail('expected a digit');
    return pos;
  }

  protected skipNumber(): void {
    const { bytes } = this;
    let { pos } = this;
    if (bytes[pos] === 0x2d) pos++;
    pos = bytes[pos] === 0x30 ? pos + 1 : this.digits(pos);
    if (bytes[pos] === 0x2e) pos = this.digits(pos + 1);
    if (((bytes[pos] as number) | 0x20) === 0x65) {
      pos++;
      pos = this.digits(bytes[pos] === 0x2b || bytes[pos] === 0x2d ? pos + 1 : pos);
    }
    this.pos = pos;
  }

  protected word(word: string): void {
    if (this.text.startsWith(word, this.pos)) this.pos += word.length;
    else this.fail('expected a value');
  }

  /** Walks over any value, checking it. */
  skip(): void {
    const byte = this.bytes[this.pos];
    if (byte === QUOTE) this.skipString();
    else if (byte === 0x7b) this.skipObject();
    else if (byte === 0x5b) this.skipArray();
    else if (byte === 0x74) this.word('true');
    else if (byte === 0x66) this.word('false');
    else if (byte === 0x6e) this.word('null');
    else this.skipNumber();
  }

  protected skipObject(): void {
    this.enter(0x7b, 'an object');
    if (this.closes(0x7d)) return;
    do {
      this.skipString();
      this.colon();
      this.skip();
    } while (this.more(0x7d));
  }

  protected skipArray(): void {
    this.enter(0x5b, 'an array');
    if (this.closes(0x5d)) return;
    do this.skip();
    while (this.more(0x5d));
  }
}
