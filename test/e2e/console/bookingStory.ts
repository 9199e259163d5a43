/**
 * Bookings between two sides: one accepted by its outlet and confirmed by its buyer, a day of it dropped by agreement; a day
 * that did not run made good on another.
 */
import type { Browser, Page } from 'playwright-core';
import { confirm, enter, look, visit } from './visitor.ts';

const ORDER = '年货节头条';
const OFFER = '防汛结束后头条补播一天';

/** What the buyer's list of changes says at the end, and what the browsers' consoles complained of. */
export async function changeByAgreement(
  browser: Browser,
  baseURL: string,
): Promise<{ open: number; faults: string[] }> {
  const outlet = await enter(browser, baseURL, 'outlet@demo.hongze');
  const buyer = await enter(browser, baseURL, 'advertiser@demo.hongze');
  await visit(outlet.page, `/calendar?tab=answers&a_q=${encodeURIComponent(ORDER)}`);
  await outlet.page.getByRole('button', { name: '接受', exact: true }).click();
  await outlet.page.getByText('已答复').waitFor();
  await confirmOrder(buyer.page);
  await askToDrop(buyer.page);
  await look(outlet.page, '/calendar?tab=changes');
  const asked = outlet.page.locator('tr[data-index]', { hasText: '取消日期' });
  await confirm(outlet.page, asked.getByRole('button', { name: '接受', exact: true }));
  await outlet.page.getByText('已答复').last().waitFor();
  await look(buyer.page, '/orders?tab=changes');
  const rows = buyer.page.locator('tr[data-index]', { hasText: '取消日期' });
  const open = await rows.count();
  await offerMakegood(outlet.page);
  await look(buyer.page, '/orders?tab=changes');
  const offered = buyer.page.locator('tr[data-index]', { hasText: OFFER });
  await confirm(buyer.page, offered.getByRole('button', { name: '接受', exact: true }));
  await offered.waitFor({ state: 'detached' });
  const faults = [...outlet.faults, ...buyer.faults];
  await outlet.context.close();
  await buyer.context.close();
  return { open, faults };
}

async function confirmOrder(page: Page): Promise<void> {
  await visit(page, `/orders?q=${encodeURIComponent(ORDER)}`);
  await page.locator('tr[data-index="0"]').first().click();
  await confirm(page, page.getByRole('button', { name: '确认订单' }));
  await page.getByText('订单已生效').waitFor();
}

async function askToDrop(page: Page): Promise<void> {
  await page.getByRole('button', { name: '申请变更' }).first().click();
  await page.locator('.ant-segmented').getByText('取消日期', { exact: true }).click();
  // Before the server is asked: what is missing stands beside its field.
  await page.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('请选择日期').waitFor();
  await page.getByLabel('涉及日期').click();
  await page.locator('.ant-select-item-option').first().click();
  await page.getByLabel('原因').fill('活动推迟一天');
  await page.getByRole('button', { name: '提交申请' }).dblclick();
  await page.getByText('已提交，等待对方答复').waitFor();
}

/** The reason is missing at first, and said beside its field. */
async function offerMakegood(page: Page): Promise<void> {
  await look(page, '/calendar?tab=missed');
  await page.getByRole('button', { name: '提出补播' }).first().click();
  const form = page.locator('.ant-drawer').last();
  const send = form.locator('.ant-drawer-footer .ant-btn-primary');
  await send.click();
  await form.getByText('请写明原因').waitFor();
  await form.getByLabel('原因').fill(OFFER);
  await send.click();
  await page.getByText('已提交，等待对方答复').waitFor();
}
