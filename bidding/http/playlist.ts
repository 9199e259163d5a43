/**
 * What an outdoor screen is to show: an auction for each spot, the winners' money set aside until their proofs may have come. Owns
 * which line items may play where nobody can click, and the long lease; a spot that cannot be paid for is left out.
 */

import { dayEndMs, dayOf } from '../../db/terms/day.ts';
import { DEVICES } from '../../db/terms/market.ts';
import { runAuction } from '../engine/auction.ts';
import { findCandidates, furtherCandidates, newFound } from '../engine/candidates.ts';
import type { Market } from '../engine/market.ts';
import type { Win } from '../engine/outcome.ts';
import { NO_BID } from '../engine/reasons.ts';
import { newImp, newRequest } from '../engine/request.ts';
import { webUrl } from '../render/escape.ts';
import type { Links } from '../render/links.ts';
import type { Leases } from '../state/leases.ts';
import { OFFLINE_MS } from '../wire/player.ts';
import type { SnapshotLineItem, SnapshotPlacement } from '../wire/snapshot.ts';
import { BILLED_ON, sealToken, type TokenKey } from '../wire/token.ts';

export interface PlaylistDeps {
  links: Links;
  key: TokenKey;
  leases: Pick<Leases, 'reserve'>;
  nextAuctionId: () => string;
}

export interface Spot {
  token: string;
  creativeId: number;
  url: string;
  kind: 'video' | 'image';
  durationMs: number;
  w: number | null;
  h: number | null;
  /** A booked day's spot ends with its day; others may be shown as long as their proofs are taken. */
  showUntilMs: number;
  /** Shown over the spot all the while (Advertising Law 14). */
  mark: '广告' | '公益广告';
}

const USUAL_MS = 15_000;

/** What was sold, copied: the next spot's auction is held in the same words (engine/candidates.ts), and so is its win. */
interface Sale extends Pick<Win, 'billOn' | 'chargeMicroCny' | 'dealId'> {
  source: SnapshotLineItem;
  auctionId: string;
  spot: Omit<Spot, 'token'>;
}

function spotOf(win: Win, links: Links, nowMs: number): Omit<Spot, 'token'> | undefined {
  const { creative, item } = win.candidate ?? {};
  if (!creative || !item) return undefined;
  const { content, w, h } = creative;
  const video = webUrl(content.videoUrl, links.assetsUrl);
  const url = video ?? webUrl(content.imageUrl, links.assetsUrl);
  if (url === undefined) return undefined;
  return {
    creativeId: creative.id,
    url,
    kind: video === undefined ? 'image' : 'video',
    durationMs: content.durationMs ?? USUAL_MS,
    w,
    h,
    showUntilMs: item.source.priority === 'booked' ? dayEndMs(dayOf(nowMs)) : nowMs + OFFLINE_MS,
    mark: creative.isPsa ? '公益广告' : '广告',
  };
}

/** One auction a spot: neighbours of the same advertiser are allowed only where nobody else wants the screen. */
function sell(
  deps: PlaylistDeps,
  market: Market,
  placement: SnapshotPlacement,
  count: number,
  nowMs: number,
): Sale[] {
  const sales: Sale[] = [];
  const found = newFound();
  let last = 0;
  for (let i = 0; i < count; i++) {
    const request = newRequest(`spot-${i}`, nowMs + i);
    request.device = DEVICES.indexOf('dooh');
    request.imps.push(newImp('1', placement.id));
    findCandidates(market, request, found);
    const hold = (isApart: boolean): Win | undefined =>
      runAuction(found, {
        further: (match) => furtherCandidates(market, request, match),
        refuse: ({ item, creative }) => {
          const { source } = item;
          // Nobody clicks on a screen by the road.
          if (source.pricing !== 'CPM' && !item.isPsa) return NO_BID.no_creative_fits;
          // A slot that was bought is its buyer's, whoever had the one before.
          const isNeighbour = source.advertiserId === last && source.priority !== 'booked';
          if (isApart && isNeighbour) return NO_BID.separated;
          return creative.content.videoUrl || creative.content.imageUrl
            ? NO_BID.none
            : NO_BID.no_creative_fits;
        },
      }).imps[0]?.win;
    const win = hold(true) ?? hold(false);
    const source = win?.candidate?.item.source;
    const spot = win && spotOf(win, deps.links, nowMs);
    if (!win || !source || !spot) continue;
    last = source.advertiserId;
    const { billOn, chargeMicroCny, dealId } = win;
    sales.push({
      source,
      billOn,
      chargeMicroCny,
      dealId,
      auctionId: deps.nextAuctionId(),
      spot,
    });
  }
  return sales;
}

/** Sets money aside by line item, one lease for all its spots; which sale is paid by which lease. */
async function reserve(
  deps: PlaylistDeps,
  sales: readonly Sale[],
  nowMs: number,
): Promise<Map<Sale, number>> {
  const byLine = new Map<number, Sale[]>();
  const paid = new Map<Sale, number>();
  for (const sale of sales) {
    const { id } = sale.source;
    if (sale.billOn === 'none') paid.set(sale, 0);
    else byLine.set(id, [...(byLine.get(id) ?? []), sale]);
  }
  await Promise.all(
    [...byLine].map(async ([lineItemId, mine]) => {
      const prices = mine.map((sale) => sale.chargeMicroCny);
      const lease = await deps.leases.reserve(lineItemId, prices, nowMs, nowMs + OFFLINE_MS);
      for (const sale of mine.slice(0, lease.count)) paid.set(sale, lease.id);
    }),
  );
  return paid;
}

export async function makePlaylist(
  deps: PlaylistDeps,
  market: Market,
  placement: SnapshotPlacement,
  count: number,
  nowMs: number,
): Promise<Spot[]> {
  const sales = sell(deps, market, placement, count, nowMs);
  const paid = await reserve(deps, sales, nowMs);
  const outlet = market.outlets.get(placement.outletId);
  return sales.flatMap((sale) => {
    const leaseId = paid.get(sale);
    const { source, dealId } = sale;
    if (leaseId === undefined) return [];
    const token = sealToken(deps.key, {
      auctionId: sale.auctionId,
      impOrdinal: 0,
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + OFFLINE_MS,
      outletId: placement.outletId,
      placementId: placement.id,
      divisionCode: outlet?.divisionCode ?? '',
      advertiserId: source.advertiserId,
      campaignId: source.campaignId,
      lineItemId: source.id,
      creativeId: sale.spot.creativeId,
      device: DEVICES.indexOf('dooh'),
      billedOn: sale.billOn === 'none' ? BILLED_ON.nothing : BILLED_ON.impression,
      priceMicroCny: sale.chargeMicroCny,
      leaseId,
      dealId: dealId === '' ? 0 : (market.deals.get(dealId)?.rowId ?? 0),
      userHash: '',
    });
    return [{ token, ...sale.spot }];
  });
}
