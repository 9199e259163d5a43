/** An advertiser’s desk: every screen, from sign-up to a live campaign, and typing that nothing loses. */
import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../../kit/browser.ts';
import { campaignsMade, liveCampaign, pasteBids, previews } from './advertiserStory.ts';
import { PATIENCE_MS, testWalk, useHouse } from './desk.ts';
import { workForClients } from './switchStory.ts';
import { enter, visit } from './visitor.ts';

describe.skipIf(!hasBrowser)('the advertiser’s desk', () => {
  const house = useHouse();
  testWalk(house, 'advertiser');
  testWalk(house, 'agency');

  test(
    'an advertiser goes from sign-up to a live campaign, made once by a double click',
    async () => {
      const { page, faults, close } = await liveCampaign(house.browser, house.url);
      await page.getByText('没有发现阻碍').waitFor();
      expect(await campaignsMade(page)).toBe(1);
      expect(faults).toEqual([]);
      await close();
    },
    PATIENCE_MS,
  );

  test(
    'typing outlives a reload, and a stale edit says whose change came first',
    async () => {
      const one = await enter(house.browser, house.url, 'advertiser@demo.hongze');
      const other = await enter(house.browser, house.url, 'advertiser@demo.hongze');
      const [mine, theirs] = [one.page, other.page];
      for (const page of [mine, theirs]) await visit(page, '/line-items/2?edit=1');
      await mine.getByLabel('投放单元名称').fill('我的名字');
      await mine.reload();
      await mine.getByText('已恢复上次未保存的内容').waitFor();
      await theirs.getByLabel('投放单元名称').fill('先改的名字');
      await theirs.getByRole('button', { name: '保存', exact: true }).click();
      await theirs.getByText('已更新，数秒内生效').waitFor();
      await mine.getByRole('button', { name: '保存', exact: true }).click();
      await mine.getByText(/陈小禾 已于 \d\d:\d\d 先作修改/).waitFor();
      expect(await mine.getByLabel('投放单元名称').inputValue()).toBe('我的名字');
      await mine.getByRole('button', { name: '仍保存我的' }).click();
      await mine.getByText('已更新，数秒内生效').waitFor();
      await one.context.close();
      await other.context.close();
    },
    PATIENCE_MS,
  );

  test(
    'a lost connection says so, keeps what was typed, and goes on when it is back; every format is seen in its place, marked; a pasted column is saved at once',
    async () => {
      const { page, context } = await enter(house.browser, house.url, 'advertiser@demo.hongze');
      await visit(page, '/creatives?edit=new');
      await page.getByLabel('创意名称').fill('断网时写的');
      await context.setOffline(true);
      await page.getByText('网络已断开').first().waitFor();
      await context.setOffline(false);
      await page.getByText('网络已断开').first().waitFor({ state: 'detached' });
      expect(await page.getByLabel('创意名称').inputValue()).toBe('断网时写的');
      expect(await previews(page)).toEqual({
        ...{ 横幅: 'phone', 信息流: 'phone', 视频: 'phone', 开屏: 'phone', 音频: 'radio' },
        ...{ 户外大屏: 'screen', 公众号推文: 'paper', 广播电视时段: 'screen', 报纸版面: 'paper' },
      });
      expect(await pasteBids(page, ['1.25', '34.50', '25.10'])).toContain('已保存 3 个投放单元');
      await context.close();
    },
    PATIENCE_MS,
  );

  test(
    'a paper is filed once by a double click; filed again, the server’s word stands beside its number',
    async () => {
      const { page, context } = await enter(house.browser, house.url, 'advertiser@demo.hongze');
      const file = async (issuer: string) => {
        await visit(page, '/papers?paper=new');
        await page.getByLabel('编号 / 文号').fill('浙食广审 2026 第 0417 号');
        await page.getByLabel('发证机关').fill(issuer);
      };
      const send = page.getByRole('button', { name: '提交核验' });
      await file('浙江省市场监督管理局');
      await send.dblclick();
      await page.getByText('已提交，等待平台核验').waitFor();
      const rows = page.locator('tr[data-index]', { hasText: '浙食广审' });
      await rows.first().waitFor();
      expect(await rows.count()).toBe(1);
      await file('市监局');
      await send.click();
      const beside = page.locator('.ant-form-item', { hasText: '编号 / 文号' });
      await beside.getByText('该编号的资质已登记').waitFor();
      expect(await page.getByLabel('发证机关').inputValue()).toBe('市监局');
      await context.close();
    },
    PATIENCE_MS,
  );

  test(
    'an agency sees whose each campaign is, one client’s alone, the balance of whom it acts for, and takes away what each spent',
    async () => {
      const { seen, faults } = await workForClients(house.browser, house.url);
      expect(seen.desk).toBe('代理商');
      expect(seen.every).toHaveLength(3);
      expect(seen.one).toEqual(['云栖山居文旅有限公司']);
      for (const name of seen.every ?? []) expect(seen.report).toContain(name);
      expect(faults).toEqual([]);
    },
    PATIENCE_MS,
  );
});
