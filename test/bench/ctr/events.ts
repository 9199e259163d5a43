/**
 * Simulated impressions with known click rates: effects of category, advertiser, item, outlet, county, hour and device, some
 * line items that are new on the third day, and outlets whose rate jumps at its noon. A day is kept in columns, and each
 * impression is made from them when it is asked for, so that millions fit.
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
const ADVERTISERS = 80;
const SYSTEMS = 4;
const JUMP = 1.3;
const DAY_HOURS = 24;
/** Logit of the mean rate. */
const LEVEL = -4.4;

export interface EventWorld {
  random: Random;
  items: SnapshotLineItem[];
  creatives: SnapshotCreative[];
  effects: ReturnType<typeof newEffects>;
}

export interface DayOfEvents {
  count: number;
  item: Uint16Array;
  outlet: Uint16Array;
  placement: Uint16Array;
  county: Uint8Array;
  device: Uint8Array;
  os: Uint8Array;
  hour: Uint8Array;
  /** What nature clicks with. */
  truth: Float64Array;
  clicked: Uint8Array;
}

export function newEventWorld(seed: number): EventWorld {
  const random = newRandom(seed);
  const items = Array.from({ length: ITEMS }, (_, i) =>
    smallLineItem(i + 1, {
      advertiserId: 1 + (i % ADVERTISERS),
      category: CATEGORIES[i % CATEGORY_COUNT] as (typeof CATEGORIES)[number],
    }),
  );
  return { random, items, creatives: items.map(creativeOf), effects: newEffects(random) };
}

function newEffects(random: Random) {
  const normals = (n: number, size: number): Float64Array =>
    Float64Array.from({ length: n }, () => size * random.normal());
  return {
    category: normals(CATEGORY_COUNT, 0.35),
    advertiser: normals(ADVERTISERS, 0.3),
    item: normals(ITEMS, 0.25),
    outlet: normals(OUTLETS + 1, 0.3),
    county: normals(COUNTIES.length, 0.2),
    hour: normals(DAY_HOURS, 0.15),
    machine: normals(3 * SYSTEMS, 0.2),
    taste: normals(CATEGORY_COUNT * COUNTIES.length, 0.15),
  };
}

const creativeOf = (item: SnapshotLineItem): SnapshotCreative => ({
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
});

/** One day in the order of time. Items of the last tenth start on `day` 1, and outlets jump at its noon. */
export function dayOfImpressions(world: EventWorld, day: 0 | 1, count: number): DayOfEvents {
  const { random } = world;
  const events: DayOfEvents = {
    count,
    item: new Uint16Array(count),
    outlet: new Uint16Array(count),
    placement: new Uint16Array(count),
    county: new Uint8Array(count),
    device: new Uint8Array(count),
    os: new Uint8Array(count),
    hour: new Uint8Array(count),
    truth: new Float64Array(count),
    clicked: new Uint8Array(count),
  };
  const open = day === 0 ? Math.floor(ITEMS * 0.9) : ITEMS;
  for (let n = 0; n < count; n++) {
    const hour = Math.floor((n / count) * DAY_HOURS);
    events.item[n] = skewed(random, open);
    events.outlet[n] = 1 + skewed(random, OUTLETS);
    events.placement[n] = (events.outlet[n] as number) * 4 + random.below(4);
    events.county[n] = skewed(random, COUNTIES.length);
    events.device[n] = random.chance(0.8) ? 0 : 2;
    events.os[n] = random.below(SYSTEMS);
    events.hour[n] = hour;
    const jumped = day === 1 && hour >= 12 && (events.outlet[n] as number) % 10 === 1 ? JUMP : 1;
    const truth = Math.min(0.9, jumped / (1 + Math.exp(-logitOf(world, events, n))));
    events.truth[n] = truth;
    events.clicked[n] = random.chance(truth) ? 1 : 0;
  }
  return events;
}

function logitOf({ effects, items }: EventWorld, events: DayOfEvents, n: number): number {
  const item = events.item[n] as number;
  const category = item % CATEGORY_COUNT;
  const county = events.county[n] as number;
  const machine = (events.device[n] as number) * SYSTEMS + (events.os[n] as number);
  const advertiser = (items[item]?.advertiserId ?? 1) - 1;
  return (
    LEVEL +
    (effects.category[category] as number) +
    (effects.advertiser[advertiser] as number) +
    (effects.item[item] as number) +
    (effects.outlet[events.outlet[n] as number] as number) +
    (effects.county[county] as number) +
    (effects.hour[events.hour[n] as number] as number) +
    (effects.machine[machine] as number) +
    (effects.taste[category * COUNTIES.length + county] as number)
  );
}

export interface Impression {
  item: SnapshotLineItem;
  creative: SnapshotCreative;
  place: Place;
}

/** An impression made anew at each call of `at`, in the same object: read it before the next. */
export function readerOf(world: EventWorld, events: DayOfEvents): (n: number) => Impression {
  const place: Place = {
    request: newRequest('', 0),
    located: { code: '', source: 'declared' },
    divisionCode: '',
    divisions: [],
    outletDivisions: [],
    outletId: 0,
    propertyId: 0,
    placementId: 0,
    tier: 2,
    device: 0,
    os: 0,
    connection: 0,
    carrier: 0,
    hour: 0,
    minors: false,
  };
  const impression = { item: world.items[0], creative: world.creatives[0], place } as Impression;
  return (n) => {
    const item = events.item[n] as number;
    impression.item = world.items[item] as SnapshotLineItem;
    impression.creative = world.creatives[item] as SnapshotCreative;
    place.divisionCode = COUNTIES[events.county[n] as number] as string;
    place.outletId = place.propertyId = events.outlet[n] as number;
    place.placementId = events.placement[n] as number;
    place.device = events.device[n] as number;
    place.os = events.os[n] as number;
    place.hour = events.hour[n] as number;
    return impression;
  };
}
