/**
 * This node's share of the budgets. A lease is taken from the central pool (bidding/wire/budget.ts), spent here without asking
 * anybody, and given back when idle. Owns when leases are taken (engine/lease-policy says how large); refuses to sign for more than a lease holds or
 * after it has expired, which is why no crash, retry or partition can overspend. Clicks are charged centrally.
 */
import { type Day, dayEndMs, dayOf } from '../../db/terms/day.ts';
import {
  DENIED_BACKOFF_MS,
  leaseSize,
  RETURN_IDLE_EVERY_MS,
  shouldRenew,
} from '../engine/leasePolicy.ts';
import { BUDGET_LUA, LEASE_TTL_MS, makeLeaseId } from '../wire/budget.ts';
import { keys } from '../wire/keys.ts';
import { run, type Store, script, within } from './script.ts';

const TAKE = script(BUDGET_LUA.take);
const GIVE_BACK = script(BUDGET_LUA.keep);
const CHARGE = script(BUDGET_LUA.charge);

const TIMEOUT_MS = 200;
/** Stop signing this long before the lease ends: clocks of nodes differ. */
const SAFETY_MS = 2_000;

interface Lease {
  id: number;
  day: Day;
  dayEndsAtMs: number;
  amount: number;
  signed: number;
  expiresAtMs: number;
  usedAtMs: number;
}

interface Account {
  leases: Lease[];
  asking: Promise<void> | undefined;
  deniedUntilMs: number;
  /** What the pool held at the last answer: sizes the next lease. */
  poolMicroCny: number;
  poolAtMs: number;
}

export interface Leases {
  /** µCNY that this node may sign for now. Asks for more in the background when little is left. */
  available(lineItemId: number, unitMicroCny: number, nowMs: number): number;
  /** Resolves when the pool has answered for line items of which nothing is known here. */
  prepare(lineItemId: number, unitMicroCny: number, nowMs: number): Promise<void> | undefined;
  /** Signs for `amount`: the lease's id, or 0 when there is not enough. */
  debit(lineItemId: number, amountMicroCny: number, nowMs: number): number;
  /** As `prepare`, for a line item paid by click. */
  prepareClicks(lineItemId: number, nowMs: number): Promise<void> | undefined;
  /** What the pool of a line item paid by click held at last sight, and a fresh look in the background. */
  clickBudget(lineItemId: number, nowMs: number): number;
  /** Charges a click on the business day `day`; what was charged, at most the price. */
  chargeClick(lineItemId: number, day: Day, priceMicroCny: number): Promise<number>;
  /**
   * A lease of its own until `untilMs`, for spots that may be proved late: as many of the prices, from the first, as the pool can
   * bear. `id` 0 where none. It is never signed for again here, and settles when it expires.
   */
  reserve(
    lineItemId: number,
    prices: readonly number[],
    nowMs: number,
    untilMs: number,
  ): Promise<{ id: number; count: number }>;
  /** Gives back idle and expired leases; call once a second. `all`: everything, for an orderly end. */
  sweep(nowMs: number, all?: boolean): Promise<void>;
}

/** `nodes`: how many share the pools, which sizes a lease. */
export function createLeases(
  store: Store,
  nodeId: string,
  nodes: () => number,
  timeoutMs = TIMEOUT_MS,
): Leases {
  const accounts = new Map<number, Account>();
  let salt = hash(nodeId);

  const accountOf = (lineItemId: number): Account => {
    let account = accounts.get(lineItemId);
    if (!account) {
      account = { leases: [], asking: undefined, deniedUntilMs: 0, poolMicroCny: -1, poolAtMs: 0 };
      accounts.set(lineItemId, account);
    }
    return account;
  };

  async function take(
    lineItemId: number,
    account: Account,
    unit: number,
    nowMs: number,
  ): Promise<void> {
    salt = (salt + 1) % 4096;
    const id = makeLeaseId(nowMs, salt);
    const day = dayOf(nowMs);
    const wanted = leaseSize(Math.max(account.poolMicroCny, 0), nodes(), unit);
    const expiresAtMs = nowMs + LEASE_TTL_MS;
    const name = keys.budget(lineItemId, day);
    try {
      const answer = await within(
        timeoutMs,
        run(store, TAKE, [name], [id, wanted, expiresAtMs, nodeId]),
      );
      const [granted = 0, free = 0] = (answer as number[]).map(Number);
      account.poolMicroCny = free;
      account.poolAtMs = nowMs;
      if (granted > 0)
        account.leases.push({
          id,
          day,
          dayEndsAtMs: dayEndMs(day),
          amount: granted,
          signed: 0,
          expiresAtMs,
          usedAtMs: nowMs,
        });
      if (granted < unit) account.deniedUntilMs = nowMs + DENIED_BACKOFF_MS;
    } catch {
      // An answer that did not come leaves the lease out until it expires: dear, never wrong.
      account.deniedUntilMs = nowMs + DENIED_BACKOFF_MS;
    }
  }

  const ask = (
    lineItemId: number,
    account: Account,
    unit: number,
    nowMs: number,
  ): Promise<void> => {
    account.asking ??= take(lineItemId, account, unit, nowMs).finally(() => {
      account.asking = undefined;
    });
    return account.asking;
  };

  const glance = (lineItemId: number, account: Account, nowMs: number): Promise<void> => {
    account.poolAtMs = nowMs;
    account.asking ??= look(store, lineItemId, account, nowMs, timeoutMs).finally(() => {
      account.asking = undefined;
    });
    return account.asking;
  };

  const left = (account: Account, nowMs: number): number => {
    let sum = 0;
    for (const lease of account.leases)
      if (lease.expiresAtMs - SAFETY_MS > nowMs) sum += lease.amount - lease.signed;
    return sum;
  };

  async function giveBack(lineItemId: number, lease: Lease): Promise<void> {
    const name = keys.budget(lineItemId, lease.day);
    // What is kept is named, not what is returned: an answer lost and sent again changes nothing.
    await within(timeoutMs, run(store, GIVE_BACK, [name], [lease.id, lease.signed])).catch(() => 0);
  }

  return {
    available(lineItemId, unitMicroCny, nowMs) {
      const account = accountOf(lineItemId);
      const sum = left(account, nowMs);
      const last = account.leases.at(-1)?.amount ?? 0;
      if (shouldRenew(sum, last, unitMicroCny) && nowMs >= account.deniedUntilMs)
        void ask(lineItemId, account, unitMicroCny, nowMs);
      return sum;
    },
    prepare(lineItemId, unitMicroCny, nowMs) {
      const account = accountOf(lineItemId);
      if (account.leases.length > 0 || nowMs < account.deniedUntilMs) return undefined;
      return ask(lineItemId, account, unitMicroCny, nowMs);
    },
    debit(lineItemId, amountMicroCny, nowMs) {
      for (const lease of accountOf(lineItemId).leases) {
        if (lease.expiresAtMs - SAFETY_MS <= nowMs || nowMs >= lease.dayEndsAtMs) continue;
        if (lease.amount - lease.signed < amountMicroCny) continue;
        lease.signed += amountMicroCny;
        lease.usedAtMs = nowMs;
        return lease.id;
      }
      return 0;
    },
    prepareClicks(lineItemId, nowMs) {
      const account = accountOf(lineItemId);
      return account.poolMicroCny < 0 ? glance(lineItemId, account, nowMs) : undefined;
    },
    clickBudget(lineItemId, nowMs) {
      const account = accountOf(lineItemId);
      if (nowMs - account.poolAtMs >= DENIED_BACKOFF_MS) void glance(lineItemId, account, nowMs);
      return Math.max(account.poolMicroCny, 0);
    },
    async chargeClick(lineItemId, day, priceMicroCny) {
      const name = keys.budget(lineItemId, day);
      return Number(await within(timeoutMs, run(store, CHARGE, [name], [priceMicroCny])));
    },
    async reserve(lineItemId, prices, nowMs, untilMs) {
      salt = (salt + 1) % 4096;
      const id = makeLeaseId(nowMs, salt);
      const name = keys.budget(lineItemId, dayOf(nowMs));
      const wanted = prices.reduce((sum, price) => sum + price, 0);
      const take = run(store, TAKE, [name], [id, wanted, untilMs, nodeId]);
      const [granted = 0] = ((await within(timeoutMs, take)) as number[]).map(Number);
      let count = 0;
      let signed = 0;
      for (const price of prices) {
        if (signed + price > granted) break;
        signed += price;
        count++;
      }
      if (signed < granted)
        await within(timeoutMs, run(store, GIVE_BACK, [name], [id, signed])).catch(() => 0);
      return { id: count > 0 ? id : 0, count };
    },
    async sweep(nowMs, all = false) {
      const returns: Promise<void>[] = [];
      const today = dayOf(nowMs);
      for (const [lineItemId, account] of accounts) {
        if (account.leases.length === 0) continue;
        account.leases = account.leases.filter((lease) => {
          const over = lease.expiresAtMs - SAFETY_MS <= nowMs || lease.day !== today;
          const idle = nowMs - lease.usedAtMs >= RETURN_IDLE_EVERY_MS;
          if (!all && !over && !idle && lease.signed < lease.amount) return true;
          if (lease.signed < lease.amount) returns.push(giveBack(lineItemId, lease));
          return false;
        });
      }
      await Promise.all(returns);
    },
  };
}

async function look(
  store: Store,
  lineItemId: number,
  account: Account,
  nowMs: number,
  timeoutMs: number,
): Promise<void> {
  try {
    const free = await within(timeoutMs, store.hget(keys.budget(lineItemId, dayOf(nowMs)), 'free'));
    account.poolMicroCny = Number(free ?? 0);
  } catch {
    // The last sight holds; the charge itself is what cannot be overrun.
  }
}

function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) | 0;
  return (value >>> 0) % 4096;
}
