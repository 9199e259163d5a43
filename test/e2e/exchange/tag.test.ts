import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { EVENT_KIND, type TrackedEvent } from '../../../bidding/wire/event.ts';
import { decodeFeedback, type Feedback } from '../../../bidding/wire/feedback.ts';
import { keys } from '../../../bidding/wire/keys.ts';
import { hasBrowser, openBrowser } from '../../kit/browser.ts';
import { openTestExchange, type TestExchange } from '../../kit/exchange.ts';
import { aCreative, aLineItem, aPlacement, aSnapshot } from '../../kit/snapshot.ts';
import { type OutletSite, openOutletSite, picture, silence } from './site.ts';
import { recorded } from './video.ts';

const HOSTILE =
  '"><script>parent.document.title="owned"</script><img src=x onerror="top.location=\'https://evil.example\'">';

describe.skipIf(!hasBrowser)('the tag on a page of another origin', () => {
  let browser: Browser;
  let site: OutletSite;
  let it: TestExchange;

  beforeAll(async () => {
    browser = await openBrowser();
    site = await openOutletSite();
    site.media.set('/media/tea.png', { type: 'image/png', body: picture(300, 250, [38, 120, 70]) });
    site.media.set('/media/tea.mp3', { type: 'audio/wav', body: silence() });
    const usual = aSnapshot();
    it = await openTestExchange(
      aSnapshot({
        creatives: [
          ...usual.creatives,
          aCreative({ id: 608, format: 'splash', w: 720, h: 1280 }),
          aCreative({ id: 606, content: { title: HOSTILE, html: `<h1>${HOSTILE}</h1>` } }),
          aCreative({
            id: 607,
            format: 'native',
            w: null,
            h: null,
            content: { title: HOSTILE, description: HOSTILE, imageUrl: '/media/tea.png' },
          }),
        ],
        placements: [
          ...usual.placements,
          aPlacement({ id: 303, format: 'splash', sizes: [{ w: 360, h: 640 }] }),
          { ...(usual.placements[0] as (typeof usual.placements)[0]), id: 301 },
          { ...(usual.placements[2] as (typeof usual.placements)[0]), id: 302 },
        ],
        lineItems: [
          aLineItem({
            creativeIds: [601, 602, 603, 604, 605, 608],
            target: { attribute: 'placement', in: [201, 202, 203, 204, 205, 303] },
          }),
          aLineItem({
            id: 502,
            advertiserId: 302,
            creativeIds: [606, 607],
            target: { attribute: 'placement', in: [301, 302] },
          }),
        ],
      }),
      { assetsUrl: site.url },
    );
    site.media.set('/media/tea.mp4', { type: 'video/webm', body: await recorded(browser) });
  });

  async function open(placement: number, width = 1440, size = '300x250'): Promise<Page> {
    const path = `/page-${placement}`;
    const [w, h] = size.split('x');
    site.pages.set(
      path,
      `<!doctype html><html lang="zh-CN"><title>outlet</title><body style="margin:20px"><h1>新闻</h1>
       <div id="slot" style="max-width:640px"><script async src="${it.url}/tag.js" data-placement="${placement}" data-size="${size}" style="display:block;margin:0 auto;max-width:${w}px;aspect-ratio:${w}/${h}"></script></div>
       <p id="after">正文</p></body></html>`,
    );
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(`${site.url}${path}`);
    await page.waitForSelector('[data-hongze=shown]');
    return page;
  }

  const count = (events: TrackedEvent[], placementId: number, kind: number): number =>
    events.filter((event) => event.placementId === placementId && event.kind === kind).length;

  async function said(): Promise<Feedback[]> {
    await it.exchange.flush();
    const entries = await it.redis.xrange(keys.feedback, '-', '+');
    return entries.flatMap(([, fields]) => decodeFeedback(fields[1] ?? '') ?? []);
  }

  async function until(placementId: number, kind: number): Promise<TrackedEvent[]> {
    for (let i = 0; i < 100; i++) {
      const events = await it.events();
      if (count(events, placementId, kind) > 0) return events;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return it.events();
  }

  test('a banner shows its mark, fires its impression and its viewable once, and closes by one click', async () => {
    const page = await open(201);
    const frame = page.frameLocator('iframe');
    await frame.getByText('广告').waitFor();
    const events = await until(201, EVENT_KIND.viewable);
    expect(count(events, 201, EVENT_KIND.impression)).toBe(1);
    expect(count(events, 201, EVENT_KIND.viewable)).toBe(1);
    const viewable = events.find((event) => event.kind === EVENT_KIND.viewable);
    expect(viewable?.geometry).toMatch(/^300,250,100,\d{4}$/);
    await frame.getByLabel('关闭广告').click();
    await page.waitForFunction(() => document.querySelectorAll('iframe').length === 0);
    expect(await it.rejections()).toEqual([]);
  });

  test('nothing on the page moves when the ad arrives, on a desk or on a phone', async () => {
    for (const width of [1440, 390]) {
      const page = await open(201, width);
      const shift = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries())
                sum += (entry as unknown as { value: number }).value;
            }).observe({ type: 'layout-shift', buffered: true });
            setTimeout(() => resolve(sum), 600);
          }),
      );
      expect(shift).toBe(0);
      const box = await page.locator('[data-hongze=shown]').boundingBox();
      expect(box?.width).toBeLessThanOrEqual(width);
      await page.close();
    }
  });

  test('native is built as text, and its click goes to the landing page', async () => {
    const page = await open(203, 390, '600x160');
    await page.getByText('明前龙井').waitFor();
    await page.getByText('广告', { exact: true }).waitFor();
    const href = await page.locator('[data-hongze=shown] a').getAttribute('href');
    const click = await fetch(href as string, { redirect: 'manual' });
    expect(click.headers.get('location')).toMatch(/^https:\/\/tea\.example\/spring/);
    const events = await until(203, EVENT_KIND.viewable);
    expect(count(events, 203, EVENT_KIND.impression)).toBe(1);
    expect(count(events, 203, EVENT_KIND.click)).toBe(1);
  });

  test('video plays muted, reports its start and quartiles once each, and can be skipped', async () => {
    await open(202, 1440, '640x360');
    let events = await until(202, EVENT_KIND.impression);
    for (let i = 0; i < 60; i++) {
      events = await it.events();
      if (events.some((event) => event.eventKey.endsWith('.complete'))) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const names = events
      .filter((event) => event.placementId === 202 && event.kind === EVENT_KIND.quartile)
      .map((event) => event.eventKey.split('.').at(-1));
    expect(names).toContain('start');
    expect(names).toContain('complete');
    expect(new Set(names).size).toBe(names.length);
    expect(count(events, 202, EVENT_KIND.impression)).toBe(1);
  });

  test('audio waits for the listener, then counts', async () => {
    const page = await open(204, 390, '320x120');
    expect(count(await it.events(), 204, EVENT_KIND.impression)).toBe(0);
    await page.evaluate(() => {
      const audio = document.querySelector('audio') as HTMLAudioElement;
      audio.muted = true;
      return audio.play();
    });
    expect(count(await until(204, EVENT_KIND.impression), 204, EVENT_KIND.impression)).toBe(1);
  });

  test('markup with script neither leaves its frame nor becomes the page', async () => {
    for (const [placement, size] of [
      [301, '300x250'],
      [302, '600x160'],
    ] as const) {
      const page = await open(placement, 1440, size);
      await page.waitForTimeout(500);
      expect(await page.title()).toBe('outlet');
      expect(page.url()).toContain(site.url);
      expect(await page.locator('[data-hongze=shown] script').count()).toBe(0);
      await page.close();
    }
  });

  test('the menu says why, and takes a complaint', async () => {
    const page = await open(201);
    await page.getByLabel('广告选项').click();
    await page.getByLabel('为什么看到此广告').click();
    await page.getByText('依据本页内容').waitFor();
    await page.getByLabel('投诉此广告').click();
    await page.getByLabel('内容虚假或误导').click();
    await expect
      .poll(async () => (await said()).map((each) => each.reason))
      .toContain('misleading');
    const answers = (await it.events()).filter((event) => event.kind === EVENT_KIND.feedback);
    expect(answers.some((event) => event.eventKey.endsWith('.report'))).toBe(true);
  });

  test('an ad that a reader does not want is gone at once, and does not come back to that browser', async () => {
    const page = await open(201);
    await page.getByLabel('广告选项').click();
    await page.getByLabel('不感兴趣').click();
    await page.getByText('已记录').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('iframe').length === 0);
    await page.reload();
    await page.getByText('公益广告').waitFor();
    const other = await open(201);
    expect(await other.locator('iframe').count()).toBe(1);
    await Promise.all([page.close(), other.close()]);
  });

  test.each([
    ['splash', 303, '360x640'],
    ['DOOH', 205, '640x360'],
  ])(
    '%s shows its mark and fires its impression and its viewable once',
    async (_format, placement, size) => {
      const page = await open(placement, 1440, size);
      await page.frameLocator('iframe').getByText('广告', { exact: true }).waitFor();
      const events = await until(placement, EVENT_KIND.viewable);
      expect(count(events, placement, EVENT_KIND.impression)).toBe(1);
      expect(count(events, placement, EVENT_KIND.viewable)).toBe(1);
      await page.close();
    },
  );

  interface Asked {
    imp: { tagid: string; banner: { format: { w: number; h: number }[] } }[];
    user: { id?: string; consent?: string; ext?: { optout?: number } };
  }

  /** A page of these tags, and the bid requests that they have sent so far. */
  async function openAsking(tags: string, width = 1000): Promise<{ page: Page; asked: Asked[] }> {
    const asked: Asked[] = [];
    site.pages.set('/asking', `<!doctype html><html lang="zh-CN"><body>${tags}</body></html>`);
    const page = await browser.newPage({ viewport: { width, height: 600 } });
    page.on('request', (request) => {
      if (request.url().endsWith('/openrtb2/auction'))
        asked.push(JSON.parse(request.postData() ?? '{}') as Asked);
    });
    await page.goto(`${site.url}/asking`);
    return { page, asked };
  }
  const tag = (attributes: string): string =>
    `<script async src="${it.url}/tag.js" ${attributes}></script>`;

  test.each(['banner', 'native', 'video', 'splash', 'audio', 'dooh'])(
    'the demo page of %s shows an ad of it, and the line that brought it',
    async (format) => {
      const page = await browser.newPage();
      const answer = await page.goto(`${it.url}/demo/${format}`);
      expect(answer?.status()).toBe(200);
      await page.waitForSelector('[data-hongze=shown]');
      expect(await page.locator('code').first().innerText()).toContain(`src="${it.url}/tag.js"`);
      await page.close();
    },
  );

  test('native takes the shape of its box, the template that is named, or the outlet’s own, filled as text', async () => {
    const native = (more: string) => tag(`data-placement="302" ${more}`);
    const directions = async (page: Page) =>
      page
        .locator('[data-hongze=shown] a')
        .evaluateAll((links) =>
          links.map((each) => [
            getComputedStyle(each).flexDirection,
            each.querySelectorAll('img').length,
          ]),
        );
    const { page } = await openAsking(native('data-size="600x160"'));
    await page.waitForSelector('[data-hongze=shown]');
    expect(await directions(page)).toEqual([['row', 1]]);
    await page.close();
    const tall = await openAsking(native('data-size="300x400"'));
    await tall.page.waitForSelector('[data-hongze=shown]');
    expect(await directions(tall.page)).toEqual([['column', 1]]);
    await tall.page.close();
    const named = await openAsking(native('data-size="300x400" data-template="text"'));
    await named.page.waitForSelector('[data-hongze=shown]');
    expect(await directions(named.page)).toEqual([['row', 0]]);
    await named.page.close();
    const own = await openAsking(
      `<template id="mine"><figure class="ours"><img data-ad="image"><figcaption data-ad="title"></figcaption><i data-ad="nonsense">x</i></figure></template>${native('data-size="300x400" data-template="#mine"')}`,
    );
    await own.page.waitForSelector('[data-hongze=shown] .ours');
    expect(await own.page.locator('.ours figcaption').innerText()).toContain('parent.document');
    expect(await own.page.locator('.ours script').count()).toBe(0);
    expect(await own.page.locator('.ours img').getAttribute('src')).toContain('/media/tea.png');
    expect(await own.page.locator('.ours i').innerText()).toBe('');
    await own.page.getByText('广告', { exact: true }).waitFor();
    await own.page.close();
  });

  test('a space far below asks for nothing until the reader comes near', async () => {
    const near = tag('data-placement="201" data-size="300x250"');
    const far = tag('data-placement="303" data-size="360x640"');
    const { page, asked } = await openAsking(`${near}<p style="height:4000px"></p>${far}`);
    await page.waitForSelector('[data-hongze=shown]');
    expect(await page.getByRole('complementary').count()).toBe(2);
    expect(asked.map((each) => each.imp[0]?.tagid)).toEqual(['201']);
    await page.evaluate(() => scrollTo(0, 3_900));
    await expect.poll(() => asked.map((each) => each.imp[0]?.tagid)).toEqual(['201', '303']);
    await page.close();
  });

  test('of several sizes the box takes the largest that fits its column, and all are offered', async () => {
    const sizes = 'data-placement="201" data-size="320x50,640x360,300x250"';
    for (const [width, room] of [
      [1000, [640, 360]],
      [400, [300, 250]],
    ] as const) {
      const { page, asked } = await openAsking(tag(sizes), width);
      await expect.poll(() => asked.length).toBe(1);
      expect(asked[0]?.imp[0]?.banner.format).toHaveLength(3);
      const box = await page.getByRole('complementary').first().boundingBox();
      expect([Math.round(box?.width ?? 0), Math.round(box?.height ?? 0)]).toEqual(room);
      await page.close();
    }
  });

  test('an identifier is sent with the reader’s consent only, and none after an opt-out', async () => {
    const space = 'data-placement="201" data-size="300x250"';
    const first = await openAsking(tag(space));
    await expect.poll(() => first.asked.length).toBe(1);
    expect([first.asked[0]?.user.id, first.asked[0]?.user.consent]).toEqual([undefined, undefined]);
    await first.page.close();
    const { page, asked } = await openAsking(tag(`${space} data-consent="1"`));
    await page.waitForSelector('[data-hongze=shown]');
    await page.reload();
    await expect.poll(() => asked.length).toBe(2);
    expect(asked[0]?.user).toMatchObject({ id: expect.stringMatching(/^.{16,}$/), consent: '1' });
    expect(asked[1]?.user.id).toBe(asked[0]?.user.id);
    await page.waitForSelector('[data-hongze=shown]');
    await page.getByLabel('广告选项').click();
    await page.getByLabel('关闭个性化').click();
    await page.reload();
    await expect.poll(() => asked.length).toBe(3);
    expect(asked[2]?.user).toEqual({ ext: { optout: 1 } });
    await page.close();
  });

  test('where nobody buys, the space shows a public-service message', async () => {
    site.pages.set(
      '/none',
      `<div style="width:300px"><script async src="${it.url}/tag.js" data-placement="999" data-size="300x250"></script></div>`,
    );
    const page = await browser.newPage();
    await page.goto(`${site.url}/none`);
    await page.getByText('公益广告').waitFor();
  });
});
