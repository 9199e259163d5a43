/** Whose outlets and properties are, and what every change to them is given. */
import type { Db } from '../../db/client.ts';
import { outlet, property } from '../../db/schema/outlets.ts';
import type { Clock } from '../../db/terms/day.ts';
import type { Ownership } from '../http/auth.ts';

export type OutletContext = { db: Db; clock: Clock };

export const outletOwnership: Ownership = { table: outlet, id: outlet.id, outlet: outlet.id };

export const propertyOwnership: Ownership = {
  table: property,
  id: property.id,
  outlet: property.outletId,
};
