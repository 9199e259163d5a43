/** Finance’s desk: every screen, and a month paid, reconciled and closed. */
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { PATIENCE_MS, testWalk, useHouse } from './desk.ts';
import { payReconcileClose } from './financeStory.ts';

describe.skipIf(!hasBrowser)('finance’s desk', () => {
  const house = useHouse();
  testWalk(house, 'finance');

  test(
    'finance answers an objection, sends an invoice back, pays with a second factor, matches the bill, takes a partner’s sheet and closes the months that are over',
    async () => {
      const done = await payReconcileClose(house.browser, house.url);
      expect(done.statement).toMatch(/已打款|已对账/);
      expect(done.bill).toContain('已核对');
      expect(done.closed.length).toBeGreaterThan(0);
      expect(done.faults).toEqual([]);
      expect(done.differing).toMatch(/有差异[1-7]/);
    },
    PATIENCE_MS,
  );
});
