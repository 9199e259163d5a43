/**
 * The simulated day: 90 counties, four formats, two kinds of device, diurnal Zipf traffic, and line items of which most have
 * budgets that bind. Everything follows from the seed. Money is µCNY.
 */
import { newRandom, type Random } from '../../kit/random.ts';

export const DAY_MS = 86_400_000;
const COUNTIES = 90;
const CITIES = 11;
const FORMATS = 4;
const DEVICES = 2;
export const TYPES = COUNTIES * FORMATS * DEVICES;
export const FLOOR_MICRO = 200;

export type Scenario = 'base' | 'spike' | 'outage';

export interface Item {
  /** Whether a click is billed, and not the impression. */
  isClick: boolean;
  /** Of an impression, or of a click. */
  unitMicro: number;
  baseCtr: number;
  budgetMicro: number;
}

export interface World {
  items: Item[];
  /** Items by request type. */
  eligible: Int32Array[];
}

/** Requests in the order of time. */
export interface Traffic {
  count: number;
  atMs: Int32Array;
  type: Uint16Array;
  /** For everything random about one request. */
  seed: number;
}

const typeOf = (county: number, format: number, device: number): number =>
  (county * FORMATS + format) * DEVICES + device;

export const countyOfType = (type: number): number => Math.floor(type / (FORMATS * DEVICES));

export function newWorld(seed: number, count: number): World {
  const random = newRandom(seed);
  const items: Item[] = [];
  const lists: number[][] = Array.from({ length: TYPES }, () => []);
  for (let i = 0; i < count; i++) {
    const ecpmMicro = 10 * (50 + Math.round(700 * Math.exp(0.55 * random.normal())));
    const isClick = random.chance(0.35);
    const baseCtr = isClick ? 0.02 * Math.exp(0.4 * random.normal()) : 0;
    const unitMicro = isClick ? Math.round(ecpmMicro / baseCtr / 10_000) * 10_000 : ecpmMicro;
    items.push({ isClick, unitMicro, baseCtr, budgetMicro: 0 });
    const format = random.below(FORMATS);
    const devices = random.chance(0.7) ? [0, 1] : [random.chance(0.7) ? 0 : 1];
    for (const county of targetOf(random)) {
      for (const device of devices) lists[typeOf(county, format, device)]?.push(i);
    }
  }
  return { items, eligible: lists.map((list) => Int32Array.from(list)) };
}

function targetOf(random: Random): number[] {
  const kind = random.next();
  if (kind < 0.15) return [skewed(random)];
  if (kind < 0.4) return [...new Set([skewed(random), skewed(random), skewed(random)])];
  const all = Array.from({ length: COUNTIES }, (_, county) => county);
  if (kind > 0.7) return all;
  const city = random.below(CITIES);
  return all.filter((county) => county % CITIES === city);
}

const skewed = (random: Random): number => Math.floor(COUNTIES * random.next() ** 1.8);

/** Relative traffic by quarter of an hour: morning, noon and evening peaks. */
export function shapeOfDay(): Float64Array {
  const peak = (hour: number, at: number, width: number): number =>
    Math.exp(-(((hour - at) / width) ** 2));
  return Float64Array.from({ length: 96 }, (_, bin) => {
    const hour = bin / 4;
    const peaks = 0.8 * peak(hour, 8, 1.5) + peak(hour, 12.5, 1.5) + 1.6 * peak(hour, 20.5, 2.5);
    return 0.12 + (hour > 6 ? 0.35 : 0) + peaks;
  });
}

const SPIKE = { from: 56, to: 60, times: 3, counties: 12 };
const OUTAGE = { from: 41, to: 44 };

/** `usualCount`: requests of an ordinary day; a spike adds to them and an outage takes from them. */
export function newTraffic(seed: number, usualCount: number, scenario: Scenario): Traffic {
  const random = newRandom(seed * 7919 + 13);
  const weights = shapeOfDay();
  const usual = weights.reduce((a, b) => a + b, 0);
  for (let bin = 0; bin < 96; bin++) {
    // Days differ a little from each other everywhere.
    let weight = (weights[bin] as number) * Math.exp(0.05 * random.normal());
    if (scenario === 'spike' && bin >= SPIKE.from && bin < SPIKE.to) weight *= SPIKE.times;
    if (scenario === 'outage' && bin >= OUTAGE.from && bin < OUTAGE.to) weight = 0;
    weights[bin] = weight;
  }
  const total = weights.reduce((a, b) => a + b, 0);
  const count = Math.round((usualCount * total) / usual);
  const atMs = new Int32Array(count);
  const type = new Uint16Array(count);
  let bin = 0;
  let before = 0;
  for (let r = 0; r < count; r++) {
    const position = ((r + random.next()) / count) * total;
    while (bin < 95 && position > before + (weights[bin] as number)) {
      before += weights[bin] as number;
      bin += 1;
    }
    const within = (position - before) / (weights[bin] as number);
    atMs[r] = Math.min(DAY_MS - 1, Math.floor((bin + Math.min(1, within)) * 900_000));
    const spiking = scenario === 'spike' && bin >= SPIKE.from && bin < SPIKE.to;
    const county =
      spiking && random.chance(1 - 1 / SPIKE.times) ? random.below(SPIKE.counties) : skewed(random);
    type[r] = typeOf(county, random.below(FORMATS), random.chance(0.75) ? 0 : 1);
  }
  atMs.sort();
  return { count, atMs, type, seed: seed >>> 0 };
}

/** A uniform number that belongs to one request and item, 0 ≤ x < 1: the same whatever the policy. */
export function luck(seed: number, request: number, item: number, purpose: number): number {
  let h =
    Math.imul(request + 1, 0x9e3779b1) ^
    Math.imul(item + 7, 0x85ebca6b) ^
    Math.imul(purpose + seed, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Click rate of an item on a request: readers differ threefold. */
export const ctrOf = (item: Item, traffic: Traffic, request: number, i: number): number =>
  item.baseCtr * (0.4 + 1.2 * luck(traffic.seed, request, i, 1));

/** The most that any impression can be worth to an item. */
export const mostWorthOf = (item: Item): number =>
  item.isClick ? item.unitMicro * item.baseCtr * 1.6 : item.unitMicro;

/** What an impression is worth to an item: its bid, or click bid × click rate. */
export function worthOf(item: Item, traffic: Traffic, request: number, i: number): number {
  return item.isClick ? item.unitMicro * ctrOf(item, traffic, request, i) : item.unitMicro;
}

/** Of all that an item could buy alone, on average: with some fifty rivals an impression, demand is about supply. */
const LOAD = 0.021;
/** Budgets of fewer units than this are not worth pacing. */
const LEAST_UNITS = { impression: 600, click: 30 };

/** Budgets: a part of what each item could buy if it were alone, on a sample; widely spread. */
export function setBudgets(world: World, traffic: Traffic, seed: number): void {
  const { items, eligible } = world;
  const potential = new Float64Array(items.length);
  const every = 10;
  for (let r = 0; r < traffic.count; r += every) {
    for (const i of eligible[traffic.type[r] as number] as Int32Array) {
      const worth = worthOf(items[i] as Item, traffic, r, i);
      if (worth >= FLOOR_MICRO) potential[i] = (potential[i] as number) + worth * every;
    }
  }
  const random = newRandom(seed * 31 + 5);
  items.forEach((item, i) => {
    const share = LOAD * Math.exp(0.6 * random.normal());
    const least = item.unitMicro * (item.isClick ? LEAST_UNITS.click : LEAST_UNITS.impression);
    item.budgetMicro =
      Math.ceil(Math.max((potential[i] as number) * share, least) / 10_000) * 10_000;
  });
}
