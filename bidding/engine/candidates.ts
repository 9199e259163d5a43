/**
 * Finds the best candidates of a request. Owns the scan: rows are ANDed a chunk of words at a time, best bounds first,
 * until the next bound can no longer win; exact, whatever the multipliers. Allocates nothing but the place.
 */
import { FORMATS, type Format } from '../../db/terms/market.ts';
import type { SnapshotPlacement } from '../wire/snapshot.ts';
import { floorMicroCny } from './floors.ts';
import { gatherAudience, gatherInventory } from './groups.ts';
import { CLASS_STEP, type Item } from './item.ts';
import type { Market } from './market.ts';
import { networkOf } from './mask.ts';
import type { Candidate, Found, ImpMatch } from './outcome.ts';
import { placeOf } from './place.ts';
import type { Posting } from './postings.ts';
import { NO_BID } from './reasons.ts';
import { targetRefusal } from './refusal.ts';
import type { Request, RequestImp } from './request.ts';
import type { Row } from './rows.ts';
import { stopsAt } from './stops.ts';
import { judge, newVerdict, type Stand, type Verdict } from './survivor.ts';

/** Enough that caps, leases and separation seldom refuse them all; each more costs most of a microsecond. */
const USUAL_LIMIT = 3;
/** For people who ask why somebody lost. */
export const TRACED_LIMIT = 12;
/** Then so many are looked at. */
const FURTHER_LIMIT = 64;

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
  limit = USUAL_LIMIT,
): Found {
  found.version = market.version;
  found.located = NOWHERE;
  found.count = request.imps.length;
  for (let i = 0; i < request.imps.length; i++) {
    const match = impMatchAt(found, i);
    const stand = standAt(market, request, request.imps[i] as RequestImp, match);
    if (!stand) continue;
    if (found.located === NOWHERE) found.located = stand.place.located;
    scan(market, stand, match, limit);
    match.isFull = match.count === limit;
    if (match.count === 0) findPsa(market, stand, match);
    match.reason = match.count > 0 ? NO_BID.none : NO_BID.no_eligible_item;
  }
  return found;
}

/**
 * Who comes after the candidates that were found for an imp, best first, by the market as it is now; public-service advertising at
 * the end, since nobody else may be let in. For an auction whose first candidates were all refused.
 */
export function furtherCandidates(market: Market, request: Request, match: ImpMatch): Candidate[] {
  const wide = newMatch();
  const stand = standAt(market, request, match.imp, wide);
  if (!stand) return [];
  if (match.isFull) scan(market, stand, wide, FURTHER_LIMIT);
  findPsa(market, stand, wide);
  const known = new Set(match.candidates.slice(0, match.count).map(({ item }) => item.source.id));
  return wide.candidates.slice(0, wide.count).filter(({ item }) => !known.has(item.source.id));
}

const NOWHERE = { code: '', source: 'none' } as const;

function impMatchAt(found: Found, i: number): ImpMatch {
  let match = found.imps[i];
  if (!match) {
    match = newMatch();
    found.imps.push(match);
  }
  return match;
}

const newMatch = (): ImpMatch => ({
  imp: undefined as unknown as RequestImp,
  placement: undefined,
  property: undefined,
  outlet: undefined,
  floorMicroCny: 0,
  auctionType: 'first',
  reason: NO_BID.none,
  candidates: [],
  count: 0,
  isFull: false,
});

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
  match.isFull = false;
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
    ownSizes: imp.sizes.length === 0,
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
/** Slots of the chunk that are listed under what the request has. */
const inventory: Row = new Int32Array(MAX_CHUNK);
const audience: Row = new Int32Array(MAX_CHUNK);
const inventoryLists: Posting[] = [];
const audienceLists: Posting[] = [];
const verdict: Verdict = newVerdict();

/**
 * One pass over the words: six rows and two gathered lists are ANDed while the bounds can still win. Two loops, or a row
 * of what is left between them, measured half as fast again.
 */
function scan(market: Market, stand: Stand, match: ImpMatch, limit: number): void {
  const { index } = market;
  const { place } = stand;
  const { bounds, words } = index;
  const offer = stand.ownSizes
    ? index.shapes.setForPlacement(stand.placement)
    : index.shapes.setFor(stand.format, stand.sizes);
  if (offer.shapes.length === 0) return;
  const small = index.small.rows;
  const shapeRows = index.shapes.axis.rows;
  const combo = index.combos.rowFor(place, offer, index.shapes.generation, small, shapeRows);
  const division = index.divisions.rowFor(place.divisions);
  const now = index.aliveAt(place.hour);
  const network = index.networks.rows[networkOf(place.connection, place.carrier)] as Row;
  const anyInventory = index.inventory.any;
  const anyAudience = index.audience.any;
  inventoryLists.length = 0;
  audienceLists.length = 0;
  gatherInventory(index.inventory, place, inventoryLists);
  gatherAudience(index.audience, place, audienceLists);
  // Deals and guarantees may lie below the floor, but their classes never stop a scan early.
  let least = stand.floorMicroCny;
  let chunk = FIRST_CHUNK;
  for (let w = 0; w < words && (bounds[w] as number) >= least; w += chunk) {
    if (w > 0 && chunk < MAX_CHUNK) chunk *= 2;
    const n = Math.min(chunk, words - w);
    collect(inventoryLists, inventory, w, n);
    collect(audienceLists, audience, w, n);
    for (let i = 0, at = w; i < n; i++, at++) {
      let bits =
        (combo[at] as number) &
        (division[at] as number) &
        (now[at] as number) &
        (network[at] as number) &
        ((anyInventory[at] as number) | (inventory[i] as number)) &
        ((anyAudience[at] as number) | (audience[i] as number));
      if (bits === 0) continue;
      if ((bounds[at] as number) < least) return;
      do {
        const slot = (at << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        least = weigh(market, slot, stand, match, limit, least);
      } while (bits !== 0);
    }
  }
}

/** Gathers the listed slots of a chunk. */
function collect(lists: readonly Posting[], into: Row, w: number, n: number): void {
  into.fill(0, 0, n);
  for (const list of lists) list.orInto(into, w, n);
}

/** Looks at one slot; returns the least score that still matters. */
function weigh(
  market: Market,
  slot: number,
  stand: Stand,
  match: ImpMatch,
  limit: number,
  least: number,
): number {
  const { index } = market;
  const bound = index.slotBounds[slot] as number;
  const multiplier = index.multipliers[slot] as number;
  if (bound < least) return least;
  // The floor is held against the bid, the others' scores against the paced bid.
  const full = match.count === limit;
  if (full && bound < CLASS_STEP && bound * multiplier < lastScore(match)) return least;
  const item = index.items[slot] as Item;
  if (item.isPsa || judge(market, item, multiplier, stand, verdict) !== NO_BID.none) return least;
  insert(match, item, verdict, limit);
  return match.count === limit ? Math.max(least, lastScore(match)) : least;
}

const lastScore = (match: ImpMatch): number =>
  (match.candidates[match.count - 1] as Candidate).score;

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
    insert(match, item, verdict, match.count + 1);
    return;
  }
}
