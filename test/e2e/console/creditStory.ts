/** A wallet's credit: proposed by one of finance, held up for them, confirmed by another from the list of what waits; and a line spread. */
import type { Browser, Page } from 'playwright-core';
import { confirm, enter, look, visit } from './visitor.ts';

export interface Granted {
  /** What its proposer is told in place of a button. */
  proposerSees: string;
  /** What waits for the other. */
  waits: string;
  /** The row of the wallet, once it is granted. */
  wallet: string;
  /** The agency's client, once the line is spread. */
  client: string;
  faults: string[];
}

const ADVERTISER = '金华双溪乳业有限公司';

export async function grantCredit(browser: Browser, baseURL: string): Promise<Granted> {
  const proposer = await enter(browser, baseURL, 'finance@demo.hongze');
  const second = await enter(browser, baseURL, 'finance2@demo.hongze');
  const agency = await enter(browser, baseURL, 'agency@demo.hongze');
  const people = [proposer, second, agency];
  await propose(proposer.page);
  const own = proposer.page.locator('tr[data-index]', { hasText: ADVERTISER });
  await own.click();
  const sheet = proposer.page.locator('.ant-drawer');
  await sheet.getByRole('button', { name: '撤回' }).waitFor();
  const proposerSees = (await sheet.textContent()) ?? '';
  await look(second.page, '/notices');
  const notice = second.page.locator('.notices a', { hasText: '授信' });
  const waits = (await notice.textContent()) ?? '';
  await notice.click();
  await second.page.locator('tr[data-index]', { hasText: ADVERTISER }).click();
  await confirm(second.page, second.page.getByRole('button', { name: '确认授信' }));
  await second.page.getByText('已确认，额度生效').waitFor();
  await visit(second.page, '/credit?tab=wallets');
  const row = second.page.locator('tr[data-index]', { hasText: ADVERTISER });
  const wallet = (await row.textContent()) ?? '';
  const client = await spread(agency.page);
  const faults = people.flatMap((one) => one.faults);
  await Promise.all(people.map(({ context }) => context.close()));
  return { proposerSees, waits, wallet, client, faults };
}

async function propose(page: Page): Promise<void> {
  await visit(page, '/credit');
  await page.getByRole('button', { name: '调整授信' }).click();
  const form = page.locator('.ant-drawer');
  await form.locator('.ant-radio-button-wrapper', { hasText: '钱包授信' }).click();
  // Of forty by their name.
  await form.getByLabel('广告主', { exact: true }).fill(ADVERTISER);
  await page.locator('.ant-select-item-option').first().click();
  await form.getByLabel('新额度').fill('12000');
  await form.getByLabel('理由').fill('杨梅季投放，按订单回款');
  await form.locator('.ant-drawer-footer .ant-btn-primary').dblclick();
  await page.getByText('已提交，等待另一人确认').waitFor();
}

/** To the client that has none yet. */
async function spread(page: Page): Promise<string> {
  await visit(page, '/credit');
  const row = page.locator('tr[data-index]', { hasText: '越州电器股份有限公司' });
  await row.getByRole('button', { name: '分配额度' }).click();
  const form = page.locator('.ant-drawer');
  await form.getByRole('spinbutton', { name: '额度' }).fill('7500');
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await row.getByText('¥7,500.00').first().waitFor();
  return (await row.textContent()) ?? '';
}
