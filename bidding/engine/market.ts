/**
 * The market as one bidding node knows it: the snapshot's records by id, and the index over its line items. Owns compilation.
 * Changes come through delta.ts only, each within one turn of the event loop, so that no reader ever sees half of one.
 */
import type { SnapshotDemandPartner, SnapshotSupplyPartner } from '../wire/partner.ts';
import type {
  Snapshot,
  SnapshotCreative,
  SnapshotDeal,
  SnapshotLineItem,
  SnapshotOutlet,
  SnapshotPlacement,
  SnapshotProperty,
  SnapshotStop,
} from '../wire/snapshot.ts';
import { clausesOf, mentions } from './clause.ts';
import { divisionsNamed } from './divisionSpace.ts';
import { type FloorRules, groupFloorRules } from './floors.ts';
import { Index } from './index.ts';
import { boundOf, type Item, isPsa } from './item.ts';
import { PRIOR, type Predictor } from './pctr.ts';
import { type CompiledTarget, compileTarget } from './target.ts';

export interface Market {
  version: number;
  publishedAtMs: number;
  outlets: Map<number, SnapshotOutlet>;
  properties: Map<number, SnapshotProperty>;
  placements: Map<number, SnapshotPlacement>;
  creatives: Map<number, SnapshotCreative>;
  deals: Map<string, SnapshotDeal>;
  dealsOf: Map<number, SnapshotDeal[]>;
  /** Deals offered to demand partners, by partner. */
  dealsOfPartner: Map<number, SnapshotDeal[]>;
  stops: Map<number, SnapshotStop>;
  demandPartners: Map<number, SnapshotDemandPartner>;
  supplyPartners: Map<number, SnapshotSupplyPartner>;
  floorRules: FloorRules;
  /** Line items of public-service advertising: they fill what nobody buys. */
  psa: Set<number>;
  /** Line items that ask for segments of the reader, and for the page's content: without any, neither is looked up. */
  personal: Set<number>;
  contextual: Set<number>;
  index: Index;
  /** The prior until a model has been fetched: it travels beside the snapshot. */
  predictor: Predictor;
}

/** Compiles a snapshot: about 5 µs a line item. */
export function compileSnapshot(snapshot: Snapshot): Market {
  const market: Market = {
    version: snapshot.version,
    publishedAtMs: snapshot.publishedAtMs,
    outlets: byId(snapshot.outlets),
    properties: byId(snapshot.properties),
    placements: byId(snapshot.placements),
    creatives: byId(snapshot.creatives),
    deals: new Map(snapshot.deals.map((deal) => [deal.id, deal])),
    dealsOf: dealsByLineItem(snapshot.deals),
    dealsOfPartner: dealsByPartner(snapshot.deals),
    stops: byId(snapshot.stops),
    demandPartners: byId(snapshot.demandPartners ?? []),
    supplyPartners: byId(snapshot.supplyPartners ?? []),
    floorRules: groupFloorRules(snapshot.floorRules),
    psa: new Set(),
    personal: new Set(),
    contextual: new Set(),
    index: new Index(snapshot.lineItems.length),
    predictor: PRIOR,
  };
  load(market, snapshot.lineItems);
  return market;
}

/** Fills an empty index, best bound first. */
export function load(market: Market, lineItems: readonly SnapshotLineItem[]): void {
  const { index } = market;
  for (const item of lineItems) admitDivisions(market, item);
  const bounds = new Float64Array(lineItems.length);
  const order = new Uint32Array(lineItems.length);
  for (let i = 0; i < lineItems.length; i++) {
    const item = lineItems[i] as SnapshotLineItem;
    bounds[i] = boundOf(item, market.dealsOf.get(item.id) ?? NO_DEALS);
    order[i] = i;
  }
  order.sort((a, b) => (bounds[b] as number) - (bounds[a] as number) || a - b);
  for (let n = 0; n < order.length; n++) {
    const at = order[n] as number;
    const source = lineItems[at] as SnapshotLineItem;
    const target = compileFor(market, source);
    index.put(index.bulkSlot(n, bounds[at] as number), makeItem(market, source, target), target);
    noteNeeds(market, source);
  }
  index.seal();
}

/** Notes what a line item needs beside the request; `forgetNeeds` when it leaves. */
export function noteNeeds(market: Market, source: SnapshotLineItem): void {
  if (isPsa(source)) market.psa.add(source.id);
  if (mentions(source.target, 'segment')) market.personal.add(source.id);
  if (mentions(source.target, 'category') || mentions(source.target, 'keyword')) {
    market.contextual.add(source.id);
  }
}

export function forgetNeeds(market: Market, id: number): void {
  market.psa.delete(id);
  market.personal.delete(id);
  market.contextual.delete(id);
}

export function admitDivisions(market: Market, item: SnapshotLineItem): void {
  for (const clause of clausesOf(item.target)) {
    market.index.divisions.admit(divisionsNamed(clause));
  }
}

export const compileFor = (market: Market, item: SnapshotLineItem): CompiledTarget =>
  compileTarget(item.target, market.index.divisions, market.index.inventory, market.index.audience);

export function makeItem(market: Market, source: SnapshotLineItem, target: CompiledTarget): Item {
  const deals = market.dealsOf.get(source.id) ?? NO_DEALS;
  return {
    source,
    mask: target.mask,
    shapes: shapesOf(market, source),
    residual: target.residual,
    deals,
    creatives: source.creativeIds.map((id) => market.creatives.get(id)),
    bound: boundOf(source, deals),
    isPsa: isPsa(source),
  };
}

const NO_DEALS: readonly SnapshotDeal[] = [];

/** Shapes of the creatives it may show, ascending; interned, since most items show the same few. */
function shapesOf(market: Market, source: SnapshotLineItem): readonly number[] {
  const shapes: number[] = [];
  for (const id of source.creativeIds) {
    const creative = market.creatives.get(id);
    if (!creative) continue;
    const shape = market.index.shapes.admit(creative);
    if (!shapes.includes(shape)) shapes.push(shape);
  }
  shapes.sort((a, b) => a - b);
  return market.index.shapes.intern(shapes);
}

/** Deals of each line item; of several that hold at a place the first counts: fixed before floor, then by price. */
export function dealsByLineItem(deals: Iterable<SnapshotDeal>): Map<number, SnapshotDeal[]> {
  const byItem = new Map<number, SnapshotDeal[]>();
  const inOrder = [...deals].sort(
    (a, b) =>
      Number(a.kind === 'pmp') - Number(b.kind === 'pmp') ||
      b.priceCpmFen - a.priceCpmFen ||
      (a.id < b.id ? -1 : 1),
  );
  for (const deal of inOrder) {
    for (const id of deal.lineItemIds) {
      const mine = byItem.get(id);
      if (mine) mine.push(deal);
      else byItem.set(id, [deal]);
    }
  }
  return byItem;
}

export function dealsByPartner(deals: Iterable<SnapshotDeal>): Map<number, SnapshotDeal[]> {
  const byPartner = new Map<number, SnapshotDeal[]>();
  for (const deal of deals) {
    if (deal.partnerId === undefined) continue;
    const mine = byPartner.get(deal.partnerId);
    if (mine) mine.push(deal);
    else byPartner.set(deal.partnerId, [deal]);
  }
  return byPartner;
}

function byId<T extends { id: number }>(records: readonly T[]): Map<number, T> {
  const map = new Map<number, T>();
  for (const record of records) map.set(record.id, record);
  return map;
}
