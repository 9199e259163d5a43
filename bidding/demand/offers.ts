/** Deals that a partner is offered at an imp: those the caller sent, and ours with this partner. Owns their form on the wire. */
import type { Market } from '../engine/market.ts';
import type { ImpMatch } from '../engine/outcome.ts';
import { cpmYuan } from '../openrtb/decimal.ts';
import { type Deal, type Imp, newDeal } from '../openrtb/imp.ts';
import type { SnapshotDeal } from '../wire/snapshot.ts';

const NONE: readonly Deal[] = [];
const MICRO_PER_CPM_FEN = 10;

const asDeal = (deal: SnapshotDeal): Deal => ({
  ...newDeal(),
  id: deal.id,
  floor: cpmYuan(deal.priceCpmFen * MICRO_PER_CPM_FEN),
  floorCurrency: 'CNY',
  at: deal.kind === 'pmp' ? 1 : 3,
  wseat: deal.buyerSeats,
  wadomain: deal.advertiserDomains ?? [],
  guaranteed: deal.kind === 'guaranteed',
});

/** Ours with the partner that hold here and now; nothing is built where there are none. */
export function ourDeals(
  market: Market,
  partnerId: number,
  match: ImpMatch,
  atMs: number,
): readonly Deal[] {
  const mine = market.dealsOfPartner.get(partnerId);
  const placementId = match.placement?.id;
  if (!mine || placementId === undefined) return NONE;
  return mine
    .filter(
      (deal) =>
        atMs >= deal.startsAtMs &&
        atMs < deal.endsAtMs &&
        (deal.placementIds.length === 0 || deal.placementIds.includes(placementId)),
    )
    .map(asDeal);
}

/** The deal of that id, ours before the caller's. */
export const dealNamed = (id: string, ours: readonly Deal[], imp: Imp): Deal | undefined =>
  ours.find((deal) => deal.id === id) ?? imp.deals.find((deal) => deal.id === id);

/** As it stands in `imp.pmp.deals` (OpenRTB 2.6 §3.2.12). */
export const dealJson = (deal: Deal): object => ({
  id: deal.id,
  bidfloor: Number(deal.floor),
  bidfloorcur: deal.floorCurrency,
  at: deal.at,
  ...(deal.wseat.length > 0 ? { wseat: deal.wseat } : {}),
  ...(deal.wadomain.length > 0 ? { wadomain: deal.wadomain } : {}),
  guar: deal.guaranteed ? 1 : 0,
});
