/** A person at the console: a browser window of a language and a width, what they do there, what went wrong. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
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
/** A machine that does much else at the same time. */
const PATIENCE_MS = 60_000;
const sizeOf = (width: number) => ({ width, height: width < 600 ? 844 : 900 });

export async function openWindow(
  browser: Browser,
  baseURL: string,
  { language = 'zh', width = 1440 }: Window = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    viewport: sizeOf(width),
    deviceScaleFactor: width < 600 ? 2 : 1,
    // Nothing moves: a colour half-way through a transition is nobody's contrast.
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return { page, faults, context };
}

export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.goto('/sign-in');
  await page.fill('input[autocomplete="username"]', email);
  await page.fill('input[type="password"]', password);
  await page.click('button[type="submit"]');
  // Home is shown: whoever goes on at once is not called back by the way to it.
  await page.waitForSelector('#content[data-shown]:not([data-shown="/"])');
}

/** A window in which this person is signed in. */
export async function enter(browser: Browser, baseURL: string, email: string): Promise<Visitor> {
  const visitor = await openWindow(browser, baseURL);
  await signIn(visitor.page, email);
  return visitor;
}

/** Nothing on the screen is still loading. */
async function settle(page: Page): Promise<void> {
  await page.waitForSelector('.page, .wall, .door');
  await page.waitForFunction(() => !document.querySelector('.state-loading'));
  await page.evaluate(() => document.fonts.ready.then(() => true));
}

/** Opens a screen from outside, as a link in a message does. */
export async function look(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settle(page);
}

/** Goes to a screen inside the open console, as the menu does. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    window.history.pushState({}, '', to);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await page.waitForFunction((to) => {
    const shown = document.querySelector<HTMLElement>('#content')?.dataset.shown;
    if (!shown) return false;
    const [at, wanted] = [shown, to].map((href) => new URL(href, window.location.origin));
    // `%20` and `+` are one space.
    const asked = [at, wanted].map((url) => url?.searchParams.toString());
    return at?.pathname === wanted?.pathname && asked[0] === asked[1];
  }, path);
  await settle(page);
}

/** Changes the console's language by its own button, also under an open drawer. */
export async function speak(page: Page, language: 'zh' | 'en'): Promise<void> {
  const wanted = language === 'zh' ? '中文' : 'English';
  await page.evaluate((text) => {
    const buttons = [...document.querySelectorAll<HTMLElement>('.side-actions button')];
    buttons.find((button) => button.textContent?.includes(text))?.click();
  }, wanted);
  await page.waitForFunction((tag) => document.documentElement.lang === tag, TAGS[language]);
}
const TAGS = { zh: 'zh-CN', en: 'en' };

/** Chooses an option of the select that has this label. */
export async function pick(page: Page, label: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).click();
  const list = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)');
  await list.getByText(option, { exact: true }).first().click();
}

/** Presses a button that asks first, and says yes. */
export async function confirm(page: Page, button: Locator): Promise<void> {
  await button.click();
  await page.locator('.ant-popover:visible .ant-popconfirm-buttons .ant-btn-primary').click();
}

export interface Violation {
  id: string;
  nodes: string[];
}

/** axe-core's WCAG 2.2 AA findings on the page as it stands. */
export async function axe(page: Page): Promise<Violation[]> {
  // A script element is refused by the page's own policy; an evaluation is not.
  const loaded = await page.evaluate(() => 'axe' in window);
  if (!loaded) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const engine = (window as unknown as { axe: typeof import('axe-core') }).axe;
    const { violations } = await engine.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
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
