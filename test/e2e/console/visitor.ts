/** A person at the console: a browser window of a language and a width, what they do there, what went wrong. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PASSWORD } from './places.ts';

export interface Visitor {
  page: Page;
  /** Errors of the browser's console and of scripts, in order. */
  faults: string[];
  context: BrowserContext;
}

export interface Window {
  language?: 'zh' | 'en';
  width?: number;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openWindow(
  browser: Browser,
  baseURL: string,
  { language = 'zh', width = 1440 }: Window = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    viewport: { width, height: width < 600 ? 844 : 900 },
    deviceScaleFactor: width < 600 ? 2 : 1,
    // Nothing moves: a colour half-way through a transition is nobody's contrast.
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return { page, faults, context };
}

export async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in');
  await page.fill('input[autocomplete="username"]', email);
  await page.fill('input[type="password"]', PASSWORD);
  await page.click('button[type="submit"]');
  await page.waitForURL((url) => url.pathname !== '/sign-in', { timeout: 30_000 });
}

/** Opens a screen and waits until nothing on it is still loading. */
export async function look(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.waitForSelector('.page, .wall, .door', { timeout: 30_000 });
  await page.waitForFunction(() => !document.querySelector('.state-loading'), undefined, {
    timeout: 30_000,
  });
  await page.evaluate(() => document.fonts.ready.then(() => true));
}

export interface Violation {
  id: string;
  nodes: string[];
}

/** axe-core's WCAG 2.2 AA findings on the page as it stands. */
export async function axe(page: Page): Promise<Violation[]> {
  // A script element is refused by the page's own policy; an evaluation is not.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const engine = (window as unknown as { axe: typeof import('axe-core') }).axe;
    const { violations } = await engine.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes
        .slice(0, 4)
        .map((node) => `${node.html.slice(0, 140)} ${node.failureSummary?.split('\n')[1] ?? ''}`),
    }));
  });
}

/** By how many pixels the page is wider than its window; 0 on a page that a phone can show. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
