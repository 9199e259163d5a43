/** A browser for a test file. Where none can be had, `describe.skipIf(!hasBrowser)` skips its tests. */
import type { Browser } from 'playwright-core';
import { inject } from 'vitest';
import { launchChromium } from './chromium.ts';
import { closeAfterFile } from './closing.ts';

export const hasBrowser: boolean = inject('chromium') !== null;

/** A Chromium with a new profile, closed after the file's last test. */
export async function openBrowser(): Promise<Browser> {
  const binary = inject('chromium');
  if (!binary)
    throw new Error('no Chromium here: guard the tests with describe.skipIf(!hasBrowser)');
  const browser = await launchChromium(binary);
  closeAfterFile(() => browser.close());
  return browser;
}
