/** An outlet from its login to the first earning impression on a page of its own. */
import type { Browser, Page } from 'playwright-core';
import type { OutletSite } from '../exchange/site.ts';
import { enter, pick, visit } from './visitor.ts';

/** A reader's browser: the one that tests drive calls itself a robot, and is counted as one. */
const READER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

/** The outlet's window on the new placement, whose self-check has passed. */
export async function firstImpression(
  browser: Browser,
  baseURL: string,
  site: OutletSite,
): Promise<{ page: Page; faults: string[]; close: () => Promise<void> }> {
  const { page, faults, context } = await enter(browser, baseURL, 'outlet@demo.hongze');
  const tag = await makePlacement(page);
  site.pages.set(
    '/own',
    `<!doctype html><html lang="zh-CN"><body><main>${tag}</main></body></html>`,
  );
  const reader = await browser.newContext({ userAgent: READER, locale: 'zh-CN' });
  const own = await reader.newPage();
  // The market follows a change within a second or so; a page that was too early is opened again.
  for (let tries = 0; tries < 20; tries += 1) {
    await own.goto(`${site.url}/own`);
    const shown = own.getByText('广告', { exact: true }).first();
    if (
      await shown.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    )
      break;
  }
  await page.getByText(/自检通过：今日展现 \d+ 次/).waitFor();
  await reader.close();
  return { page, faults, close: () => context.close() };
}

/** Returns the code that the console hands out. */
async function makePlacement(page: Page): Promise<string> {
  await visit(page, '/placements?placement=new');
  await pick(page, '所属站点/应用', '南溪网');
  await page.getByLabel('名称').fill('自有页面横幅');
  await page.getByLabel('尺寸').fill('300x250');
  await page.getByLabel('底价').fill('1');
  await page.getByRole('button', { name: '创建', exact: true }).click();
  const code = page.locator('.placement-code');
  await code.waitFor();
  return (await code.textContent()) ?? '';
}

/** The figure that the outlet reads on its first screen, in yuan text. */
export async function runningToday(page: Page): Promise<string> {
  await visit(page, '/income');
  const figure = page.locator('.figure', { hasText: '今日实时消耗' }).locator('.figure-value');
  return (await figure.textContent()) ?? '';
}
