/**
 * Promises on wallets: each line item's day holds in its advertiser's wallet what its pools were granted, until billing
 * captures it hour by hour. So no grant outruns the money, whatever else the wallet is used for.
 */
import { OFFLINE_MS } from '../../bidding/wire/player.ts';
import type { Db } from '../../db/client.ts';
import { type Day, dayEndMs } from '../../db/terms/day.ts';
import {
  accounts,
  findHolds,
  type Hold,
  holdKeys,
  placeHold,
  resizeHold,
} from '../ledger/ledger.ts';

/** A forgotten hold frees itself this long after its day; an outdoor spot may be proved until shortly before. */
const HOLD_KEPT_MS = OFFLINE_MS + 3 * 86_400_000;

export interface Promised {
  lineItemId: number;
  advertiserId: number;
  day: Day;
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

/** Raises a promise by as much of `amount` as the wallet can bear; returns by how much. */
export async function raisePromise(
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

/**
 * Sets a promise to what is committed and not captured yet. A hold that is over (released, expired) stays over: its day is
 * done with.
 */
export async function settlePromise(
  db: Db,
  of: Pick<Promised, 'lineItemId' | 'day'>,
  hold: Hold | undefined,
  committedMicroCny: bigint,
): Promise<void> {
  if (!hold || hold.status === 'released' || hold.status === 'expired') return;
  const due = committedMicroCny - hold.capturedMicroCny;
  const remainingMicroCny = due > 0n ? due : 0n;
  if (remainingMicroCny === hold.remainingMicroCny) return;
  const key = holdKeys.budget(of.lineItemId, of.day);
  await resizeHold(db, { key, remainingMicroCny, upTo: true });
}
