/** The market and the bid requests of whole-server benches: requests of about 2 KB, the fields that matter among many that do not. */

import type { Snapshot } from '../../../bidding/wire/snapshot.ts';
import { CONNECTIONS, DEVICES, OPERATING_SYSTEMS } from '../../../db/terms/market.ts';
import type { Random } from '../../kit/random.ts';
import { benchSnapshot } from '../kit/market.ts';
import { benchRequest } from '../kit/requests.ts';

const CAPS = [{ scope: 'lineItem', window: 'day', count: 5 } as const];
/** Everything that any format needs, so that whoever is found can be shown. */
const CONTENT = {
  title: '春茶上市，直达产地',
  description: '明前龙井，采摘当日发货',
  brandName: '云栖茶社',
  imageUrl: 'https://cdn.example.cn/tea/640.jpg',
  videoUrl: 'https://cdn.example.cn/tea/15s.mp4',
  durationMs: 15_000,
};

const DEVICE_TYPES = { mobile: 4, tablet: 5, desktop: 2, tv: 3, dooh: 8 };
const OS_NAMES = ['Android', 'iOS', 'HarmonyOS', 'Windows', 'macOS', 'Linux'];
const CONNECTION_TYPES: Record<string, number> = {
  wifi: 2,
  '2g': 4,
  '3g': 5,
  '4g': 6,
  '5g': 7,
  wired: 1,
};
const UA =
  'Mozilla/5.0 (Linux; Android 14; V2324A Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) ' +
  'Version/4.0 Chrome/123.0.6312.118 Mobile Safari/537.36 MicroMessenger/8.0.49.2600';

/** Line items with caps, running for ever, whose creatives can be shown in any format. */
export function auctionMarket(random: Random, items: number): Snapshot {
  const base = benchSnapshot(random, items, 2);
  return {
    ...base,
    creatives: base.creatives.map((creative) => ({ ...creative, content: CONTENT })),
    lineItems: base.lineItems.map((item) => ({
      ...item,
      startsAtMs: 0,
      endsAtMs: Number.MAX_SAFE_INTEGER,
      frequencyCaps: CAPS,
    })),
  };
}

/** One body; about 2,000 bytes. */
export function benchBody(random: Random, snapshot: Snapshot, n: number): string {
  const request = benchRequest(random, snapshot, n);
  const placement = snapshot.placements.find((each) => each.id === request.imps[0]?.placementId);
  const size = placement?.sizes[0] ?? { w: 640, h: 360 };
  const device = DEVICES[request.device] ?? 'mobile';
  const imp = {
    id: '1',
    tagid: String(placement?.id),
    secure: 1,
    bidfloor: 0.5,
    bidfloorcur: 'CNY',
    displaymanager: 'hongze-tag',
    displaymanagerver: '1.4.0',
    banner: { format: [size], pos: 1, topframe: 1, battr: [1, 3, 5, 8], api: [3, 5, 6, 7] },
    video: {
      mimes: ['video/mp4', 'video/webm'],
      w: size.w,
      h: size.h,
      protocols: [2, 3, 7, 13],
      minduration: 5,
      maxduration: 60,
    },
    native: { request: '{"ver":"1.2"}' },
    ext: {
      gpid: '/2201/yuhang/home#top',
      data: { pbadslot: 'home-top' },
      tid: '8d3a7b0c-21f5-44c9',
    },
  };
  return JSON.stringify({
    id: `0f3c9a1e-7d52-4f0b-9c55-${n.toString(16).padStart(12, '0')}`,
    imp: [imp],
    site: {
      id: `s${placement?.outletId}`,
      name: '县融媒体中心新闻客户端',
      domain: 'news.yuhang.example',
      page: `https://news.yuhang.example/2026/11/22/content_${n}.html`,
      ref: 'https://news.yuhang.example/',
      cat: request.categories,
      keywords: request.keywords.join(','),
      publisher: { id: String(placement?.outletId), name: '融媒体中心', domain: 'yuhang.example' },
      content: { id: `c${n}`, title: '春茶开采，山路上的一天', language: 'zh', context: 5 },
    },
    device: {
      ua: UA,
      ip: '115.236.0.1',
      language: 'zh',
      devicetype: DEVICE_TYPES[device],
      make: 'vivo',
      model: 'V2324A',
      os: OS_NAMES[request.os] ?? OS_NAMES[OPERATING_SYSTEMS.indexOf('other')],
      osv: '14',
      connectiontype: CONNECTION_TYPES[CONNECTIONS[request.connection] ?? ''] ?? 0,
      w: 1080,
      h: 2400,
      pxratio: 3,
      js: 1,
      geo: { type: 2, country: 'CHN', city: 'Hangzhou', ext: { divisionCode: '330100' } },
    },
    user: {
      id: `reader-${String(random.below(200_000)).padStart(6, '0')}`,
      ext: { divisionCode: request.declaredDivision },
      data: [
        { id: '1', name: 'hongze', segment: request.segments.map((id) => ({ id: String(id) })) },
      ],
    },
    regs: { coppa: 0, ext: { gdpr: 0 } },
    source: {
      fd: 0,
      tid: 'a1b2c3d4',
      ext: {
        schain: { ver: '1.0', complete: 1, nodes: [{ asi: 'hongze.example', sid: '1', hp: 1 }] },
      },
    },
    at: 1,
    tmax: 120,
    cur: ['CNY'],
    bcat: ['IAB26', 'IAB7-39'],
    badv: ['block.example'],
    ext: { trace: 'x'.repeat(120) },
  });
}
