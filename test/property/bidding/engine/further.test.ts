import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runAuction } from '../../../../bidding/engine/auction.ts';
import {
  findCandidates,
  furtherCandidates,
  newFound,
} from '../../../../bidding/engine/candidates.ts';
import { compileSnapshot } from '../../../../bidding/engine/market.ts';
import { NO_BID } from '../../../../bidding/engine/reasons.ts';
import { smallLineItem, smallRequest, smallSnapshot } from '../../../kit/smallMarket.ts';

const line = fc.record({
  bidFen: fc.integer({ min: 80, max: 120 }),
  rankMultiplier: fc.constantFrom(1, 1, 0.9, 0.5),
  category: fc.constantFrom('other' as const, 'auto' as const, 'food' as const),
  isCapped: fc.boolean(),
  isPoor: fc.boolean(),
  isPsa: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
const partnerBid = fc.record({
  impIndex: fc.integer({ min: 0, max: 1 }),
  priceMicroCny: fc.integer({ min: 700, max: 1300 }),
  domain: fc.constantFrom('x.example', 'y.example', 'a1.example'),
});

test('an auction given one candidate at a time sells as one given all: who is refused hides nobody who comes after', () => {
  let further = 0;
  const law = fc.property(
    fc.array(line, { maxLength: 40 }),
    fc.array(partnerBid, { maxLength: 4 }),
    fc.constantFrom([1], [2], [1, 2], [1, 1, 2]),
    (lines, bids, placements) => {
      const items = lines.map(({ isPsa, bidFen, rankMultiplier, category }, i) =>
        smallLineItem(
          i + 1,
          isPsa ? { category: 'psa', bidFen: 0 } : { bidFen, rankMultiplier, category },
        ),
      );
      const market = compileSnapshot(smallSnapshot(items));
      const request = smallRequest(...placements);
      const of = (id: number) => lines[id - 1] as (typeof lines)[number];
      const partnerBids = bids.map((bid) => ({
        ...bid,
        dealId: '',
        seat: 'dsp',
        category: '',
        ref: 0,
      }));
      const sold = (limit: number) =>
        runAuction(findCandidates(market, request, newFound(), limit), {
          partnerBids,
          further: (match) => {
            further += match.isFull ? 1 : 0;
            return furtherCandidates(market, request, match);
          },
          refuse: ({ item }) =>
            of(item.source.id).isCapped ? NO_BID.frequency_capped : NO_BID.none,
          take: ({ item }) => (of(item.source.id).isPoor ? NO_BID.no_budget : NO_BID.none),
        }).imps.map(({ win, reason }) => ({
          reason,
          item: win?.candidate?.item.source.id,
          bid: win?.partnerBid,
          price: win?.priceMicroCny,
          least: win?.minToWinMicroCny,
        }));
      const all = sold(1_000);
      expect(sold(1)).toEqual(all);
      expect(sold(3)).toEqual(all);
    },
  );
  fc.assert(law, { numRuns: 2_000 });
  expect(further).toBeGreaterThan(1_000);
});
