/** An outlet’s desk: every screen, from login to the first earning impression, and a session that ends midway. */
import { beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { type OutletSite, openOutletSite } from '../exchange/site.ts';
import { changeByAgreement } from './bookingStory.ts';
import { PATIENCE_MS, testWalk, useHouse } from './desk.ts';
import { firstImpression, runningToday } from './outletStory.ts';
import { PASSWORD } from './places.ts';
import { failedList, isUndone, takenAway } from './stateStory.ts';
import { workForGroup } from './switchStory.ts';
import { enter, visit } from './visitor.ts';

describe.skipIf(!hasBrowser)('the outlet’s desk', () => {
  const house = useHouse();
  let site: OutletSite;
  beforeAll(async () => {
    site = await openOutletSite();
  });

  testWalk(house, 'outlet');
  testWalk(house, 'group');

  test(
    'an outlet goes from its login to the first earning impression on a page of its own',
    async () => {
      const { page, faults, close } = await firstImpression(house.browser, house.url, site);
      await expect.poll(() => runningToday(page), { timeout: 60_000 }).toMatch(/^¥(?!0\.00$)/);
      expect(faults).toEqual([]);
      await close();
    },
    PATIENCE_MS,
  );

  test(
    'a booking is accepted, confirmed, a day of it dropped by agreement; a day that did not run is made good',
    async () => {
      const { open, faults } = await changeByAgreement(house.browser, house.url);
      expect(open).toBe(0);
      expect(faults).toEqual([]);
    },
    PATIENCE_MS,
  );

  test(
    'a group’s clerk goes from one outlet and one organisation to the other, and takes an invoice back as the platform asked',
    async () => {
      const { seen, faults } = await workForGroup(house.browser, house.url);
      expect(seen.letter).toBe('已开红票');
      expect(seen.here).toContain('嘉兴');
      expect(faults).toEqual([]);
    },
    PATIENCE_MS,
  );

  test(
    'a switch that is refused goes back, a list that failed is read again, a table goes away as CSV and XLSX',
    async () => {
      const { page, context } = await enter(house.browser, house.url, 'outlet@demo.hongze');
      expect(await isUndone(page)).toBe(true);
      await failedList(page);
      const { csv, xlsx } = await takenAway(page);
      expect(csv).toMatch(/^\uFEFF广告位,[^\n]+\n短视频前贴,千次展现,37\.1,/);
      expect(xlsx).toBe('PK');
      await context.close();
    },
    PATIENCE_MS,
  );

  test(
    'a session that ends asks for the password above the page, which stays as it was',
    async () => {
      const { page, context } = await enter(house.browser, house.url, 'outlet@demo.hongze');
      await visit(page, '/placements?placement=new');
      await page.getByLabel('名称').fill('写到一半');
      await context.clearCookies();
      await page.getByRole('button', { name: '创建', exact: true }).click();
      await page.getByLabel('所属站点/应用').waitFor();
      await visit(page, '/statements').catch(() => {});
      await page.getByText('登录已过期').waitFor();
      await page.locator('.ant-modal input[type="password"]').fill(PASSWORD);
      await page.locator('.ant-modal button[type="submit"]').click();
      await page.getByText('登录已过期').waitFor({ state: 'hidden' });
      await visit(page, '/placements?placement=new');
      expect(await page.getByLabel('名称').inputValue()).toBe('写到一半');
      await context.close();
    },
    PATIENCE_MS,
  );
});
