/**
 * Finds the best candidates of a request. Owns the scan: rows are ANDed a chunk of words at a time, best bounds first,
 * until the next bound can no longer win; exact, whatever the multipliers. Allocates nothing but the place.
 */
import { FORMATS, type Format } from '../../db/terms/market.ts';
import type { SnapshotPlacement } from '../wire/snapshot.ts';
import { floorMicroCny } from './floors.ts';
import { gatherAudience, gatherInventory } from './groups.ts';
import type { Item } from './item.ts';
import type { Market } from './market.ts';
import { FIELDS } from './mask.ts';
import type { Candidate, Found, ImpMatch } from './outcome.ts';
import { placeOf } from './place.ts';
import type { Posting } from './postings.ts';
import { NO_BID } from './reasons.ts';
import { targetRefusal } from './refusal.ts';
import { locate, type Request, type RequestImp } from './request.ts';
import type { Row } from './rows.ts';
import { stopsAt } from './stops.ts';
import { judge, newVerdict, type Stand, type Verdict } from './survivor.ts';

/** Enough that caps, leases and separation seldom refuse them all. */
export const DEFAULT_LIMIT = 6;

export const newFound = (): Found => ({
  version: 0,
  located: { code: '', source: 'none' },
  imps: [],
  count: 0,
});

/** Fills `found` with the best `limit` candidates of every imp, best first; equal scores by lower line item id. */
export function findCandidates(
  market: Market,
  request: Request,
  found: Found,
  limit = DEFAULT_LIMIT,
): Found {
  found.version = market.version;
  found.located = NOWHERE;
  found.count = request.imps.length;
  for (let i = 0; i < request.imps.length; i++) {
    const match = impMatchAt(found, i);
    const stand = standAt(market, request, request.imps[i] as RequestImp, match);
    if (!stand) continue;
    if (found.located === NOWHERE) found.located = locate(request, stand.outlet);
    scan(market, stand, match, limit);
    if (match.count === 0) findPsa(market, stand, match);
    match.reason = match.count > 0 ? NO_BID.none : NO_BID.no_eligible_item;
  }
  return found;
}

const NOWHERE = { code: '', source: 'none' } as const;

function impMatchAt(found: Found, i: number): ImpMatch {
  let match = found.imps[i];
  if (!match) {
    match = {
      imp: undefined as unknown as RequestImp,
      placement: undefined,
      property: undefined,
      outlet: undefined,
      floorMicroCny: 0,
      auctionType: 'first',
      reason: NO_BID.none,
      candidates: [],
      count: 0,
    };
    found.imps.push(match);
  }
  return match;
}

/** Resolves an imp; undefined, with the reason in `match`, when it cannot be sold at all. */
export function standAt(
  market: Market,
  request: Request,
  imp: RequestImp,
  match: ImpMatch,
): Stand | undefined {
  const placement = market.placements.get(imp.placementId);
  const outlet = placement && market.outlets.get(placement.outletId);
  match.imp = imp;
  match.count = 0;
  match.floorMicroCny = imp.floorMicroCny;
  match.placement = placement;
  match.outlet = outlet;
  match.property = placement && market.properties.get(placement.propertyId);
  if (!placement || !outlet) return refuse(match, NO_BID.unknown_placement);
  if (request.outletId !== 0 && request.outletId !== outlet.id) {
    return refuse(match, NO_BID.outlet_mismatch);
  }
  if (!offers(imp, placement.format)) return refuse(match, NO_BID.format_not_offered);
  const place = placeOf(request, placement, match.property, outlet);
  const stops = market.stops.size > 0 ? stopsAt(market.stops.values(), place) : undefined;
  if (stops?.all) return refuse(match, NO_BID.stopped_here);
  const ours = floorMicroCny(market.floorRules, placement, place);
  match.floorMicroCny = Math.max(ours, imp.floorMicroCny);
  match.auctionType = auctionTypeOf(imp, placement);
  return {
    place,
    placement,
    outlet,
    format: placement.format,
    sizes: imp.sizes.length > 0 ? imp.sizes : placement.sizes,
    stops,
    floorMicroCny: match.floorMicroCny,
    privateAuction: imp.privateAuction,
    dealIds: imp.dealIds,
  };
}

function refuse(match: ImpMatch, reason: ImpMatch['reason']): undefined {
  match.reason = reason;
  return undefined;
}

const offers = (imp: RequestImp, format: Format): boolean =>
  imp.formats === 0 || (imp.formats & (1 << FORMATS.indexOf(format))) !== 0;

function auctionTypeOf(imp: RequestImp, placement: SnapshotPlacement): 'first' | 'second' {
  if (imp.auctionType === 0) return placement.auctionType;
  return imp.auctionType === 1 ? 'first' : 'second';
}

/** Words taken at once: few at first, since most scans end in the first words; more when nobody is found. */
const FIRST_CHUNK = 16;
const MAX_CHUNK = 512;
const left: Row = new Int32Array(MAX_CHUNK);
const asked: Row = new Int32Array(MAX_CHUNK);
const inventoryLists: Posting[] = [];
const audienceLists: Posting[] = [];
const verdict: Verdict = newVerdict();

function scan(market: Market, stand: Stand, match: ImpMatch, limit: number): void {
  const { index } = market;
  const { place } = stand;
  const { bounds, words, alive } = index;
  const small = index.small.rows;
  const offer = index.shapes.setFor(stand.format, stand.sizes);
  if (offer.shapes.length === 0) return;
  const combo = index.combos.rowFor(
    place,
    offer,
    index.shapes.generation,
    small,
    index.shapes.axis.rows,
  );
  const division = index.divisions.rowFor(place.divisions);
  const hour = index.hours.rows[place.hour] as Row;
  const connection = small[FIELDS.connection.shift + place.connection] as Row;
  const carrier = small[FIELDS.carrier.shift + place.carrier] as Row;
  inventoryLists.length = 0;
  audienceLists.length = 0;
  gatherInventory(index.inventory, place, inventoryLists);
  gatherAudience(index.audience, place, audienceLists);
  // A deal may lie below the floor, but deals are a class of their own and never stop a scan early.
  let least = stand.floorMicroCny;
  let chunk = FIRST_CHUNK;
  for (let w = 0; w < words && (bounds[w] as number) >= least; w += chunk) {
    if (w > 0 && chunk < MAX_CHUNK) chunk *= 2;
    const n = Math.min(chunk, words - w);
    let some = 0;
    for (let i = 0, at = w; i < n; i++, at++) {
      const bits =
        (combo[at] as number) &
        (division[at] as number) &
        (alive[at] as number) &
        (hour[at] as number) &
        (connection[at] as number) &
        (carrier[at] as number);
      left[i] = bits;
      some |= bits;
    }
    if (some === 0) continue;
    narrow(index.inventory.any, inventoryLists, w, n);
    narrow(index.audience.any, audienceLists, w, n);
    for (let i = 0; i < n; i++) {
      let bits = left[i] as number;
      if (bits === 0) continue;
      if ((bounds[w + i] as number) < least) return;
      while (bits !== 0) {
        const slot = ((w + i) << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const item = index.items[slot] as Item;
        if (item.bound < least || market.psa.has(item.source.id)) continue;
        const multiplier = index.multipliers[slot] as number;
        if (judge(market, item, multiplier, stand, verdict) !== NO_BID.none) continue;
        insert(match, item, verdict, limit);
        if (match.count === limit) {
          least = Math.max(least, (match.candidates[limit - 1] as Candidate).score);
        }
      }
    }
  }
}

/** Keeps what asks for nothing or is listed under what the request has. */
function narrow(any: Row, lists: readonly Posting[], w: number, n: number): void {
  if (lists.length === 0) {
    for (let i = 0; i < n; i++) left[i] = (left[i] as number) & (any[w + i] as number);
    return;
  }
  for (let i = 0; i < n; i++) asked[i] = any[w + i] as number;
  for (const list of lists) list.orInto(asked, w, n);
  for (let i = 0; i < n; i++) left[i] = (left[i] as number) & (asked[i] as number);
}

/** Puts a candidate where its score belongs, if it belongs among the best. */
function insert(match: ImpMatch, item: Item, found: Verdict, limit: number): void {
  const { candidates } = match;
  let at = match.count;
  while (at > 0 && outranks(found.score, item, candidates[at - 1] as Candidate)) at -= 1;
  if (at >= limit) return;
  // The candidate that falls off, or one beyond the count, is written over.
  const last = Math.min(match.count, limit - 1);
  const place = candidates[last] ?? ({} as Candidate);
  for (let i = last; i > at; i--) candidates[i] = candidates[i - 1] as Candidate;
  candidates[at] = place;
  if (match.count < limit) match.count += 1;
  place.item = item;
  place.creative = found.creative as Candidate['creative'];
  place.deal = found.deal;
  place.score = found.score;
  place.valueMicroCny = found.valueMicroCny;
  place.pctr = found.pctr;
  place.pcvr = found.pcvr;
}

const outranks = (score: number, item: Item, other: Candidate): boolean =>
  score > other.score || (score === other.score && item.source.id < other.item.source.id);

/** Nobody pays: the first public-service creative that may be shown. Free, so no floor holds. */
function findPsa(market: Market, stand: Stand, match: ImpMatch): void {
  const free: Stand = { ...stand, floorMicroCny: 0 };
  for (const id of market.psa) {
    const slot = market.index.slotOf.get(id);
    const item = slot === undefined ? undefined : market.index.items[slot];
    if (slot === undefined || !item || !market.index.isAlive(slot)) continue;
    if (targetRefusal(item, free.place) !== NO_BID.none) continue;
    if (judge(market, item, 1, free, verdict) !== NO_BID.none) continue;
    insert(match, item, verdict, 1);
    return;
  }
}
