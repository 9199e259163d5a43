/**
 * What is wrong with a target, for the person who saves it: divisions and places that do not exist, a value both wanted and
 * unwanted, and targets that nothing can ever match. Owns these findings; whether they refuse a save is the API's.
 */
import type { DivisionCode } from '../../db/terms/division.ts';
import { covers } from '../../db/terms/division.ts';
import type { Predicate, Target } from '../../db/terms/target.ts';
import { type Clause, clausesOf } from './clause.ts';
import { canHold, divisionsNamed } from './divisionSpace.ts';
import { isEmptyMask, maskHull } from './mask.ts';
import { divisionChain } from './place.ts';
import { hoursOf } from './target.ts';

export interface TargetProblem {
  code: 'unknown_division' | 'unknown_inventory' | 'overlap' | 'impossible';
  /** JSON pointer within the target, `/all/0/in/2`; empty: the whole of it. */
  pointer: string;
  zh: string;
  en: string;
}

/** What exists. A part left out is not checked. */
export interface KnownPlaces {
  hasDivision?: (code: DivisionCode) => boolean;
  hasOutlet?: (id: number) => boolean;
  hasProperty?: (id: number) => boolean;
  hasPlacement?: (id: number) => boolean;
}

export function targetProblems(target: Target, known: KnownPlaces): TargetProblem[] {
  const problems: TargetProblem[] = [];
  const wishes: Wish[] = [];
  walk(target, '', false, true, (predicate, pointer, negated, isRequired) => {
    findUnknown(predicate, pointer, known, problems);
    if (isRequired) wishes.push({ predicate, pointer, negated });
  });
  findOverlaps(wishes, problems);
  if (isImpossible(target, wishes)) {
    problems.push({
      code: 'impossible',
      pointer: '',
      zh: '定向条件互相矛盾，没有任何流量能够满足',
      en: 'the conditions exclude each other: nothing can ever match',
    });
  }
  return problems;
}

interface Wish {
  predicate: Predicate;
  pointer: string;
  negated: boolean;
}

type Visit = (predicate: Predicate, pointer: string, negated: boolean, isRequired: boolean) => void;

/** `isRequired`: every match must satisfy this leaf (only alls above it, counting nots of anys). */
function walk(
  target: Target,
  pointer: string,
  negated: boolean,
  isRequired: boolean,
  visit: Visit,
): void {
  if ('all' in target) {
    target.all.forEach((part, i) => {
      walk(part, `${pointer}/all/${i}`, negated, isRequired && !negated, visit);
    });
  } else if ('any' in target) {
    const sole = target.any.length === 1;
    target.any.forEach((part, i) => {
      walk(part, `${pointer}/any/${i}`, negated, isRequired && (negated || sole), visit);
    });
  } else if ('not' in target) walk(target.not, `${pointer}/not`, !negated, isRequired, visit);
  else visit(target, pointer, negated, isRequired);
}

function findUnknown(
  predicate: Predicate,
  pointer: string,
  known: KnownPlaces,
  problems: TargetProblem[],
): void {
  const add = (i: number, code: TargetProblem['code'], zh: string, en: string): void => {
    problems.push({ code, pointer: `${pointer}/in/${i}`, zh, en });
  };
  if (predicate.attribute === 'division' || predicate.attribute === 'outletDivision') {
    predicate.in.forEach((code, i) => {
      if (known.hasDivision && !known.hasDivision(code)) {
        add(i, 'unknown_division', `没有行政区划 ${code}`, `there is no division ${code}`);
      }
    });
    return;
  }
  const has = {
    outlet: known.hasOutlet,
    property: known.hasProperty,
    placement: known.hasPlacement,
  }[predicate.attribute as 'outlet'];
  if (!has) return;
  (predicate.in as number[]).forEach((id, i) => {
    if (has(id)) return;
    const name = predicate.attribute;
    add(i, 'unknown_inventory', `没有此媒体资源 ${id}`, `there is no ${name} ${id}`);
  });
}

/** A value wanted in one place and unwanted in another. */
function findOverlaps(wishes: readonly Wish[], problems: TargetProblem[]): void {
  for (const unwanted of wishes) {
    if (!unwanted.negated) continue;
    unwanted.predicate.in.forEach((value, i) => {
      const wanted = wishes.find((wish) => isWantedWhole(wish, unwanted.predicate, value));
      if (!wanted) return;
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      problems.push({
        code: 'overlap',
        pointer: `${unwanted.pointer}/in/${i}`,
        zh: `${text} 同时被定向与排除（${wanted.pointer}）`,
        en: `${text} is both targeted (${wanted.pointer}) and excluded`,
      });
    });
  }
}

/** To exclude a county of a targeted city is sense; to exclude what is itself targeted is not. */
function isWantedWhole(wish: Wish, predicate: Predicate, value: unknown): boolean {
  if (wish.negated || wish.predicate.attribute !== predicate.attribute) return false;
  if (isDivision(predicate)) {
    const { in: wanted } = wish.predicate as { in: string[] };
    return wanted.some((code) => covers(value as string, code));
  }
  return (wish.predicate.in as unknown[]).includes(value);
}

const isDivision = (predicate: Predicate): boolean =>
  predicate.attribute === 'division' || predicate.attribute === 'outletDivision';

function isImpossible(target: Target, wishes: readonly Wish[]): boolean {
  const clauses = clausesOf(target);
  if (clauses.some((clause) => clause.kind === 'any' && clause.of.length === 0)) return true;
  let mask = -1;
  for (const clause of clauses) mask &= maskHull(clause);
  if (clauses.length > 0 && isEmptyMask(mask)) return true;
  if (hoursOf(clauses)?.length === 0) return true;
  return !somewhereHolds(clauses) || hasEmptyList(wishes);
}

/** Divisions are told apart only by the codes that are named: each of them, and one place under none. */
function somewhereHolds(clauses: readonly Clause[]): boolean {
  const named = clauses.flatMap((clause) => divisionsNamed(clause));
  if (named.length === 0) return true;
  const chains = [[], ...named.map((code) => divisionChain(code))];
  return chains.some((chain) => clauses.every((clause) => canHold(clause, chain)));
}

/** Attributes of one value: two lists that do not meet, or a list wholly excluded. */
function hasEmptyList(wishes: readonly Wish[]): boolean {
  for (const attribute of ['outlet', 'property', 'placement'] as const) {
    let left: Set<unknown> | undefined;
    for (const { predicate, negated } of wishes) {
      if (predicate.attribute !== attribute || negated) continue;
      const list = new Set<unknown>(predicate.in);
      left = left ? new Set([...left].filter((id) => list.has(id))) : list;
    }
    if (!left) continue;
    for (const { predicate, negated } of wishes) {
      if (predicate.attribute !== attribute || !negated) continue;
      for (const id of predicate.in) left.delete(id);
    }
    if (left.size === 0) return true;
  }
  return false;
}
