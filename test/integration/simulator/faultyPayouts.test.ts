import { afterAll, expect, it } from 'vitest';
import { openTestDatabase } from '../../kit/database.ts';
import { runFaultyPayouts } from '../../simulator/payments/faulty.ts';
import { openHouse } from '../../simulator/payments/house.ts';
import { createRandom } from '../../simulator/payments/random.ts';

it('150 payouts over a failing gateway and a dying sender: each paid once, none left open', async () => {
  const { db } = await openTestDatabase();
  const random = createRandom(20261122);
  const house = await openHouse(db, { openingFen: 100_000_000n, timeoutMs: 300, random });
  afterAll(() => house.gateway.close());
  const run = await runFaultyPayouts(house, { payouts: 150, random });
  expect(run).toMatchObject({ succeeded: 150, open: 0, twice: 0, wrongs: [] });
  // Otherwise the run has shown nothing.
  expect(run.faults).toBeGreaterThan(100);
  expect(run.kills).toBeGreaterThan(2);
});
