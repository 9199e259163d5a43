/**
 * Bidding nodes and the central pool of budgets, simulated in memory by the product's own lease rules. A node spends impressions
 * from its leases only; clicks are charged centrally. What is granted never exceeds the budget, and that is asserted.
 */
import {
  clickCharge,
  DENIED_BACKOFF_MS,
  leaseSize,
  RETURN_IDLE_EVERY_MS,
  shouldReturn,
} from '../../../bidding/engine/leasePolicy.ts';
import { LEASE_TTL_MS, SETTLE_GRACE_MS, TOKEN_TTL_MS } from '../../../bidding/wire/budget.ts';
import type { Item } from './world.ts';

export class Nodes {
  readonly count: number;
  /** Not leased and not spent, by item. */
  readonly free: Float64Array;
  readonly billed: Float64Array;
  private readonly items: readonly Item[];
  private readonly left: Float64Array;
  private readonly usedAtMs: Float64Array;
  private readonly deniedUntilMs: Float64Array;
  private stranded: { item: number; amount: number; backAtMs: number }[] = [];
  private down = -1;
  private upAtMs = 0;
  takes = 0;

  constructor(items: readonly Item[], count: number) {
    this.items = items;
    this.count = count;
    this.free = Float64Array.from(items, (item) => item.budgetMicro);
    this.billed = new Float64Array(items.length);
    this.left = new Float64Array(items.length * count);
    this.usedAtMs = new Float64Array(items.length * count);
    this.deniedUntilMs = new Float64Array(items.length * count);
  }

  /** Where a request goes: seven in ten to a quarter of the nodes. */
  route(chance: number, other: number, atMs: number): number {
    const few = Math.max(1, this.count >> 2);
    const node = Math.floor(other * (chance < 0.7 ? few : this.count));
    return node === this.down && atMs < this.upAtMs ? (node + 1) % this.count : node;
  }

  mayServe(node: number, i: number, atMs: number): boolean {
    return (this.deniedUntilMs[node * this.items.length + i] as number) <= atMs;
  }

  /** Spends an impression's price from the node's lease, taking a new one when it is used up. */
  spend(node: number, i: number, price: number, atMs: number): boolean {
    const at = node * this.items.length + i;
    if ((this.left[at] as number) < price) {
      const free = this.free[i] as number;
      const size = Math.min(free, leaseSize(free, this.count, price));
      this.free[i] = free - size;
      this.left[at] = (this.left[at] as number) + size;
      this.takes += 1;
      if ((this.left[at] as number) < price) {
        this.deniedUntilMs[at] = atMs + DENIED_BACKOFF_MS;
        return false;
      }
    }
    this.left[at] = (this.left[at] as number) - price;
    this.usedAtMs[at] = atMs;
    this.billed[i] = (this.billed[i] as number) + price;
    return true;
  }

  /** Charges a click; returns what could be billed of it. */
  click(i: number, priceMicro: number): number {
    const charged = clickCharge(priceMicro, this.free[i] as number);
    this.free[i] = (this.free[i] as number) - charged;
    this.billed[i] = (this.billed[i] as number) + charged;
    return charged;
  }

  /** Each minute: idle leases of scarce budgets go home, and those of a crashed node when their tokens' time has passed. */
  minute(atMs: number): void {
    const n = this.items.length;
    for (let i = 0; i < n; i++) {
      const budget = (this.items[i] as Item).budgetMicro;
      if (!shouldReturn(this.free[i] as number, budget)) continue;
      for (let node = 0; node < this.count; node++) {
        const at = node * n + i;
        if (atMs - (this.usedAtMs[at] as number) < RETURN_IDLE_EVERY_MS) continue;
        this.free[i] = (this.free[i] as number) + (this.left[at] as number);
        this.left[at] = 0;
      }
    }
    this.stranded = this.stranded.filter(({ item, amount, backAtMs }) => {
      if (backAtMs > atMs) return true;
      this.free[item] = (this.free[item] as number) + amount;
      return false;
    });
  }

  /** A node dies with its leases and comes back empty. */
  crash(node: number, atMs: number, downMs: number): void {
    this.down = node;
    this.upAtMs = atMs + downMs;
    const backAtMs = atMs + LEASE_TTL_MS + TOKEN_TTL_MS + SETTLE_GRACE_MS;
    for (let i = 0; i < this.items.length; i++) {
      const at = node * this.items.length + i;
      const amount = this.left[at] as number;
      if (amount > 0) this.stranded.push({ item: i, amount, backAtMs });
      this.left[at] = 0;
    }
  }
}
