/** What demand partners win and write, on a page of another origin: it renders, each tracker fires once, nothing becomes the page's. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { hasBrowser, openBrowser } from '../../kit/browser.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { aPartner, aPlacement, aSnapshot } from '../../kit/snapshot.ts';
import { type Dsp, openDsp } from '../../simulator/dsp/dsp.ts';
import { type OutletSite, openOutletSite } from './site.ts';
import { recorded } from './video.ts';

const OWNED = 'javascript:void(document.title="owned")';

describe.skipIf(!hasBrowser)('a partner’s ad in the tag', () => {
  let browser: Browser;
  let site: OutletSite;
  let dsp: Dsp;
  let it: TestExchange;

  beforeAll(async () => {
    browser = await openBrowser();
    site = await openOutletSite();
    dsp = await openDsp({ seat: 'one', priceCpm: 40 });
    it = await openTestExchange(
      aSnapshot({
        placements: [
          aPlacement({ id: 401 }),
          aPlacement({ id: 402, format: 'video', sizes: [{ w: 640, h: 360 }] }),
          aPlacement({ id: 403, format: 'native', sizes: [] }),
        ],
        lineItems: [],
        demandPartners: [aPartner(1, 'one', dsp.url, { timeoutMs: 5_000 })],
      }),
      { assetsUrl: site.url },
    );
    site.media.set('/tea.webm', { type: 'video/webm', body: await recorded(browser) });
  });
  afterAll(() => dsp?.close());

  async function open(placement: number, size: string, bid: object): Promise<Page> {
    dsp.options.bid = bid;
    dsp.notices.length = 0;
    site.pages.set(
      `/page-${placement}`,
      `<!doctype html><html lang="zh-CN"><title>outlet</title><h1>新闻</h1>
       <script async src="${it.url}/tag.js" data-placement="${placement}" data-size="${size}"></script>`,
    );
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    await page.goto(`${site.url}/page-${placement}`);
    return page;
  }

  const impressions = async (placementId: number): Promise<number> =>
    (await it.events()).filter(
      (event) => event.placementId === placementId && event.kind === EVENT_KIND.impression,
    ).length;
  const told = (path: string): URL[] => dsp.notices.filter((each) => each.pathname === path);

  test('a banner stands in frames of its own under the mark, and is billed once on both sides', async () => {
    const adm = `<b>tea</b><img src="${dsp.url}/pixel"><script>parent.parent.document.title="owned"</script>`;
    const page = await open(401, '300x250', { adm });
    await page.waitForSelector('[data-hongze=shown]');
    await page.frameLocator('iframe').getByText('广告 · dsp.example').waitFor();
    await page.frameLocator('iframe').frameLocator('iframe').getByText('tea').waitFor();
    await expect.poll(() => told('/bill').length).toBe(1);
    expect(await impressions(401)).toBe(1);
    expect(told('/pixel')).toHaveLength(1);
    expect(await page.title()).toBe('outlet');
    await page.close();
  });

  test('a wrapper is followed to its video; every server’s trackers are called once, scripts and false clicks never', async () => {
    const at = (path: string) => `<![CDATA[${dsp.url}${path}]]>`;
    const tracking = (name: string) =>
      `<TrackingEvents><Tracking event="start">${at(`/start-${name}`)}</Tracking><Tracking event="complete">${at(`/complete-${name}`)}</Tracking></TrackingEvents>`;
    const inline = `<VAST version="4.2"><Ad><InLine><AdSystem>x</AdSystem><AdTitle>t</AdTitle><Impression>${at('/imp-inline')}</Impression>
      <Extensions><Extension type="adMark">新闻</Extension></Extensions>
      <Creatives><Creative><Linear><Duration>00:00:01</Duration>${tracking('inline')}
      <VideoClicks><ClickThrough>${OWNED}</ClickThrough><ClickTracking>${at('/click')}</ClickTracking></VideoClicks>
      <MediaFiles><MediaFile type="application/javascript" apiFramework="VPAID">${at('/vpaid.js')}</MediaFile>
      <MediaFile type="video/webm" width="320" height="180"><![CDATA[${site.url}/tea.webm]]></MediaFile></MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>`;
    site.media.set('/inline.xml', { type: 'application/xml', body: Buffer.from(inline) });
    const adm = `<VAST version="4.2"><Ad><Wrapper><AdSystem>y</AdSystem><VASTAdTagURI><![CDATA[${site.url}/inline.xml]]></VASTAdTagURI>
      <Impression>${at('/imp-wrapper')}</Impression><Creatives><Creative><Linear>${tracking('wrapper')}</Linear></Creative></Creatives></Wrapper></Ad></VAST>`;
    const page = await open(402, '640x360', { mtype: 2, adm });
    await page.waitForSelector('[data-hongze=shown] video');
    await expect.poll(() => told('/complete-inline').length, { timeout: 20_000 }).toBe(1);
    for (const path of [
      '/imp-wrapper',
      '/imp-inline',
      '/start-wrapper',
      '/start-inline',
      '/complete-wrapper',
    ])
      expect(told(path), path).toHaveLength(1);
    await expect.poll(() => impressions(402)).toBe(1);
    await page.getByLabel('了解详情').click();
    await expect.poll(() => told('/click').length).toBe(1);
    expect(told('/vpaid.js')).toEqual([]);
    expect(await page.getByText('广告', { exact: true }).count()).toBe(1);
    expect([await page.title(), page.context().pages().length]).toEqual(['outlet', 1]);
    await page.close();
  });

  test('a video that may be skipped is, and that is told once', async () => {
    const adm = `<VAST version="4.2"><Ad><InLine><AdSystem>x</AdSystem><AdTitle>t</AdTitle><Creatives><Creative><Linear skipoffset="10%">
      <Duration>00:00:01</Duration><TrackingEvents><Tracking event="skip"><![CDATA[${dsp.url}/skip]]></Tracking></TrackingEvents>
      <MediaFiles><MediaFile type="video/webm"><![CDATA[${site.url}/tea.webm]]></MediaFile></MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>`;
    const page = await open(402, '640x360', { mtype: 2, adm });
    await page.getByLabel('跳过').click();
    await expect.poll(() => told('/skip').length).toBe(1);
    expect(await page.locator('video').count()).toBe(0);
    await page.close();
  });

  test('a wrapper that leads to itself ends with its error told, and the space shows a public-service message', async () => {
    const loop = `<VAST version="4.2"><Ad><Wrapper><AdSystem>y</AdSystem><Error><![CDATA[${dsp.url}/error?code=[ERRORCODE]]]></Error>
      <VASTAdTagURI><![CDATA[${site.url}/loop.xml]]></VASTAdTagURI></Wrapper></Ad></VAST>`;
    site.media.set('/loop.xml', { type: 'application/xml', body: Buffer.from(loop) });
    const page = await open(402, '640x360', { mtype: 2, adm: loop });
    await page.getByText('公益广告').waitFor();
    await expect.poll(() => told('/error')[0]?.searchParams.get('code')).toBe('302');
    await page.close();
  });

  test('native is answered by our assets’ ids; a script for a link, a script tracker or a mark of one’s own is not let in', async () => {
    const adm = JSON.stringify({
      native: {
        assets: [
          { id: 1, title: { text: '<img src=x onerror="document.title=1">春茶' } },
          { id: 4, data: { value: '山里的味道' } },
        ],
        link: { url: OWNED, clicktrackers: [`${dsp.url}/click`] },
        eventtrackers: [
          { event: 1, method: 1, url: `${dsp.url}/imp` },
          { event: 1, method: 2, url: `${dsp.url}/script.js` },
          { event: 2, method: 1, url: `${dsp.url}/seen` },
        ],
        imptrackers: [`${dsp.url}/imp-old`],
        ext: { mark: '新闻' },
      },
    });
    const page = await open(403, '600x160', { mtype: 4, adm });
    await page.waitForSelector('[data-hongze=shown]');
    expect(dsp.requests.at(-1)?.imp[0]?.native).toMatchObject({
      request: expect.stringContaining('"assets"'),
    });
    await page.getByText('山里的味道').waitFor();
    await page.getByText('广告', { exact: true }).waitFor();
    await page.locator('[data-hongze=shown] a').click();
    for (const path of ['/imp', '/imp-old', '/seen', '/click'])
      await expect.poll(() => told(path).length, { timeout: 10_000 }).toBe(1);
    expect(told('/script.js')).toEqual([]);
    expect(await impressions(403)).toBe(1);
    expect([await page.title(), page.context().pages().length]).toEqual(['outlet', 1]);
    await page.close();
  });
});
