/** Finance's month: an outlet confirms, two people pay with a second factor, the bill is matched, the month is closed. */
import type { Browser, Page } from 'playwright-core';
import { base32Text, codeNow } from '../../kit/totp.ts';
import { PASSWORD } from './places.ts';
import { confirm, enter, look, pick, type Visitor, visit } from './visitor.ts';

export interface MonthDone {
  /** State of the statement that was paid. */
  statement: string;
  /** What the desk says of the bill. */
  bill: string;
  /** Months that the desk shows as closed. */
  closed: string[];
  /** In how many days the partner's sheet differs. */
  differing: string;
  faults: string[];
}

export async function payReconcileClose(browser: Browser, baseURL: string): Promise<MonthDone> {
  const outlet = await enter(browser, baseURL, 'outlet@demo.hongze');
  const maker = await enter(browser, baseURL, 'finance@demo.hongze');
  const checker = await enter(browser, baseURL, 'finance2@demo.hongze');
  const people = [outlet, maker, checker];
  const path = await openStatement(outlet.page);
  await dispute(outlet.page);
  await answer(checker.page, path);
  await confirmStatement(outlet.page, path);
  await sendInvoice(outlet.page, WRONG_NO);
  await refuseInvoice(checker.page);
  await readRefusal(outlet.page);
  await sendInvoice(outlet.page, INVOICE_NO, path);
  await verifyInvoice(checker.page);
  await approveStatement(checker.page, path);
  const secret = await enrol(checker.page);
  await requestPayout(maker.page, path);
  await approvePayout(checker.page, secret);
  const statement = await untilPaid(maker.page, path);
  const bill = await matchBill(maker.page);
  await drillDown(maker.page, path);
  const closed = await closeMonths(maker, checker);
  const differing = await takePartnerSheet(maker.page);
  const faults = people.flatMap((one) => one.faults);
  await Promise.all(people.map(({ context }) => context.close()));
  return { statement, bill, closed, differing, faults };
}

async function openStatement(page: Page): Promise<string> {
  await visit(page, '/statements');
  await page.locator('tr[data-index="0"]').click();
  await page.waitForURL(/\/statements\/\d+/);
  return new URL(page.url()).pathname;
}

/** Why is asked for beside the field. */
async function dispute(page: Page): Promise<void> {
  await page.getByRole('button', { name: '提出异议' }).click();
  const form = page.locator('.ant-drawer');
  const send = form.locator('.ant-drawer-footer .ant-btn-primary');
  await send.click();
  await form.locator('.ant-form-item-explain-error').getByText('请说明理由').waitFor();
  await form.getByLabel(/说明理由/).fill('10 月 3 日开屏的展现比后台少');
  await send.dblclick();
  await page.getByText('异议已提交').waitFor();
}

async function answer(page: Page, path: string): Promise<void> {
  await visit(page, path);
  await page.getByText('10 月 3 日开屏的展现比后台少').first().waitFor();
  await page.getByRole('button', { name: '答复异议' }).click();
  const form = page.locator('.ant-drawer');
  await form.getByText('维持原结算单').click();
  await form.getByLabel('答复内容').fill('差额为已剔除的异常流量，明细见附表');
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await page.getByText('已答复').first().waitFor();
}

async function confirmStatement(page: Page, path: string): Promise<void> {
  await look(page, path);
  await confirm(page, page.getByRole('button', { name: '确认无误' }));
  await page.getByText('已确认，等待审批').waitFor();
}

const numberOf = (last: string) => `${new Date().getFullYear() % 100}000000000000${last}`;
const INVOICE_NO = numberOf('314159');
const WRONG_NO = numberOf('271828');
const REFUSAL = '购买方名称与平台抬头不一致';

async function refuseInvoice(page: Page): Promise<void> {
  await visit(page, '/invoices');
  await page.getByText(WRONG_NO).click();
  await page.getByRole('button', { name: '退回', exact: true }).click();
  const form = page.locator('.ant-drawer').last();
  await form.getByLabel(/原因/).fill(REFUSAL);
  await form.locator('.ant-drawer-footer .ant-btn-primary').click();
  await page.locator('tr[data-index]').getByText('查验未过').first().waitFor();
}

async function readRefusal(page: Page): Promise<void> {
  await look(page, '/invoices');
  await page.getByText(WRONG_NO).click();
  await page.locator('.ant-drawer').getByText(REFUSAL).waitFor();
}

/** The outlet's own invoice for what it has confirmed: its total as the statement has it, up to the fen. */
async function sendInvoice(page: Page, number: string, path?: string): Promise<void> {
  if (path) await visit(page, path);
  const due = (await page.locator('.figure-value').first().textContent()) ?? '';
  await visit(page, '/invoices?edit=register');
  await page.getByLabel('结算单').click();
  await page.locator('.ant-select-item-option').first().click();
  await page.getByLabel('发票号码').fill(number);
  await page.getByLabel('价税合计（元）').fill(due.replace(/[¥,]/g, ''));
  await page.locator('.ant-drawer').getByRole('button', { name: '登记发票' }).click();
  await page.locator('tr[data-index]').getByText('待查验').waitFor();
}

async function verifyInvoice(page: Page): Promise<void> {
  await look(page, '/invoices');
  await page.getByText(INVOICE_NO).click();
  await confirm(page, page.getByRole('button', { name: '查验通过' }));
  await page.locator('tr[data-index]').getByText('已查验').first().waitFor();
}

async function approveStatement(page: Page, path: string): Promise<void> {
  await visit(page, path);
  await confirm(page, page.getByRole('button', { name: '审批通过' }));
  await page.getByText('已审批').first().waitFor();
}

/** Turns the second factor on and returns its key. */
async function enrol(page: Page): Promise<string> {
  await visit(page, '/account');
  const panel = page.locator('.panel', { hasText: '二次验证' }).first();
  await panel.getByLabel('当前密码').fill(PASSWORD);
  await panel.getByRole('button', { name: '开启二次验证' }).click();
  const secret = base32Text((await panel.locator('code').textContent()) ?? '');
  await typeCode(page, codeNow(secret));
  await page.getByText('二次验证已开启').waitFor();
  return secret;
}

/** Six boxes, one digit each. */
async function typeCode(page: Page, code: string): Promise<void> {
  await page.locator('.ant-otp input').first().click();
  await page.keyboard.type(code);
}

async function requestPayout(page: Page, path: string): Promise<void> {
  await visit(page, path);
  await confirm(page, page.getByRole('button', { name: '申请打款' }));
  await page.getByText('打款申请已提交').waitFor();
}

/** By keys alone: the row is ticked, the ticked ones approved, the question answered. */
async function approvePayout(page: Page, secret: string): Promise<void> {
  await visit(page, '/payouts?status=created');
  await page.locator('tr[data-index="0"]').focus();
  await page.keyboard.press('Space');
  await page.locator('#approve-chosen:enabled').waitFor();
  await page.keyboard.press('a');
  await page.locator('#approve-chosen-yes:focus').waitFor();
  await page.keyboard.press('Enter');
  await typeCode(page, codeNow(secret));
  await page.getByText(/1 笔已审批/).waitFor();
}

async function untilPaid(page: Page, path: string): Promise<string> {
  for (let tries = 0; tries < 60; tries += 1) {
    await visit(page, path);
    const state = (await page.locator('.mark').first().textContent()) ?? '';
    if (/已打款|已对账/.test(state)) return state;
    await page.waitForTimeout(1_000);
    await visit(page, '/statements');
  }
  return 'not paid';
}

/** From the statement to a charge and its journal, and from the payout to the line of Alipay's bill. */
async function drillDown(page: Page, path: string): Promise<void> {
  await visit(page, `${path}?line=1`);
  const drawer = page.locator('.ant-drawer');
  await drawer.locator('tr[data-index="0"]').click();
  await drawer.getByText('合计').first().waitFor();
  await visit(page, '/payouts');
  await page.locator('tr[data-index="0"]').click();
  await page.locator('.trace').getByText('账单行').first().waitFor();
}

async function matchBill(page: Page): Promise<string> {
  await visit(page, '/reconciliation');
  await page.getByRole('button', { name: '取账单并核对' }).click();
  await page.locator('.ant-message').getByText(/核对/).first().waitFor();
  return (await page.locator('.figure').first().textContent()) ?? '';
}

/** Every month that is over, oldest first, each begun by one person and closed by the other. */
async function closeMonths(maker: Visitor, checker: Visitor): Promise<string[]> {
  await visit(maker.page, '/close');
  const rows = maker.page.locator('tr[data-index]');
  await rows.first().waitFor();
  const months = (await rows.locator('.cell-lead').allTextContents()).map(monthOf).sort();
  const now = new Date().toISOString().slice(0, 7);
  const closed: string[] = [];
  for (const month of months.filter((one) => one < now)) {
    await visit(maker.page, `/close?month=${month}`);
    await confirm(maker.page, maker.page.getByRole('button', { name: '开始关账' }));
    await look(checker.page, `/close?month=${month}`);
    await checker.page.getByRole('button', { name: '关闭账期' }).click();
    const dialog = checker.page.locator('.ant-modal');
    await dialog.locator('.ant-btn-primary').click();
    await checker.page.locator('.page-actions').getByText('已关账').waitFor();
    closed.push(month);
  }
  return closed;
}

/** `2026年9月` → `2026-09`. */
const monthOf = (text: string): string => {
  const [, year, month] = /(\d{4})年(\d{1,2})月/.exec(text) ?? [];
  return `${year}-${String(month).padStart(2, '0')}`;
};

/** A week as a partner's system exports it: looked at day by day first, then taken in whole. Returns what it differs in. */
async function takePartnerSheet(page: Page): Promise<string> {
  await visit(page, '/reconciliation?tab=reports&sheet=1');
  const drawer = page.locator('.ant-drawer').last();
  await pick(page, '合作方', '演示需求方（npm run demo:dsp）');
  const from = Date.parse(await drawer.getByLabel('起始日').inputValue());
  const days = Array.from({ length: 7 }, (_, i) => new Date(from + i * 86_400_000));
  const rows = days.map((day) => `${day.toISOString().slice(0, 10)},500,6.00`);
  const buffer = Buffer.from(`日期,数量,金额（元）\n${rows.join('\n')}\n`);
  const file = { name: 'partner.csv', mimeType: 'text/csv', buffer };
  await drawer.locator('input[type="file"]').setInputFiles(file);
  await drawer.getByRole('button', { name: '检查表格' }).click();
  await drawer.getByText('7 行全部可以导入').waitFor();
  const differing = await drawer.locator('.figure', { hasText: '有差异' }).textContent();
  await drawer.getByRole('button', { name: /全部导入/ }).click();
  await page.getByText('已全部导入').waitFor();
  return differing ?? '';
}
