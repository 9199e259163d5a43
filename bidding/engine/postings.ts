/**
 * Sorted slots of the items that ask for one value, for attributes of many values of which an item names few: outlets,
 * placements, segments, keywords. Owns a list's growth and its change into a row once that is smaller.
 */
import { clearBit, type Row, setBit } from './rows.ts';

export class Posting {
  private slots = new Int32Array(4);
  private size = 0;
  private dense: Row | undefined;
  private readonly words: number;
  /** Where the running scan stands: slots before it are behind the scan. */
  private cursor = 0;

  constructor(words: number) {
    this.words = words;
  }

  add(slot: number): void {
    if (this.dense) {
      setBit(this.dense, slot);
      return;
    }
    const at = this.search(slot);
    if (at < this.size && this.slots[at] === slot) return;
    if (this.size === this.slots.length) {
      const grown = new Int32Array(this.size + (this.size >> 1) + 4);
      grown.set(this.slots);
      this.slots = grown;
    }
    this.slots.copyWithin(at + 1, at, this.size);
    this.slots[at] = slot;
    this.size += 1;
    if (this.size > this.words && this.words > 4) this.makeDense();
  }

  remove(slot: number): void {
    if (this.dense) {
      clearBit(this.dense, slot);
      return;
    }
    const at = this.search(slot);
    if (at >= this.size || this.slots[at] !== slot) return;
    this.slots.copyWithin(at, at + 1, this.size);
    this.size -= 1;
  }

  /** A list of more entries than the row has words takes more room than the row. */
  private makeDense(): void {
    const row = new Int32Array(this.words);
    for (let i = 0; i < this.size; i++) setBit(row, this.slots[i] as number);
    this.dense = row;
    this.slots = new Int32Array(0);
    this.size = 0;
  }

  private search(slot: number): number {
    let low = 0;
    let high = this.size;
    // Compiling appends in ascending order.
    if (high > 0 && (this.slots[high - 1] as number) < slot) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.slots[middle] as number) < slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  rewind(): void {
    this.cursor = 0;
  }

  /** ORs the slots of words `from` … `from + n − 1` into `into`. Called with rising `from` between two rewinds. */
  orInto(into: Row, from: number, n: number): void {
    const dense = this.dense;
    if (dense) {
      for (let i = 0; i < n; i++) into[i] = (into[i] as number) | (dense[from + i] as number);
      return;
    }
    const start = from << 5;
    const end = (from + n) << 5;
    const slots = this.slots;
    let cursor = this.cursor;
    // The scan may have skipped words in which nothing was left.
    while (cursor < this.size && (slots[cursor] as number) < start) cursor += 1;
    while (cursor < this.size) {
      const slot = slots[cursor] as number;
      if (slot >= end) break;
      const word = (slot >> 5) - from;
      into[word] = (into[word] as number) | (1 << (slot & 31));
      cursor += 1;
    }
    this.cursor = cursor;
  }

  get bytes(): number {
    return this.slots.byteLength + (this.dense?.byteLength ?? 0) + 64;
  }
}
