/**
 * What an outdoor screen is to show: an auction for each spot, the winners' money set aside until their proofs may have come. Owns
 * which line items may play where nobody can click, and the long lease; a spot that cannot be paid for is left out.
 */

import { DEVICES } from '../../db/terms/market.ts';
import { runAuction } from '../engine/auction.ts';
import { findCandidates, newFound } from '../engine/candidates.ts';
import type { Market } from '../engine/market.ts';
import type { Win } from '../engine/outcome.ts';
import { NO_BID } from '../engine/reasons.ts';
import { newImp, newRequest } from '../engine/request.ts';
import { webUrl } from '../render/escape.ts';
import type { Links } from '../render/links.ts';
import type { Leases } from '../state/leases.ts';
import { OFFLINE_MS } from '../wire/player.ts';
import type { SnapshotPlacement } from '../wire/snapshot.ts';
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
  /** Shown over the spot all the while (Advertising Law 14). */
  mark: '广告' | '公益广告';
}

const USUAL_MS = 15_000;

interface Sale {
  win: Win;
  auctionId: string;
  spot: Omit<Spot, 'token'>;
}

function spotOf(win: Win, links: Links): Omit<Spot, 'token'> | undefined {
  const creative = win.candidate?.creative;
  if (!creative) return undefined;
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
        refuse: ({ item, creative }) => {
          const { source } = item;
          // Nobody clicks on a screen by the road.
          if (source.pricing !== 'CPM' && !item.isPsa) return NO_BID.no_creative_fits;
          if (isApart && source.advertiserId === last) return NO_BID.separated;
          return creative.content.videoUrl || creative.content.imageUrl
            ? NO_BID.none
            : NO_BID.no_creative_fits;
        },
      }).imps[0]?.win;
    const win = hold(true) ?? hold(false);
    const spot = win && spotOf(win, deps.links);
    if (!win || !spot) continue;
    last = win.candidate?.item.source.advertiserId ?? 0;
    sales.push({ win, auctionId: deps.nextAuctionId(), spot });
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
    const id = sale.win.candidate?.item.source.id ?? 0;
    if (sale.win.billOn === 'none') paid.set(sale, 0);
    else byLine.set(id, [...(byLine.get(id) ?? []), sale]);
  }
  await Promise.all(
    [...byLine].map(async ([lineItemId, mine]) => {
      const prices = mine.map(({ win }) => win.chargeMicroCny);
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
    const source = sale.win.candidate?.item.source;
    if (leaseId === undefined || !source) return [];
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
      billedOn: sale.win.billOn === 'none' ? BILLED_ON.nothing : BILLED_ON.impression,
      priceMicroCny: sale.win.chargeMicroCny,
      leaseId,
      dealId: sale.win.dealId === '' ? 0 : (market.deals.get(sale.win.dealId)?.rowId ?? 0),
      userHash: '',
    });
    return [{ token, ...sale.spot }];
  });
}
