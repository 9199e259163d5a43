import { expect, test } from 'vitest';
import { runAuction } from '../../../../bidding/engine/auction.ts';
import { slotAt } from '../../../../bidding/engine/booked.ts';
import { findCandidates, newFound } from '../../../../bidding/engine/candidates.ts';
import { compileSnapshot } from '../../../../bidding/engine/market.ts';
import { NO_BID } from '../../../../bidding/engine/reasons.ts';
import type { SnapshotLineItem } from '../../../../bidding/wire/snapshot.ts';
import { dayOf } from '../../../../db/terms/day.ts';
import { smallLineItem, smallRequest, smallSnapshot } from '../../../kit/smallMarket.ts';

const request = smallRequest(1);
const today = dayOf(request.atMs);

const booked = (id: number, slots: number[], over: Partial<SnapshotLineItem> = {}) =>
  smallLineItem(id, {
    bidFen: 0,
    priority: 'booked',
    booked: { slotsADay: 4, days: { [today]: slots } },
    ...over,
  });

/** Who wins how many of 8,000 impressions a second apart from each other. */
function sell(items: SnapshotLineItem[], asked = request) {
  const market = compileSnapshot(smallSnapshot(items));
  const won = new Map<number | undefined, number>();
  for (let i = 0; i < 8_000; i++) {
    const found = findCandidates(market, { ...asked, atMs: asked.atMs + i * 7 }, newFound());
    const [imp] = runAuction(found, {}).imps;
    const id = imp?.win?.candidate?.item.source.id;
    won.set(id, (won.get(id) ?? 0) + 1);
  }
  return won;
}

test('a booked day has its slots’ share of the voice, whatever others bid; the auction has the rest', () => {
  const dear = smallLineItem(3, { bidFen: 90_000, priority: 'guaranteed' });
  const won = sell([booked(1, [1]), booked(2, [2, 3]), dear]);
  expect(won.get(1)).toBeGreaterThan(1_800);
  expect(won.get(1)).toBeLessThan(2_200);
  expect(won.get(2)).toBeGreaterThan(3_800);
  expect(won.get(2)).toBeLessThan(4_200);
  expect([...won.values()].reduce((a, b) => a + b)).toBe(8_000);
  expect([...won.keys()].sort()).toEqual([1, 2, 3]);
});

test('it costs nothing by impression and is no one’s on another day', () => {
  const all = [1, 2, 3, 4];
  const market = compileSnapshot(smallSnapshot([booked(1, all)]));
  const [imp] = runAuction(findCandidates(market, request, newFound()), {
    take: () => {
      throw new Error('no budget is asked');
    },
  }).imps;
  expect(imp?.win).toMatchObject({ billOn: 'none', chargeMicroCny: 0, priceMicroCny: 0 });
  const tomorrow = findCandidates(
    market,
    { ...request, atMs: request.atMs + 86_400_000 },
    newFound(),
  );
  expect(runAuction(tomorrow, {}).imps[0]).toMatchObject({ win: undefined });
});

test('who cannot show a creative leaves the turn to the auction', () => {
  const open = smallLineItem(3, { bidFen: 900 });
  const won = sell([booked(1, [1, 2, 3, 4], { creativeIds: [99_999] }), open]);
  expect(won).toEqual(new Map([[3, 8_000]]));
});

test('turns do not follow the rotation of creatives, which goes by the same instant', () => {
  const pairs = new Set<string>();
  for (let atMs = 1_790_000_000_000; atMs < 1_790_000_000_200; atMs++)
    pairs.add(`${slotAt(atMs, 2)} ${atMs % 2}`);
  expect(pairs.size).toBe(4);
  expect(NO_BID.not_its_turn).toBe(39);
});
