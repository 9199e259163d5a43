/**
 * Which creative fits which imp: format and size. Owns the shapes, the distinct (format, size) pairs of the market's creatives,
 * so that fitting is a row of the index and not a comparison.
 */
import type { Format, Size } from '../../db/terms/market.ts';
import type { SnapshotCreative, SnapshotPlacement } from '../wire/snapshot.ts';
import { Axis } from './rows.ts';

/** Formats whose picture is placed pixel by pixel; the others are scaled, and only their proportion must fit. */
const EXACT: ReadonlySet<Format> = new Set(['banner']);
/** 1080×1920 fits 720×1280; 1.78 and 1.8 are the same screen. */
const RATIO_TOLERANCE = 0.03;

export interface Shape {
  format: Format;
  w: number | null;
  h: number | null;
}

/** Whether a creative of this shape may be shown where `sizes` are offered; no sizes: any. */
export function fits(shape: Shape, format: Format, sizes: readonly Size[]): boolean {
  if (shape.format !== format) return false;
  if (shape.w === null || shape.h === null || sizes.length === 0) return true;
  for (const size of sizes) {
    if (size.w === shape.w && size.h === shape.h) return true;
    if (EXACT.has(format)) continue;
    const ratio = (shape.w * size.h) / (shape.h * size.w);
    if (Math.abs(ratio - 1) <= RATIO_TOLERANCE) return true;
  }
  return false;
}

/** Shapes that fit one offer. `id` names the set while the space's generation lasts. */
export interface ShapeSet {
  id: number;
  shapes: readonly number[];
}

/** Offers come from outside: the memory of them is bounded. */
const MAX_SETS = 1024;

export class ShapeSpace {
  readonly axis: Axis;
  private readonly shapes: Shape[] = [];
  private readonly numberOf = new Map<string, number>();
  private sets = new Map<string, ShapeSet>();
  private readonly interned = new Map<string, readonly number[]>();
  private readonly ofPlacement = new WeakMap<
    SnapshotPlacement,
    { generation: number; set: ShapeSet }
  >();
  /** Sets and whatever was derived from their ids are valid for one generation only. */
  generation = 0;

  constructor(words: number) {
    this.axis = new Axis(words, 0);
  }

  /** Number of a creative's shape; a new one begins a generation. */
  admit(creative: SnapshotCreative): number {
    const key = `${creative.format} ${creative.w}x${creative.h}`;
    const known = this.numberOf.get(key);
    if (known !== undefined) return known;
    this.shapes.push({ format: creative.format, w: creative.w, h: creative.h });
    this.numberOf.set(key, this.axis.addRow());
    this.forget();
    return this.shapes.length - 1;
  }

  /** The set of a placement's own sizes, which is what most requests offer. */
  setForPlacement(placement: SnapshotPlacement): ShapeSet {
    const known = this.ofPlacement.get(placement);
    if (known && known.generation === this.generation) return known.set;
    const set = this.setFor(placement.format, placement.sizes);
    this.ofPlacement.set(placement, { generation: this.generation, set });
    return set;
  }

  setFor(format: Format, sizes: readonly Size[]): ShapeSet {
    let key: string = format;
    for (const size of sizes) key += ` ${size.w}x${size.h}`;
    const known = this.sets.get(key);
    if (known) return known;
    if (this.sets.size >= MAX_SETS) this.forget();
    const shapes: number[] = [];
    for (let i = 0; i < this.shapes.length; i++) {
      if (fits(this.shapes[i] as Shape, format, sizes)) shapes.push(i);
    }
    const set = { id: this.sets.size, shapes };
    this.sets.set(key, set);
    return set;
  }

  /** One array for all items with the same shapes. */
  intern(shapes: readonly number[]): readonly number[] {
    const key = shapes.join();
    const known = this.interned.get(key);
    if (known) return known;
    if (this.interned.size < MAX_SETS) this.interned.set(key, shapes);
    return shapes;
  }

  private forget(): void {
    this.sets = new Map();
    this.generation += 1;
  }
}
