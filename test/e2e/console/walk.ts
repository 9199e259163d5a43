/** One look at every screen of a desk: loaded, without a fault, axe clean in both languages, and no wider than a phone. */
import type { Browser } from 'playwright-core';
import type { Desk } from './places.ts';
import { axe, enter, overflow, resize, speak, type Violation, visit } from './visitor.ts';

export interface Seen {
  /** Screens with axe's findings, by path and language. */
  violations: Record<string, Violation[]>;
  /** Screens that scroll sideways at 390 pixels. */
  wide: string[];
  faults: string[];
}

export async function walk(browser: Browser, baseURL: string, desk: Desk): Promise<Seen> {
  const { page, faults, context } = await enter(browser, baseURL, desk.email);
  const seen: Seen = { violations: {}, wide: [], faults };
  for (const place of desk.places) {
    await visit(page, place.path);
    await page.getByText(place.shows).first().waitFor({ state: 'attached' });
    for (const language of ['zh', 'en'] as const) {
      await speak(page, language);
      const found = await axe(page);
      if (found.length > 0) seen.violations[`${place.path} ${language}`] = found;
    }
    await resize(page, 390);
    if ((await overflow(page)) > 0) seen.wide.push(place.path);
    await resize(page, 1440);
    await page.waitForSelector('.side');
    await speak(page, 'zh');
  }
  await context.close();
  return seen;
}
