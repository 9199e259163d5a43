/**
 * The readers of the demo province: where they live, what they hold in their hands, which page they open. Owns the distributions;
 * a seed gives the same readers in the same order.
 */
import type {
  Snapshot,
  SnapshotOutlet,
  SnapshotPlacement,
} from '../../../bidding/wire/snapshot.ts';
import { covers, divisionLevel } from '../../../db/terms/division.ts';
import type { Random } from '../../../run/seed/random.ts';

export interface Device {
  userAgent: string;
  os: string;
  type: number;
  make: string;
  connection: number;
}

export interface Visit {
  readerId: string;
  divisionCode: string;
  ip: string;
  device: Device;
  outlet: SnapshotOutlet;
  propertyId: number;
  propertyKind: string;
  domain: string;
  /** Positions of one page of one property. */
  placements: SnapshotPlacement[];
  category: string;
}

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36';
const DEVICES: readonly (Device & { share: number })[] = [
  { share: 34, os: 'Android', type: 4, make: 'HUAWEI', connection: 2, userAgent: `Mozilla/5.0 (Linux; Android 12; ALN-AL00) ${CHROME}` },
  { share: 22, os: 'Android', type: 4, make: 'Xiaomi', connection: 7, userAgent: `Mozilla/5.0 (Linux; Android 15; 24129PN74C) ${CHROME}` },
  { share: 10, os: 'HarmonyOS', type: 4, make: 'HUAWEI', connection: 7, userAgent: 'Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile' },
  { share: 18, os: 'iOS', type: 4, make: 'Apple', connection: 7, userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1' },
  { share: 4, os: 'iOS', type: 5, make: 'Apple', connection: 2, userAgent: 'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1' },
  { share: 12, os: 'Windows', type: 2, make: '', connection: 1, userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36' },
]; // biome-ignore format: a table of devices
const CATEGORIES = ['IAB12', 'IAB17', 'IAB20', 'IAB8', 'IAB3', 'IAB5', 'IAB2'];

/** What a browser or app can render; the others are sold by the day. */
const ONLINE = new Set(['banner', 'native', 'splash', 'video', 'audio', 'dooh']);

export interface Province {
  counties: string[];
  /** Cumulative weight of each county. */
  weights: number[];
  /** Properties that can be opened, by county; provincial and city outlets reach every county below them. */
  pages: Map<string, Page[]>;
}

interface Page {
  outlet: SnapshotOutlet;
  propertyId: number;
  kind: string;
  domain: string;
  placements: SnapshotPlacement[];
}

/** How much of its readers' time an outlet of each tier has. */
const TIER_WEIGHT = { county: 5, city: 2, province: 2 } as const;

/** A banner of no size stands on no page: another exchange sells it by its own. */
const isOnPage = ({ format, sizes }: SnapshotPlacement): boolean =>
  format !== 'banner' || sizes.length > 0;

/** Reads what can be opened where. @throws when the snapshot sells nothing online. */
export function createProvince(snapshot: Snapshot): Province {
  const pages: Page[] = [];
  const outlets = new Map(snapshot.outlets.map((outlet) => [outlet.id, outlet]));
  for (const property of snapshot.properties) {
    const outlet = outlets.get(property.outletId);
    const placements = snapshot.placements.filter(
      (p) => p.propertyId === property.id && ONLINE.has(p.format) && isOnPage(p),
    );
    if (!outlet || placements.length === 0) continue;
    const domain = property.domain ?? `outlet-${outlet.id}.demo.hongze.example`;
    pages.push({ outlet, propertyId: property.id, kind: property.kind, domain, placements });
  }
  const counties = [
    ...new Set(
      snapshot.outlets
        .map((o) => o.divisionCode)
        .filter((code) => divisionLevel(code) === 'county'),
    ),
  ];
  if (counties.length === 0 || pages.length === 0)
    throw new Error('the market has no page to open');
  const byCounty = new Map<string, Page[]>();
  for (const county of counties) {
    const reachable = pages.filter((page) => covers(page.outlet.divisionCode, county));
    byCounty.set(
      county,
      reachable.flatMap((page) => Array<Page>(TIER_WEIGHT[page.outlet.tier]).fill(page)),
    );
  }
  // Zipf over counties in code order shuffled by a fixed stride: a few large, many small, none absent.
  let sum = 0;
  const weights = counties.map((_, i) => {
    sum += 1 / (1 + ((i * 37) % counties.length)) ** 0.6;
    return sum;
  });
  return { counties, weights, pages: byCounty };
}

function weighted<T extends { share: number }>(random: Random, items: readonly T[]): T {
  let left = random.next() * items.reduce((sum, item) => sum + item.share, 0);
  for (const item of items) {
    left -= item.share;
    if (left <= 0) return item;
  }
  return items[items.length - 1] as T;
}

/** A reader opens a page. A county has readers who come back: frequency caps must have something to count. */
export function nextVisit(random: Random, province: Province, readersPerCounty: number): Visit {
  const at = random.next() * (province.weights.at(-1) ?? 1);
  const index = province.weights.findIndex((weight) => weight >= at);
  const divisionCode = province.counties[index] as string;
  const reader = Math.floor(random.next() ** 2 * readersPerCounty);
  const page = random.pick(province.pages.get(divisionCode) ?? []);
  const { share: _share, ...device } = weighted(random, DEVICES);
  const count = Math.min(page.placements.length, random.between(1, 3));
  return {
    readerId: `reader-${divisionCode}-${reader}`,
    divisionCode,
    // Addresses of Zhejiang Telecom; the county is in them for nobody but us.
    ip: `60.${176 + (Number(divisionCode) % 16)}.${reader % 250}.${1 + (index % 250)}`,
    device,
    outlet: page.outlet,
    propertyId: page.propertyId,
    propertyKind: page.kind,
    domain: page.domain,
    placements: random.some(page.placements, count),
    category: random.pick(CATEGORIES),
  };
}
