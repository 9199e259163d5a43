/** What befalls a list: a switch that the server refuses, an answer that fails, a table taken away as a file. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { visit } from './visitor.ts';

/** Shown as flipped while the answer is on its way; whether it is as it was once it is refused, and the reason said. */
export async function isUndone(page: Page): Promise<boolean> {
  await visit(page, '/placements');
  const toggle = page.getByRole('switch').first();
  const was = await toggle.isChecked();
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/placements/*', async (route) => {
    await held;
    const json = { code: 'conflict', zh: '该广告位有未完成的订单', en: 'orders are under way' };
    await route.fulfill({ status: 409, contentType: 'application/problem+json', json });
  });
  await toggle.click();
  await page.waitForFunction(
    (old) => document.querySelector('[role="switch"]')?.getAttribute('aria-checked') !== `${old}`,
    was,
  );
  answer();
  await page.locator('.ant-message-error').waitFor();
  await page.unroute('**/api/placements/*');
  return (await toggle.isChecked()) === was;
}

/** A list that fails says so and reads again when asked. */
export async function failedList(page: Page): Promise<void> {
  await page.route('**/api/rate-cards*', (route) => route.fulfill({ status: 500, json: {} }));
  await visit(page, '/rate-card');
  const again = page.getByRole('button', { name: '重试' });
  await again.waitFor();
  await page.unroute('**/api/rate-cards*');
  await again.click();
  await page.locator('tr[data-index]').first().waitFor();
}

/** The table as CSV and as XLSX: the head of the CSV, in yuan, and the mark of the XLSX. */
export async function takenAway(page: Page): Promise<{ csv: string; xlsx: string }> {
  const take = async (format: string): Promise<Buffer> => {
    await page.getByRole('button', { name: '导出' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.ant-dropdown:visible').getByText(format).click(),
    ]);
    return readFile(await file.path());
  };
  const csv = (await take('CSV')).toString('utf8');
  return { csv: csv.slice(0, 80), xlsx: (await take('XLSX')).toString('latin1', 0, 2) };
}
