import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../db/embedded/ports.ts';
import { type Demo, startDemo } from '../../../run/demo/demo.ts';
import { hasBrowser, openBrowser } from '../../kit/browser.ts';
import { DESKS } from './places.ts';
import { axe, look, openWindow, overflow, signIn } from './visitor.ts';

const INITIAL_JS_LIMIT = 450 * 1024;

describe.skipIf(!hasBrowser)('the console', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hongze-console-'));
  chmodSync(folder, 0o755);
  let demo: Demo;
  let browser: Browser;

  beforeAll(async () => {
    demo = await startDemo({
      folder,
      port: await freePort(),
      exchangePort: await freePort(),
      traffic: true,
      say: () => {},
    });
    browser = await openBrowser();
  }, 240_000);

  afterAll(async () => {
    await demo?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('refuses a wrong password beside the field, and keeps the address typed', async () => {
    const { page } = await openWindow(browser, demo.publicUrl);
    await page.goto('/sign-in');
    await page.fill('input[autocomplete="username"]', 'advertiser@demo.hongze');
    await page.fill('input[type="password"]', 'not-the-password');
    await page.click('button[type="submit"]');
    await page.waitForSelector('.ant-form-item-explain-error');
    expect(await page.textContent('.ant-form-item-explain-error')).toBe('邮箱或密码不正确');
    expect(await page.inputValue('input[autocomplete="username"]')).toBe('advertiser@demo.hongze');
    await page.context().close();
  });

  test('leads back to where one was going once signed in', async () => {
    const { page } = await openWindow(browser, demo.publicUrl);
    await page.goto('/wallet?tab=top-ups');
    await page.waitForURL(/sign-in/);
    await page.fill('input[autocomplete="username"]', 'advertiser@demo.hongze');
    await page.fill('input[type="password"]', 'hongze-demo-2026');
    await page.click('button[type="submit"]');
    await page.waitForURL(/\/wallet\?tab=top-ups/);
    await page.context().close();
  });

  for (const desk of DESKS) {
    for (const language of ['zh', 'en'] as const) {
      test(`every screen of the ${desk.name} opens without a fault and passes axe, in ${language}`, async () => {
        const { page, faults, context } = await openWindow(browser, demo.publicUrl, { language });
        await signIn(page, desk.email);
        await page.waitForURL(new RegExp(desk.home));
        for (const place of desk.places) {
          await look(page, place.path);
          if (language === 'zh') await page.getByText(place.shows).first().waitFor();
          expect(await axe(page), `${desk.name} ${place.path} ${language}`).toEqual([]);
        }
        expect(faults).toEqual([]);
        await context.close();
      }, 240_000);
    }

    test(`every screen of the ${desk.name} fits a phone`, async () => {
      const { page, context } = await openWindow(browser, demo.publicUrl, { width: 390 });
      await signIn(page, desk.email);
      const wide: string[] = [];
      for (const place of desk.places) {
        await look(page, place.path);
        if ((await overflow(page)) > 0) wide.push(place.path);
      }
      expect(wide).toEqual([]);
      await context.close();
    }, 240_000);
  }

  test('the operator sees auctions as they happen', async () => {
    const { page, context } = await openWindow(browser, demo.publicUrl);
    await signIn(page, 'operator@demo.hongze');
    await page.waitForSelector('.wall-stream li', { timeout: 60_000 });
    await context.close();
  });

  test('a campaign made with a paste of counties runs after one double click', async () => {
    const { page, context } = await openWindow(browser, demo.publicUrl);
    await signIn(page, 'advertiser@demo.hongze');
    await look(page, '/campaigns/new');
    const next = () => page.getByRole('button', { name: '下一步' }).click();
    await page.getByLabel('计划名称').fill('粘贴投放测试');
    await page.getByLabel('总预算（元）').fill('2000');
    await next();
    await page.getByText('粘贴', { exact: true }).click();
    await page.getByRole('textbox').fill('杭州市，义乌 330327 火星');
    await page.getByRole('button', { name: '加入选择' }).click();
    await page.getByText('未识别：火星').waitFor();
    await page.getByText('已选 15 / 90 个县（市、区）').waitFor();
    await next();
    await next();
    await page.getByLabel('日预算（元）').fill('200');
    await next();
    await page.locator('.creative-choice input').first().check();
    await next();
    await page.getByRole('button', { name: '保存并开始投放' }).click();
    await page.locator('.ant-popconfirm-buttons .ant-btn-primary').dblclick();
    await page.waitForURL(/\/line-items\/\d+/, { timeout: 30_000 });
    await page.getByText('投放中').first().waitFor();
    await look(page, '/campaigns?q=粘贴投放测试');
    expect(await page.locator('tr[data-index]').count()).toBe(1);
    await context.close();
  });

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
