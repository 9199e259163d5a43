/**
 * Compiles a target: what each part of the index can decide exactly, and the residual that must still be tested. Owns that
 * division of labour. The bits may keep an item that the target refuses, never drop one that it accepts.
 */

import type { Target } from '../../db/terms/target.ts';
import { type Clause, clausesOf, soleAttributeIs } from './clause.ts';
import type { DivisionSpace } from './divisionSpace.ts';
import type { Entry, Group } from './groups.ts';
import { FULL_MASK, isEmptyMask, isMaskExact, maskHull } from './mask.ts';

export interface CompiledTarget {
  mask: number;
  /** Rows of the division space; undefined: all. */
  divisions: number[] | undefined;
  /** Hours of the week; undefined: all. */
  hours: number[] | undefined;
  inventory: Entry[] | undefined;
  audience: Entry[] | undefined;
  residual: Clause[];
  /** Nothing can match. */
  isEmpty: boolean;
}

export function compileTarget(
  target: Target,
  divisions: DivisionSpace,
  inventory: Group,
  audience: Group,
): CompiledTarget {
  const clauses = clausesOf(target);
  if (clauses.length === 0) return EVERYTHING;
  let mask = FULL_MASK;
  for (const clause of clauses) mask &= maskHull(clause);
  const listed = inventory.choose(clauses);
  const heard = audience.choose(clauses);
  const accepted = divisions.accepted(clauses);
  const hours = hoursOf(clauses);
  const residual = clauses.filter(
    (clause) =>
      !(
        isMaskExact(clause) ||
        divisions.isExact(clause) ||
        soleAttributeIs(clause, 'hourOfWeek') ||
        // The grid's cells are wider than the circle.
        clause === listed?.clause ||
        (clause === heard?.clause && !names(clause, 'radius'))
      ),
  );
  return {
    mask,
    divisions: accepted,
    hours,
    inventory: listed?.entries,
    audience: heard?.entries,
    residual: residual.length === 0 ? NOTHING : residual,
    isEmpty: isEmptyMask(mask) || accepted?.length === 0 || hours?.length === 0,
  };
}

const NOTHING: Clause[] = [];
const EVERYTHING: CompiledTarget = {
  mask: FULL_MASK,
  divisions: undefined,
  hours: undefined,
  inventory: undefined,
  audience: undefined,
  residual: NOTHING,
  isEmpty: false,
};

const names = (clause: Clause, attribute: string): boolean =>
  clause.kind === 'leaf'
    ? clause.predicate.attribute === attribute
    : clause.of.some((part) => names(part, attribute));

const HOURS = 168;

/** Hours in which the clauses can hold; undefined: all of them. */
export function hoursOf(clauses: readonly Clause[]): number[] | undefined {
  if (!clauses.some((clause) => names(clause, 'hourOfWeek'))) return undefined;
  const hours: number[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    if (clauses.every((clause) => canHoldAt(clause, hour))) hours.push(hour);
  }
  return hours;
}

function canHoldAt(clause: Clause, hour: number): boolean {
  if (clause.kind === 'all') return clause.of.every((part) => canHoldAt(part, hour));
  if (clause.kind === 'any') return clause.of.some((part) => canHoldAt(part, hour));
  if (clause.predicate.attribute !== 'hourOfWeek') return true;
  return clause.predicate.in.includes(hour) !== clause.negated;
}
