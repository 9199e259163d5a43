/**
 * A one-pass JSON reader over bytes: takes the fields a table names, walks over all else, and builds nothing in between.
 * Accepts and refuses exactly what `JSON.parse` does (a property test holds it to that), save for nesting beyond
 * `MAX_DEPTH`. A key given twice counts as its last value, as with `JSON.parse`: rare, so it is left to the caller,
 * who reads again from a normalised copy (`RepeatedKey`). `null` is as good as absent.
 *
 * Measured on 2 KB bid requests: `JSON.parse` 14 µs, this 4.6 µs.
 */
import { type Fields, type Read, RepeatedKey, step } from './fields.ts';
import { JsonScanner } from './scan.ts';

const MAX_LIST = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonReader extends JsonScanner {
  /**
   * Reads one object into `target`; throws Malformed or RepeatedKey. `tracing`: a failure names its place, for a second
   * reading of what is known to be wrong.
   */
  readDocument<T>(buffer: Buffer, table: Fields<T>, target: T, tracing = false): void {
    this.tracing = tracing;
    this.open(buffer);
    this.object(table, target);
    this.close();
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
      if (this.tracing) this.trail[this.depth - 1] = table.names[index] as string;
      if (this.bytes[this.pos] !== 0x6e || !this.nothing())
        (table.reads[index] as Read<T>)(this, target);
    } while (this.more(0x7d));
  }

  /** Calls `each` with the reader standing at every element. */
  array(each: (reader: JsonReader, index: number) => void, most = Number.MAX_SAFE_INTEGER): void {
    this.enter(0x5b, 'an array');
    if (this.closes(0x5d)) return;
    let index = 0;
    do {
      if (this.tracing) this.trail[this.depth - 1] = index;
      if (index >= most) this.fail(`more than ${most} elements`);
      each(this, index++);
    } while (this.more(0x5d));
  }

  /** Calls `each` with the name of every member, the reader standing at its value. */
  members(each: (name: string) => void): void {
    this.enter(0x7b, 'an object');
    if (this.closes(0x7d)) return;
    do {
      const name = this.string();
      this.colon();
      if (this.tracing) this.trail[this.depth - 1] = name;
      each(name);
    } while (this.more(0x7d));
  }

  strings(): string[] {
    const list: string[] = [];
    this.array((each) => list.push(each.string()), MAX_LIST);
    return list;
  }

  integers(): number[] {
    const list: number[] = [];
    this.array((each) => list.push(each.integer()), MAX_LIST);
    return list;
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
    const bytes = this.bytes;
    let pos = this.pos;
    let value = 0;
    // The usual case: a few digits and no sign, fraction or exponent.
    for (; pos < this.end; pos++) {
      const digit = (bytes[pos] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const next = pos < this.end ? (bytes[pos] as number) : 0;
    const isPlain = next === 0x2c || next === 0x7d || next === 0x5d;
    const digits = pos - this.pos;
    if (isPlain && digits > 0 && digits < 16 && (digits === 1 || bytes[this.pos] !== 0x30)) {
      this.pos = pos;
      return value;
    }
    return this.anyInteger();
  }

  private anyInteger(): number {
    const value = this.number();
    if (!Number.isSafeInteger(value)) this.fail('expected a whole number');
    return value;
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
}
