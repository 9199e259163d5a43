import { expect, test } from 'vitest';
import { runAuction } from '../../../../bidding/engine/auction.ts';
import {
  findCandidates,
  furtherCandidates,
  newFound,
} from '../../../../bidding/engine/candidates.ts';
import type { AuctionCalls } from '../../../../bidding/engine/contenders.ts';
import { applyDelta, setAvailable, setMultiplier } from '../../../../bidding/engine/delta.ts';
import { compileSnapshot } from '../../../../bidding/engine/market.ts';
import type { TraceLine } from '../../../../bidding/engine/outcome.ts';
import { NO_BID } from '../../../../bidding/engine/reasons.ts';
import { explainLosers } from '../../../../bidding/engine/trace.ts';
import type { Snapshot, SnapshotLineItem } from '../../../../bidding/wire/snapshot.ts';
import { smallLineItem, smallRequest, smallSnapshot } from '../../../kit/smallMarket.ts';

const THREE = [100, 90, 80].map((bidFen, i) => smallLineItem(i + 1, { bidFen }));

function sell(
  items: SnapshotLineItem[],
  placements: number[],
  calls: AuctionCalls = {},
  over: Partial<Snapshot> = {},
) {
  const market = compileSnapshot(smallSnapshot(items, over));
  const found = findCandidates(market, smallRequest(...placements), newFound());
  return runAuction(found, calls).imps.map(({ win, reason }) => ({
    item: win?.candidate?.item.source.id,
    seat: win?.partnerBid?.seat,
    price: win?.priceMicroCny,
    charge: win?.chargeMicroCny,
    billOn: win?.billOn,
    minToWin: win?.minToWinMicroCny,
    deal: win?.dealId,
    reason,
  }));
}

const minToWin = (lines: TraceLine[]) =>
  Object.fromEntries(lines.map((line) => [line.lineItemId, line.minToWinMicroCny]));

test('first price: 1.00/0.90/0.80 yuan with floor 0.85 clears at 1.00', () => {
  const lines: TraceLine[] = [];
  const [imp] = sell(THREE, [1], { trace: lines });
  expect(imp).toMatchObject({ item: 1, price: 1000, charge: 1000, billOn: 'impression' });
  // The third bid is below the floor and not among the contenders.
  expect(minToWin(lines)).toEqual({ 1: 900, 2: 1000 });
});

test('second price: the same bids clear at 0.91', () => {
  const lines: TraceLine[] = [];
  const [imp] = sell(THREE, [2], { trace: lines });
  expect(imp).toMatchObject({ item: 1, price: 910, charge: 910 });
  expect(minToWin(lines)).toEqual({ 1: 900, 2: 910 });
});

test('a lone bidder pays the floor at second price and its bid at first price', () => {
  expect(sell(THREE.slice(0, 1), [2])[0]?.price).toBe(850);
  expect(sell(THREE.slice(0, 1), [1])[0]?.price).toBe(1000);
});

test('pacing discounts the rank, never the price paid', () => {
  const market = compileSnapshot(smallSnapshot(THREE));
  setMultiplier(market, 1, 0.5);
  const found = findCandidates(market, smallRequest(1, 2), newFound());
  const [first] = runAuction(found, {}).imps;
  expect(first?.win?.candidate?.item.source.id).toBe(2);
  expect(first?.win?.priceMicroCny).toBe(900);
});

test('at second price a paced winner pays what its discounted rank needs', () => {
  const items = [smallLineItem(1, { bidFen: 400 }), smallLineItem(2, { bidFen: 100 })];
  const market = compileSnapshot(smallSnapshot(items));
  setMultiplier(market, 1, 0.5);
  const found = findCandidates(market, smallRequest(2), newFound());
  // 1000 ÷ 0.5 and one fen CPM.
  expect(runAuction(found, {}).imps[0]?.win?.priceMicroCny).toBe(2010);
});

test('guaranteed goes before deal, and deal before open, whatever the bids', () => {
  const deal = {
    id: 'd1',
    kind: 'preferred' as const,
    priceCpmFen: 120,
    placementIds: [],
    advertiserIds: [],
    buyerSeats: [],
    lineItemIds: [2],
    startsAtMs: 0,
    endsAtMs: Number.MAX_SAFE_INTEGER,
  };
  const open = smallLineItem(1, { bidFen: 9000 });
  const preferred = smallLineItem(2, { priority: 'deal', bidFen: 1 });
  const booked = smallLineItem(3, { priority: 'guaranteed', bidFen: 10 });
  expect(sell([open, preferred, booked], [1], {}, { deals: [deal] })[0]?.item).toBe(3);
  expect(sell([open, preferred], [1], {}, { deals: [deal] })[0]).toMatchObject({
    item: 2,
    price: 1200,
    deal: 'd1',
  });
});

test('a guaranteed item with dual prices takes an impression only when they beat the auction', () => {
  const booked = (alphaMicroCny: number) =>
    smallLineItem(2, {
      priority: 'guaranteed',
      guaranteed: { alphaMicroCny, countyMicroCny: { '330106': 300 } },
    });
  const open = smallLineItem(1, { bidFen: 100 });
  expect(sell([open, booked(600)], [1])[0]?.item).toBe(1);
  expect(sell([open, booked(800)], [1])[0]?.item).toBe(2);
  // Nobody else wants it: no floor holds for a booking.
  expect(sell([booked(1)], [1])[0]?.item).toBe(2);
});

test('new dual prices arrive as a delta and change who wins', () => {
  const booked = smallLineItem(2, {
    priority: 'guaranteed',
    guaranteed: { alphaMicroCny: 500, countyMicroCny: {} },
  });
  const market = compileSnapshot(smallSnapshot([smallLineItem(1), booked]));
  const winner = () => {
    const found = findCandidates(market, smallRequest(1), newFound());
    return runAuction(found, {}).imps[0]?.win?.candidate?.item.source.id;
  };
  expect(winner()).toBe(1);
  applyDelta(market, {
    fromVersion: 1,
    version: 2,
    publishedAtMs: 0,
    upsert: {},
    remove: {},
    guaranteed: [[2, { alphaMicroCny: 1500, countyMicroCny: {} }]],
  });
  expect(winner()).toBe(2);
});

test('a creative edited within its shape is the one that is shown next, and one removed is shown no more', () => {
  const snapshot = smallSnapshot([smallLineItem(1)]);
  const market = compileSnapshot(snapshot);
  const shown = () => {
    const found = findCandidates(market, smallRequest(1), newFound());
    return runAuction(found, {}).imps[0]?.win?.candidate?.creative;
  };
  const before = shown();
  expect(before).toBeDefined();
  if (!before) return;
  const edited = { ...before, landingUrl: 'https://edited.example/' };
  const change = { publishedAtMs: 0, upsert: {}, remove: {} };
  applyDelta(market, { ...change, fromVersion: 1, version: 2, upsert: { creatives: [edited] } });
  expect(shown()).toEqual(edited);
  applyDelta(market, { ...change, fromVersion: 2, version: 3, remove: { creatives: [before.id] } });
  expect(shown()).toBeUndefined();
});

test('the next candidate wins when the first cannot pay', () => {
  const [imp] = sell(THREE, [1], {
    take: (candidate) => (candidate.item.source.id === 1 ? NO_BID.no_budget : NO_BID.none),
  });
  expect(imp).toMatchObject({ item: 2, price: 900 });
});

test('two imps of a page never show two advertisers of one category', () => {
  const items = [
    smallLineItem(1, { bidFen: 300, category: 'auto' }),
    smallLineItem(2, { bidFen: 200, category: 'auto' }),
    smallLineItem(3, { bidFen: 100, category: 'food' }),
  ];
  expect(sell(items, [1, 1]).map((imp) => imp.item)).toEqual([1, 3]);
});

test('a partner outbids us, and pays below the floor never', () => {
  const bid = { impIndex: 0, dealId: '', seat: 'dsp', domain: 'x.example', category: '', ref: 0 };
  const at = (priceMicroCny: number) => ({ partnerBids: [{ ...bid, priceMicroCny }] });
  expect(sell(THREE, [1], at(1001))[0]).toMatchObject({ seat: 'dsp', price: 1001 });
  expect(sell(THREE, [1], at(999))[0]?.item).toBe(1);
  expect(sell([], [1], at(849))[0]).toMatchObject({ seat: undefined, reason: NO_BID.below_floor });
});

test('CPC is charged on the click at its bid, and ranks by bid × pCTR', () => {
  const items = [smallLineItem(1, { pricing: 'CPC', bidFen: 60 }), ...THREE.slice(1)];
  // 60 fen × 0.002 = 1,200 µCNY an impression, above 900.
  expect(sell(items, [1])[0]).toMatchObject({
    item: 1,
    price: 1200,
    charge: 600_000,
    billOn: 'click',
  });
});

test('public-service advertising fills what nobody buys, for nothing', () => {
  const psa = smallLineItem(9, { category: 'psa', bidFen: 0 });
  expect(sell([psa], [1])[0]).toMatchObject({ item: 9, price: 0, charge: 0, billOn: 'none' });
  expect(sell([psa, ...THREE], [1])[0]?.item).toBe(1);
});

test('a trace names winner, losers, reasons and what would have won', () => {
  const elsewhere = smallLineItem(4, { target: { attribute: 'division', in: ['330200'] } });
  const market = compileSnapshot(smallSnapshot([...THREE, elsewhere, smallLineItem(5)]));
  setAvailable(market, 5, false);
  const request = smallRequest(1);
  const found = findCandidates(market, request, newFound());
  const lines: TraceLine[] = [];
  runAuction(found, { trace: lines });
  expect(explainLosers(market, request, found, lines)).toBe(0);
  const reasons = Object.fromEntries(lines.map((it) => [it.lineItemId, it.reason]));
  expect(reasons).toEqual({
    1: NO_BID.none,
    2: NO_BID.outranked,
    3: NO_BID.below_floor,
    4: NO_BID.target_division,
    5: NO_BID.no_budget,
  });
  expect(found.located).toEqual({ code: '330106', source: 'outlet' });
});

test('a trace names each line item once, whoever was fetched beyond the first candidates too', () => {
  const items = Array.from({ length: 9 }, (_, i) => smallLineItem(i + 1, { bidFen: 200 - i }));
  const market = compileSnapshot(smallSnapshot(items));
  const request = smallRequest(1);
  const found = findCandidates(market, request, newFound(), 3);
  const lines: TraceLine[] = [];
  runAuction(found, {
    trace: lines,
    refuse: ({ item }) => (item.source.id <= 5 ? NO_BID.frequency_capped : NO_BID.none),
    further: (match) => furtherCandidates(market, request, match),
  });
  expect(explainLosers(market, request, found, lines)).toBe(0);
  expect(lines.map((it) => [it.lineItemId, it.reason])).toEqual([
    ...[1, 2, 3, 4, 5].map((id) => [id, NO_BID.frequency_capped]),
    [6, NO_BID.none],
    ...[7, 8, 9].map((id) => [id, NO_BID.outranked]),
  ]);
});
