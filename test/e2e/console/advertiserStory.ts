/** An advertiser from sign-up to a live campaign: the platform admits it, Alipay takes its money, review passes its creative. */
import type { Browser, Page } from 'playwright-core';
import { picture } from '../exchange/site.ts';
import { confirm, enter, openWindow, pick, visit } from './visitor.ts';

const COMPANY = '安吉云上竹茶有限公司';
const EMAIL = 'owner@bamboo.example.cn';
const PLAN = '竹林春茶上市';

/** The line item's page at the end, and what the browsers' consoles complained of. */
export async function liveCampaign(
  browser: Browser,
  baseURL: string,
): Promise<{ page: Page; faults: string[]; close: () => Promise<void> }> {
  const buyer = await openWindow(browser, baseURL);
  const operator = await enter(browser, baseURL, 'operator@demo.hongze');
  await signUp(buyer.page);
  await admit(operator.page);
  await topUp(buyer.page);
  await makeCreative(buyer.page);
  await approve(operator.page);
  await launch(buyer.page);
  return {
    page: buyer.page,
    faults: [...buyer.faults, ...operator.faults],
    close: async () => {
      await buyer.context.close();
      await operator.context.close();
    },
  };
}

async function signUp(page: Page): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('公司全称').fill(COMPANY);
  await pick(page, '所属行业', '食品');
  await page.getByLabel('经办人姓名').fill('陈知夏');
  await page.getByLabel('邮箱').fill(EMAIL);
  await page.getByLabel('密码').fill('three cups of green tea');
  await page.getByRole('button', { name: '注册并进入工作台' }).click();
  await page.waitForSelector('#content[data-shown="/overview"]');
}

async function admit(page: Page): Promise<void> {
  await visit(page, '/advertisers?status=pending');
  await page.getByText(COMPANY).first().click();
  await confirm(page, page.getByRole('button', { name: '核验通过' }));
  await page.getByText('已保存').waitFor();
}

async function topUp(page: Page): Promise<void> {
  await visit(page, '/wallet?topUp=new');
  await page.getByLabel('充值金额（元）').fill('5000');
  await page.getByRole('button', { name: '去支付宝付款' }).click();
  await page.click('#pay');
  await page.click('#return');
  await page.getByText('¥5,000.00 已到账').waitFor();
}

async function makeCreative(page: Page): Promise<void> {
  await visit(page, '/creatives?edit=new');
  await page.getByLabel('创意名称').fill('竹茶信息流');
  await page.getByLabel('标题').fill('竹林深处一杯春');
  const file = { name: 'tea.png', mimeType: 'image/png', buffer: picture(640, 360, [38, 120, 70]) };
  await page.locator('.editor input[type="file"]').first().setInputFiles(file);
  await page.locator('.asset-input img').waitFor();
  await page.getByLabel('落地页').fill('https://bamboo.example.cn/spring');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('button', { name: '提交审核' }).click();
  await page.getByText('已提交审核').waitFor();
}

async function approve(page: Page): Promise<void> {
  await visit(page, '/review');
  const waiting = page.locator('.review-queue button', { hasText: '竹茶信息流' });
  await waiting.click();
  await page.getByRole('button', { name: /通过/ }).click();
  await waiting.waitFor({ state: 'detached' });
}

/** One by the map, a city by the list, the rest by paste; what is to be had there stands beside it. */
async function chooseCounties(page: Page): Promise<void> {
  await page.locator('.picker-map .tile', { hasText: '江山' }).first().click();
  await page.getByText('已选 1 / 90 个县（市、区）').waitFor();
  await page.locator('.ant-segmented').getByText('列表', { exact: true }).click();
  const city = page.locator('.picker-tree .ant-tree-treenode', { hasText: '舟山市' });
  await city.locator('.ant-tree-checkbox').click();
  await page.getByText('已选 5 / 90 个县（市、区）').waitFor();
  await page.getByText('粘贴', { exact: true }).click();
  await page.getByRole('textbox').fill('杭州市，义乌 330327 火星');
  await page.getByRole('button', { name: '加入选择' }).click();
  await page.getByText('未识别：火星').waitFor();
  await page.getByText('已选 20 / 90 个县（市、区）').waitFor();
  await page.getByText(/每天约 .+ 次机会/).waitFor();
}

async function launch(page: Page): Promise<void> {
  await visit(page, '/campaigns/new');
  const next = () => page.getByRole('button', { name: '下一步' }).click();
  await page.getByLabel('计划名称').fill(PLAN);
  await page.getByLabel('总预算（元）').fill('2000');
  await next();
  await chooseCounties(page);
  await next();
  await page.getByText('设备（不选为全部）').waitFor();
  await next();
  await next();
  await page.getByLabel('日预算（元）').fill('200');
  await next();
  await page.locator('.creative-choice input').first().check();
  await next();
  await page.getByRole('button', { name: '保存并开始投放' }).click();
  // Twice, as an impatient hand does.
  await page.locator('.ant-popconfirm-buttons .ant-btn-primary').dblclick();
  await page.waitForURL(/\/line-items\/\d+/);
}

/** How many campaigns of that name there are. */
export async function campaignsMade(page: Page): Promise<number> {
  await visit(page, `/campaigns?q=${encodeURIComponent(PLAN)}`);
  await page.locator('tr[data-index]').first().waitFor();
  return page.locator('tr[data-index]').count();
}

/** A column from a spreadsheet, pasted into the first bid: how many line items one save then changed. */
export async function pasteBids(page: Page, bids: readonly string[]): Promise<string> {
  await visit(page, '/campaigns/1?bulk=1');
  const first = page.locator('tr[data-index="0"] input').first();
  await first.focus();
  await first.evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    const how = { clipboardData, bubbles: true, cancelable: true };
    input.dispatchEvent(new ClipboardEvent('paste', how));
  }, bids.join('\n'));
  await page.getByRole('button', { name: /保存 \d 项修改/ }).click();
  return (await page.getByText(/已保存 \d+ 个投放单元/).textContent()) ?? '';
}

const FORMATS = [
  '横幅', '信息流', '视频', '开屏', '音频', '户外大屏', '公众号推文', '广播电视时段', '报纸版面',
]; // biome-ignore format: one list

/** In which surroundings the editor shows each format; those without the mark are left out. */
export async function previews(page: Page): Promise<Record<string, string>> {
  const look = page.locator('.editor-look figure');
  const seen: Record<string, string> = {};
  for (const format of FORMATS) {
    await pick(page, '形式', format);
    // The form tells its watchers a task later: what is drawn two frames on is of this format.
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    const marked = (await look.textContent())?.includes('广告');
    const frame = ((await look.getAttribute('class')) ?? '').split('pv-').at(-1);
    if (marked && frame) seen[format] = frame;
  }
  return seen;
}
