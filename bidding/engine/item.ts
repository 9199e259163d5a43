/**
 * A line item compiled for the index: what is needed after the bits have spoken. Owns its bound and its class. Immutable: a
 * change makes a new one, so that whoever holds it across an await sees one version.
 */
import type { SnapshotCreative, SnapshotDeal, SnapshotLineItem } from '../wire/snapshot.ts';
import type { Clause } from './clause.ts';

/** Added to the score of a class so that it goes before the next whatever the bids; scores stay below 1e9. */
export const CLASS_STEP = 1e9;
/** Ceilings of predictions, where the snapshot names none; bids are bounded with them. */
export const DEFAULT_MAX_CTR = 0.05;
export const DEFAULT_MAX_CVR = 0.25;
/** µCNY an impression of one fen CPM; µCNY of one fen. */
export const MICRO_PER_CPM_FEN = 10;
export const MICRO_PER_FEN = 10_000;

export interface Item {
  readonly source: SnapshotLineItem;
  /** Packed accepted device, OS, connection, carrier and tier: see mask.ts. */
  readonly mask: number;
  /** Shapes of its creatives, ids of shapes.ts; ascending. */
  readonly shapes: readonly number[];
  /** What the bits cannot decide: every clause must hold. */
  readonly residual: readonly Clause[];
  readonly deals: readonly SnapshotDeal[];
  /** As its source lists them; undefined: not in this market. */
  readonly creatives: readonly (SnapshotCreative | undefined)[];
  /** Nothing it can score, with its class, is above this. */
  readonly bound: number;
  readonly isPsa: boolean;
}

/** Serves only where nobody pays. */
export const isPsa = (item: SnapshotLineItem): boolean =>
  item.category === 'psa' && item.bidFen === 0 && item.priority !== 'booked';

/**
 * Priority as a class: booked → guaranteed → deal → open. A guaranteed item that carries its dual prices competes by them in
 * the open class instead, which is what makes guarantees cheap. Deals count for priority `deal` and `guaranteed` only.
 */
export function classOf(item: SnapshotLineItem): number {
  if (item.priority === 'booked') return 3;
  if (item.priority === 'guaranteed') return item.guaranteed ? 0 : 2;
  return item.priority === 'deal' ? 1 : 0;
}

/**
 * Upper bound of the item's score: its bid at the best prediction allowed, unpaced. Guaranteed items are looked at first
 * even when their dual prices are low, because no floor holds for them: they also take what nobody buys.
 */
export function boundOf(item: SnapshotLineItem, deals: readonly SnapshotDeal[]): number {
  let worth = bidAtBest(item);
  if (item.priority === 'guaranteed') return 2 * CLASS_STEP + worth;
  for (const deal of deals) {
    if (deal.kind !== 'pmp') worth = Math.max(worth, deal.priceCpmFen * MICRO_PER_CPM_FEN);
  }
  return classOf(item) * CLASS_STEP + worth;
}

function bidAtBest(item: SnapshotLineItem): number {
  if (item.pricing === 'CPM') return item.bidFen * MICRO_PER_CPM_FEN;
  const click = item.bidFen * MICRO_PER_FEN * (item.maxCtr ?? DEFAULT_MAX_CTR);
  return item.pricing === 'CPC' ? click : click * (item.maxCvr ?? DEFAULT_MAX_CVR);
}
