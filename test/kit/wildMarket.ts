/**
 * Small random markets in which every rule of the engine happens often: nested targets, stops, blocklists, deals, minors,
 * floors by rule, several sizes. For comparing the index with the reference; not realistic.
 */

import { newImp, newRequest, type Request } from '../../bidding/engine/request.ts';
import type {
  Snapshot,
  SnapshotCreative,
  SnapshotLineItem,
  SnapshotPlacement,
} from '../../bidding/wire/snapshot.ts';
import {
  CARRIERS,
  CATEGORIES,
  CONNECTIONS,
  DEVICES,
  FORMATS,
  OPERATING_SYSTEMS,
  TIERS,
} from '../../db/terms/market.ts';
import type { Predicate, Target } from '../../db/terms/target.ts';
import type { Random } from './random.ts';

export const WILD_START_MS = Date.parse('2026-03-02T00:00:00+08:00');
const WEEK_MS = 7 * 86_400_000;
const DIVISIONS = [
  '330000',
  '330100',
  '330102',
  '330106',
  '330110',
  '330200',
  '330203',
  '330300',
  '330326',
  '330106003',
  '330106004',
  '310000',
  '310115',
  '330203001',
];
const SIZES = [
  { w: 640, h: 100 },
  { w: 300, h: 250 },
  { w: 728, h: 90 },
  { w: 1080, h: 1920 },
  { w: 720, h: 1280 },
];
const KEYWORDS = ['高考', '杨梅', '旅游', '房产', '医保'];
const SOLD = FORMATS.slice(0, 4);

/** A list of 1 … n members, without repetition. */
function some<T>(random: Random, list: readonly T[], n: number): T[] {
  const count = 1 + random.below(n);
  return [...new Set(Array.from({ length: count }, () => random.pick(list)))];
}

const ids = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

function wildPredicate(random: Random): Predicate {
  switch (random.below(15)) {
    case 0:
    case 1:
      return { attribute: 'division', in: some(random, DIVISIONS, 3) };
    case 2:
      return {
        attribute: 'outletDivision',
        in: some(
          random,
          DIVISIONS.filter((code) => code.length === 6),
          3,
        ),
      };
    case 3:
      return { attribute: 'outlet', in: some(random, ids(12), 4) };
    case 4:
      return { attribute: 'tier', in: some(random, TIERS, 2) };
    case 5:
      return { attribute: 'property', in: some(random, ids(20), 6) };
    case 6:
      return { attribute: 'placement', in: some(random, ids(40), 20) };
    case 7:
      return { attribute: 'device', in: some(random, DEVICES, 4) };
    case 8:
      return { attribute: 'os', in: some(random, OPERATING_SYSTEMS, 4) };
    case 9:
      return { attribute: 'connection', in: some(random, CONNECTIONS, 5) };
    case 10:
      return { attribute: 'carrier', in: some(random, CARRIERS, 3) };
    case 11:
      return { attribute: 'hourOfWeek', in: some(random, ids(167), 100) };
    case 12:
      return { attribute: 'category', in: some(random, CATEGORIES, 6) };
    case 13:
      return random.chance(0.5)
        ? { attribute: 'keyword', in: some(random, KEYWORDS, 3) }
        : { attribute: 'segment', in: some(random, ids(8), 3) };
    default:
      return {
        attribute: 'radius',
        in: [
          {
            lat: 30 + random.next() * 0.5,
            lon: 120 + random.next() * 0.5,
            radiusM: 1000 + random.below(40_000),
          },
        ],
      };
  }
}

export function wildTarget(random: Random, depth = 0): Target {
  const kind = depth > 3 ? 9 : random.below(depth === 0 ? 8 : 12);
  if (kind <= 3) {
    return { all: Array.from({ length: random.below(4) }, () => wildTarget(random, depth + 1)) };
  }
  if (kind === 4) {
    return {
      any: Array.from({ length: 1 + random.below(3) }, () => wildTarget(random, depth + 1)),
    };
  }
  if (kind === 5) return { not: wildTarget(random, depth + 1) };
  return wildPredicate(random);
}

function wildCreative(random: Random, id: number): SnapshotCreative {
  const size = random.chance(0.8) ? random.pick(SIZES) : undefined;
  return {
    id,
    advertiserId: 1 + (id % 9),
    format: random.pick(SOLD),
    w: size?.w ?? null,
    h: size?.h ?? null,
    content: {},
    landingUrl: 'https://example.invalid/',
    category: random.pick(CATEGORIES),
    isPsa: false,
    aiGenerated: false,
    contentHash: '',
  };
}

export function wildLineItem(random: Random, id: number): SnapshotLineItem {
  const advertiserId = 1 + random.below(9);
  const startsAtMs = WILD_START_MS - WEEK_MS + random.below(WEEK_MS * 1.2);
  return {
    id,
    campaignId: 1 + random.below(30),
    advertiserId,
    advertiserDomain: `a${advertiserId}.example`,
    advertiserName: `a${advertiserId}`,
    category: random.pick(CATEGORIES),
    priority: random.chance(0.9) ? 'open' : random.chance(0.7) ? 'deal' : 'guaranteed',
    pricing: 'CPM',
    // Few distinct bids, so that ties happen.
    bidFen: 100 + 50 * random.below(40),
    startsAtMs,
    endsAtMs: startsAtMs + 2 * WEEK_MS,
    target: wildTarget(random),
    frequencyCaps: [],
    creativeIds: some(random, ids(60), 10),
    rankMultiplier: random.chance(0.5) ? 1 : random.next(),
  };
}

function wildPlacement(random: Random, id: number): SnapshotPlacement {
  const propertyId = 1 + (id % 20);
  return {
    id,
    propertyId,
    outletId: 1 + (propertyId % 12),
    format: random.pick(SOLD),
    sizes: random.chance(0.2) ? [] : some(random, SIZES, 3),
    floorCpmFen: random.below(800),
    auctionType: random.pick(['first', 'second']),
  };
}

export function wildSnapshot(random: Random, items: number): Snapshot {
  const tiers = [...TIERS, 'county', 'county'] as const;
  return {
    version: 1,
    publishedAtMs: WILD_START_MS,
    outlets: ids(12).map((id) => ({
      id,
      name: `o${id}`,
      tier: random.pick(tiers),
      divisionCode: random.pick(DIVISIONS.filter((code) => code.length === 6)),
      blockedCategories: random.chance(0.3) ? some(random, CATEGORIES, 4) : [],
      blockedAdvertiserIds: random.chance(0.3) ? [1 + random.below(9)] : [],
    })),
    properties: ids(20).map((id) => ({
      id,
      outletId: 1 + (id % 12),
      kind: 'site',
      domain: null,
      forMinors: random.chance(0.1),
    })),
    placements: ids(40).map((id) => wildPlacement(random, id)),
    floorRules: ids(20).map(() => ({
      outletId: 1 + random.below(12),
      placementId: random.chance(0.5) ? 1 + random.below(40) : null,
      format: random.chance(0.3) ? random.pick(SOLD) : null,
      divisionCode: random.chance(0.4) ? random.pick(DIVISIONS.slice(0, 9)) : null,
      hoursOfWeek: random.chance(0.3) ? some(random, ids(167), 60) : null,
      floorCpmFen: random.below(1500),
    })),
    creatives: ids(60).map((id) => wildCreative(random, id)),
    lineItems: ids(items).map((id) => wildLineItem(random, id)),
    deals: ids(10).map((n) => ({
      id: `d${n}`,
      kind: random.pick(['pmp', 'preferred', 'guaranteed'] as const),
      priceCpmFen: 200 + random.below(2000),
      placementIds: random.chance(0.4) ? [] : some(random, ids(40), 20),
      advertiserIds: [],
      buyerSeats: [],
      lineItemIds: some(random, ids(items), 40),
      startsAtMs: WILD_START_MS - random.below(WEEK_MS),
      endsAtMs: WILD_START_MS + random.below(WEEK_MS),
    })),
    stops: ids(4).map((id) => wildStop(random, id)),
  };
}

function wildStop(random: Random, id: number): Snapshot['stops'][number] {
  const scope = random.pick(['category', 'advertiser', 'creative', 'lineItem'] as const);
  const subject = scope === 'category' ? random.pick(CATEGORIES) : String(1 + random.below(9));
  return {
    id,
    scope,
    subject,
    divisionCode: random.chance(0.5) ? random.pick(DIVISIONS.slice(0, 9)) : null,
    outletId: random.chance(0.3) ? 1 + random.below(12) : null,
  };
}

export function wildRequest(random: Random, n: number): Request {
  const request = newRequest(`r${n}`, WILD_START_MS + random.below(WEEK_MS));
  if (random.chance(0.3)) request.consentedDivision = random.pick(DIVISIONS);
  if (random.chance(0.5))
    request.declaredDivision = random.pick([...DIVISIONS, '330109', '440100']);
  if (random.chance(0.5)) request.ipDivision = random.pick(['330100', '330200', '110000']);
  if (random.chance(0.5)) {
    request.lat = 30 + random.next() * 0.5;
    request.lon = 120 + random.next() * 0.5;
  }
  request.device = random.below(6) - 1;
  request.os = random.below(7) - 1;
  request.connection = random.below(8) - 1;
  request.carrier = random.below(6) - 1;
  if (random.chance(0.5)) request.categories = some(random, CATEGORIES, 3);
  if (random.chance(0.5)) request.keywords = some(random, KEYWORDS, 3);
  if (random.chance(0.6)) request.segments = some(random, ids(8), 4);
  request.forMinors = random.chance(0.1);
  if (random.chance(0.2)) request.blockedCategories = some(random, CATEGORIES, 5);
  if (random.chance(0.1)) request.blockedAdvertiserIds = [1 + random.below(9)];
  if (random.chance(0.1)) request.blockedDomains = [`a${1 + random.below(9)}.example`];
  const imps = 1 + random.below(2);
  for (let i = 0; i < imps; i++) {
    const imp = newImp(String(i + 1), random.below(41));
    if (random.chance(0.3)) imp.sizes = some(random, SIZES, 3);
    if (random.chance(0.3)) imp.floorMicroCny = random.below(15_000);
    imp.privateAuction = random.chance(0.1);
    request.imps.push(imp);
  }
  return request;
}
