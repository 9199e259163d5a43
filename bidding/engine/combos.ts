/**
 * Rows ANDed beforehand for what most requests share: creative shape × device × OS × tier. Made when first asked for, kept
 * until there are too many, when the oldest goes. Owns the cache; the rows it is made of belong to the index.
 */
import type { ShapeSet } from './fit.ts';
import type { Item } from './item.ts';
import { FIELDS } from './mask.ts';
import type { Place } from './place.ts';
import { clearBit, type Row, setBit } from './rows.ts';

/** 256 rows are 32 bytes an item. */
const MAX_COMBOS = 256;

interface Combo {
  row: Row;
  shapes: readonly number[];
  /** Bits an item's mask must have. */
  need: number;
}

export class Combos {
  private readonly byKey = new Map<number, Combo>();
  private readonly all: Combo[] = [];
  private generation = -1;

  /** The row for a place and an offer. `small` and `shapes` are the rows of the index. */
  rowFor(
    place: Place,
    offer: ShapeSet,
    generation: number,
    small: readonly Row[],
    shapes: readonly Row[],
  ): Row {
    if (generation !== this.generation) {
      this.drop();
      this.generation = generation;
    }
    const key = ((offer.id * 8 + place.device) * 8 + place.os) * 4 + place.tier;
    const known = this.byKey.get(key);
    if (known) return known.row;
    if (this.all.length >= MAX_COMBOS) this.forgetOldest();
    const parts = [place.device, FIELDS.os.shift + place.os, FIELDS.tier.shift + place.tier];
    const row = allOf(
      anyOf(
        offer.shapes.map((shape) => shapes[shape] as Row),
        small[0]?.length ?? 0,
      ),
      parts.map((part) => small[part] as Row),
    );
    const combo = {
      row,
      shapes: offer.shapes,
      need: parts.reduce((bits, part) => bits | (1 << part), 0),
    };
    this.byKey.set(key, combo);
    this.all.push(combo);
    return row;
  }

  /** Keeps the rows true when a slot is written. */
  write(slot: number, item: Item): void {
    for (const combo of this.all) {
      if ((item.mask & combo.need) === combo.need && meet(item.shapes, combo.shapes)) {
        setBit(combo.row, slot);
      } else clearBit(combo.row, slot);
    }
  }

  /** One goes for one that comes: dropped together, all would be made anew within some milliseconds. */
  private forgetOldest(): void {
    const [oldest] = this.byKey.keys();
    if (oldest !== undefined) this.byKey.delete(oldest);
    this.all.shift();
  }

  private drop(): void {
    this.byKey.clear();
    this.all.length = 0;
  }

  get size(): number {
    return this.all.length;
  }

  get bytes(): number {
    return this.all.length * (this.all[0]?.row.byteLength ?? 0);
  }
}

function anyOf(rows: readonly Row[], words: number): Row {
  const result = new Int32Array(words);
  for (const row of rows) {
    for (let w = 0; w < words; w++) result[w] = (result[w] as number) | (row[w] as number);
  }
  return result;
}

function allOf(result: Row, rows: readonly Row[]): Row {
  for (const row of rows) {
    for (let w = 0; w < result.length; w++) result[w] = (result[w] as number) & (row[w] as number);
  }
  return result;
}

function meet(a: readonly number[], b: readonly number[]): boolean {
  for (const value of a) if (b.includes(value)) return true;
  return false;
}
