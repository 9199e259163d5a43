/** The console before anybody is signed in: its doors, and what a browser must fetch to show them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { until } from '../../kit/readers.ts';
import { PATIENCE_MS, useHouse } from './desk.ts';
import { DOORS, PASSWORD } from './places.ts';
import { axe, look, openWindow, overflow } from './visitor.ts';

/** The link of the letter to `email` in an outbox; '' while there is none. */
function linkIn(outbox: string, email: string): string {
  for (const name of existsSync(outbox) ? readdirSync(outbox) : []) {
    const raw = readFileSync(join(outbox, name), 'utf8');
    if (!raw.includes(`To: ${email}`)) continue;
    const body = raw.slice(raw.search(/\r?\n\r?\n/)).trim();
    const text = /transfer-encoding: base64/i.test(raw)
      ? Buffer.from(body, 'base64').toString()
      : body.replace(/=\r?\n/g, '').replaceAll('=3D', '=');
    // The letter that proves the address has a link too, without a secret behind a hash.
    const link = /http:\S+#\S+/.exec(text)?.[0];
    if (link) return link;
  }
  return '';
}

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
      const { page, context, faults } = await openWindow(house.browser, house.url);
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
      // The browser's own line for the one request that was refused, and no word of the console's.
      expect(faults).toEqual([
        expect.stringMatching(/status of 401 .*\/api\/auth\/sign-in\/email$/),
      ]);
      await context.close();
    },
    PATIENCE_MS,
  );

  test(
    'a forgotten password is set anew by the letter’s link, and opens the desk',
    async () => {
      const [email, first, second] = [
        `forgetful-${Date.now().toString(36)}@empty.example.cn`,
        'nothing has happened here yet',
        'something else is remembered',
      ];
      const organization = {
        kind: 'advertiser',
        category: 'food',
        domain: null,
        organizationName: `健忘茶业${Date.now()}`,
      };
      await fetch(`${house.url}/api/public/sign-up`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: house.url },
        body: JSON.stringify({ name: '陈知夏', email, password: first, organization }),
      });
      const { page, context, faults } = await openWindow(house.browser, house.url);
      await page.goto('/sign-in');
      await page.click('a[href="/forgotten-password"]');
      // The sign-in page has such a field too, and stands until this one has come.
      await page.getByRole('button', { name: '发送重设链接' }).waitFor();
      await page.fill('input[autocomplete="username"]', email);
      await page.click('button[type="submit"]');
      await page.waitForSelector('text=请查收邮件');
      let link = '';
      await until(async () => {
        link = linkIn(join(house.folder, 'mail'), email);
        return link !== '';
      });
      await page.goto(link);
      await page.fill('input[type="password"]', second);
      await page.click('button[type="submit"]');
      await page.waitForURL(/\/sign-in/);
      await page.fill('input[autocomplete="username"]', email);
      await page.fill('input[type="password"]', second);
      await page.click('button[type="submit"]');
      await page.waitForURL(/\/overview/);
      expect(faults).toEqual([]);
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
