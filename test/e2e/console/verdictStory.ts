/**
 * What the platform decides and its advertiser answers: a discount that is given, a creative that is refused, appealed, passed;
 * and what it takes off the air.
 */
import type { Page } from 'playwright-core';
import { confirm, look, pick, visit } from './visitor.ts';

const ORDER = '年度框架电视';
const CREATIVE = '夏日冷泡 信息流';
const REASON = '请写明茶叶的产地与等级';
const APPEAL = '产地与等级写在落地页第二屏';

/** The advertiser sees its order reserved at the price that was agreed. */
export async function giveDiscount(operator: Page, buyer: Page): Promise<void> {
  await visit(operator, `/orders?q=${encodeURIComponent(ORDER)}`);
  await operator.locator('tr[data-index="0"]').click();
  await operator.getByText('年度框架客户').waitFor();
  await confirm(operator, operator.getByRole('button', { name: '批准折扣' }));
  await operator.getByText('已批准，档位已预留').waitFor();
  await visit(buyer, `/orders?q=${encodeURIComponent(ORDER)}`);
  await buyer.locator('tr[data-index="0"]').getByText('已预留').waitFor();
}

/** By keys alone at the review desk, with the reason that the advertiser then reads. */
export async function refuseAndAppeal(operator: Page, buyer: Page): Promise<void> {
  await turnTo(operator);
  await operator.keyboard.press('r');
  const dialog = operator.locator('.ant-modal');
  await dialog.getByLabel('驳回原因').fill(REASON);
  await dialog.locator('.ant-btn-primary').click();
  await operator.getByText('已驳回').waitFor();
  await visit(buyer, `/creatives?q=${encodeURIComponent(CREATIVE)}`);
  await buyer.locator('tr[data-index="0"]').click();
  const sheet = buyer.locator('.ant-drawer');
  await sheet.getByText(REASON).first().waitFor();
  await sheet.getByLabel('申诉理由').fill(APPEAL);
  await sheet.getByRole('button', { name: '提交审核' }).click();
  await buyer.getByText('已提交审核').waitFor();
  await look(operator, '/review');
  await turnTo(operator);
  await operator.getByText(APPEAL).waitFor();
  await operator.keyboard.press('a');
  await operator.getByText('已通过').first().waitFor();
}

/** Down the queue with J until the creative is the one that is looked at. */
async function turnTo(operator: Page): Promise<void> {
  await visit(operator, '/review');
  const current = operator.locator('.review-queue [aria-current="true"] .review-name');
  for (let tries = 0; tries < 20; tries += 1) {
    if ((await current.textContent()) === CREATIVE) return;
    const before = operator.url();
    await operator.keyboard.press('j');
    await operator.waitForFunction((url) => window.location.href !== url, before);
  }
  throw new Error(`${CREATIVE} is not in the queue`);
}

/** One creative, chosen by name in the one county, until a node has obeyed; then it runs again. */
export async function stopAndLift(operator: Page): Promise<void> {
  const reason = '画面与防汛通知同屏不妥';
  await visit(operator, '/stops?stop=new');
  await choose(operator, '所属广告主', '云栖', '云栖山居文旅有限公司 #3');
  await pick(operator, '创意', '云栖民宿 开屏 1080×1920 #17');
  await choose(operator, '地域（不选为全省）', '余杭', '余杭区 330110');
  await operator.getByLabel('原因').fill(reason);
  await operator.locator('.ant-drawer-footer .ant-btn-primary').click();
  const row = operator.locator('tr[data-index]', { hasText: reason });
  await row.getByText(/\d+ 个节点，最快 [\d.]+ 秒/).waitFor();
  await confirm(operator, row.getByRole('button', { name: '恢复' }));
  await row.getByText('已恢复').waitFor();
}

/** In a long list by typing what one looks for. */
async function choose(page: Page, label: string, typed: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(typed);
  await page
    .locator('.ant-select-dropdown:visible .ant-select-item-option')
    .getByText(option, { exact: true })
    .click();
}

/** The server turns the wall away, as it does while it restarts: the wall says so, and goes on by itself. */
export async function wallGoesOn(operator: Page): Promise<void> {
  await operator.route('**/api/live', (route) => route.fulfill({ status: 503, body: '' }));
  await look(operator, '/live');
  await operator.getByText('连接中断，正在重连').waitFor();
  await operator.unroute('**/api/live');
  await operator.locator('.wall-live').waitFor();
  await operator.locator('.wall-stream li').first().waitFor();
}
