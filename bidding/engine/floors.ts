/**
 * Floors by rule: placement, format, the user's county, hour of the week. Owns the choice among rules. Prices are gross CPM.
 */

import type { SnapshotFloorRule, SnapshotPlacement } from '../wire/snapshot.ts';
import { MICRO_PER_CPM_FEN } from './item.ts';
import type { Place } from './place.ts';
import { divisionChain } from './place.ts';

export type FloorRules = Map<number, SnapshotFloorRule[]>;

export function groupFloorRules(rules: readonly SnapshotFloorRule[]): FloorRules {
  const byOutlet: FloorRules = new Map();
  for (const rule of rules) {
    const mine = byOutlet.get(rule.outletId);
    if (mine) mine.push(rule);
    else byOutlet.set(rule.outletId, [rule]);
  }
  return byOutlet;
}

/**
 * The outlet's floor, µCNY an impression: of the rules that hold, the one with most conditions, then the highest; without any,
 * the placement's own.
 */
export function floorMicroCny(
  rules: FloorRules,
  placement: SnapshotPlacement,
  place: Place,
): number {
  let floor = placement.floorCpmFen;
  let most = 0;
  const mine = rules.get(placement.outletId);
  if (mine) {
    for (const rule of mine) {
      const conditions = conditionsMet(rule, placement, place);
      if (conditions < 0) continue;
      // A rule without conditions still goes before the placement's own floor.
      const weight = conditions + 1;
      if (weight > most || (weight === most && rule.floorCpmFen > floor)) {
        most = weight;
        floor = rule.floorCpmFen;
      }
    }
  }
  return floor * MICRO_PER_CPM_FEN;
}

/** How many conditions a rule has; −1 when one of them fails. */
function conditionsMet(
  rule: SnapshotFloorRule,
  placement: SnapshotPlacement,
  place: Place,
): number {
  let met = 0;
  if (rule.placementId !== null) {
    if (rule.placementId !== placement.id) return -1;
    met += 1;
  }
  if (rule.format !== null) {
    if (rule.format !== placement.format) return -1;
    met += 1;
  }
  if (rule.divisionCode !== null) {
    if (!place.divisions.includes(rule.divisionCode)) return -1;
    // A county says more than its province.
    met += 1 + divisionChain(rule.divisionCode).length / 8;
  }
  if (rule.hoursOfWeek !== null) {
    if (!rule.hoursOfWeek.includes(place.hour)) return -1;
    met += 1;
  }
  return met;
}
