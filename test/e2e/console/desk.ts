/** What every file of the console's tests begins with: the demo that they share, a browser of its own, the walk of a desk. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { openBrowser } from '../../kit/browser.ts';
import { DESKS, type Desk } from './places.ts';
import { walk } from './walk.ts';

/** A machine that does much else at the same time. */
export const PATIENCE_MS = 480_000;

export interface House {
  browser: Browser;
  url: string;
  /** Where the demo keeps what it keeps. */
  folder: string;
}

/** Filled before the file's first test. */
export function useHouse(): House {
  const house = {} as House;
  beforeAll(async () => {
    const answer = await fetch(inject('demoKeeper'), { method: 'POST' });
    house.url = await answer.text();
    if (!answer.ok) throw new Error(house.url);
    house.folder = answer.headers.get('x-demo-folder') ?? '';
    house.browser = await openBrowser();
  }, 280_000);
  afterAll(() => fetch(inject('demoKeeper'), { method: 'DELETE' }));
  return house;
}

export function testWalk(house: House, name: Desk['name']): void {
  const desk = DESKS.find((one) => one.name === name) as Desk;
  test(
    `every screen of the ${name} opens without a fault, passes axe in both languages, fits a phone; forms name what is missing`,
    async ({ expect }) => {
      const seen = await walk(house.browser, house.url, desk);
      expect(seen.violations).toEqual({});
      expect(seen.wide).toEqual([]);
      expect(seen.silent).toEqual([]);
      expect(seen.faults).toEqual([]);
    },
    PATIENCE_MS,
  );
}
