/** The house of payments on a test file's own database. */
import { afterAll } from 'vitest';
import { openTestDatabase } from '../../../kit/database.ts';
import { type HouseOptions, openHouse } from '../../../simulator/payments/house.ts';

export { NOON } from '../../../simulator/payments/house.ts';

export async function openWorld(options: HouseOptions = {}) {
  const { db } = await openTestDatabase();
  const world = await openHouse(db, options);
  afterAll(() => world.gateway.close());
  return world;
}
