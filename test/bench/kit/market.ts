/**
 * A realistic market of any size: 90 counties of 11 cities, outlets of three tiers by Zipf, line items that mostly target
 * a county or a city and one thing more. Objects that many items share are shared, so that a million fit in memory.
 */

import type {
  Snapshot,
  SnapshotCreative,
  SnapshotLineItem,
  SnapshotOutlet,
  SnapshotPlacement,
} from '../../../bidding/wire/snapshot.ts';
import { CATEGORIES, OPERATING_SYSTEMS, type Size } from '../../../db/terms/market.ts';
import type { Predicate, Target } from '../../../db/terms/target.ts';
import type { Random } from '../../kit/random.ts';

export const BENCH_DAY_MS = Date.parse('2026-03-03T00:00:00+08:00');
const YEAR_MS = 365 * 86_400_000;

export const CITIES = Array.from({ length: 11 }, (_, i) => `33${String(i + 1).padStart(2, '0')}00`);
export const COUNTIES = CITIES.flatMap((city, i) =>
  Array.from(
    { length: i < 2 ? 9 : 8 },
    (_, n) => `${city.slice(0, 4)}${String(n + 2).padStart(2, '0')}`,
  ),
);

export const SHAPES: { format: 'banner' | 'native' | 'video' | 'splash'; size: Size | null }[] = [
  { format: 'banner', size: { w: 640, h: 100 } },
  { format: 'banner', size: { w: 300, h: 250 } },
  { format: 'banner', size: { w: 728, h: 90 } },
  { format: 'banner', size: { w: 320, h: 50 } },
  { format: 'native', size: null },
  { format: 'video', size: { w: 1280, h: 720 } },
  { format: 'splash', size: { w: 1080, h: 1920 } },
];
const SEGMENTS = 400;
const KEYWORDS = Array.from({ length: 300 }, (_, i) => `关键词${i}`);
const CREATIVES = 2000;
const ADVERTISERS = 4000;

/** Zipf-like: low numbers often. */
export const skewed = (random: Random, n: number): number =>
  Math.min(n - 1, Math.floor(n * random.next() ** 2.5));

export function benchOutlets(perCounty: number): SnapshotOutlet[] {
  const outlets: SnapshotOutlet[] = [];
  const add = (tier: SnapshotOutlet['tier'], divisionCode: string): void => {
    const id = outlets.length + 1;
    const name = `${divisionCode}-${id}`;
    outlets.push({ id, name, tier, divisionCode, blockedCategories: [], blockedAdvertiserIds: [] });
  };
  add('province', '330000');
  add('province', '330000');
  for (const city of CITIES) add('city', city);
  for (const county of COUNTIES) for (let i = 0; i < perCounty; i++) add('county', county);
  return outlets;
}

/** One placement of each shape on every outlet. */
export function benchPlacements(outlets: readonly SnapshotOutlet[]): SnapshotPlacement[] {
  return outlets.flatMap((outlet) =>
    SHAPES.map((shape, i) => ({
      id: (outlet.id - 1) * SHAPES.length + i + 1,
      propertyId: outlet.id,
      outletId: outlet.id,
      format: shape.format,
      sizes: shape.size ? [shape.size] : [],
      floorCpmFen: 200,
      auctionType: 'first' as const,
    })),
  );
}

function benchCreatives(random: Random): SnapshotCreative[] {
  return Array.from({ length: CREATIVES }, (_, i) => {
    const shape = SHAPES[i % SHAPES.length] as (typeof SHAPES)[number];
    return {
      id: i + 1,
      advertiserId: 1 + random.below(ADVERTISERS),
      format: shape.format,
      w: shape.size?.w ?? null,
      h: shape.size?.h ?? null,
      content: {},
      landingUrl: 'https://example.invalid/',
      category: random.pick(CATEGORIES.slice(0, 20)),
      isPsa: false,
      aiGenerated: false,
      contentHash: '',
    };
  });
}

const DAYTIME: Predicate = {
  attribute: 'hourOfWeek',
  in: Array.from({ length: 168 }, (_, h) => h).filter((h) => h % 24 >= 8 && h % 24 < 22),
};
const MOBILE: Predicate = { attribute: 'device', in: ['mobile', 'tablet'] };
const WIFI: Predicate = { attribute: 'connection', in: ['wifi', '5g'] };
const NEAR_FIELDS: Target = { not: { attribute: 'category', in: ['finance', 'game'] } };

/** Where and to whom: most items name a county or a city, then perhaps one or two things more. */
function benchTarget(random: Random, outlets: number): Target {
  const all: Target[] = [];
  const where = random.next();
  if (where < 0.45) all.push({ attribute: 'division', in: [countyOfRank(random)] });
  else if (where < 0.6) {
    all.push({ attribute: 'division', in: [countyOfRank(random), countyOfRank(random)] });
  } else if (where < 0.8) all.push({ attribute: 'division', in: [random.pick(CITIES)] });
  else if (where < 0.9) all.push({ attribute: 'division', in: ['330000'] });
  if (random.chance(0.2)) all.push({ attribute: 'os', in: [random.pick(OPERATING_SYSTEMS)] });
  if (random.chance(0.15)) all.push(MOBILE);
  if (random.chance(0.12)) all.push({ attribute: 'tier', in: ['county'] });
  if (random.chance(0.2)) all.push(DAYTIME);
  if (random.chance(0.05)) all.push(WIFI);
  if (random.chance(0.2)) {
    const segments = [skewed(random, SEGMENTS) + 1, skewed(random, SEGMENTS) + 1];
    all.push({ attribute: 'segment', in: segments });
  } else if (random.chance(0.08)) {
    all.push({ attribute: 'keyword', in: [random.pick(KEYWORDS), random.pick(KEYWORDS)] });
  }
  if (random.chance(0.06)) {
    all.push({ attribute: 'outlet', in: [1 + skewed(random, outlets), 1 + random.below(outlets)] });
  }
  if (random.chance(0.05)) {
    all.push({ not: { attribute: 'outlet', in: [1 + skewed(random, outlets)] } });
  }
  if (random.chance(0.05)) all.push(NEAR_FIELDS);
  return { all };
}

const countyOfRank = (random: Random): string =>
  COUNTIES[skewed(random, COUNTIES.length)] as string;

const NO_CAPS: SnapshotLineItem['frequencyCaps'] = [];

export function benchLineItem(random: Random, id: number, outlets: number): SnapshotLineItem {
  const advertiserId = 1 + random.below(ADVERTISERS);
  const creativeIds = [1 + random.below(CREATIVES)];
  if (random.chance(0.4)) creativeIds.push(1 + random.below(CREATIVES));
  return {
    id,
    campaignId: 1 + (id >> 2),
    advertiserId,
    advertiserDomain: null,
    advertiserName: '',
    category: CATEGORIES[advertiserId % 20] as (typeof CATEGORIES)[number],
    priority: 'open',
    pricing: 'CPM',
    bidFen: Math.round(800 * Math.exp(0.6 * random.normal())) + 1,
    startsAtMs: BENCH_DAY_MS - YEAR_MS,
    endsAtMs: BENCH_DAY_MS + YEAR_MS,
    target: benchTarget(random, outlets),
    frequencyCaps: NO_CAPS,
    creativeIds,
    rankMultiplier: random.chance(0.4) ? 1 : Math.exp(-0.5 * random.next()),
  };
}

export function benchSnapshot(random: Random, items: number, perCounty: number): Snapshot {
  const outlets = benchOutlets(perCounty);
  return {
    version: 1,
    publishedAtMs: BENCH_DAY_MS,
    outlets,
    properties: outlets.map((outlet) => ({
      id: outlet.id,
      outletId: outlet.id,
      kind: 'app',
      domain: null,
      forMinors: false,
    })),
    placements: benchPlacements(outlets),
    floorRules: [],
    creatives: benchCreatives(random),
    lineItems: Array.from({ length: items }, (_, i) =>
      benchLineItem(random, i + 1, outlets.length),
    ),
    deals: [],
    stops: [],
  };
}
