/** Finds the run's Chromium once, before the first browser test; says so loudly when there is none. */
import type { TestProject } from 'vitest/node';
import { type ChromiumBinary, findChromium } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Null where no browser can be had: the tests that need one are skipped. */
    chromium: ChromiumBinary | null;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  try {
    project.provide('chromium', await findChromium());
  } catch (error) {
    process.stderr.write(`\nBROWSER TESTS ARE SKIPPED. ${(error as Error).message}\n\n`);
    project.provide('chromium', null);
  }
}
