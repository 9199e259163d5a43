/**
 * An outlet's way in: it signs up and hands its papers in, is given them back, is approved, by mistake and again, signs, is
 * countersigned.
 */
import type { Browser, Page } from 'playwright-core';
import { taxNoCheck } from '../../../db/terms/taxNumber.ts';
import { confirm, enter, look, openWindow, pick, type Visitor, visit } from './visitor.ts';

const OUTLET = '钱塘听潮融媒体中心';
const NUMBER = '12330100MA9100001';
const CREDIT_CODE = NUMBER + taxNoCheck(NUMBER);
const MISTAKE = '分成比例填错';
const REMARK = '法人证书编号与附件不符';

/** What the browsers' consoles complained of on the way; the outlet's contract is in force at the end. */
export async function comeIn(
  browser: Browser,
  baseURL: string,
  operator: Page,
): Promise<{ faults: string[] }> {
  const outlet = await openWindow(browser, baseURL);
  const finance = await enter(browser, baseURL, 'finance@demo.hongze');
  const { page } = outlet;
  await signUp(page);
  await handIn(page);
  await openSheet(operator);
  await giveBack(operator);
  await look(page, '/admission');
  await page.getByText(REMARK).waitFor();
  await confirm(page, page.getByRole('button', { name: '提交审核' }));
  await page.getByText('平台正在审核').waitFor();
  await openSheet(operator);
  await approve(operator, '7.2');
  await recall(operator);
  await look(page, '/admission');
  await page.getByText(MISTAKE).waitFor();
  await approve(operator, '72');
  await look(page, '/admission');
  await confirm(page, page.getByRole('button', { name: '签署合同' }));
  await page.getByText('等待平台财务复核生效').waitFor();
  await openSheet(finance.page);
  await confirm(finance.page, finance.page.getByRole('button', { name: '复核并生效' }));
  await finance.page.locator('.ant-drawer').getByText('已生效').first().waitFor();
  await look(page, '/admission');
  await page.getByText('合同已生效，可以创建广告位并售卖').waitFor();
  return { faults: await leave(outlet, finance) };
}

async function leave(...visitors: Visitor[]): Promise<string[]> {
  await Promise.all(visitors.map(({ context }) => context.close()));
  return visitors.flatMap(({ faults }) => faults);
}

async function signUp(page: Page): Promise<void> {
  await page.goto('/sign-up');
  await page.locator('.ant-segmented').getByText('媒体', { exact: true }).click();
  await page.getByLabel('媒体全称').fill(OUTLET);
  await pick(page, '层级', '县级');
  await page.getByLabel('所在行政区划').fill('钱塘');
  await page.locator('.ant-select-tree-node-content-wrapper', { hasText: '钱塘区' }).click();
  await page.getByLabel('经办人姓名').fill('闻人潮');
  await page.getByLabel('邮箱').fill('owner@tide.example.cn');
  await page.getByLabel('密码').fill('the tide comes twice a day');
  await page.getByRole('button', { name: '注册并进入工作台' }).click();
  await page.waitForSelector('#content[data-shown]:not([data-shown="/"])');
}

/** What is missing is named; a number that cannot be right is refused beside its field. */
async function handIn(page: Page): Promise<void> {
  await visit(page, '/admission');
  await page.getByText('请填写统一社会信用代码').waitFor();
  await page.getByRole('button', { name: '填写材料' }).click();
  const form = page.locator('.ant-drawer');
  const save = form.locator('.ant-drawer-footer .ant-btn-primary');
  await form.getByLabel('统一社会信用代码').fill('91330100');
  await form.getByLabel('证件编号').fill('事证第 133010000001 号');
  await save.click();
  await form.getByText('18 位数字与大写字母').waitFor();
  await form.getByLabel('统一社会信用代码').fill(CREDIT_CODE);
  await form.getByLabel('联系人').fill('闻人潮');
  await form.getByLabel('联系电话').fill('0571-86000000');
  await form.getByLabel('收款支付宝账号').fill('pay@tide.example.cn');
  await save.click();
  await page.getByText('材料齐全，可以提交').waitFor();
  await confirm(page, page.getByRole('button', { name: '提交审核' }));
  await page.getByText('平台正在审核').waitFor();
}

async function openSheet(page: Page): Promise<void> {
  await look(page, `/outlets?q=${encodeURIComponent(OUTLET)}`);
  await page.locator('tr[data-index="0"]').click();
}

async function giveBack(page: Page): Promise<void> {
  await page.getByRole('button', { name: '退回材料' }).click();
  const form = page.locator('.ant-drawer').last();
  await form.getByLabel('原因').fill(REMARK);
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await page.getByText('已退回').waitFor();
}

async function recall(page: Page): Promise<void> {
  await page.getByRole('button', { name: '撤回审核结论' }).click();
  const form = page.locator('.ant-drawer').last();
  await form.getByLabel('原因').fill(MISTAKE);
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await page.getByText('已撤回，合同草稿已作废').waitFor();
}

async function approve(page: Page, percent: string): Promise<void> {
  await page.getByRole('button', { name: '通过并起草合同' }).click();
  const form = page.locator('.ant-drawer').last();
  await form.getByLabel('该媒体分成').fill(percent);
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await page.getByText('已通过，等待媒体签署').waitFor();
}
