/** What bidding nodes tell the operators' wall: sampled auctions and each node's health. Owns both forms. */

/** One auction on `keys.live`, field `a`, JSON. */
export interface LiveAuction {
  atMs: number;
  auctionId: string;
  outletId: number;
  placementId: number;
  divisionCode: string;
  /** 0 where nothing was sold. */
  lineItemId: number;
  advertiserId: number;
  /** Demand partner's seat; empty for our own line items. */
  seat: string;
  /** µCNY of one impression; 0 where nothing was sold. */
  priceMicroCny: number;
  /** NO_BID code; 0 where it was sold. */
  reason: number;
  candidates: number;
  tookMicros: number;
}

/** One node in the hash `keys.nodes`, field node id, JSON, refreshed each second. */
export interface NodeHealth {
  nodeId: string;
  atMs: number;
  startedAtMs: number;
  snapshotVersion: number;
  /** Within the last second. */
  auctions: number;
  wins: number;
  events: number;
  rejects: number;
  /** Milliseconds; of the last second's auctions. */
  p50Ms: number;
  p99Ms: number;
  redis: 'up' | 'down';
  heapMb: number;
}

/** Nodes that have not written for so long are gone. */
export const NODE_GONE_MS = 5_000;
