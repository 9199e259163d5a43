/**
 * Bitset rows over the slots of the index: 32 slots a word. Owns bit arithmetic and the axis, a family of rows that is
 * written together. Int32Array, because BigInt64Array measured eight times slower in V8.
 */

export type Row = Int32Array;

export const setBit = (row: Row, slot: number): void => {
  row[slot >> 5] = (row[slot >> 5] as number) | (1 << (slot & 31));
};

export const clearBit = (row: Row, slot: number): void => {
  row[slot >> 5] = (row[slot >> 5] as number) & ~(1 << (slot & 31));
};

export const testBit = (row: Row, slot: number): boolean =>
  ((row[slot >> 5] as number) & (1 << (slot & 31))) !== 0;

/**
 * One attribute: a row for each of its values, a slot's bit set where the item accepts the value. While a
 * market is compiled, items that accept every value are noted once and spread at the end.
 */
export class Axis {
  readonly rows: Row[] = [];
  private readonly words: number;
  private everything: Row | undefined;

  constructor(words: number, rows: number) {
    this.words = words;
    for (let i = 0; i < rows; i++) this.rows.push(new Int32Array(words));
    this.everything = new Int32Array(words);
  }

  /** Appends a row: a copy of `like`, or empty. Returns its number. */
  addRow(like?: number): number {
    const model = like === undefined ? undefined : this.rows[like];
    this.rows.push(model ? Int32Array.from(model) : new Int32Array(this.words));
    return this.rows.length - 1;
  }

  /** Writes a slot in every row; `accepted` undefined: every value. */
  write(slot: number, accepted: readonly number[] | undefined): void {
    if (this.everything) {
      if (accepted) this.setAll(slot, accepted);
      else setBit(this.everything, slot);
      return;
    }
    const word = slot >> 5;
    const bit = 1 << (slot & 31);
    if (accepted) {
      for (const row of this.rows) row[word] = (row[word] as number) & ~bit;
      this.setAll(slot, accepted);
    } else {
      for (const row of this.rows) row[word] = (row[word] as number) | bit;
    }
  }

  private setAll(slot: number, accepted: readonly number[]): void {
    for (const value of accepted) setBit(this.rows[value] as Row, slot);
  }

  /** Ends the bulk load: from here on every write is whole. */
  seal(): void {
    const everything = this.everything;
    if (!everything) return;
    for (const row of this.rows) {
      for (let w = 0; w < row.length; w++) row[w] = (row[w] as number) | (everything[w] as number);
    }
    this.everything = undefined;
  }

  get bytes(): number {
    return this.rows.length * this.words * 4;
  }
}
