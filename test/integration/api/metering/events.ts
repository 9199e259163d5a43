/** One constructor of tracked events for the metering and delivery tests. */

import type { Redis } from 'ioredis';
import { makeLeaseId } from '../../../../bidding/wire/budget.ts';
import { EVENT_KIND, encodeEvent, type TrackedEvent } from '../../../../bidding/wire/event.ts';
import { EVENT_SHARDS, keys } from '../../../../bidding/wire/keys.ts';

/** 2026-03-02 10:00 in Shanghai, a Monday. */
export const MONDAY_TEN_MS = Date.parse('2026-03-02T10:00:00+08:00');

export function trackedEvent(n: number, change: Partial<TrackedEvent> = {}): TrackedEvent {
  const atMs = change.atMs ?? MONDAY_TEN_MS + n;
  const kind = change.kind ?? EVENT_KIND.impression;
  return {
    eventKey: `auction-${n}:1:${kind}`,
    kind,
    atMs,
    outletId: 1,
    placementId: 11,
    divisionCode: '330106',
    advertiserId: 7,
    campaignId: 70,
    lineItemId: 700,
    creativeId: 7000,
    device: 0,
    priceMicroCny: 20_000,
    leaseId: makeLeaseId(MONDAY_TEN_MS, 1),
    userHash: `user-${n % 1_009}`,
    ivt: 0,
    auctionAtMs: atMs - 500,
    userAgent: '',
    ip: '',
    geometry: '',
    dealId: 0,
    ...change,
  };
}

/** Appends as a tracker does: spread over the shards. */
export async function append(redis: Redis, events: readonly TrackedEvent[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const [i, event] of events.entries()) {
    pipeline.xadd(keys.events(i % EVENT_SHARDS), '*', 'e', encodeEvent(event));
  }
  await pipeline.exec();
}
