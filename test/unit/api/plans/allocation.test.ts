import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  choose,
  divide,
  type FixedOffer,
  type TierOffer,
} from '../../../../api/plans/allocation.ts';

const tier = (name: TierOffer['tier'], over: Partial<TierOffer> = {}): TierOffer => ({
  tier: name,
  availsADay: 100_000,
  availsLow: 90_000,
  availsHigh: 110_000,
  reachADay: 20_000,
  cpmFen: 1_000,
  ctr: 0.005,
  ...over,
});

describe('a budget in the auction', () => {
  test('goes to the tier where a yuan brings most, and to the next when that is bought up', () => {
    const offers = [tier('county', { cpmFen: 500, availsADay: 10_000 }), tier('province')];
    const bought = divide(offers, 'impressions', 10, 500_000);
    const county = bought.find((one) => one.tier === 'county');
    expect(county?.impressions).toBeGreaterThan(40_000);
    expect(bought.find((one) => one.tier === 'province')?.costFen).toBeGreaterThan(400_000);
  });

  test('follows clicks when clicks are the goal, and people when people are', () => {
    const offers = [
      tier('county', { ctr: 0.02, reachADay: 1_000 }),
      tier('city', { ctr: 0.002, reachADay: 60_000 }),
    ];
    const most = (goal: 'clicks' | 'reach') =>
      divide(offers, goal, 5, 100_000).sort((a, b) => b.costFen - a.costFen)[0]?.tier;
    expect([most('clicks'), most('reach')]).toEqual(['county', 'city']);
  });

  test('never spends more than there is, nor buys more than can be won, and levels the last yuan', () => {
    const offer = fc.record({
      availsADay: fc.integer({ min: 0, max: 500_000 }),
      reachADay: fc.integer({ min: 0, max: 100_000 }),
      cpmFen: fc.integer({ min: 50, max: 9_000 }),
      ctr: fc.double({ min: 0.0001, max: 0.05, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.tuple(offer, offer, offer),
        fc.integer({ min: 0, max: 50_000_000 }),
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom('reach', 'impressions', 'clicks'),
        (three, budget, days, goal) => {
          const names = ['province', 'city', 'county'] as const;
          const offers = three.map((one, i) => tier(names[i] ?? 'city', one));
          const bought = divide(offers, goal, days, budget);
          expect(bought.reduce((sum, one) => sum + one.costFen, 0)).toBeLessThanOrEqual(budget);
          for (const one of bought) {
            const cap = (offers.find((it) => it.tier === one.tier)?.availsADay ?? 0) * days * 0.5;
            expect(one.impressions).toBeLessThanOrEqual(cap);
            expect(one.lastGain).toBeLessThanOrEqual(one.firstGain * 1.000001);
          }
        },
      ),
    );
  });
});

describe('fixed days', () => {
  const at = (
    placementId: number,
    counties: string[],
    over: Partial<FixedOffer> = {},
  ): FixedOffer => ({
    placementId,
    outletId: placementId,
    kind: 'wechat',
    unit: 'POST',
    slotFen: 300_000,
    counties,
    freeDays: 10,
    ...over,
  });

  test('go first where nothing in the plan is yet', () => {
    const offers = [at(1, ['a', 'b']), at(2, ['a', 'b']), at(3, ['c'])];
    expect(choose(offers, 600_000).map((one) => one.offer.placementId)).toEqual([1, 3]);
  });

  test('are only free ones, and stay within the budget', () => {
    expect(choose([at(1, ['a'], { freeDays: 0 })], 1_000_000)).toEqual([]);
    expect(choose([at(1, ['a'])], 299_999)).toEqual([]);
    const [spots] = choose([at(1, ['a'], { unit: 'SPOT', slotFen: 1_000, freeDays: 2 })], 100_000);
    expect([spots?.days, spots?.costFen]).toEqual([2, 2_000]);
  });
});
