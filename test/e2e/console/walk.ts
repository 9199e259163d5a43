/**
 * One look at every screen of a desk: loaded, without a fault, axe clean in Chinese on a desk and in English on a phone, and
 * there no wider than the phone. Two rounds in one window, so that language and width change once.
 */
import type { Browser, Page } from 'playwright-core';
import type { Desk } from './places.ts';
import { axe, enter, overflow, speak, type Violation, visit } from './visitor.ts';

export interface Seen {
  /** Screens with axe's findings, by path and language. */
  violations: Record<string, Violation[]>;
  /** Screens that scroll sideways at 390 pixels. */
  wide: string[];
  /** Forms that were sent incomplete and did not say so beside a field. */
  silent: string[];
  faults: string[];
}

/** Tall, so that the bar of tabs at its foot covers nothing that is looked at. */
const PHONE = { width: 390, height: 2400 };

export async function walk(browser: Browser, baseURL: string, desk: Desk): Promise<Seen> {
  const { page, faults, context } = await enter(browser, baseURL, desk.email);
  const seen: Seen = { violations: {}, wide: [], silent: [], faults };
  const judge = async (page: Page, name: string) => {
    const found = await axe(page);
    if (found.length > 0) seen.violations[name] = found;
  };
  for (const place of desk.places) {
    await visit(page, place.path);
    await page.getByText(place.shows).first().waitFor({ state: 'attached' });
    await judge(page, `${place.path} zh`);
    if (place.form && !(await saysWhatIsMissing(page))) seen.silent.push(place.path);
  }
  await speak(page, 'en');
  await page.setViewportSize(PHONE);
  await page.waitForSelector('.tabs');
  for (const place of desk.places) {
    await visit(page, place.path);
    await judge(page, `${place.path} en`);
    if ((await overflow(page)) > 0) seen.wide.push(place.path);
  }
  await context.close();
  return seen;
}

/** Sends the open form as it stands: a field says what it wants, and nothing is sent. */
async function saysWhatIsMissing(page: Page): Promise<boolean> {
  const drawer = page.locator('.ant-drawer:has(.ant-drawer-footer)').last();
  await drawer.locator('.ant-drawer-footer .ant-btn-primary').click();
  return drawer
    .locator('.ant-form-item-explain-error')
    .first()
    .waitFor({ timeout: 10_000 })
    .then(
      () => true,
      () => false,
    );
}
