/** The operator’s desk: every screen, and auctions as they happen. */
import { describe, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { PATIENCE_MS, testWalk, useHouse } from './desk.ts';
import { enter } from './visitor.ts';

describe.skipIf(!hasBrowser)('the operator’s desk', () => {
  const house = useHouse();
  testWalk(house, 'operator');

  test(
    'the operator sees auctions as they happen',
    async () => {
      const { page, context } = await enter(house.browser, house.url, 'operator@demo.hongze');
      await page.waitForSelector('.wall-stream li');
      await context.close();
    },
    PATIENCE_MS,
  );
});
