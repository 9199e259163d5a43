/**
 * Three nodes, one twelve hours ahead, one ninety seconds behind: each tracker is called at another node than held the auction.
 * `npm run faults -- skew`
 */

import { keys } from '../../bidding/wire/keys.ts';
import { dayOf } from '../../db/terms/day.ts';
import { aSnapshot } from '../kit/snapshot.ts';
import { openHouse } from './kit/house.ts';
import { openReaders } from './kit/readers.ts';
import { judge, settleBooks } from './kit/verdict.ts';

const house = await openHouse({
  impressions: 600,
  nodes: () => [{ skewMs: 12 * 3_600_000 }, { skewMs: -90_000 }, {}],
});
try {
  const readers = openReaders(house.urls);
  const served = await readers.untilServed(30);
  // More than the budget is worth.
  await readers.drive(20, 60);
  const { books, seconds } = await settleBooks(house, readers.accepted);
  const lineItem = aSnapshot().lineItems[0]?.id ?? 0;
  const pools = await house.redis.keys(keys.budget(lineItem, '*' as never).replace(/[{}]/g, '?'));
  const today = keys.budget(lineItem, dayOf(Date.now()));
  judge({
    fault: 'skew',
    readers,
    house,
    recoveryS: served + seconds,
    books,
    more: { poolsTouched: pools.length },
    held: {
      'every tracker was believed': readers.accepted === readers.won,
      'only today was spent': pools.every((pool) => pool === today),
    },
  });
} finally {
  await house.stop();
}
