import { expect, test } from 'vitest';
import { compileSnapshot } from '../../../../bidding/engine/market.ts';
import { makePlaylist } from '../../../../bidding/http/playlist.ts';
import { openToken, tokenKey } from '../../../../bidding/wire/token.ts';
import { dayEndMs, dayOf } from '../../../../db/terms/day.ts';
import { SMALL_NOW_MS, smallLineItem, smallSnapshot } from '../../../kit/smallMarket.ts';

const key = tokenKey('22'.repeat(32));
const day = dayOf(SMALL_NOW_MS);
const base = 'https://bid.example';

/** A screen whose day has ten slots, three of them one buyer's, who bids for the rest too; and somebody else who bids more. */
const screen = () => {
  const snapshot = smallSnapshot([
    smallLineItem(1, {
      bidFen: 0,
      priority: 'booked',
      booked: { slotsADay: 10, days: { [day]: [1, 2, 3] } },
    }),
    smallLineItem(2, { bidFen: 9_000, advertiserId: 77 }),
  ]);
  const [placement, ...others] = snapshot.placements;
  if (!placement) throw new Error('no placement');
  const sized = { ...placement, format: 'dooh' as const };
  const creatives = snapshot.creatives.map((one) => ({
    ...one,
    format: 'dooh' as const,
    content: { imageUrl: '/api/assets/screen.png' },
  }));
  return compileSnapshot({ ...snapshot, placements: [sized, ...others], creatives });
};

test('a screen’s booked slots are in its playlist, for nothing and for that day, in their share of the spots', async () => {
  const market = screen();
  const [placement] = market.placements.values();
  if (!placement) throw new Error('no placement');
  let auctions = 0;
  const deps = {
    key,
    links: { exchangeUrl: base, assetsUrl: base },
    nextAuctionId: () => Buffer.alloc(12, ++auctions % 250).toString('base64url'),
    leases: {
      reserve: async (_: number, prices: readonly number[]) => ({ id: 9, count: prices.length }),
    },
  };
  const counts = new Map<number, number>();
  for (let hour = 0; hour < 10; hour++) {
    const spots = await makePlaylist(deps, market, placement, 60, SMALL_NOW_MS + hour * 61_003);
    expect(spots).toHaveLength(60);
    for (const spot of spots) {
      const token = openToken(key, spot.token);
      if (typeof token === 'string') throw new Error(token);
      counts.set(token.lineItemId, (counts.get(token.lineItemId) ?? 0) + 1);
      if (token.lineItemId === 2)
        expect(token).toMatchObject({ priceMicroCny: 90_000, leaseId: 9 });
      if (token.lineItemId !== 1) continue;
      expect(token).toMatchObject({ priceMicroCny: 0, leaseId: 0 });
      expect(spot.showUntilMs).toBe(dayEndMs(day));
    }
  }
  expect(counts.get(1)).toBeGreaterThan(135);
  expect(counts.get(1)).toBeLessThan(225);
  expect(counts.get(2)).toBe(600 - (counts.get(1) ?? 0));
});
