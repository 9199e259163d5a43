/**
 * Promises on wallets: each line item's day holds in its advertiser's wallet what its pools were granted, until billing
 * captures it hour by hour. So no grant outruns the money, whatever else the wallet is used for. Guaranteed impressions were
 * paid for when they were ordered: their days draw on the order's hold, and give back to it.
 */
import { OFFLINE_MS } from '../../bidding/wire/player.ts';
import type { Db } from '../../db/client.ts';
import { type Day, dayEndMs } from '../../db/terms/day.ts';
import {
  accounts,
  findHolds,
  type Hold,
  holdKeys,
  lockAccounts,
  placeHold,
  resizeHold,
} from '../ledger/ledger.ts';

/** A forgotten hold frees itself this long after its day; an outdoor spot may be proved until shortly before. */
const HOLD_KEPT_MS = OFFLINE_MS + 3 * 86_400_000;

export interface Promised {
  lineItemId: number;
  advertiserId: number;
  day: Day;
  /** Whose hold pays, of guaranteed impressions. */
  orderId?: number | null;
}

export async function readPromises(
  db: Db,
  lines: readonly { lineItemId: number }[],
  day: Day,
): Promise<Map<number, Hold>> {
  const keys = new Map(lines.map((l) => [holdKeys.budget(l.lineItemId, day), l.lineItemId]));
  const holds = await findHolds(db, [...keys.keys()]);
  return new Map([...holds].map(([key, hold]) => [keys.get(key) ?? 0, hold]));
}

/**
 * Raises a promise by as much of `amount` as the wallet can bear, or as the order's hold has; returns by how much. From an
 * order's hold in one transaction, so that nobody else takes it between.
 */
export async function raisePromise(
  db: Db,
  of: Promised,
  hold: Hold | undefined,
  amountMicroCny: bigint,
): Promise<bigint> {
  if (!of.orderId) return raise(db, of, hold, amountMicroCny);
  return db.transaction(async (tx) => {
    const { own, order } = await lockHolds(tx, of);
    const drawn = await draw(tx, order, amountMicroCny);
    return drawn > 0n ? raise(tx, of, own, drawn) : 0n;
  });
}

async function raise(
  db: Db,
  of: Promised,
  hold: Hold | undefined,
  amountMicroCny: bigint,
): Promise<bigint> {
  const key = holdKeys.budget(of.lineItemId, of.day);
  if (!hold) {
    const placed = await placeHold(db, {
      key,
      account: accounts.wallet(of.advertiserId),
      amountMicroCny,
      upTo: true,
      subject: `lineItem:${of.lineItemId}`,
      expiresAtMs: dayEndMs(of.day) + HOLD_KEPT_MS,
    });
    return placed.remainingMicroCny;
  }
  const remainingMicroCny = hold.remainingMicroCny + amountMicroCny;
  const resized = await resizeHold(db, { key, remainingMicroCny, upTo: true });
  const raised = resized.remainingMicroCny - hold.remainingMicroCny;
  return raised > 0n ? raised : 0n;
}

/** The day's hold and its order's as they are until the transaction ends. */
async function lockHolds(tx: Db, of: Promised): Promise<{ own?: Hold; order?: Hold }> {
  await lockAccounts(tx, [accounts.wallet(of.advertiserId)]);
  const names = [
    holdKeys.budget(of.lineItemId, of.day),
    holdKeys.booking(of.orderId ?? 0),
  ] as const;
  const holds = await findHolds(tx, names);
  const [own, order] = names.map((key) => holds.get(key));
  return { ...(own ? { own } : {}), ...(order ? { order } : {}) };
}

const isOver = (hold: Hold): boolean => hold.status === 'released' || hold.status === 'expired';

/** Frees as much of an order's hold as is there; returns how much. */
async function draw(tx: Db, order: Hold | undefined, amountMicroCny: bigint): Promise<bigint> {
  if (!order || isOver(order)) return 0n;
  const { key, remainingMicroCny: left } = order;
  const drawn = amountMicroCny < left ? amountMicroCny : left;
  if (drawn > 0n) await resizeHold(tx, { key, remainingMicroCny: left - drawn });
  return drawn;
}

/**
 * Sets a promise to what is committed and not captured yet; what an order's day did not need goes back to the order. A hold
 * that is over (released, expired) stays over: its day is done with.
 */
export async function settlePromise(
  db: Db,
  of: Pick<Promised, 'lineItemId' | 'day'> & Partial<Promised>,
  hold: Hold | undefined,
  committedMicroCny: bigint,
): Promise<void> {
  if (!hold || isOver(hold) || dueOf(hold, committedMicroCny) === hold.remainingMicroCny) return;
  const { advertiserId, orderId } = of;
  if (!orderId || !advertiserId) return settle(db, hold, committedMicroCny);
  await db.transaction(async (tx) => {
    const { own, order } = await lockHolds(tx, { ...of, advertiserId });
    if (!own || isOver(own)) return;
    const back = own.remainingMicroCny - dueOf(own, committedMicroCny);
    if (back < 0n) await draw(tx, order, -back);
    await settle(tx, own, committedMicroCny);
    if (back <= 0n || !order || isOver(order)) return;
    const remainingMicroCny = order.remainingMicroCny + back;
    await resizeHold(tx, { key: order.key, remainingMicroCny, upTo: true });
  });
}

function dueOf(hold: Hold, committedMicroCny: bigint): bigint {
  const due = committedMicroCny - hold.capturedMicroCny;
  return due > 0n ? due : 0n;
}

async function settle(db: Db, hold: Hold, committedMicroCny: bigint): Promise<void> {
  const remainingMicroCny = dueOf(hold, committedMicroCny);
  if (remainingMicroCny === hold.remainingMicroCny) return;
  await resizeHold(db, { key: hold.key, remainingMicroCny, upTo: true });
}
