import { expect, test } from 'vitest';
import { auctionBound, worthsOf } from '../../../bench/guaranteed/bound.ts';
import { serveDeals } from '../../../bench/guaranteed/day.ts';
import { newDealWorld } from '../../../bench/guaranteed/world.ts';
import { newTraffic } from '../../../bench/pacing/world.ts';

test('no day earns more than the bound, which is near what a good day earns; what counties are owed costs', () => {
  const traffic = newTraffic(4, 20_000, 'base');
  const world = newDealWorld(4, 8, newTraffic(5, 20_000, 'base'));
  const day = serveDeals(
    world,
    traffic,
    'dual',
    serveDeals(world, traffic, 'dual', undefined).states,
  );
  world.deals.forEach((deal, k) => {
    expect(day.delivered[k]).toBe(deal.impressions);
  });
  const worths = worthsOf(world, traffic);
  const most = auctionBound(world, worths, { floor: 0 });
  expect(day.auctionMicro).toBeLessThanOrEqual(most);
  expect(day.auctionMicro / most).toBeGreaterThan(0.98);
  const kept = [{ drift: 0.2 }, { drift: 0.05 }, { floor: 1 }].map((owed) =>
    auctionBound(world, worths, owed, 100),
  );
  for (const [n, bound] of kept.entries()) {
    expect(bound).toBeLessThan((kept[n - 1] ?? most) * 1.0001);
  }
});
