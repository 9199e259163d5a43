/**
 * `npm run screens [word…]`: a picture of every screen of the demo at PUBLIC_URL, in both languages, on a desk (1440)
 * and a phone (390), into the ignored folder `screens/`. Words narrow it: a desk, a screen's name, `zh`, `en`, `1440`,
 * `390`. A person looks at them; the tests only walk through.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium, launchChromium } from '../kit/chromium.ts';
import { DESKS, DOORS } from './console/places.ts';
import { look, openWindow, signIn } from './console/visitor.ts';

const FOLDER = 'screens';
/** Charts draw themselves after their data has come. */
const SETTLE_MS = 700;
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

let pictures = 0;
for (const language of languages) {
  for (const width of widths) {
    await takeDesk('door', language, width, undefined, chosen(DOORS));
    for (const desk of desks) {
      await takeDesk(desk.name, language, width, desk.email, chosen(desk.places));
    }
  }
}
await browser.close();
process.stdout.write(`${pictures} pictures in ${FOLDER}/\n`);

async function takeDesk(
  name: string,
  language: 'zh' | 'en',
  width: number,
  email: string | undefined,
  places: readonly { name: string; path: string }[],
): Promise<void> {
  if (places.length === 0) return;
  const { page, faults, context } = await openWindow(browser, baseUrl ?? '', { language, width });
  const folder = join(FOLDER, `${width}-${language}`, name);
  mkdirSync(folder, { recursive: true });
  if (email) await signIn(page, email);
  for (const place of places) {
    await look(page, place.path);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: join(folder, `${place.name}.png`), fullPage: true });
    pictures += 1;
  }
  for (const fault of faults) process.stderr.write(`${name} ${language} ${width}: ${fault}\n`);
  await context.close();
}
