/** The console before anybody is signed in: its doors, and what a browser must fetch to show them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { PATIENCE_MS, useHouse } from './desk.ts';
import { DOORS, PASSWORD } from './places.ts';
import { axe, look, openWindow, overflow } from './visitor.ts';

const INITIAL_JS_LIMIT = 450 * 1024;

describe.skipIf(!hasBrowser)('the console’s doors', () => {
  const house = useHouse();

  test(
    'the doors open to strangers without a fault, in both languages and on a phone',
    async () => {
      for (const language of ['zh', 'en'] as const) {
        const { page, faults, context } = await openWindow(house.browser, house.url, { language });
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
      const { page, context } = await openWindow(house.browser, house.url);
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
