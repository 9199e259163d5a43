/**
 * `npm run screens [word…]`: a picture of every screen of the demo at PUBLIC_URL, full and empty, in both languages, on a
 * desk (1440) and a phone (390), into the ignored folder `screens/`. Words narrow it: a desk, a screen's name, `full`,
 * `empty`, `zh`, `en`, `1440`, `390`. A person looks at them; the tests only walk through.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { findChromium, launchChromium } from '../kit/chromium.ts';
import { type EmptyDesk, openEmptyDesk } from './console/emptyDesks.ts';
import { DESKS, DOORS } from './console/places.ts';
import { look, openWindow, signIn, visit } from './console/visitor.ts';

const FOLDER = 'screens';
/** Charts draw themselves after their data has come. */
const SETTLE_MS = 700;
const MAX_HEIGHT = 4_000;
const baseUrl = process.env.PUBLIC_URL;
if (!baseUrl) throw new Error('PUBLIC_URL is not set: run this as `npm run screens`');

const words = process.argv.slice(2);
/** Those of a kind that were named; all of them where none was. */
const wanted = <T>(all: readonly T[], nameOf: (one: T) => string): readonly T[] => {
  const named = all.filter((one) => words.includes(nameOf(one)));
  return named.length > 0 ? named : all;
};

const browser = await launchChromium(await findChromium());
const languages = wanted(['zh', 'en'] as const, String);
const widths = wanted([1440, 390], String);
const desks = wanted(DESKS, (desk) => desk.name);
const everyPlace = [DOORS, ...DESKS.map((desk) => desk.places)].flat();
const named = new Set(everyPlace.map(({ name }) => name).filter((name) => words.includes(name)));
const chosen = <P extends { name: string }>(places: readonly P[]) =>
  places.filter(({ name }) => named.size === 0 || named.has(name));

const fills = wanted(['full', 'empty'] as const, String);

interface Sitting {
  name: string;
  language: 'zh' | 'en';
  width: number;
  places: readonly { name: string; path: string }[];
  email?: string;
  password?: string;
  prepare?: (page: Page) => Promise<void>;
}

const empty: EmptyDesk[] = [];
if (fills.includes('empty')) {
  for (const desk of desks) empty.push(await openEmptyDesk(desk, baseUrl));
}
let pictures = 0;
for (const language of languages) {
  for (const width of widths) {
    const seat = { language, width };
    if (fills.includes('full')) {
      if (desks.length === DESKS.length) await sit({ ...seat, name: 'door', places: DOORS });
      for (const { name, email, places } of desks) await sit({ ...seat, name, email, places });
    }
    for (const { desk, ...rest } of empty)
      await sit({ ...seat, ...rest, name: `${desk.name}-empty` });
  }
}
await browser.close();
process.stdout.write(`${pictures} pictures in ${FOLDER}/\n`);

/** One window through all the screens of a desk. */
async function sit({ name, language, width, email, password, ...rest }: Sitting): Promise<void> {
  const places = chosen(rest.places);
  if (places.length === 0) return;
  const { page, faults, context } = await openWindow(browser, baseUrl ?? '', { language, width });
  await rest.prepare?.(page);
  const folder = join(FOLDER, `${width}-${language}`, name);
  const base = page.viewportSize()?.height ?? 900;
  mkdirSync(folder, { recursive: true });
  if (email) await signIn(page, email, password);
  for (const place of places) {
    await (email ? visit : look)(page, place.path);
    await page.waitForTimeout(SETTLE_MS);
    // The wall is a wall once auctions come in.
    if (place.name === 'live') await page.waitForSelector('.wall-stream li');
    // The whole page, or the sheet over it, as a window of its height: bars that stand still stand where they belong.
    const height = await page.evaluate(() => {
      const sheets = [...document.querySelectorAll<HTMLElement>('.ant-drawer-body')];
      const below = sheets.map((sheet) => sheet.scrollHeight - sheet.clientHeight);
      const page = document.documentElement.scrollHeight;
      return Math.max(page, window.innerHeight + Math.max(0, ...below));
    });
    await page.setViewportSize({ width, height: Math.min(MAX_HEIGHT, Math.max(height, base)) });
    await page.screenshot({ path: join(folder, `${place.name}.png`) });
    await page.setViewportSize({ width, height: base });
    pictures += 1;
  }
  for (const fault of faults) process.stderr.write(`${name} ${language} ${width}: ${fault}\n`);
  await context.close();
}
