/**
 * The console as its people use it, against one whole demo: every screen of every desk, and the three stories. The desks are
 * walked side by side; the stories make things of their own, so that nobody stands in another's way.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../db/embedded/ports.ts';
import { type Demo, startDemo } from '../../../run/demo/demo.ts';
import { hasBrowser, openBrowser } from '../../kit/browser.ts';
import { type OutletSite, openOutletSite } from '../exchange/site.ts';
import { campaignsMade, liveCampaign } from './advertiserStory.ts';
import { payReconcileClose } from './financeStory.ts';
import { firstImpression, runningToday } from './outletStory.ts';
import { DESKS, DOORS, PASSWORD } from './places.ts';
import { axe, enter, look, openWindow, overflow, visit } from './visitor.ts';
import { walk } from './walk.ts';

const INITIAL_JS_LIMIT = 450 * 1024;
const PATIENCE_MS = 480_000;

describe.skipIf(!hasBrowser)('the console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-console-'));
  chmodSync(folder, 0o755);
  let demo: Demo;
  let browser: Browser;
  let site: OutletSite;

  beforeAll(async () => {
    demo = await startDemo({
      folder,
      port: await freePort(),
      exchangePort: await freePort(),
      traffic: true,
      say: () => {},
    });
    browser = await openBrowser();
    site = await openOutletSite();
  }, 240_000);

  afterAll(async () => {
    await demo?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const desk of DESKS) {
    test.concurrent(
      `every screen of the ${desk.name} opens without a fault, passes axe in both languages, fits a phone`,
      async ({ expect }) => {
        const seen = await walk(browser, demo.publicUrl, desk);
        expect(seen.violations).toEqual({});
        expect(seen.wide).toEqual([]);
        expect(seen.faults).toEqual([]);
      },
      PATIENCE_MS,
    );
  }

  test.concurrent(
    'the doors open to strangers without a fault, in both languages and on a phone',
    async ({ expect }) => {
      for (const language of ['zh', 'en'] as const) {
        const { page, faults, context } = await openWindow(browser, demo.publicUrl, { language });
        for (const door of DOORS.filter(({ fails }) => !fails)) {
          await look(page, door.path);
          expect(await axe(page), door.path).toEqual([]);
          await page.setViewportSize({ width: 390, height: 844 });
          expect(await overflow(page), door.path).toBe(0);
          await page.setViewportSize({ width: 1440, height: 900 });
        }
        expect(faults).toEqual([]);
        await context.close();
      }
    },
    PATIENCE_MS,
  );

  test(
    'refuses a wrong password beside the field, keeps the address typed, and leads on where one was going',
    async () => {
      const { page, context } = await openWindow(browser, demo.publicUrl);
      await page.goto('/wallet?tab=top-ups');
      await page.waitForURL(/sign-in/);
      await page.fill('input[autocomplete="username"]', 'advertiser@demo.hongze');
      await page.fill('input[type="password"]', 'not-the-password');
      await page.click('button[type="submit"]');
      await page.waitForSelector('.ant-form-item-explain-error');
      expect(await page.textContent('.ant-form-item-explain-error')).toBe('邮箱或密码不正确');
      expect(await page.inputValue('input[autocomplete="username"]')).toBe(
        'advertiser@demo.hongze',
      );
      await page.fill('input[type="password"]', PASSWORD);
      await page.click('button[type="submit"]');
      await page.waitForURL(/\/wallet\?tab=top-ups/);
      await context.close();
    },
    PATIENCE_MS,
  );

  test(
    'an advertiser goes from sign-up to a live campaign, made once by a double click',
    async () => {
      const { page, faults, close } = await liveCampaign(browser, demo.publicUrl);
      await page.getByText('没有发现阻碍').waitFor();
      expect(await campaignsMade(page)).toBe(1);
      expect(faults).toEqual([]);
      await close();
    },
    PATIENCE_MS,
  );

  test(
    'an outlet goes from its login to the first earning impression on a page of its own',
    async () => {
      const { page, faults, close } = await firstImpression(browser, demo.publicUrl, site);
      await expect.poll(() => runningToday(page), { timeout: 60_000 }).toMatch(/^¥(?!0\.00$)/);
      expect(faults).toEqual([]);
      await close();
    },
    PATIENCE_MS,
  );

  test(
    'finance pays with a second factor, matches the bill and closes the months that are over',
    async () => {
      const done = await payReconcileClose(browser, demo.publicUrl);
      expect(done.statement).toMatch(/已打款|已对账/);
      expect(done.bill).toContain('已核对');
      expect(done.closed.length).toBeGreaterThan(0);
      expect(done.faults).toEqual([]);
    },
    PATIENCE_MS,
  );

  test(
    'the operator sees auctions as they happen',
    async () => {
      const { page, context } = await enter(browser, demo.publicUrl, 'operator@demo.hongze');
      await page.waitForSelector('.wall-stream li');
      await context.close();
    },
    PATIENCE_MS,
  );

  test(
    'typing outlives a reload, and a stale edit says whose change came first',
    async () => {
      const one = await enter(browser, demo.publicUrl, 'advertiser@demo.hongze');
      const other = await enter(browser, demo.publicUrl, 'advertiser@demo.hongze');
      const [mine, theirs] = [one.page, other.page];
      for (const page of [mine, theirs]) await visit(page, '/line-items/2?edit=1');
      await mine.getByLabel('投放单元名称').fill('我的名字');
      await mine.reload();
      await mine.getByText('已恢复上次未保存的内容').waitFor();
      await theirs.getByLabel('投放单元名称').fill('先改的名字');
      await theirs.getByRole('button', { name: '保存', exact: true }).click();
      await theirs.getByText('已更新，数秒内生效').waitFor();
      await mine.getByRole('button', { name: '保存', exact: true }).click();
      await mine.getByText(/陈小禾 已于 \d\d:\d\d 先作修改/).waitFor();
      expect(await mine.getByLabel('投放单元名称').inputValue()).toBe('我的名字');
      await mine.getByRole('button', { name: '仍保存我的' }).click();
      await mine.getByText('已更新，数秒内生效').waitFor();
      await one.context.close();
      await other.context.close();
    },
    PATIENCE_MS,
  );

  test(
    'a lost connection says so, keeps what was typed, and goes on when it is back',
    async () => {
      const { page, context } = await enter(browser, demo.publicUrl, 'advertiser@demo.hongze');
      await visit(page, '/creatives?edit=new');
      await page.getByLabel('创意名称').fill('断网时写的');
      await context.setOffline(true);
      await page.getByText('网络已断开').first().waitFor();
      await context.setOffline(false);
      await page.getByText('网络已断开').first().waitFor({ state: 'detached' });
      expect(await page.getByLabel('创意名称').inputValue()).toBe('断网时写的');
      await context.close();
    },
    PATIENCE_MS,
  );

  test(
    'a session that ends asks for the password above the page, which stays as it was',
    async () => {
      const { page, context } = await enter(browser, demo.publicUrl, 'outlet@demo.hongze');
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

  test('what a browser must fetch before the first screen stays under 450 KB of script', () => {
    const manifest = JSON.parse(readFileSync('dist/dashboard/manifest.json', 'utf8')) as Record<
      string,
      { file: string; isEntry?: boolean; imports?: string[] }
    >;
    const needed = new Set<string>();
    const add = (key: string) => {
      const chunk = manifest[key];
      if (!chunk || needed.has(chunk.file)) return;
      needed.add(chunk.file);
      for (const one of chunk.imports ?? []) add(one);
    };
    for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) add(key);
    const bytes = [...needed].reduce(
      (sum, file) => sum + gzipSync(readFileSync(join('dist/dashboard', file))).length,
      0,
    );
    expect(needed.size).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(INITIAL_JS_LIMIT);
  });
});
