/**
 * The grammar of JSON over bytes: walks over values and checks them, builds nothing. `JsonReader` adds taking them.
 */
import { Malformed } from './fields.ts';

export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonScanner {
  protected bytes: Uint8Array = new Uint8Array(0);
  protected buffer: Buffer = Buffer.alloc(0);
  /** The same bytes as characters: cutting a piece off a string is cheaper than off a buffer. */
  protected text = '';
  protected pos = 0;
  protected end = 0;
  protected depth = 0;
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
    this.buffer = buffer;
    this.bytes = buffer;
    this.text = buffer.toString('latin1');
    this.pos = 0;
    this.end = buffer.length;
    this.depth = 0;
    this.space();
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
    const bytes = this.bytes;
    let pos = this.pos;
    for (; pos < this.end; pos++) {
      const byte = bytes[pos] as number;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    }
    this.pos = pos;
  }

  protected enter(open: number, what: string): void {
    if (this.pos >= this.end || this.bytes[this.pos] !== open) this.fail(`expected ${what}`);
    if (++this.depth > MAX_DEPTH) this.fail('nested too deeply');
    if (this.tracing) this.trail[this.depth - 1] = '';
    this.pos++;
    this.space();
  }

  /** After a value: true when another follows, false at the closing bracket. */
  protected more(close: number): boolean {
    this.space();
    const byte = this.pos < this.end ? this.bytes[this.pos] : -1;
    if (byte === 0x2c) {
      this.pos++;
      this.space();
      return true;
    }
    if (byte !== close) this.fail('expected a comma or the closing bracket');
    this.pos++;
    this.depth--;
    return false;
  }

  protected colon(): void {
    this.space();
    if (this.pos >= this.end || this.bytes[this.pos] !== 0x3a) this.fail('expected a colon');
    this.pos++;
    this.space();
  }

  protected closes(close: number): boolean {
    if (this.pos >= this.end || this.bytes[this.pos] !== close) return false;
    this.pos++;
    this.depth--;
    return true;
  }

  /** Walks over a string; 0: plain ASCII, 1: has other characters, 2: has escapes. */
  protected skipString(): 0 | 1 | 2 {
    if (this.pos >= this.end || this.bytes[this.pos] !== QUOTE) this.fail('expected a string');
    const bytes = this.bytes;
    const end = this.end;
    let kind: 0 | 1 | 2 = 0;
    for (let pos = this.pos + 1; pos < end; pos++) {
      const byte = bytes[pos] as number;
      if (byte === QUOTE) {
        this.pos = pos + 1;
        return kind;
      }
      if (byte === BACKSLASH) {
        kind = 2;
        pos = this.escape(pos + 1);
      } else if (byte < 0x20) {
        this.pos = pos;
        this.fail('control character in a string');
      } else if (byte > 0x7f && kind === 0) kind = 1;
    }
    this.pos = end;
    return this.fail('unterminated string');
  }

  /** Checks the escape whose letter stands at `pos`; returns the position of its last byte. */
  protected escape(pos: number): number {
    const byte = pos < this.end ? (this.bytes[pos] as number) : 0;
    if (byte !== 0x75) {
      if ('"\\/bfnrt'.includes(String.fromCharCode(byte)) && byte !== 0) return pos;
      this.pos = pos;
      return this.fail('unknown escape');
    }
    for (let i = 1; i <= 4; i++) {
      const digit = pos + i < this.end ? (this.bytes[pos + i] as number) : 0;
      const lower = digit | 0x20;
      if ((digit >= 0x30 && digit <= 0x39) || (lower >= 0x61 && lower <= 0x66)) continue;
      this.pos = pos;
      this.fail('unknown escape');
    }
    return pos + 4;
  }

  protected digits(): void {
    const start = this.pos;
    const bytes = this.bytes;
    while (this.pos < this.end) {
      const byte = bytes[this.pos] as number;
      if (byte < 0x30 || byte > 0x39) break;
      this.pos++;
    }
    if (this.pos === start) this.fail('expected a digit');
  }

  protected skipNumber(): void {
    const bytes = this.bytes;
    if (bytes[this.pos] === 0x2d && this.pos < this.end) this.pos++;
    if (bytes[this.pos] === 0x30 && this.pos < this.end) this.pos++;
    else this.digits();
    if (this.pos < this.end && bytes[this.pos] === 0x2e) {
      this.pos++;
      this.digits();
    }
    if (this.pos < this.end && ((bytes[this.pos] as number) | 0x20) === 0x65) {
      this.pos++;
      const sign = this.pos < this.end ? bytes[this.pos] : 0;
      if (sign === 0x2b || sign === 0x2d) this.pos++;
      this.digits();
    }
  }

  protected word(word: string): void {
    if (this.text.startsWith(word, this.pos)) this.pos += word.length;
    else this.fail('expected a value');
  }

  /** Walks over any value, checking it. */
  skip(): void {
    const byte = this.pos < this.end ? this.bytes[this.pos] : -1;
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
