/**
 * A day's logged requests in columns, so that a target is tested against a million of them in some ten milliseconds. Owns the
 * columns and the counting; what is true of a request is clause.ts's to say, asked once for each distinct value, except of
 * lists, which are found by their members.
 *
 * A column names, for each row, one of the distinct values that a kind of attribute has (a placement, a division, a list of
 * keywords). A leaf of a target is then a table over those values, and an expression is a walk along bytes.
 */
import type { Format, Size } from '../../db/terms/market.ts';
import type { Predicate } from '../../db/terms/target.ts';
import { type Clause, holds } from './clause.ts';
import { fits, type Shape } from './fit.ts';
import type { Place } from './place.ts';

/** A logged request at one imp. */
export interface Logged {
  place: Place;
  format: Format;
  sizes: readonly Size[];
  /** Requests of the day that it stands for; 0: known for its reader only. */
  weight: number;
  isOfSampledUser: boolean;
}

type Key = string | number;
type Leaf = Clause & { kind: 'leaf' };

/** Kinds of attributes that vary together, each with what tells its values apart. */
const COLUMNS = {
  where: (place: Place): Key => place.divisionCode,
  inventory: (place: Place): Key => place.placementId,
  machine: (place: Place): Key =>
    ((place.device * 16 + place.os) * 16 + place.connection) * 16 + place.carrier,
  hour: (place: Place): Key => place.hour,
  content: (place: Place): Key => place.request.categories.join('\n'),
  words: (place: Place): Key => place.request.keywords.join('\n'),
  people: (place: Place): Key => (place.minors ? '' : place.request.segments.join()),
  point: (place: Place): Key => `${place.request.lat} ${place.request.lon}`,
} as const;
type ColumnName = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

/** Columns whose values are lists: of people there are as many lists as people, so members point to them. */
const MEMBERS: Partial<Record<ColumnName, (place: Place) => readonly Key[]>> = {
  content: (place) => place.request.categories,
  words: (place) => place.request.keywords,
  people: (place) => (place.minors ? [] : place.request.segments),
};

const COLUMN_OF: Readonly<Record<Predicate['attribute'], ColumnName>> = {
  division: 'where',
  outletDivision: 'inventory',
  outlet: 'inventory',
  tier: 'inventory',
  property: 'inventory',
  placement: 'inventory',
  device: 'machine',
  os: 'machine',
  connection: 'machine',
  carrier: 'machine',
  hourOfWeek: 'hour',
  category: 'content',
  keyword: 'words',
  segment: 'people',
  radius: 'point',
};

const FIRST_ROWS = 4_096;

function grown(codes: Int32Array<ArrayBuffer>, rows: number): Int32Array<ArrayBuffer> {
  if (rows < codes.length) return codes;
  const larger = new Int32Array(codes.length * 2);
  larger.set(codes);
  return larger;
}

/** Distinct values, each with one place that has it. */
class Column {
  codes = new Int32Array(FIRST_ROWS);
  readonly places: Place[] = [];
  /** Values in which a member of a list occurs. */
  readonly valuesWith = new Map<Key, number[]>();
  private readonly numberOf = new Map<Key, number>();

  /** Returns true for a value that was not known. */
  set(row: number, key: Key, place: Place, members: readonly Key[]): boolean {
    this.codes = grown(this.codes, row);
    const known = this.numberOf.get(key);
    if (known !== undefined) {
      this.codes[row] = known;
      return false;
    }
    const number = this.places.length;
    this.numberOf.set(key, number);
    this.codes[row] = number;
    this.places.push(place);
    for (const member of members) {
      const values = this.valuesWith.get(member);
      if (values) values.push(number);
      else this.valuesWith.set(member, [number]);
    }
    return true;
  }
}

/** What a target found. */
export interface Tally {
  /** Requests of the day: the sum of weights, and of weight × (weight − 1), the variance that sampling left. */
  requests: number;
  variance: number;
  /** Rows in which they were seen. */
  rows: number;
  /** Distinct readers among the sampled ones. */
  users: number;
}

const NONE: readonly never[] = [];
const HOURS_A_DAY = 24;
const DAYS_A_WEEK = 7;

export class RequestLog {
  rows = 0;
  /** Largest weight: what a request not seen may stand for. */
  mostWeight = 1;
  private readonly columns = new Map(COLUMN_NAMES.map((name) => [name, new Column()]));
  private readonly offers = new Column();
  private readonly shapes: Logged[] = [];
  private weights = new Int32Array(FIRST_ROWS);
  /** Number of the sampled reader, from 1; 0 for the others. */
  private users = new Int32Array(FIRST_ROWS);
  private readonly userOf = new Map<string, number>();
  private metAt = new Int32Array(FIRST_ROWS);
  private round = 0;

  /** Adds a request at one imp; `it` is kept only where it brings a value that is new. */
  add(it: Logged): void {
    const { place } = it;
    const row = this.rows++;
    for (const [name, column] of this.columns) {
      column.set(row, COLUMNS[name](place), place, MEMBERS[name]?.(place) ?? NONE);
    }
    const offer = `${it.format} ${it.sizes.map(({ w, h }) => `${w}x${h}`)}`;
    if (this.offers.set(row, offer, place, NONE)) this.shapes.push(it);
    this.weights = grown(this.weights, row);
    this.users = grown(this.users, row);
    this.weights[row] = it.weight;
    this.mostWeight = Math.max(this.mostWeight, it.weight);
    const { userHash } = place.request;
    if (it.isOfSampledUser && userHash !== '') this.users[row] = this.numberOfUser(userHash);
  }

  private numberOfUser(userHash: string): number {
    const known = this.userOf.get(userHash);
    if (known !== undefined) return known;
    const number = this.userOf.size + 1;
    this.userOf.set(userHash, number);
    this.metAt = grown(this.metAt, number);
    return number;
  }

  /** 1 for each row at which all clauses hold and the shape fits; `dayShift` moves the log by weekdays. */
  match(clauses: readonly Clause[], shape?: Shape, dayShift = 0): Uint8Array {
    const all = new Uint8Array(this.rows).fill(1);
    if (shape) {
      const table = Uint8Array.from(this.shapes, (it) =>
        fits(shape, it.format, it.sizes) ? 1 : 0,
      );
      keep(all, this.offers.codes, table);
    }
    for (const clause of clauses) {
      if (clause.kind === 'leaf') {
        keep(all, this.columnFor(clause).codes, this.truthOf(clause, dayShift));
        continue;
      }
      const part = this.evaluate(clause, dayShift);
      for (let row = 0; row < all.length; row++)
        all[row] = (all[row] as number) & (part[row] as number);
    }
    return all;
  }

  private evaluate(clause: Clause, dayShift: number): Uint8Array {
    if (clause.kind === 'leaf') {
      const { codes } = this.columnFor(clause);
      const table = this.truthOf(clause, dayShift);
      const out = new Uint8Array(this.rows);
      for (let row = 0; row < out.length; row++) out[row] = table[codes[row] as number] as number;
      return out;
    }
    if (clause.kind === 'all') return this.match(clause.of, undefined, dayShift);
    const any = new Uint8Array(this.rows);
    for (const part of clause.of) {
      const one = this.evaluate(part, dayShift);
      for (let row = 0; row < any.length; row++)
        any[row] = (any[row] as number) | (one[row] as number);
    }
    return any;
  }

  private columnFor(leaf: Leaf): Column {
    return this.columns.get(COLUMN_OF[leaf.predicate.attribute]) as Column;
  }

  /** The leaf's truth for each distinct value of its column. */
  private truthOf({ predicate, negated }: Leaf, dayShift: number): Uint8Array {
    const name = COLUMN_OF[predicate.attribute];
    const column = this.columns.get(name) as Column;
    if (MEMBERS[name]) {
      const table = new Uint8Array(column.places.length).fill(negated ? 1 : 0);
      for (const member of predicate.in as Key[]) {
        for (const value of column.valuesWith.get(member) ?? NONE) table[value] = negated ? 0 : 1;
      }
      return table;
    }
    const leaf: Leaf = { kind: 'leaf', predicate, negated };
    const shifts = name === 'hour' && dayShift > 0;
    return Uint8Array.from(column.places, (place) =>
      holds(leaf, shifts ? onDay(place, dayShift) : place) ? 1 : 0,
    );
  }

  /** Adds up what matched. */
  tally(matching: Uint8Array): Tally {
    const found: Tally = { requests: 0, variance: 0, rows: 0, users: 0 };
    this.round += 1;
    for (let row = 0; row < matching.length; row++) {
      if (matching[row] === 0) continue;
      const weight = this.weights[row] as number;
      if (weight > 0) {
        found.requests += weight;
        found.variance += weight * (weight - 1);
        found.rows += 1;
      }
      const user = this.users[row] as number;
      if (user === 0 || this.metAt[user] === this.round) continue;
      this.metAt[user] = this.round;
      found.users += 1;
    }
    return found;
  }
}

function keep(all: Uint8Array, codes: Int32Array, table: Uint8Array): void {
  for (let row = 0; row < all.length; row++) {
    all[row] = (all[row] as number) & (table[codes[row] as number] as number);
  }
}

/** The same place some days later in the week. */
const onDay = (place: Place, dayShift: number): Place => ({
  ...place,
  hour: (place.hour + dayShift * HOURS_A_DAY) % (DAYS_A_WEEK * HOURS_A_DAY),
});

/** A log of requests that are all at hand. */
export function logOf(requests: Iterable<Logged>): RequestLog {
  const log = new RequestLog();
  for (const it of requests) log.add(it);
  return log;
}
