/** A next version of a contract: drafted by one, looked at before it is signed, activated by another, seen by its outlet. */
import type { Browser, Page } from 'playwright-core';
import { confirm, enter, look, visit } from './visitor.ts';

/** The demo outlet's version in force. */
const PRESENT = '/contracts?contract=18';

export interface Signed {
  /** What the form says of the shares while they are typed. */
  said: string[];
  /** What the draft would have paid, party by party. */
  replayed: string;
  /** Whether its drafter could activate it. */
  drafterMay: boolean;
  /** What the outlet is shown of it. */
  outletSees: string;
  faults: string[];
}

export async function signNextVersion(browser: Browser, baseURL: string): Promise<Signed> {
  const drafter = await enter(browser, baseURL, 'finance@demo.hongze');
  const second = await enter(browser, baseURL, 'finance2@demo.hongze');
  const outlet = await enter(browser, baseURL, 'outlet@demo.hongze');
  const people = [drafter, second, outlet];
  const said = await draftNext(drafter.page);
  const path = new URL(drafter.page.url());
  const own = drafter.page.locator('.ant-drawer').last();
  await own.getByText('由您起草').waitFor();
  const table = own.getByRole('table', { name: /上月/ });
  await table.locator('tr[data-index]').first().waitFor();
  const replayed = (await table.textContent()) ?? '';
  const drafterMay = await own.getByRole('button', { name: '复核生效' }).isEnabled();
  const address = `${path.pathname}${path.search}`;
  await visit(second.page, address);
  await confirm(second.page, second.page.getByRole('button', { name: '复核生效' }));
  await second.page.locator('.ant-drawer').getByText('待生效').first().waitFor();
  await look(outlet.page, address);
  const shown = outlet.page.locator('.ant-drawer');
  await shown.getByText('待生效').first().waitFor();
  const outletSees = (await shown.textContent()) ?? '';
  const faults = people.flatMap((one) => one.faults);
  await Promise.all(people.map(({ context }) => context.close()));
  return { said, replayed, drafterMay, outletSees, faults };
}

/** Two percent more for the outlet, two less for the platform; a second tier, first refused, for it begins where the first does. */
async function draftNext(page: Page): Promise<string[]> {
  await visit(page, PRESENT);
  await page.getByRole('button', { name: '起草下一版本' }).click();
  const form = page.locator('.ant-drawer:has(.ant-drawer-footer)').last();
  const save = form.locator('.ant-drawer-footer .ant-btn-primary');
  const shares = form.getByLabel('分成比例');
  const sum = async () =>
    (await form.locator('.tier').first().getByRole('status').textContent()) ?? '';
  const said: string[] = [];
  await shares.first().fill('72');
  await shares.first().blur();
  said.push(await sum());
  await save.click();
  await form.locator('.ant-form-item-explain-error', { hasText: '现为 102%' }).waitFor();
  await shares.nth(3).fill('16');
  await shares.nth(3).blur();
  said.push(await sum());
  await form.getByRole('button', { name: '添加流水阶梯' }).click();
  const from = form.getByLabel('当月流水达到');
  await from.fill('0');
  await save.click();
  await form.locator('.ant-form-item-explain-error', { hasText: '递增' }).waitFor();
  await from.fill('8000');
  await form.getByLabel('每月保底').fill('1000');
  await save.dblclick();
  await form.waitFor({ state: 'hidden' });
  await page.waitForURL(
    (url) => !url.search.includes('edit') && !url.search.endsWith('contract=18'),
  );
  return said;
}
