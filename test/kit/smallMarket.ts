/** A market of one county outlet with one banner, for tests that look at a few bids. */
import { newImp, newRequest, type Request } from '../../bidding/engine/request.ts';
import type { Snapshot, SnapshotLineItem } from '../../bidding/wire/snapshot.ts';

export const SMALL_NOW_MS = Date.parse('2026-03-02T10:00:00+08:00');
const DAY_MS = 86_400_000;

export function smallLineItem(id: number, over: Partial<SnapshotLineItem> = {}): SnapshotLineItem {
  return {
    id,
    campaignId: id,
    advertiserId: id,
    advertiserDomain: `a${id}.example`,
    advertiserName: `a${id}`,
    category: 'other',
    priority: 'open',
    pricing: 'CPM',
    bidFen: 100,
    startsAtMs: SMALL_NOW_MS - DAY_MS,
    endsAtMs: SMALL_NOW_MS + DAY_MS,
    target: { all: [] },
    frequencyCaps: [],
    creativeIds: [1],
    rankMultiplier: 1,
    ...over,
  };
}

export function smallSnapshot(
  lineItems: SnapshotLineItem[],
  over: Partial<Snapshot> = {},
): Snapshot {
  const placement = {
    propertyId: 1,
    outletId: 1,
    format: 'banner' as const,
    sizes: [{ w: 640, h: 100 }],
    floorCpmFen: 85,
  };
  return {
    version: 1,
    publishedAtMs: SMALL_NOW_MS,
    outlets: [
      {
        id: 1,
        name: '西湖区融媒体中心',
        tier: 'county',
        divisionCode: '330106',
        blockedCategories: [],
        blockedAdvertiserIds: [],
      },
    ],
    properties: [{ id: 1, outletId: 1, kind: 'app', domain: 'app.example', forMinors: false }],
    placements: [
      { id: 1, ...placement, auctionType: 'first' },
      { id: 2, ...placement, auctionType: 'second' },
    ],
    floorRules: [],
    creatives: [
      {
        id: 1,
        advertiserId: 1,
        format: 'banner',
        w: 640,
        h: 100,
        content: {},
        landingUrl: 'https://example.invalid/',
        category: 'other',
        isPsa: false,
        aiGenerated: false,
        contentHash: '',
      },
    ],
    lineItems,
    deals: [],
    stops: [],
    ...over,
  };
}

export function smallRequest(...placementIds: number[]): Request {
  const request = newRequest('r1', SMALL_NOW_MS);
  placementIds.forEach((id, i) => {
    request.imps.push(newImp(String(i + 1), id));
  });
  return request;
}
