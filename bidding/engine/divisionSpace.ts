/**
 * Rows for the user's division. Every six-digit code that some target names has a row into which its parents are folded,
 * so a request reads one row: that of the narrowest code known of it. Townships and codes beyond the limit share the row
 * of their narrowest ancestor that has one, and are decided by the residual.
 */
import type { DivisionCode } from '../../db/terms/division.ts';
import type { Predicate } from '../../db/terms/target.ts';
import { type Clause, soleAttributeIs } from './clause.ts';
import { divisionChain } from './place.ts';
import { Axis, type Row } from './rows.ts';

/** 512 rows are 64 bytes an item; China has 3,200 counties, a province about a hundred. */
const MAX_ROWS = 512;
/** Row 0: divisions of which no ancestor was ever named, and the unknown one. */
const ELSEWHERE = 0;

export class DivisionSpace {
  readonly axis: Axis;
  private readonly rowOf = new Map<DivisionCode, number>();
  /** Rows covered by the row's code, itself included. */
  private readonly under: number[][] = [[ELSEWHERE]];
  private readonly codes: DivisionCode[] = [''];

  constructor(words: number) {
    this.axis = new Axis(words, 1);
  }

  /** Gives every code that deserves it a row. Call before any item that names it is written. */
  admit(codes: Iterable<DivisionCode>): void {
    for (const code of codes) {
      if (code.length === 6 && !this.rowOf.has(code) && this.codes.length < MAX_ROWS)
        this.add(code);
    }
  }

  private add(code: DivisionCode): void {
    const row = this.axis.addRow(this.nearest(code));
    this.rowOf.set(code, row);
    this.codes.push(code);
    const mine = [row];
    // Rows that exist already and lie below the new code.
    for (let i = 1; i < this.codes.length - 1; i++) {
      if (divisionChain(this.codes[i] as string).includes(code)) mine.push(i);
    }
    this.under.push(mine);
    for (const outer of divisionChain(code)) {
      const at = this.rowOf.get(outer);
      if (at !== undefined && at !== row) (this.under[at] as number[]).push(row);
    }
  }

  /** Number of the row that stands for a code. */
  nearest(code: DivisionCode): number {
    return this.nearestOf(divisionChain(code));
  }

  private nearestOf(chain: readonly DivisionCode[]): number {
    for (const code of chain) {
      const row = this.rowOf.get(code);
      if (row !== undefined) return row;
    }
    return ELSEWHERE;
  }

  rowFor(chain: readonly DivisionCode[]): Row {
    return this.axis.rows[this.nearestOf(chain)] as Row;
  }

  /** Whether rows alone decide a clause. */
  isExact(clause: Clause): boolean {
    if (!soleAttributeIs(clause, 'division')) return false;
    for (const code of divisionsNamed(clause)) if (!this.rowOf.has(code)) return false;
    return true;
  }

  /** Rows that the clauses can accept, never too few; undefined: all of them. */
  accepted(clauses: readonly Clause[]): number[] | undefined {
    const named = new Set<DivisionCode>();
    for (const clause of clauses) for (const code of divisionsNamed(clause)) named.add(code);
    if (named.size === 0) return undefined;
    const rows = this.ofOnePositiveList(clauses) ?? this.byTruth(clauses);
    for (const code of named) {
      if (this.rowOf.has(code)) continue;
      const row = this.nearest(code);
      if (!rows.has(row) && clauses.every((clause) => canHold(clause, divisionChain(code)))) {
        rows.add(row);
      }
    }
    return [...rows];
  }

  /** The common shape, one list of divisions, without a look at every row. */
  private ofOnePositiveList(clauses: readonly Clause[]): Set<number> | undefined {
    let list: readonly DivisionCode[] | undefined;
    for (const clause of clauses) {
      if (divisionsNamed(clause).length === 0) continue;
      const isPlain =
        clause.kind === 'leaf' && !clause.negated && clause.predicate.attribute === 'division';
      if (!isPlain || list) return undefined;
      list = (clause.predicate as Predicate & { attribute: 'division' }).in;
    }
    if (!list) return undefined;
    const rows = new Set<number>();
    for (const code of list) {
      const row = this.rowOf.get(code);
      if (row === undefined) continue;
      for (const inner of this.under[row] as number[]) rows.add(inner);
    }
    return rows;
  }

  private byTruth(clauses: readonly Clause[]): Set<number> {
    const rows = new Set<number>();
    for (let row = 0; row < this.codes.length; row++) {
      const chain = divisionChain(this.codes[row] as string);
      if (clauses.every((clause) => canHold(clause, chain))) rows.add(row);
    }
    return rows;
  }
}

/** Whether a clause can be true in a division, whatever else holds. */
export function canHold(clause: Clause, chain: readonly DivisionCode[]): boolean {
  if (clause.kind === 'all') return clause.of.every((part) => canHold(part, chain));
  if (clause.kind === 'any') return clause.of.some((part) => canHold(part, chain));
  const { predicate } = clause;
  if (predicate.attribute !== 'division') return true;
  const within = chain.some((code) => predicate.in.includes(code));
  return within !== clause.negated;
}

/** Division codes named anywhere in a clause. */
export function divisionsNamed(clause: Clause): readonly DivisionCode[] {
  if (clause.kind === 'leaf') {
    return clause.predicate.attribute === 'division' ? clause.predicate.in : NONE;
  }
  return clause.of.flatMap((part) => divisionsNamed(part));
}
const NONE: readonly DivisionCode[] = [];
