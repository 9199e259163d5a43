/** Whoever works for several: an agency for its advertisers, a press group's clerk for its outlets and organisations. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { confirm, enter, visit } from './visitor.ts';

export interface Switched {
  /** What was read on the way, in its order. */
  seen: Record<string, string | string[]>;
  faults: string[];
}

/** Its campaigns with whose each is; one client's alone; and the balance, which follows the switch. */
export async function workForClients(browser: Browser, baseURL: string): Promise<Switched> {
  const { page, faults, context } = await enter(browser, baseURL, 'agency@demo.hongze');
  const balance = page.locator('.figure', { hasText: '可用余额' }).locator('.figure-value');
  const before = (await balance.textContent()) ?? '';
  const desk = (await page.locator('.side-brand small').textContent()) ?? '';
  await act(page, '当前广告主', '云栖山居文旅有限公司');
  await page.waitForFunction(
    (old) => document.querySelector('.figure-value')?.textContent !== old,
    before,
  );
  await visit(page, '/campaigns');
  await page.locator('tr[data-index]').first().waitFor();
  const every = await namesIn(page);
  await page.getByRole('combobox', { name: '广告主', exact: true }).click();
  await page.locator('.ant-select-dropdown:visible').getByText('云栖山居文旅有限公司').click();
  await page.waitForURL(/advertiserId=/);
  const one = await namesIn(page);
  const report = await reportOfClients(page);
  await context.close();
  return { seen: { desk, every, one, report }, faults };
}

/** What each client spent, as a file that the worker makes meanwhile: its text once it is there. */
async function reportOfClients(page: Page): Promise<string> {
  await visit(page, '/reports?tab=exports&file=new');
  const form = page.locator('.ant-drawer');
  await form.getByLabel('名称').fill('各客户消耗');
  await form.getByText('CSV', { exact: true }).click();
  await form.getByLabel('维度').click();
  await page.locator('.ant-select-dropdown:visible').getByText('广告主', { exact: true }).click();
  await form.getByRole('button', { name: '开始导出' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('tr[data-index="0"]', { hasText: '各客户消耗' }).getByRole('link').click(),
  ]);
  return readFile(await file.path(), 'utf8');
}

/** The outlet on its way in beside the one that sells; a red letter answered and issued; the other organisation's desk. */
export async function workForGroup(browser: Browser, baseURL: string): Promise<Switched> {
  const { page, faults, context } = await enter(browser, baseURL, 'group@demo.hongze');
  await act(page, '当前媒体', '秀洲融媒体中心');
  await visit(page, '/admission');
  await page.getByText('平台退回了材料').waitFor();
  const letter = await takeBack(page);
  await visit(page, '/income');
  const here = (await page.locator('.side-organisation').textContent()) ?? '';
  await page.locator('.side-switch').click();
  await page.locator('.ant-dropdown').getByText('桐乡').click();
  await page.locator('.side-organisation', { hasText: '桐乡' }).waitFor();
  await visit(page, '/placements');
  await page.locator('tr[data-index]').first().waitFor();
  await context.close();
  return { seen: { letter, here }, faults };
}

async function act(page: Page, label: string, name: string): Promise<void> {
  await page.getByLabel(label).click();
  await page.locator('.ant-select-dropdown:visible').getByText(name).click();
}

const namesIn = async (page: Page): Promise<string[]> =>
  [...new Set(await page.locator('tr[data-index] td:nth-child(2)').allTextContents())].sort();

/** The platform asked; the outlet agrees and records the red invoice. Returns what the letter says in the end. */
async function takeBack(page: Page): Promise<string> {
  await visit(page, '/invoices?tab=red');
  await page.locator('tr[data-index="0"]').getByText('待你确认').click();
  const sheet = page.locator('.ant-drawer').first();
  await confirm(page, sheet.getByRole('button', { name: '确认', exact: true }));
  await sheet.getByRole('button', { name: '登记红字发票' }).click();
  const form = page.locator('.ant-drawer').last();
  await form.getByLabel('红字确认单编号').fill('123');
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await form.getByText('红字确认单编号为 20 位数字').waitFor();
  await form.getByLabel('红字确认单编号').fill('33010026110000000001');
  await form.getByLabel('发票号码').fill(`${new Date().getFullYear() % 100}330000000000271828`);
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await page.getByText('红字发票已登记').waitFor();
  const mark = page.locator('tr[data-index="0"] .mark', { hasText: '已开红票' });
  return (await mark.first().textContent()) ?? '';
}
