import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { EVENT_KIND } from '../../../bidding/wire/event.ts';
import { hasBrowser, openBrowser } from '../../kit/browser.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { prebidScript } from '../../kit/prebid.ts';
import { type OutletSite, openOutletSite, picture } from './site.ts';

describe.skipIf(!hasBrowser)('other people’s clients in Chromium', () => {
  let browser: Browser;
  let site: OutletSite;
  let it: TestExchange;
  let prebid: string | undefined;

  beforeAll(async () => {
    browser = await openBrowser();
    site = await openOutletSite();
    site.media.set('/media/tea.png', { type: 'image/png', body: picture(300, 250, [38, 120, 70]) });
    it = await openTestExchange(undefined, { assetsUrl: site.url });
    prebid = await prebidScript();
    const library = createRequire(import.meta.url).resolve('@dailymotion/vast-client');
    const script = readFileSync(library.replace(/[^/]+$/, 'vast-client.min.js'), 'utf8');
    site.media.set('/vast.mjs', { type: 'text/javascript', body: Buffer.from(script) });
    site.media.set('/prebid.js', { type: 'text/javascript', body: Buffer.from(prebid ?? '') });
    site.pages.set(
      '/player',
      '<title>player</title><script type="module">import { VASTClient } from "/vast.mjs"; window.VASTClient = VASTClient;</script>',
    );
  });

  test('the vast-client library parses every version, inline and by wrapper', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.url}/player`);
    for (const version of ['4.2', '4.1', '4.0', '3.0', '2.0'])
      for (const type of ['inline', 'wrapper']) {
        const ad = await page.evaluate(async (address) => {
          // biome-ignore lint/suspicious/noExplicitAny: the library's class, put there by the page.
          const { ads } = await new (window as any).VASTClient().get(address);
          if (!ads[0]) throw new Error(`no ad: ${address} ${await (await fetch(address)).text()}`);
          const [creative] = ads[0].creatives;
          return {
            impressions: ads[0].impressionURLTemplates.length,
            errors: ads[0].errorURLTemplates.length,
            duration: creative.duration,
            media: creative.mediaFiles[0].fileURL,
            click: creative.videoClickThroughURLTemplate?.url,
            events: Object.keys(creative.trackingEvents),
          };
        }, `${it.url}/vast?placement=202&v=${version}&type=${type}`);
        expect(ad.duration, version).toBe(15);
        expect(ad.media).toBe(`${site.url}/media/tea.mp4`);
        expect(ad.click).toContain('/t/c?t=');
        expect(ad.events).toEqual(expect.arrayContaining(['start', 'midpoint', 'complete']));
        expect(ad.impressions).toBe(type === 'wrapper' ? 2 : 1);
        expect(ad.errors).toBeGreaterThan(0);
      }
    await page.close();
  });

  test('an unmodified Prebid.js gets a bid by its server-to-server client, renders it, and bills it once', async (context) => {
    if (!prebid) return context.skip('Prebid.js could not be fetched here');
    site.pages.set(
      '/prebid',
      '<!doctype html><title>prebid</title><div id="slot"></div><script src="/prebid.js"></script>',
    );
    const page = await browser.newPage();
    await page.goto(`${site.url}/prebid`);
    const bid = await page.evaluate(
      (exchange) =>
        new Promise<Record<string, unknown>>((resolve) => {
          // biome-ignore lint/suspicious/noExplicitAny: Prebid's own global, untyped here.
          const pbjs = (window as any).pbjs;
          pbjs.setConfig({
            bidderTimeout: 3000,
            s2sConfig: {
              accountId: '1',
              bidders: ['zhejiang'],
              enabled: true,
              timeout: 2000,
              adapter: 'prebidServer',
              endpoint: {
                p1Consent: `${exchange}/openrtb2/auction`,
                noP1Consent: `${exchange}/openrtb2/auction`,
              },
              syncEndpoint: {
                p1Consent: `${exchange}/cookie_sync`,
                noP1Consent: `${exchange}/cookie_sync`,
              },
              extPrebid: { aliases: { zhejiang: 'hongze' } },
            },
          });
          pbjs.addAdUnits([
            {
              code: 'slot',
              mediaTypes: { banner: { sizes: [[300, 250]] } },
              bids: [{ bidder: 'zhejiang', params: { placement: '201' } }],
            },
          ]);
          pbjs.requestBids({
            bidsBackHandler: () => {
              const [best] = pbjs.getHighestCpmBids('slot');
              if (best) {
                const frame = document.createElement('iframe');
                frame.width = '300';
                frame.height = '250';
                document.querySelector('#slot')?.append(frame);
                pbjs.renderAd(frame.contentDocument, best.adId);
              }
              resolve(
                best
                  ? {
                      bidder: best.bidderCode,
                      cpm: best.cpm,
                      currency: best.currency,
                      width: best.width,
                      creativeId: best.creativeId,
                      domains: best.meta?.advertiserDomains,
                    }
                  : {},
              );
            },
          });
        }),
      it.url,
    );
    expect(bid).toMatchObject({
      bidder: 'zhejiang',
      cpm: 20,
      currency: 'CNY',
      width: 300,
      creativeId: '601',
    });
    expect(bid.domains).toEqual(['tea.example']);
    await page.waitForTimeout(1_000);
    const texts = await Promise.all(
      page.frames().map((frame) => frame.locator('body').innerText()),
    );
    expect(texts.some((text) => text.includes('广告'))).toBe(true);
    const events = (await it.events()).filter(
      (event) => event.placementId === 201 && event.kind === EVENT_KIND.impression,
    );
    expect(events.map((event) => event.priceMicroCny)).toEqual([20_000]);
  });
});
