/**
 * Changes of the market: the delta of a newer snapshot, a pause, a multiplier. Owns their order and their atomicity:
 * each call finishes within one turn of the event loop, and records are replaced, never edited, so a candidate held
 * across an await keeps the version it was found in.
 */
import type { SnapshotCreative, SnapshotDelta, SnapshotLineItem } from '../wire/snapshot.ts';
import { groupFloorRules } from './floors.ts';
import { Index } from './index.ts';
import {
  admitDivisions,
  compileFor,
  dealsByLineItem,
  dealsByPartner,
  forgetNeeds,
  load,
  type Market,
  makeItem,
  noteNeeds,
} from './market.ts';

/** Thrown where a delta does not follow: the caller loads the full snapshot. */
export class VersionGap extends Error {
  override readonly name = 'VersionGap';
}

/**
 * Applies one delta and returns the market, which is the same object: what changes is not copied (a row of a million
 * items is 125 kB), and nobody can look between two lines of this function. Throws VersionGap when versions do not meet.
 */
export function applyDelta(market: Market, delta: SnapshotDelta): Market {
  if (delta.fromVersion !== market.version) {
    throw new VersionGap(`market is at ${market.version}, delta starts at ${delta.fromVersion}`);
  }
  const { upsert, remove } = delta;
  replace(market.outlets, upsert.outlets, remove.outlets);
  replace(market.properties, upsert.properties, remove.properties);
  replace(market.placements, upsert.placements, remove.placements);
  replace(market.stops, upsert.stops, remove.stops);
  replace(market.demandPartners, upsert.demandPartners, remove.demandPartners);
  replace(market.supplyPartners, upsert.supplyPartners, remove.supplyPartners);
  if (delta.floorRules) market.floorRules = groupFloorRules(delta.floorRules);
  const redrawn = changeCreatives(market, upsert.creatives ?? [], remove.creatives ?? []);
  const redealt = changeDeals(market, delta);
  for (const id of remove.lineItems ?? []) removeItem(market, id);
  const sent = new Set<number>();
  for (const item of upsert.lineItems ?? []) {
    sent.add(item.id);
    upsertItem(market, item);
  }
  for (const id of [...redrawn, ...redealt]) {
    if (!sent.has(id)) recompileItem(market, id);
  }
  for (const [id, prices] of delta.guaranteed ?? []) setDualPrices(market, id, prices);
  for (const id of delta.pause ?? []) setAvailable(market, id, false);
  for (const id of delta.resume ?? []) setAvailable(market, id, true);
  for (const [id, multiplier] of delta.rankMultipliers ?? []) setMultiplier(market, id, multiplier);
  market.version = delta.version;
  market.publishedAtMs = delta.publishedAtMs;
  return market;
}

function replace<K, T extends { id: K }>(
  records: Map<K, T>,
  upsert: readonly T[] | undefined,
  remove: readonly K[] | undefined,
): void {
  for (const id of remove ?? []) records.delete(id);
  for (const record of upsert ?? []) records.set(record.id, record);
}

/** Adds or replaces one line item: tens of microseconds. A full index is compiled anew with room. */
export function upsertItem(market: Market, source: SnapshotLineItem): void {
  removeItem(market, source.id);
  admitDivisions(market, source);
  const target = compileFor(market, source);
  const item = makeItem(market, source, target);
  const slot = market.index.findSlot(item.bound);
  if (slot < 0) {
    rebuild(market, source);
    return;
  }
  market.index.put(slot, item, target);
  noteNeeds(market, source);
}

export function removeItem(market: Market, id: number): void {
  const { index } = market;
  const slot = index.slotOf.get(id);
  if (slot === undefined) return;
  const item = index.items[slot];
  if (item) index.clear(slot, id, compileFor(market, item.source));
  forgetNeeds(market, id);
}

/** Takes a line item out of the running (no budget left here), or back: two bits. */
export function setAvailable(market: Market, lineItemId: number, available: boolean): void {
  const { index } = market;
  const slot = index.slotOf.get(lineItemId);
  if (slot === undefined) return;
  if (!available) {
    index.setAlive(slot, false);
    return;
  }
  const item = index.items[slot];
  if (item && !compileFor(market, item.source).isEmpty) index.setAlive(slot, true);
}

/** Sets a pacing multiplier, 0 … 1; the order is by unpaced bounds and stays. */
export function setMultiplier(market: Market, lineItemId: number, multiplier: number): void {
  const slot = market.index.slotOf.get(lineItemId);
  if (slot !== undefined) market.index.multipliers[slot] = multiplier;
}

/** New dual prices of a guaranteed item: its bound moves with them, so it is put anew. */
function setDualPrices(
  market: Market,
  id: number,
  guaranteed: NonNullable<SnapshotLineItem['guaranteed']>,
): void {
  const { index } = market;
  const slot = index.slotOf.get(id);
  const source = slot === undefined ? undefined : index.items[slot]?.source;
  if (slot === undefined || !source) return;
  const wasAlive = index.isAlive(slot);
  upsertItem(market, { ...source, guaranteed });
  if (!wasAlive) setAvailable(market, id, false);
}

/** Compiles an item again after what it refers to has changed; its pause and multiplier stay. */
function recompileItem(market: Market, id: number): void {
  const { index } = market;
  const slot = index.slotOf.get(id);
  const source = slot === undefined ? undefined : index.items[slot]?.source;
  if (slot === undefined || !source) return;
  const wasAlive = index.isAlive(slot);
  const multiplier = index.multipliers[slot] as number;
  upsertItem(market, source);
  setMultiplier(market, id, multiplier);
  if (!wasAlive) setAvailable(market, id, false);
}

/** Returns the line items whose creatives changed: they hold them. */
function changeCreatives(
  market: Market,
  upsert: readonly SnapshotCreative[],
  remove: readonly number[],
): Set<number> {
  const touched = new Set<number>();
  for (const id of remove) if (market.creatives.delete(id)) touched.add(id);
  for (const creative of upsert) {
    market.creatives.set(creative.id, creative);
    touched.add(creative.id);
  }
  const items = new Set<number>();
  if (touched.size === 0) return items;
  for (const item of market.index.items) {
    if (item?.source.creativeIds.some((id) => touched.has(id))) items.add(item.source.id);
  }
  return items;
}

/** Returns the line items whose deals changed. */
function changeDeals(market: Market, delta: SnapshotDelta): Set<number> {
  const items = new Set<number>();
  const gone = delta.remove.deals ?? [];
  const changed = delta.upsert.deals ?? [];
  if (gone.length + changed.length === 0) return items;
  for (const id of [...gone, ...changed.map((deal) => deal.id)]) {
    for (const item of market.deals.get(id)?.lineItemIds ?? []) items.add(item);
  }
  for (const deal of changed) for (const item of deal.lineItemIds) items.add(item);
  replace(market.deals, changed, gone);
  market.dealsOf = dealsByLineItem(market.deals.values());
  market.dealsOfPartner = dealsByPartner(market.deals.values());
  return items;
}

/** No free slot is left: compile what is there again, with room. Pauses and multipliers are carried over. */
function rebuild(market: Market, added: SnapshotLineItem): void {
  const old = market.index;
  const sources = [added];
  for (const item of old.items) if (item) sources.push(item.source);
  market.index = new Index(Math.ceil(sources.length * 1.1));
  market.psa.clear();
  market.personal.clear();
  market.contextual.clear();
  load(market, sources);
  for (const [id, slot] of old.slotOf) {
    const now = market.index.slotOf.get(id);
    if (now === undefined) continue;
    market.index.multipliers[now] = old.multipliers[slot] as number;
    if (!old.isAlive(slot)) market.index.setAlive(now, false);
  }
}
