/** Finance’s desk: every screen, a contract signed by two, credit granted by two, and a month paid, reconciled and closed. */
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { signNextVersion } from './contractStory.ts';
import { grantCredit } from './creditStory.ts';
import { PATIENCE_MS, testWalk, useHouse } from './desk.ts';
import { payReconcileClose } from './financeStory.ts';

describe.skipIf(!hasBrowser)('finance’s desk', () => {
  const house = useHouse();
  testWalk(house, 'finance');

  test(
    'the next version of a contract is drafted with its sum told, replayed, refused to its drafter, activated by another, and seen by its outlet',
    async () => {
      const done = await signNextVersion(house.browser, house.url);
      expect(done.said).toEqual(['合计 102%，多出 2%', '合计 100%']);
      expect(done.replayed).toContain('余杭南溪融媒体中心');
      expect(done.drafterMay).toBe(false);
      expect(done.outletSees).toContain('¥8,000.00');
      expect(done.outletSees).toContain('¥1,000.00');
      expect(done.outletSees).not.toContain('复核生效');
      // The tier that the API refused.
      expect(done.faults).toEqual([expect.stringContaining('422')]);
    },
    PATIENCE_MS,
  );

  test(
    'credit is proposed by one of finance, waits for another and is granted by them; the agency spreads its line',
    async () => {
      const done = await grantCredit(house.browser, house.url);
      expect(done.proposerSees).toContain('由您提议');
      expect(done.proposerSees).not.toContain('确认授信');
      expect(done.waits).toContain('项授信待您确认');
      expect(done.wallet).toContain('¥12,000.00');
      expect(done.client).toContain('¥7,500.00');
      expect(done.faults).toEqual([]);
    },
    PATIENCE_MS,
  );

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
