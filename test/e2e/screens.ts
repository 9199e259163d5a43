/**
 * `npm run screens [desk…]`: a picture of every screen of the demo at PUBLIC_URL, in both languages, on a desk (1440)
 * and a phone (390), into the ignored folder `screens/`. A person looks at them; the tests only walk through.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium, launchChromium } from '../kit/chromium.ts';
import { DESKS } from './console/places.ts';
import { look, openWindow, signIn } from './console/visitor.ts';

const FOLDER = 'screens';
/** Charts draw themselves after their data has come. */
const SETTLE_MS = 700;
const baseUrl = process.env.PUBLIC_URL;
if (!baseUrl) throw new Error('PUBLIC_URL is not set: run this as `npm run screens`');

const wanted = process.argv.slice(2);
const browser = await launchChromium(await findChromium());
let pictures = 0;
for (const desk of DESKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  for (const language of ['zh', 'en'] as const) {
    for (const width of [1440, 390]) {
      const { page, faults, context } = await openWindow(browser, baseUrl, { language, width });
      const folder = join(FOLDER, `${width}-${language}`, desk.name);
      mkdirSync(folder, { recursive: true });
      await page.goto('/sign-in');
      await page.waitForSelector('form');
      await page.screenshot({ path: join(folder, 'sign-in.png') });
      await signIn(page, desk.email);
      for (const place of desk.places) {
        await look(page, place.path);
        await page.waitForTimeout(SETTLE_MS);
        await page.screenshot({ path: join(folder, `${place.name}.png`), fullPage: true });
        pictures += 1;
      }
      for (const fault of faults) process.stderr.write(`${desk.name} ${language}: ${fault}\n`);
      await context.close();
    }
  }
}
await browser.close();
process.stdout.write(`${pictures} pictures in ${FOLDER}/\n`);
