/**
 * Two groups of attributes of which an item usually asks for few values, found by lists: inventory (outlet, its
 * jurisdiction, property, placement) and audience (segment, radius, keyword, category). An item is listed by one clause a
 * group, the narrowest; its other clauses go to the residual. Items that ask for nothing have their bit in `any`.
 */
import type { Predicate } from '../../db/terms/target.ts';
import type { Clause } from './clause.ts';
import { type Circle, cellOf, cellsTouched } from './geo.ts';
import type { Place } from './place.ts';
import { Posting } from './postings.ts';
import { clearBit, type Row, setBit } from './rows.ts';

type Attribute = Predicate['attribute'];
type Value = number | string;
/** What an item is listed under. */
export type Entry = readonly [attribute: Attribute, value: Value];

/** Narrowest first. */
export const INVENTORY: readonly Attribute[] = [
  'placement',
  'property',
  'outlet',
  'outletDivision',
];
export const AUDIENCE: readonly Attribute[] = ['segment', 'radius', 'keyword', 'category'];
/** An item asking for more values is left to the residual: a list entry is four bytes and a write. */
const MAX_ENTRIES = 160;

export class Group {
  readonly any: Row;
  private readonly lists: Map<Value, Posting>[];
  private readonly attributes: readonly Attribute[];
  private readonly words: number;

  constructor(attributes: readonly Attribute[], words: number) {
    this.attributes = attributes;
    this.words = words;
    this.any = new Int32Array(words);
    this.lists = attributes.map(() => new Map());
  }

  /** The clause to list an item by, and its entries; undefined when it asks for nothing that can be listed. */
  choose(clauses: readonly Clause[]): { clause: Clause; entries: Entry[] } | undefined {
    let best: { clause: Clause; entries: Entry[]; rank: number } | undefined;
    for (const clause of clauses) {
      const entries: Entry[] = [];
      const rank = this.collect(clause, entries);
      if (rank < 0 || entries.length > MAX_ENTRIES) continue;
      if (!best || rank < best.rank) best = { clause, entries, rank };
    }
    return best;
  }

  /** Fills `entries` with all that a clause asks for; the rank of its widest attribute, −1: cannot be listed. */
  private collect(clause: Clause, entries: Entry[]): number {
    if (clause.kind === 'any') {
      let rank = -1;
      for (const part of clause.of) {
        const of = this.collect(part, entries);
        if (of < 0 || entries.length > MAX_ENTRIES) return -1;
        rank = Math.max(rank, of);
      }
      return rank;
    }
    if (clause.kind === 'all' || clause.negated) return -1;
    const { predicate } = clause;
    const rank = this.attributes.indexOf(predicate.attribute);
    if (rank < 0) return -1;
    if (predicate.attribute === 'radius') {
      return this.collectCells(predicate.in, entries) ? rank : -1;
    }
    for (const value of predicate.in) entries.push([predicate.attribute, value]);
    return rank;
  }

  private collectCells(circles: readonly Circle[], entries: Entry[]): boolean {
    for (const circle of circles) {
      const cells = cellsTouched(circle, MAX_ENTRIES - entries.length);
      if (!cells) return false;
      for (const cell of cells) entries.push(['radius', cell]);
    }
    return true;
  }

  write(slot: number, entries: readonly Entry[] | undefined): void {
    if (!entries) {
      setBit(this.any, slot);
      return;
    }
    clearBit(this.any, slot);
    for (const [attribute, value] of entries) {
      const lists = this.listsOf(attribute);
      let list = lists.get(value);
      if (!list) {
        list = new Posting(this.words);
        lists.set(value, list);
      }
      list.add(slot);
    }
  }

  erase(slot: number, entries: readonly Entry[] | undefined): void {
    if (!entries) {
      clearBit(this.any, slot);
      return;
    }
    for (const [attribute, value] of entries) this.listsOf(attribute).get(value)?.remove(slot);
  }

  private listsOf(attribute: Attribute): Map<Value, Posting> {
    return this.lists[this.attributes.indexOf(attribute)] as Map<Value, Posting>;
  }

  /** Adds the list of one value to those a scan will read. */
  gather(rank: number, value: Value, into: Posting[]): void {
    const list = (this.lists[rank] as Map<Value, Posting>).get(value);
    if (!list) return;
    list.rewind();
    into.push(list);
  }

  get bytes(): number {
    let bytes = this.any.byteLength;
    for (const lists of this.lists) for (const list of lists.values()) bytes += list.bytes;
    return bytes;
  }
}

/** Lists of the inventory a request stands at. */
export function gatherInventory(group: Group, place: Place, into: Posting[]): void {
  group.gather(0, place.placementId, into);
  group.gather(1, place.propertyId, into);
  group.gather(2, place.outletId, into);
  for (const code of place.outletDivisions) group.gather(3, code, into);
}

/** Lists of the audience and context of a request. Children have no segments. */
export function gatherAudience(group: Group, place: Place, into: Posting[]): void {
  const { request } = place;
  if (!place.minors) for (const segment of request.segments) group.gather(0, segment, into);
  if (!Number.isNaN(request.lat)) group.gather(1, cellOf(request.lat, request.lon), into);
  for (const keyword of request.keywords) group.gather(2, keyword, into);
  for (const category of request.categories) group.gather(3, category, into);
}
