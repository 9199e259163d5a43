/** One small market: an outlet of each tier, placements of each format, one advertiser with a creative for each. */
import { gzipSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { BUDGET_LUA } from '../../bidding/wire/budget.ts';
import { keys } from '../../bidding/wire/keys.ts';
import type { SnapshotDemandPartner } from '../../bidding/wire/partner.ts';
import type {
  Snapshot,
  SnapshotCreative,
  SnapshotDelta,
  SnapshotLineItem,
  SnapshotPlacement,
} from '../../bidding/wire/snapshot.ts';
import type { Day } from '../../db/terms/day.ts';

export const aLineItem = (over: Partial<SnapshotLineItem> = {}): SnapshotLineItem => ({
  id: 501,
  campaignId: 401,
  advertiserId: 301,
  advertiserDomain: 'tea.example',
  advertiserName: '龙井茶业',
  category: 'beverage',
  priority: 'open',
  pricing: 'CPM',
  bidFen: 2000,
  startsAtMs: 0,
  endsAtMs: Number.MAX_SAFE_INTEGER,
  target: { all: [] },
  frequencyCaps: [],
  creativeIds: [601, 602, 603, 604, 605],
  rankMultiplier: 1,
  ...over,
});

export const aCreative = (over: Partial<SnapshotCreative> = {}): SnapshotCreative => ({
  id: 601,
  advertiserId: 301,
  format: 'banner',
  w: 300,
  h: 250,
  content: {
    title: '明前龙井',
    description: '西湖山上，春天第一杯',
    brandName: '龙井茶业',
    imageUrl: '/media/tea.png',
  },
  landingUrl: 'https://tea.example/spring?os=__OS__',
  category: 'beverage',
  isPsa: false,
  aiGenerated: false,
  contentHash: 'a'.repeat(64),
  ...over,
});

export const aPlacement = (over: Partial<SnapshotPlacement> = {}): SnapshotPlacement => ({
  id: 201,
  propertyId: 101,
  outletId: 1,
  format: 'banner',
  sizes: [{ w: 300, h: 250 }],
  floorCpmFen: 500,
  auctionType: 'first',
  ...over,
});

/** A demand partner; its line item 900 + id has to be granted (`openTestExchange` does). */
export const aPartner = (
  id: number,
  seat: string,
  url: string,
  over: Partial<SnapshotDemandPartner> = {},
): SnapshotDemandPartner => ({
  id,
  code: seat,
  seat,
  url: `${url}/bid`,
  timeoutMs: 150,
  qps: 100_000,
  gzip: false,
  advertiserId: 700 + id,
  campaignId: 800 + id,
  lineItemId: 900 + id,
  formats: [],
  divisions: [],
  outletIds: [],
  discountPercent: 0,
  ...over,
});

/** Outlet 1 (county Yuhang), placements 201 banner, 202 video, 203 native, 204 audio, 205 dooh. */
export const aSnapshot = (over: Partial<Snapshot> = {}): Snapshot => ({
  version: 1,
  publishedAtMs: 0,
  outlets: [
    {
      id: 1,
      name: '余杭融媒',
      tier: 'county',
      divisionCode: '330110',
      blockedCategories: [],
      blockedAdvertiserIds: [],
    },
  ],
  properties: [{ id: 101, outletId: 1, kind: 'site', domain: 'yuhang.example', forMinors: false }],
  placements: [
    aPlacement(),
    aPlacement({ id: 202, format: 'video', sizes: [{ w: 640, h: 360 }] }),
    aPlacement({ id: 203, format: 'native', sizes: [] }),
    aPlacement({ id: 204, format: 'audio', sizes: [] }),
    aPlacement({ id: 205, format: 'dooh', sizes: [{ w: 1920, h: 1080 }] }),
  ],
  floorRules: [],
  creatives: [
    aCreative(),
    aCreative({
      id: 602,
      format: 'video',
      w: 640,
      h: 360,
      content: { title: '明前龙井', videoUrl: '/media/tea.mp4', durationMs: 15_000 },
    }),
    aCreative({
      id: 603,
      format: 'native',
      w: null,
      h: null,
      content: {
        title: '明前龙井',
        description: '西湖山上，春天第一杯',
        brandName: '龙井茶业',
        imageUrl: '/media/tea.png',
        iconUrl: '/media/tea-icon.png',
      },
    }),
    aCreative({
      id: 604,
      format: 'audio',
      w: null,
      h: null,
      content: { title: '明前龙井', audioUrl: '/media/tea.mp3', durationMs: 15_000 },
    }),
    aCreative({ id: 605, format: 'dooh', w: 1920, h: 1080 }),
  ],
  lineItems: [aLineItem()],
  deals: [],
  stops: [],
  ...over,
});

/** Puts a snapshot where nodes look for it. */
export async function publish(redis: Redis, snapshot: Snapshot): Promise<void> {
  await redis.set(keys.snapshot, gzipSync(JSON.stringify(snapshot), { level: 1 }));
  await redis.set(keys.snapshotVersion, String(snapshot.version));
}

export async function publishDelta(redis: Redis, delta: SnapshotDelta): Promise<void> {
  const body = JSON.stringify(delta);
  await redis.xadd(keys.snapshotDeltas, '*', 'v', String(delta.version), 'd', body);
  await redis.set(keys.snapshotVersion, String(delta.version));
}

/** Grants the day's pool of whoever buys in the market. */
export async function grantAll(
  redis: Redis,
  { lineItems, demandPartners = [] }: Snapshot,
  day: Day,
  amountMicroCny: number,
): Promise<void> {
  const sha = (await redis.script('LOAD', BUDGET_LUA.grant)) as string;
  const ids = [...lineItems.map(({ id }) => id), ...demandPartners.map((each) => each.lineItemId)];
  for (let i = 0; i < ids.length; i += 5_000) {
    const pipeline = redis.pipeline();
    for (const id of ids.slice(i, i + 5_000))
      pipeline.evalsha(sha, 1, keys.budget(id, day), amountMicroCny, 'test', 86_400);
    await pipeline.exec();
  }
}

/** Grants a line item's pool of a day. */
export async function grant(
  redis: Redis,
  lineItemId: number,
  day: Day,
  amountMicroCny: number,
): Promise<void> {
  const name = keys.budget(lineItemId, day);
  await redis.eval(BUDGET_LUA.grant, 1, name, amountMicroCny, 'test', 86_400);
}
