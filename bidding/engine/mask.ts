/**
 * Five small attributes of one value each (device, OS, tier, connection, carrier) packed into one integer: an item accepts
 * a request when the request's five bits are all set. Owns the packing and the hulls of a target over them.
 */
import { CARRIERS, CONNECTIONS, DEVICES, OPERATING_SYSTEMS, TIERS } from '../../db/terms/market.ts';
import type { Predicate } from '../../db/terms/target.ts';
import { type Clause, soleAttribute } from './clause.ts';

type Small = 'device' | 'os' | 'tier' | 'connection' | 'carrier';

interface Field {
  shift: number;
  values: readonly string[];
  /** How many bits: one more than the values where unknown is not one of them. */
  width: number;
}

/** 6 + 7 + 3 + 7 + 5 = 28 bits. */
export const FIELDS: Readonly<Record<Small, Field>> = {
  device: { shift: 0, values: DEVICES, width: DEVICES.length + 1 },
  os: { shift: 6, values: OPERATING_SYSTEMS, width: OPERATING_SYSTEMS.length + 1 },
  tier: { shift: 13, values: TIERS, width: TIERS.length },
  connection: { shift: 16, values: CONNECTIONS, width: CONNECTIONS.length },
  carrier: { shift: 23, values: CARRIERS, width: CARRIERS.length },
};
export const MASK_BITS = 28;
export const FULL_MASK = (1 << MASK_BITS) - 1;

const isSmall = (attribute: string): attribute is Small => attribute in FIELDS;
const fieldMask = (field: Field): number => ((1 << field.width) - 1) << field.shift;

/** Fields that have a row a value in the small axis: device, OS and tier. */
export const SMALL_BITS = 16;
/** Connection and carrier are one axis of pairs: one row to read instead of two, for 35 rows instead of 12. */
export const NETWORKS = FIELDS.connection.width * FIELDS.carrier.width;

/** The row of a pair. */
export const networkOf = (connection: number, carrier: number): number =>
  connection * FIELDS.carrier.width + carrier;

/** Pairs a mask accepts; undefined: all. */
export function networksOf(mask: number): number[] | undefined {
  const both = fieldMask(FIELDS.connection) | fieldMask(FIELDS.carrier);
  if ((mask & both) === both) return undefined;
  const pairs: number[] = [];
  for (let connection = 0; connection < FIELDS.connection.width; connection++) {
    if (!(mask & (1 << (FIELDS.connection.shift + connection)))) continue;
    for (let carrier = 0; carrier < FIELDS.carrier.width; carrier++) {
      if (mask & (1 << (FIELDS.carrier.shift + carrier)))
        pairs.push(networkOf(connection, carrier));
    }
  }
  return pairs;
}

/** All that a clause can accept, attribute by attribute: never too little (a hull). */
export function maskHull(clause: Clause): number {
  if (clause.kind === 'leaf') return leafMask(clause.predicate, clause.negated);
  let mask = clause.kind === 'all' ? FULL_MASK : 0;
  for (const part of clause.of) {
    const hull = maskHull(part);
    // An impossible part of an any adds nothing.
    if (clause.kind === 'all') mask &= hull;
    else if (!isEmptyMask(hull)) mask |= hull;
  }
  return mask;
}

/** No value is left of some attribute: nothing can match. */
export const isEmptyMask = (mask: number): boolean =>
  Object.values(FIELDS).some((field) => (mask & fieldMask(field)) === 0);

/** Whether the hull of a clause says all that the clause says. */
export function isMaskExact(clause: Clause): boolean {
  const only = soleAttribute(clause);
  return only !== undefined && isSmall(only);
}

function leafMask(predicate: Predicate, negated: boolean): number {
  if (!isSmall(predicate.attribute)) return FULL_MASK;
  const field = FIELDS[predicate.attribute];
  let bits = 0;
  for (const value of predicate.in as readonly string[]) {
    bits |= 1 << (field.shift + field.values.indexOf(value));
  }
  const mine = fieldMask(field);
  return (FULL_MASK & ~mine) | (negated ? mine & ~bits : bits);
}
