/**
 * Which part of a target refuses a place, in words a person can act upon. Owns the map from attribute to reason.
 */
import { clausesOf, holds, soleAttribute } from './clause.ts';
import type { Item } from './item.ts';
import type { Place } from './place.ts';
import { NO_BID, type NoBidReason } from './reasons.ts';

/** Why a target refuses a place; `none` when it accepts it. */
export function targetRefusal(item: Item, place: Place): NoBidReason {
  for (const clause of clausesOf(item.source.target)) {
    if (!holds(clause, place)) return reasonFor(soleAttribute(clause));
  }
  return NO_BID.none;
}

function reasonFor(attribute: ReturnType<typeof soleAttribute>): NoBidReason {
  switch (attribute) {
    case 'division':
      return NO_BID.target_division;
    case 'outletDivision':
    case 'outlet':
    case 'tier':
    case 'property':
    case 'placement':
      return NO_BID.target_outlet;
    case 'device':
    case 'os':
    case 'connection':
    case 'carrier':
      return NO_BID.target_device;
    case 'hourOfWeek':
      return NO_BID.target_hour;
    case 'category':
    case 'keyword':
      return NO_BID.target_context;
    case 'segment':
      return NO_BID.target_audience;
    case 'radius':
      return NO_BID.target_radius;
    default:
      return NO_BID.target_expression;
  }
}
