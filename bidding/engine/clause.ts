/**
 * A target in normal form: nots pushed down to the leaves, nested alls and anys flattened. Owns that form and its truth for
 * a place: what the index cannot decide is decided here, on the few that are left.
 */
import { CARRIERS, CONNECTIONS, DEVICES, OPERATING_SYSTEMS, TIERS } from '../../db/terms/market.ts';
import type { Predicate, Target } from '../../db/terms/target.ts';
import { inCircle } from './geo.ts';
import type { Place } from './place.ts';

export type Clause =
  | { kind: 'all'; of: Clause[] }
  | { kind: 'any'; of: Clause[] }
  | { kind: 'leaf'; predicate: Predicate; negated: boolean };

/** Normal form of a target: the clauses that must all hold. Everywhere and everyone: none. */
export function clausesOf(target: Target): Clause[] {
  const normal = normalise(target, false);
  return normal.kind === 'all' ? normal.of : [normal];
}

function normalise(target: Target, negated: boolean): Clause {
  if ('all' in target) return join(negated ? 'any' : 'all', target.all, negated);
  if ('any' in target) return join(negated ? 'all' : 'any', target.any, negated);
  if ('not' in target) return normalise(target.not, !negated);
  return { kind: 'leaf', predicate: target, negated };
}

function join(kind: 'all' | 'any', parts: Target[], negated: boolean): Clause {
  const of: Clause[] = [];
  for (const part of parts) {
    const clause = normalise(part, negated);
    if (clause.kind === kind) of.push(...clause.of);
    else of.push(clause);
  }
  return of.length === 1 ? (of[0] as Clause) : { kind, of };
}

/** Whether a clause is true at a place. An empty `any` is false, an empty `all` true. */
export function holds(clause: Clause, place: Place): boolean {
  if (clause.kind === 'leaf') return isTrue(clause.predicate, place) !== clause.negated;
  if (clause.kind === 'all') {
    for (const part of clause.of) if (!holds(part, place)) return false;
    return true;
  }
  for (const part of clause.of) if (holds(part, place)) return true;
  return false;
}

function isTrue(predicate: Predicate, place: Place): boolean {
  switch (predicate.attribute) {
    case 'division':
      return meet(predicate.in, place.divisions);
    case 'outletDivision':
      return meet(predicate.in, place.outletDivisions);
    case 'outlet':
      return has(predicate.in, place.outletId);
    case 'property':
      return has(predicate.in, place.propertyId);
    case 'placement':
      return has(predicate.in, place.placementId);
    case 'tier':
      return has(predicate.in, TIERS[place.tier]);
    case 'device':
      return has(predicate.in, DEVICES[place.device]);
    case 'os':
      return has(predicate.in, OPERATING_SYSTEMS[place.os]);
    case 'connection':
      return has(predicate.in, CONNECTIONS[place.connection]);
    case 'carrier':
      return has(predicate.in, CARRIERS[place.carrier]);
    case 'hourOfWeek':
      return has(predicate.in, place.hour);
    case 'category':
      return meet(predicate.in, place.request.categories);
    case 'keyword':
      return meet(predicate.in, place.request.keywords);
    case 'segment':
      return !place.minors && meet(predicate.in, place.request.segments);
    case 'radius':
      return near(predicate.in, place);
  }
}

function near(circles: { lat: number; lon: number; radiusM: number }[], place: Place): boolean {
  const { lat, lon } = place.request;
  if (Number.isNaN(lat)) return false;
  for (const circle of circles) if (inCircle(circle, lat, lon)) return true;
  return false;
}

/** Lists longer than this are looked up in a set, made on first use and forgotten with the list. */
const LONG = 16;
const sets = new WeakMap<readonly unknown[], Set<unknown>>();

function has<T>(list: readonly T[], value: T | undefined): boolean {
  if (value === undefined) return false;
  if (list.length <= LONG) return list.includes(value);
  let set = sets.get(list);
  if (!set) {
    set = new Set(list);
    sets.set(list, set);
  }
  return set.has(value);
}

function meet<T>(list: readonly T[], values: readonly T[]): boolean {
  for (const value of values) if (has(list, value)) return true;
  return false;
}

/** The one attribute that a clause speaks of; undefined when there are several or none. */
export function soleAttribute(clause: Clause): Predicate['attribute'] | undefined {
  if (clause.kind === 'leaf') return clause.predicate.attribute;
  let sole: Predicate['attribute'] | undefined;
  for (const part of clause.of) {
    const attribute = soleAttribute(part);
    if (attribute === undefined || (sole !== undefined && attribute !== sole)) return undefined;
    sole = attribute;
  }
  return sole;
}

/** Whether a clause speaks of this attribute only. */
export const soleAttributeIs = (clause: Clause, attribute: Predicate['attribute']): boolean =>
  soleAttribute(clause) === attribute;

/** Whether a target speaks of an attribute anywhere. */
export function mentions(target: Target, attribute: Predicate['attribute']): boolean {
  if ('all' in target) return target.all.some((part) => mentions(part, attribute));
  if ('any' in target) return target.any.some((part) => mentions(part, attribute));
  if ('not' in target) return mentions(target.not, attribute);
  return target.attribute === attribute;
}
