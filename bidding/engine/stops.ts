/**
 * Stops (take-downs, silent periods) and blocklists: what may not be shown at a place whatever it bids. Owns which of
 * them hold where. A stop of a division holds for its users and for its outlets: in mourning, both fall silent.
 */
import type { CATEGORIES } from '../../db/terms/market.ts';
import type {
  SnapshotCreative,
  SnapshotLineItem,
  SnapshotOutlet,
  SnapshotStop,
} from '../wire/snapshot.ts';
import type { Place } from './place.ts';
import { NO_BID, type NoBidReason } from './reasons.ts';

/** Barred where children are addressed (广告法 第四十条). */
export const BARRED_FOR_MINORS: ReadonlySet<string> = new Set<(typeof CATEGORIES)[number]>([
  'alcohol',
  'medical',
  'drug',
  'medical_device',
  'health_food',
  'cosmetics',
  'game',
]);

/** Stops that hold at one place, by what they stop. */
export interface ActiveStops {
  all: boolean;
  categories: Set<string>;
  advertisers: Set<number>;
  creatives: Set<number>;
  lineItems: Set<number>;
}

export function stopsAt(stops: Iterable<SnapshotStop>, place: Place): ActiveStops | undefined {
  let active: ActiveStops | undefined;
  for (const stop of stops) {
    if (!holdsAt(stop, place)) continue;
    active ??= {
      all: false,
      categories: new Set(),
      advertisers: new Set(),
      creatives: new Set(),
      lineItems: new Set(),
    };
    if (stop.scope === 'all') active.all = true;
    else if (stop.scope === 'category') active.categories.add(stop.subject ?? '');
    else if (stop.scope === 'advertiser') active.advertisers.add(Number(stop.subject));
    else if (stop.scope === 'creative') active.creatives.add(Number(stop.subject));
    else active.lineItems.add(Number(stop.subject));
  }
  return active;
}

function holdsAt(stop: SnapshotStop, place: Place): boolean {
  if (stop.outletId !== null && stop.outletId !== place.outletId) return false;
  if (stop.divisionCode === null) return true;
  return (
    place.divisions.includes(stop.divisionCode) || place.outletDivisions.includes(stop.divisionCode)
  );
}

/** Asked a dozen times an auction, mostly of lists that are empty. */
const names = <T>(list: readonly T[], value: T): boolean => list.length > 0 && list.includes(value);

/** Why a line item may not be shown here at all; `none` when it may. */
export function refusalOfItem(
  item: SnapshotLineItem,
  place: Place,
  outlet: SnapshotOutlet,
  stops: ActiveStops | undefined,
): NoBidReason {
  if (stops) {
    if (stops.lineItems.has(item.id) || stops.advertisers.has(item.advertiserId))
      return NO_BID.stopped;
    if (stops.categories.has(item.category)) return NO_BID.stopped;
  }
  if (
    names(outlet.blockedAdvertiserIds, item.advertiserId) ||
    names(outlet.blockedCategories, item.category)
  ) {
    return NO_BID.blocked_by_outlet;
  }
  const { request } = place;
  if (
    names(request.blockedCategories, item.category) ||
    names(request.blockedAdvertiserIds, item.advertiserId) ||
    (item.advertiserDomain !== null && names(request.blockedDomains, item.advertiserDomain))
  ) {
    return NO_BID.blocked_by_request;
  }
  if (place.minors && BARRED_FOR_MINORS.has(item.category)) return NO_BID.barred_for_minors;
  return NO_BID.none;
}

/** The same for one creative, whose category may differ from its advertiser's. */
export function refusalOfCreative(
  creative: SnapshotCreative,
  place: Place,
  outlet: SnapshotOutlet,
  stops: ActiveStops | undefined,
): NoBidReason {
  if (stops && (stops.creatives.has(creative.id) || stops.categories.has(creative.category))) {
    return NO_BID.creative_stopped;
  }
  if (names(outlet.blockedCategories, creative.category)) return NO_BID.blocked_by_outlet;
  if (names(place.request.blockedCategories, creative.category)) return NO_BID.blocked_by_request;
  if (place.minors && BARRED_FOR_MINORS.has(creative.category)) return NO_BID.barred_for_minors;
  return NO_BID.none;
}
