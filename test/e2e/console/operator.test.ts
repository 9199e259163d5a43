/** The operator’s desk: every screen, auctions as they happen, and the words that others wait for. */
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { comeIn } from './admissionStory.ts';
import { PATIENCE_MS, testWalk, useHouse } from './desk.ts';
import { giveDiscount, refuseAndAppeal, stopAndLift, wallGoesOn } from './verdictStory.ts';
import { enter } from './visitor.ts';

describe.skipIf(!hasBrowser)('the operator’s desk', () => {
  const house = useHouse();
  testWalk(house, 'operator');

  test(
    'the operator sees auctions as they happen, also after the line was lost, gives a discount, refuses a creative and passes its appeal, stops an ad and lets it run',
    async () => {
      const operator = await enter(house.browser, house.url, 'operator@demo.hongze');
      await operator.page.waitForSelector('.wall-stream li');
      const buyer = await enter(house.browser, house.url, 'advertiser@demo.hongze');
      await giveDiscount(operator.page, buyer.page);
      await refuseAndAppeal(operator.page, buyer.page);
      await stopAndLift(operator.page);
      expect([...operator.faults, ...buyer.faults]).toEqual([]);
      await wallGoesOn(operator.page);
      await operator.context.close();
      await buyer.context.close();
    },
    PATIENCE_MS,
  );

  test(
    'an outlet signs up, hands its papers in, is given them back, approved, signs and is countersigned by another',
    async () => {
      const operator = await enter(house.browser, house.url, 'operator@demo.hongze');
      const { faults } = await comeIn(house.browser, house.url, operator.page);
      expect([...faults, ...operator.faults]).toEqual([]);
      await operator.context.close();
    },
    PATIENCE_MS,
  );
});
