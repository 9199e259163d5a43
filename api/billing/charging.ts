/**
 * From due buckets to charges and journals. Pure: it is told what each wallet has free and each hold has left, and
 * decides who pays what. An advertiser never pays more than its wallet has; what is short the platform absorbs, and the
 * outlets are paid in full.
 */
import type { Day, HourNumber } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import type { Portion } from '../contracts/contracts.ts';
import {
  type AccountCode,
  accounts,
  type Capture,
  holdKeys,
  type Journal,
} from '../ledger/ledger.ts';
import type { DueBucket } from './due.ts';

export interface Charge extends DueBucket {
  contractVersionId: number;
  /** The bucket's day: contract, hold. */
  earnedDay: Day;
  /** The day it is booked on. */
  day: Day;
  revision: number;
  journalKey: string;
  portions: Portion[];
}

export interface Purse {
  /** Free µCNY of each wallet; goes down as charges take from it. */
  free: Map<AccountCode, MicroCny>;
  /** µCNY left in each hold, by key. */
  held: Map<string, MicroCny>;
}

export const chargeKey = (hour: HourNumber, lineItemId: number, revision: number): string =>
  `charge:${hour}:${lineItemId}:${revision}`;

/** Accounts that the charges' journals may touch. */
export function accountsOf(charges: readonly Charge[]): AccountCode[] {
  const codes = new Set<AccountCode>([accounts.platformRevenue, accounts.overdelivery]);
  for (const charge of charges) {
    codes.add(accounts.wallet(charge.advertiserId));
    for (const { outletId } of charge.portions) {
      if (outletId !== null) codes.add(accounts.payable(outletId));
    }
  }
  return [...codes];
}

/** Who pays one charge: how much from the hold, how much absorbed; the rest comes from the wallet's free money. */
function settle(charge: Charge, purse: Purse): { captured: MicroCny; absorbed: MicroCny } {
  const amount = charge.amountMicroCny;
  if (amount < 0n) {
    // Taken back from the platform's loss first, for the advertiser never paid that part.
    const absorbed = charge.absorbedMicroCny < -amount ? charge.absorbedMicroCny : -amount;
    return { captured: 0n, absorbed: -absorbed };
  }
  const hold = holdKeys.budget(charge.lineItemId, charge.earnedDay);
  const held = purse.held.get(hold) ?? 0n;
  const captured = held < amount ? held : amount;
  purse.held.set(hold, held - captured);
  const wallet = accounts.wallet(charge.advertiserId);
  const free = purse.free.get(wallet) ?? 0n;
  const wanted = amount - captured;
  const taken = wanted <= free ? wanted : free > 0n ? free : 0n;
  purse.free.set(wallet, free - taken);
  return { captured, absorbed: wanted - taken };
}

export interface Billed {
  charge: Charge;
  absorbedMicroCny: MicroCny;
}

/** One journal for each `journalKey`, and what of each charge the platform absorbed. */
export function toJournals(
  charges: readonly Charge[],
  purse: Purse,
): { journals: Journal[]; billed: Billed[] } {
  const billed: Billed[] = [];
  const groups = new Map<
    string,
    { head: Charge; lines: Map<AccountCode, MicroCny>; captures: Map<string, MicroCny> }
  >();
  for (const charge of charges) {
    const { captured, absorbed } = settle(charge, purse);
    billed.push({ charge, absorbedMicroCny: absorbed });
    const group = groups.get(charge.journalKey) ?? {
      head: charge,
      lines: new Map(),
      captures: new Map(),
    };
    groups.set(charge.journalKey, group);
    const hold = holdKeys.budget(charge.lineItemId, charge.earnedDay);
    if (captured > 0n) add(group.captures, hold, captured);
    add(group.lines, accounts.wallet(charge.advertiserId), charge.amountMicroCny - absorbed);
    add(group.lines, accounts.overdelivery, absorbed);
    for (const { outletId, amountMicroCny } of charge.portions) {
      const payee = outletId === null ? accounts.platformRevenue : accounts.payable(outletId);
      add(group.lines, payee, -amountMicroCny);
    }
  }
  const journals = [...groups].flatMap(([key, { head, lines, captures }]): Journal[] => {
    const entries = [...lines]
      .filter(([, amount]) => amount !== 0n)
      .map(([account, amountMicroCny]) => ({ account, amountMicroCny }));
    const held = [...captures].map(
      ([holdKey, amountMicroCny]): Capture => ({ holdKey, amountMicroCny }),
    );
    // Corrections between placements of one line item can cancel out to nothing at all.
    if (entries.length === 0) return [];
    assert(entries.length > 1, `journal ${key} has two sides`);
    const subject = `lineItem:${head.lineItemId}` as const;
    return [{ key, kind: 'charge', day: head.day, subject, entries, captures: held }];
  });
  return { journals, billed };
}

function add<K>(sums: Map<K, MicroCny>, key: K, amount: MicroCny): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}
