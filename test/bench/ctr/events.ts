/**
 * Simulated impressions with known click rates: effects of category, advertiser, item, outlet, county, hour and device, some
 * line items that are new on the second day, and outlets whose rate jumps at its noon.
 */
import type { Place } from '../../../bidding/engine/place.ts';
import { newRequest } from '../../../bidding/engine/request.ts';
import type { SnapshotCreative, SnapshotLineItem } from '../../../bidding/wire/snapshot.ts';
import { CATEGORIES } from '../../../db/terms/market.ts';
import { newRandom, type Random } from '../../kit/random.ts';
import { smallLineItem } from '../../kit/smallMarket.ts';
import { COUNTIES, skewed } from '../kit/market.ts';

const ITEMS = 400;
const OUTLETS = 300;
const CATEGORY_COUNT = 12;
const JUMP = 1.3;
export const DAY_HOURS = 24;

export interface Impression {
  item: SnapshotLineItem;
  creative: SnapshotCreative;
  place: Place;
  /** What nature clicks with. */
  truth: number;
  clicked: boolean;
  hour: number;
}

export interface EventWorld {
  random: Random;
  effects: Map<string, number>;
  items: SnapshotLineItem[];
}

export function newEventWorld(seed: number): EventWorld {
  const items = Array.from({ length: ITEMS }, (_, i) =>
    smallLineItem(i + 1, {
      advertiserId: 1 + (i % 80),
      category: CATEGORIES[i % CATEGORY_COUNT] as (typeof CATEGORIES)[number],
    }),
  );
  return { random: newRandom(seed), effects: new Map(), items };
}

/** One day of impressions in the order of time. Items of the last tenth start on day 1. */
export function dayOfImpressions(world: EventWorld, day: 0 | 1, count: number): Impression[] {
  const { random, items } = world;
  const impressions: Impression[] = [];
  for (let n = 0; n < count; n++) {
    const hour = Math.floor((n / count) * DAY_HOURS);
    const open = day === 0 ? Math.floor(ITEMS * 0.9) : ITEMS;
    const item = items[skewed(random, open)] as SnapshotLineItem;
    const place = placeAt(random, day, hour);
    const creative = creativeOf(item);
    const truth = rateOf(world, item, place, day, hour);
    const clicked = random.chance(truth);
    impressions.push({ item, creative, place, truth, clicked, hour });
  }
  return impressions;
}

const BLANK = newRequest('', 0);

function placeAt(random: Random, day: number, hour: number): Place {
  const outletId = 1 + skewed(random, OUTLETS);
  const divisionCode = COUNTIES[skewed(random, COUNTIES.length)] as string;
  return {
    request: BLANK,
    located: { code: divisionCode, source: 'declared' },
    divisionCode,
    divisions: [],
    outletDivisions: [],
    outletId,
    propertyId: outletId,
    placementId: outletId * 4 + random.below(4),
    tier: 2,
    device: random.chance(0.8) ? 0 : 2,
    os: random.below(4),
    connection: 0,
    carrier: 0,
    hour: day * DAY_HOURS + hour,
    minors: false,
  };
}

const creatives = new Map<number, SnapshotCreative>();

function creativeOf(item: SnapshotLineItem): SnapshotCreative {
  let creative = creatives.get(item.id);
  if (!creative) {
    creative = {
      id: item.id,
      advertiserId: item.advertiserId,
      format: item.id % 3 === 0 ? 'native' : 'banner',
      w: null,
      h: null,
      content: {},
      landingUrl: '',
      category: item.category,
      isPsa: false,
      aiGenerated: false,
      contentHash: '',
    };
    creatives.set(item.id, creative);
  }
  return creative;
}

function rateOf(
  world: EventWorld,
  item: SnapshotLineItem,
  place: Place,
  day: number,
  hour: number,
): number {
  const effect = (name: string, size: number): number => {
    let value = world.effects.get(name);
    if (value === undefined) {
      value = size * world.random.normal();
      world.effects.set(name, value);
    }
    return value;
  };
  const x =
    -4.4 +
    effect(`category ${item.category}`, 0.35) +
    effect(`advertiser ${item.advertiserId}`, 0.3) +
    effect(`item ${item.id}`, 0.25) +
    effect(`outlet ${place.outletId}`, 0.3) +
    effect(`county ${place.divisionCode}`, 0.2) +
    effect(`hour ${hour}`, 0.15) +
    effect(`device ${place.device} ${place.os}`, 0.2) +
    effect(`taste ${item.category} ${place.divisionCode}`, 0.15);
  const jumped = day === 1 && hour >= 12 && place.outletId % 10 === 1 ? JUMP : 1;
  return Math.min(0.9, jumped / (1 + Math.exp(-x)));
}
