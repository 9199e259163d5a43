/**
 * A one-pass JSON reader over bytes: takes the fields a table names, walks over all else, and builds nothing in between.
 * Accepts and refuses exactly what `JSON.parse` does (a property test holds it to that), save for nesting beyond
 * `MAX_DEPTH`. A key given twice counts as its last value, as with `JSON.parse`: rare, so it is left to the caller,
 * who reads again from a normalised copy (`RepeatedKey`). `null` is as good as absent.
 *
 * Measured on 2 KB bid requests: `JSON.parse` 14 µs, this 4.6 µs.
 */
import { type Fields, Malformed, RepeatedKey, step } from './fields.ts';

export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonReader {
  private bytes: Uint8Array = new Uint8Array(0);
  private buffer: Buffer = Buffer.alloc(0);
  /** The same bytes as characters: cutting a piece off a string is cheaper than off a buffer. */
  private text = '';
  private pos = 0;
  private end = 0;
  private depth = 0;
  private readonly trail: (string | number)[] = [];

  /** Reads one object into `target`; throws Malformed or RepeatedKey. */
  readDocument<T>(buffer: Buffer, table: Fields<T>, target: T): void {
    this.open(buffer);
    this.object(table, target);
    this.close();
  }

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

  private open(buffer: Buffer): void {
    this.buffer = buffer;
    this.bytes = buffer;
    this.text = buffer.toString('latin1');
    this.pos = 0;
    this.end = buffer.length;
    this.depth = 0;
    this.space();
  }

  private close(): void {
    this.space();
    if (this.pos !== this.end) this.fail('text after the end');
  }

  fail(what: string): never {
    const pointer = this.trail
      .slice(0, this.depth)
      .map((part) => `/${part}`)
      .join('');
    throw new Malformed(what, this.pos, pointer);
  }

  private space(): void {
    const bytes = this.bytes;
    let pos = this.pos;
    for (; pos < this.end; pos++) {
      const byte = bytes[pos] as number;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    }
    this.pos = pos;
  }

  private enter(open: number, what: string): void {
    if (this.pos >= this.end || this.bytes[this.pos] !== open) this.fail(`expected ${what}`);
    if (++this.depth > MAX_DEPTH) this.fail('nested too deeply');
    this.trail[this.depth - 1] = '';
    this.pos++;
    this.space();
  }

  /** After a value: true when another follows, false at the closing bracket. */
  private more(close: number): boolean {
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

  private colon(): void {
    this.space();
    if (this.pos >= this.end || this.bytes[this.pos] !== 0x3a) this.fail('expected a colon');
    this.pos++;
    this.space();
  }

  private closes(close: number): boolean {
    if (this.pos >= this.end || this.bytes[this.pos] !== close) return false;
    this.pos++;
    this.depth--;
    return true;
  }

  object<T>(table: Fields<T>, target: T): void {
    this.enter(0x7b, 'an object');
    if (this.closes(0x7d)) return;
    let seen = 0;
    do {
      const index = this.key(table);
      this.colon();
      if (index < 0) {
        this.skip();
        continue;
      }
      const bit = 1 << index;
      if ((seen & bit) !== 0) throw new RepeatedKey();
      seen |= bit;
      this.trail[this.depth - 1] = table.names[index] as string;
      if (!this.nothing()) (table.reads[index] as Read<T>)(this, target);
    } while (this.more(0x7d));
  }

  /** Calls `each` with the reader standing at every element. */
  array(each: (reader: JsonReader, index: number) => void, most = Number.MAX_SAFE_INTEGER): void {
    this.enter(0x5b, 'an array');
    if (this.closes(0x5d)) return;
    let index = 0;
    do {
      this.trail[this.depth - 1] = index;
      if (index >= most) this.fail(`more than ${most} elements`);
      each(this, index++);
    } while (this.more(0x5d));
  }

  private nothing(): boolean {
    if (this.bytes[this.pos] !== 0x6e || this.pos >= this.end) return false;
    this.word('null');
    return true;
  }

  private key<T>(table: Fields<T>): number {
    if (this.pos >= this.end || this.bytes[this.pos] !== QUOTE) this.fail('expected a key');
    const bytes = this.bytes;
    const end = this.end;
    const start = this.pos + 1;
    let hash = 0;
    let pos = start;
    for (; pos < end; pos++) {
      const byte = bytes[pos] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH || byte < 0x20) return table.names.indexOf(this.string());
      hash = step(hash, byte);
    }
    if (pos >= end) this.fail('unterminated string');
    this.pos = pos + 1;
    for (let slot = hash & 127; ; slot = (slot + 1) & 127) {
      const index = (table.slots[slot] as number) - 1;
      if (index < 0) return -1;
      if (table.hashes[index] === hash && this.same(table.bytes[index] as Uint8Array, start, pos))
        return index;
    }
  }

  private same(name: Uint8Array, start: number, end: number): boolean {
    if (name.length !== end - start) return false;
    for (let i = 0; i < name.length; i++) if (name[i] !== this.bytes[start + i]) return false;
    return true;
  }

  string(): string {
    const start = this.pos;
    const plain = this.skipString();
    if (plain === 0) return this.text.slice(start + 1, this.pos - 1);
    const text = this.buffer.toString('utf8', start, this.pos);
    return plain === 1 ? text.slice(1, -1) : (JSON.parse(text) as string);
  }

  /** Walks over a string; 0: plain ASCII, 1: has other characters, 2: has escapes. */
  private skipString(): 0 | 1 | 2 {
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
  private escape(pos: number): number {
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

  /** The number's own text, for money. */
  numberText(): string {
    const start = this.pos;
    this.skipNumber();
    return this.text.slice(start, this.pos);
  }

  number(): number {
    return Number(this.numberText());
  }

  integer(): number {
    const value = this.number();
    if (!Number.isSafeInteger(value)) this.fail('expected a whole number');
    return value;
  }

  private digits(): void {
    const start = this.pos;
    const bytes = this.bytes;
    while (this.pos < this.end) {
      const byte = bytes[this.pos] as number;
      if (byte < 0x30 || byte > 0x39) break;
      this.pos++;
    }
    if (this.pos === start) this.fail('expected a digit');
  }

  private skipNumber(): void {
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

  private word(word: string): void {
    if (this.text.startsWith(word, this.pos)) this.pos += word.length;
    else this.fail('expected a value');
  }

  boolean(): boolean {
    const truth = this.bytes[this.pos] === 0x74;
    this.word(truth ? 'true' : 'false');
    return truth;
  }

  /** What kind of value stands here: `{`, `[`, `"`, `t`, `f`, `n`, or a number's first character. */
  peek(): string {
    return this.text.charAt(this.pos);
  }

  /** The bytes of the value that stands here, checked but not built. */
  raw(): Buffer {
    const start = this.pos;
    this.skip();
    return this.buffer.subarray(start, this.pos);
  }

  /** Walks over any value, checking it. */
  skip(): void {
    const byte = this.pos < this.end ? this.bytes[this.pos] : -1;
    if (byte === QUOTE) this.skipString();
    else if (byte === 0x7b) this.skipObject();
    else if (byte === 0x5b) this.array(SKIP);
    else if (byte === 0x74) this.word('true');
    else if (byte === 0x66) this.word('false');
    else if (byte === 0x6e) this.word('null');
    else this.skipNumber();
  }

  private skipObject(): void {
    this.enter(0x7b, 'an object');
    if (this.closes(0x7d)) return;
    do {
      this.skipString();
      this.colon();
      this.skip();
    } while (this.more(0x7d));
  }
}

const SKIP = (reader: JsonReader): void => reader.skip();
