import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasBrowser, openBrowser } from '../../kit/browser.ts';

describe.skipIf(!hasBrowser)('the browser of the tests', () => {
  test('runs scripts and lays out pages', async () => {
    const page = await (await openBrowser()).newPage({ viewport: { width: 390, height: 844 } });
    await page.setContent('<p id="p">…</p><script>p.textContent = innerWidth</script>');
    expect(await page.textContent('#p')).toBe('390');
  });

  test('shows Chinese text as Chinese, not as empty boxes', async () => {
    const page = await (await openBrowser()).newPage({ viewport: { width: 400, height: 120 } });
    // A missing glyph is drawn alike for every character; real ones differ.
    const [one, other] = [await picture(page, '泓泽'), await picture(page, '广告')];
    expect(one.equals(other)).toBe(false);
    if (process.env.HONGZE_SHOW) writeFileSync(process.env.HONGZE_SHOW, one);
  });
});

async function picture(page: Page, text: string): Promise<Buffer> {
  await page.setContent(`<p style="font: 48px sans-serif; margin: 0">${text}</p>`);
  return page.screenshot();
}
