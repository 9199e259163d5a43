/**
 * The index: line items in slots by falling bound, and the rows that say which slots a request can match. Owns the order, the
 * slots and the writing of every row. Refuses nothing: what to put in it is compiled elsewhere.
 *
 * Order: `bounds[w]` is a bound of every slot of word w and of all words after it, so a scan may stop at the first word whose
 * bound cannot win. Each word keeps two slots free; a changed item goes to a free slot of a word whose bound is high enough, so
 * nothing is ever sorted again and the order stays exact.
 */
import { Combos } from './combos.ts';
import { DivisionSpace } from './divisionSpace.ts';
import { ShapeSpace } from './fit.ts';
import { AUDIENCE, Group, INVENTORY } from './groups.ts';
import type { Item } from './item.ts';
import { NETWORKS, networksOf, SMALL_BITS } from './mask.ts';
import { Axis, clearBit, type Row, setBit, testBit } from './rows.ts';
import type { CompiledTarget } from './target.ts';

export const SLOTS_PER_WORD = 32;
const FILLED_PER_WORD = 30;
/** Empty words at the end, for growth until the next compilation. */
const SPARE_WORDS = 8;
const HOURS = 168;
/** Values of the small axis for each of the 2^28 masks would be many; the common ones are remembered. */
const MAX_MASKS = 4096;

export class Index {
  readonly words: number;
  readonly bounds: Float64Array;
  /** Slots that may serve now: taken, and not paused. */
  readonly alive: Row;
  private readonly taken: Row;
  /** `alive` AND the row of one hour: requests come in the order of time, so it is made once an hour. */
  private readonly now: Row;
  private nowHour = -1;
  readonly items: (Item | undefined)[];
  /** Pacing multiplier by slot. */
  readonly multipliers: Float64Array;
  readonly slotOf = new Map<number, number>();
  /** Bound by slot, beside its multiplier: most losers are dismissed without a look at the item. */
  readonly slotBounds: Float64Array;
  readonly small: Axis;
  readonly networks: Axis;
  readonly hours: Axis;
  readonly divisions: DivisionSpace;
  readonly shapes: ShapeSpace;
  readonly inventory: Group;
  readonly audience: Group;
  readonly combos = new Combos();
  private readonly maskValues = new Map<number, number[]>();

  constructor(expectedItems: number) {
    const words = Math.ceil((expectedItems * 1.01) / FILLED_PER_WORD) + SPARE_WORDS;
    this.words = words;
    this.bounds = new Float64Array(words);
    this.alive = new Int32Array(words);
    this.taken = new Int32Array(words);
    this.items = new Array<Item | undefined>(words * SLOTS_PER_WORD).fill(undefined);
    this.multipliers = new Float64Array(words * SLOTS_PER_WORD);
    this.small = new Axis(words, SMALL_BITS);
    this.networks = new Axis(words, NETWORKS);
    this.slotBounds = new Float64Array(words * SLOTS_PER_WORD);
    this.now = new Int32Array(words);
    this.hours = new Axis(words, HOURS);
    this.divisions = new DivisionSpace(words);
    this.shapes = new ShapeSpace(words);
    this.inventory = new Group(INVENTORY, words);
    this.audience = new Group(AUDIENCE, words);
  }

  /** The slot of the n-th item of a bulk load in falling order of bounds. */
  bulkSlot(n: number, bound: number): number {
    const word = Math.floor(n / FILLED_PER_WORD);
    if (n % FILLED_PER_WORD === 0) this.bounds[word] = bound;
    return word * SLOTS_PER_WORD + (n % FILLED_PER_WORD);
  }

  /** Ends the bulk load. */
  seal(): void {
    this.small.seal();
    this.networks.seal();
    this.hours.seal();
    this.divisions.axis.seal();
    this.shapes.axis.seal();
  }

  /** Finds a slot for a bound, −1 when the index is full and must be compiled anew. */
  findSlot(bound: number): number {
    const { bounds, taken, words } = this;
    let low = 0;
    let high = words;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bounds[middle] as number) >= bound) low = middle + 1;
      else high = middle;
    }
    for (let w = low - 1; w >= 0; w--) if (taken[w] !== -1) return firstFree(taken, w);
    for (let w = low; w < words; w++) {
      if (taken[w] === -1) continue;
      // The words before it have to promise more than they did: slower to stop, still exact.
      for (let i = low; i <= w; i++) bounds[i] = bound;
      return firstFree(taken, w);
    }
    return -1;
  }

  /** Puts an item into a free slot and writes every row. */
  put(slot: number, item: Item, target: CompiledTarget): void {
    setBit(this.taken, slot);
    this.items[slot] = item;
    this.slotOf.set(item.source.id, slot);
    this.multipliers[slot] = item.source.rankMultiplier;
    this.slotBounds[slot] = item.bound;
    this.small.write(slot, this.valuesOf(item.mask));
    this.networks.write(slot, networksOf(item.mask));
    this.hours.write(slot, target.hours);
    this.divisions.axis.write(slot, target.divisions);
    this.shapes.axis.write(slot, item.shapes);
    this.inventory.write(slot, target.inventory);
    this.audience.write(slot, target.audience);
    this.combos.write(slot, item);
    this.setAlive(slot, !target.isEmpty);
  }

  /** Frees a slot. Only lists are cleaned: the rows are written anew with the next item, and it is not alive. */
  clear(slot: number, id: number, target: CompiledTarget): void {
    this.setAlive(slot, false);
    clearBit(this.taken, slot);
    this.items[slot] = undefined;
    this.slotOf.delete(id);
    this.inventory.erase(slot, target.inventory);
    this.audience.erase(slot, target.audience);
  }

  /** Lets a slot serve, or not: two bits. */
  setAlive(slot: number, alive: boolean): void {
    if (!alive) {
      clearBit(this.alive, slot);
      clearBit(this.now, slot);
      return;
    }
    setBit(this.alive, slot);
    const hour = this.hours.rows[this.nowHour];
    if (hour && testBit(hour, slot)) setBit(this.now, slot);
  }

  /** Slots that may serve in an hour of the week. */
  aliveAt(hour: number): Row {
    if (hour !== this.nowHour) {
      const { now, alive } = this;
      const row = this.hours.rows[hour] as Row;
      for (let w = 0; w < now.length; w++) now[w] = (alive[w] as number) & (row[w] as number);
      this.nowHour = hour;
    }
    return this.now;
  }

  isAlive(slot: number): boolean {
    return testBit(this.alive, slot);
  }

  private valuesOf(mask: number): number[] {
    let values = this.maskValues.get(mask);
    if (!values) {
      values = [];
      for (let bit = 0; bit < SMALL_BITS; bit++) if (mask & (1 << bit)) values.push(bit);
      if (this.maskValues.size < MAX_MASKS) this.maskValues.set(mask, values);
    }
    return values;
  }

  /** Bytes of all rows, lists and columns; the records of the snapshot are not its own. */
  get bytes(): number {
    return (
      this.bounds.byteLength +
      this.alive.byteLength +
      this.taken.byteLength +
      this.multipliers.byteLength +
      this.items.length * 8 +
      this.slotBounds.byteLength +
      this.now.byteLength +
      this.small.bytes +
      this.networks.bytes +
      this.hours.bytes +
      this.divisions.axis.bytes +
      this.shapes.axis.bytes +
      this.inventory.bytes +
      this.audience.bytes +
      this.combos.bytes
    );
  }
}

function firstFree(taken: Row, word: number): number {
  const free = ~(taken[word] as number);
  return word * SLOTS_PER_WORD + 31 - Math.clz32(free & -free);
}
