/**
 * From what is due to charges and journals. Pure: it is told what each wallet has free and each hold has left, and
 * decides who pays what. An advertiser never pays more than its wallet has; what is short the platform absorbs, and the
 * outlets are paid in full.
 */
import type { ChargeReason } from '../../db/schema/billing.ts';
import type { Day, HourNumber } from '../../db/terms/day.ts';
import { assert } from '../../db/terms/failure.ts';
import type { Subject } from '../../db/terms/id.ts';
import type { MicroCny } from '../../db/terms/money.ts';
import type { Portion } from '../contracts/contracts.ts';
import { type AccountCode, accounts, type Capture, type Journal } from '../ledger/ledger.ts';

/** A charge before it is split and booked. */
export interface DueCharge {
  hour: HourNumber;
  /** The day it was earned on: contract, tiers. */
  earnedDay: Day;
  /** The day it is booked on. */
  day: Day;
  advertiserId: number;
  /** Null of a booked day. */
  campaignId: number | null;
  lineItemId: number | null;
  bookingLineId: number | null;
  outletId: number;
  placementId: number;
  /** 0: no deal. */
  dealId: number;
  /** Billable units and amount; negative where too much was charged. */
  quantity: number;
  amountMicroCny: MicroCny;
  /** What earlier charges of the same left to the platform. */
  absorbedMicroCny: MicroCny;
  contractVersionId: number;
  revision: number;
  reason: ChargeReason;
  /** Charges that share it make one journal. */
  journalKey: string;
  subject: Subject;
  /** Pays first, before the wallet's free money. */
  holdKey: string;
}

export interface Charge extends DueCharge {
  portions: Portion[];
}

export interface Purse {
  /** Free µCNY of each wallet; goes down as charges take from it. */
  free: Map<AccountCode, MicroCny>;
  /** µCNY left in each hold, by key. */
  held: Map<string, MicroCny>;
}

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
  const held = purse.held.get(charge.holdKey) ?? 0n;
  const captured = held < amount ? held : amount;
  purse.held.set(charge.holdKey, held - captured);
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

interface Group {
  head: Charge;
  lines: Map<AccountCode, MicroCny>;
  captures: Map<string, MicroCny>;
}

/** One journal for each `journalKey`, and what of each charge the platform absorbed. */
export function toJournals(
  charges: readonly Charge[],
  purse: Purse,
): { journals: Journal[]; billed: Billed[] } {
  const billed: Billed[] = [];
  const groups = new Map<string, Group>();
  for (const charge of charges) {
    const { captured, absorbed } = settle(charge, purse);
    billed.push({ charge, absorbedMicroCny: absorbed });
    const group = groups.get(charge.journalKey) ?? {
      head: charge,
      lines: new Map(),
      captures: new Map(),
    };
    groups.set(charge.journalKey, group);
    if (captured > 0n) add(group.captures, charge.holdKey, captured);
    add(group.lines, accounts.wallet(charge.advertiserId), charge.amountMicroCny - absorbed);
    add(group.lines, accounts.overdelivery, absorbed);
    for (const { outletId, amountMicroCny } of charge.portions) {
      const payee = outletId === null ? accounts.platformRevenue : accounts.payable(outletId);
      add(group.lines, payee, -amountMicroCny);
    }
  }
  return { journals: [...groups].flatMap(([key, group]) => journalOf(key, group)), billed };
}

function journalOf(key: string, { head, lines, captures }: Group): Journal[] {
  const entries = [...lines]
    .filter(([, amount]) => amount !== 0n)
    .map(([account, amountMicroCny]) => ({ account, amountMicroCny }));
  const held = [...captures].map(
    ([holdKey, amountMicroCny]): Capture => ({ holdKey, amountMicroCny }),
  );
  // Corrections between placements of one line item can cancel out to nothing at all.
  if (entries.length === 0) return [];
  assert(entries.length > 1, `journal ${key} has two sides`);
  return [{ key, kind: 'charge', day: head.day, subject: head.subject, entries, captures: held }];
}

function add<K>(sums: Map<K, MicroCny>, key: K, amount: MicroCny): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}
