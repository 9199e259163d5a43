/**
 * The checks that bits do not make, for one item at one imp: flight, blocklists and stops, floor, residual target, deal,
 * creative; and the score. Owns their order, cheapest first, and the reason of the first that fails.
 */
import type { Format, Size } from '../../db/terms/market.ts';
import type {
  SnapshotCreative,
  SnapshotDeal,
  SnapshotLineItem,
  SnapshotOutlet,
  SnapshotPlacement,
} from '../wire/snapshot.ts';
import { isItsTurn } from './booked.ts';
import { holds } from './clause.ts';
import { fits } from './fit.ts';
import {
  CLASS_STEP,
  classOf,
  DEFAULT_MAX_CTR,
  DEFAULT_MAX_CVR,
  type Item,
  MICRO_PER_CPM_FEN,
  MICRO_PER_FEN,
} from './item.ts';
import type { Market } from './market.ts';
import type { Place } from './place.ts';
import { NO_BID, type NoBidReason } from './reasons.ts';
import { type ActiveStops, refusalOfCreative, refusalOfItem } from './stops.ts';

/** One imp under decision. */
export interface Stand {
  place: Place;
  placement: SnapshotPlacement;
  outlet: SnapshotOutlet;
  format: Format;
  sizes: readonly Size[];
  /** The sizes are the placement's. */
  ownSizes: boolean;
  stops: ActiveStops | undefined;
  floorMicroCny: number;
  privateAuction: boolean;
  dealIds: readonly string[];
}

/** What a check that succeeds leaves behind. Reused: read it before the next check. */
export interface Verdict {
  creative: SnapshotCreative | undefined;
  deal: SnapshotDeal | undefined;
  valueMicroCny: number;
  score: number;
  pctr: number;
  pcvr: number;
}

export const newVerdict = (): Verdict => ({
  creative: undefined,
  deal: undefined,
  valueMicroCny: 0,
  score: 0,
  pctr: 0,
  pcvr: 0,
});

/** Judges an item that the bits have let through. `verdict` is filled when the answer is `none`. */
export function judge(
  market: Market,
  item: Item,
  multiplier: number,
  stand: Stand,
  verdict: Verdict,
): NoBidReason {
  const { source } = item;
  const { atMs } = stand.place.request;
  if (atMs < source.startsAtMs) return NO_BID.not_started;
  if (atMs >= source.endsAtMs) return NO_BID.ended;
  if (source.priority === 'booked' && !isItsTurn(source.booked, atMs)) return NO_BID.not_its_turn;
  const refused = refusalOfItem(source, stand.place, stand.outlet, stand.stops);
  if (refused !== NO_BID.none) return refused;
  for (const clause of item.residual) {
    if (!holds(clause, stand.place)) return NO_BID.target_expression;
  }
  const isOpen = source.priority === 'open';
  const deal = isOpen || item.deals.length === 0 ? undefined : dealAt(item.deals, stand, atMs);
  if (!deal && source.priority === 'deal') return NO_BID.no_deal;
  if (!deal && stand.privateAuction && source.priority !== 'booked') return NO_BID.private_auction;
  const unfit = pickCreative(item.creatives, stand, verdict);
  if (unfit !== NO_BID.none) return unfit;
  verdict.deal = deal;
  rate(market, source, stand, verdict);
  if (verdict.valueMicroCny < floorFor(source, stand, deal)) return NO_BID.below_floor;
  verdict.score = scoreOf(source, stand, multiplier, verdict.valueMicroCny);
  return NO_BID.none;
}

/** A deal's own price is its floor (OpenRTB: deal before imp); fixed and booked prices are met by definition. */
function floorFor(source: SnapshotLineItem, stand: Stand, deal: SnapshotDeal | undefined): number {
  if (source.priority === 'guaranteed' || source.priority === 'booked') return 0;
  if (!deal) return stand.floorMicroCny;
  return deal.kind === 'pmp' ? deal.priceCpmFen * MICRO_PER_CPM_FEN : 0;
}

/** The first deal that holds here and now. */
function dealAt(
  deals: readonly SnapshotDeal[],
  stand: Stand,
  atMs: number,
): SnapshotDeal | undefined {
  for (const deal of deals) {
    if (atMs < deal.startsAtMs || atMs >= deal.endsAtMs) continue;
    if (deal.placementIds.length > 0 && !deal.placementIds.includes(stand.placement.id)) continue;
    return deal;
  }
  return undefined;
}

/** Of the creatives that fit, turn by turn; the reason of the last that did not when none does. */
function pickCreative(creatives: Item['creatives'], stand: Stand, verdict: Verdict): NoBidReason {
  const { length } = creatives;
  const start = length > 1 ? stand.place.request.atMs % length : 0;
  let reason: NoBidReason = NO_BID.no_creative_fits;
  for (let i = 0; i < length; i++) {
    const creative = creatives[(start + i) % length];
    if (!creative || !fits(creative, stand.format, stand.sizes)) continue;
    const refused = refusalOfCreative(creative, stand.place, stand.outlet, stand.stops);
    if (refused === NO_BID.none) {
      verdict.creative = creative;
      return NO_BID.none;
    }
    reason = refused;
  }
  return reason;
}

/** Fills in what an impression is worth to the item, µCNY. */
function rate(market: Market, source: SnapshotLineItem, stand: Stand, verdict: Verdict): void {
  const { deal, creative } = verdict;
  verdict.pctr = 0;
  verdict.pcvr = 0;
  if (deal && deal.kind !== 'pmp') {
    verdict.valueMicroCny = deal.priceCpmFen * MICRO_PER_CPM_FEN;
    return;
  }
  if (source.pricing === 'CPM' || !creative) {
    verdict.valueMicroCny = source.bidFen * MICRO_PER_CPM_FEN;
    return;
  }
  // Predictions are held below the ceilings with which the item was bounded, so the order stays exact.
  const ctr = market.predictor.ctr(source, creative, stand.place);
  verdict.pctr = Math.min(ctr, source.maxCtr ?? DEFAULT_MAX_CTR);
  let value = source.bidFen * MICRO_PER_FEN * verdict.pctr;
  if (source.pricing === 'OCPC') {
    const cvr = market.predictor.cvr(source, creative, stand.place);
    verdict.pcvr = Math.min(cvr, source.maxCvr ?? DEFAULT_MAX_CVR);
    value *= verdict.pcvr;
  }
  verdict.valueMicroCny = value;
}

/** Pacing discounts the rank, never the price; a guaranteed item ranks by its dual prices. */
function scoreOf(
  source: SnapshotLineItem,
  stand: Stand,
  multiplier: number,
  valueMicroCny: number,
): number {
  const { guaranteed } = source;
  if (guaranteed) {
    const county = stand.place.divisionCode.slice(0, 6);
    return guaranteed.alphaMicroCny + (guaranteed.countyMicroCny[county] ?? 0);
  }
  return classOf(source) * CLASS_STEP + valueMicroCny * multiplier;
}
