import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  allocate,
  asks,
  type BudgetLine,
  headroom,
  type Purse,
  purseOf,
} from '../../../../api/delivery/allowance.ts';

const yuan = fc.bigInt({ min: 0n, max: 5_000_000_000n });

/** A state that a granter can be in: nothing billed that was not committed, nothing free that was not granted. */
const line: fc.Arbitrary<BudgetLine> = fc
  .record({
    campaignId: fc.integer({ min: 1, max: 4 }),
    active: fc.boolean(),
    ordered: fc.boolean(),
    daily: yuan,
    total: yuan,
    unit: fc.bigInt({ min: 1n, max: 100_000n }),
    billedBefore: fc.bigInt({ min: 0n, max: 1_000_000n }),
    committed: fc.bigInt({ min: 0n, max: 1_000_000_000n }),
    billedShare: fc.integer({ min: 0, max: 100 }),
    freeShare: fc.integer({ min: 0, max: 100 }),
  })
  .map((r) => {
    const billedToday = (r.committed * BigInt(r.billedShare)) / 100n;
    const outstanding = r.committed - billedToday;
    return {
      lineItemId: 0,
      campaignId: r.campaignId,
      advertiserId: 1 + (r.campaignId % 2),
      orderId: r.ordered ? r.campaignId : null,
      active: r.active,
      dailyMicroCny: r.daily,
      totalMicroCny: r.total,
      campaignTotalMicroCny: 0n,
      unitMicroCny: r.unit,
      billedMicroCny: r.billedBefore + billedToday,
      committedTodayMicroCny: r.committed,
      outstandingMicroCny: outstanding,
      freeMicroCny: (outstanding * BigInt(r.freeShare)) / 100n,
    };
  });

const market = fc
  .record({
    lines: fc.array(line, { maxLength: 12 }),
    campaignTotal: yuan,
    wallets: fc.tuple(yuan, yuan),
    orders: fc.array(yuan, { maxLength: 4 }),
  })
  .map(({ lines, campaignTotal, wallets, orders }) => ({
    lines: lines.map((l, i) => ({ ...l, lineItemId: i + 1, campaignTotalMicroCny: campaignTotal })),
    purses: new Map<Purse, bigint>([
      ['wallet:1', wallets[0]],
      ['wallet:2', wallets[1]],
      ...orders.map((left, i): [Purse, bigint] => [`order:${i + 1}`, left]),
    ]),
  }));

test('no move breaks a limit of the line item, its campaign, its wallet or its order', () => {
  fc.assert(
    fc.property(market, ({ lines, purses }) => {
      const moves = allocate(lines, purses);
      const spent = new Map<Purse, bigint>();
      const byCampaign = new Map<number, bigint>();
      for (const l of lines) {
        const move = moves.get(l.lineItemId) ?? 0n;
        if (move > 0n) {
          expect(l.active).toBe(true);
          expect(move).toBeLessThanOrEqual(headroom(l));
          spent.set(purseOf(l), (spent.get(purseOf(l)) ?? 0n) + move);
          byCampaign.set(l.campaignId, (byCampaign.get(l.campaignId) ?? 0n) + move);
        } else {
          expect(-move).toBeLessThanOrEqual(l.freeMicroCny);
        }
      }
      for (const [name, amount] of spent) {
        expect(amount).toBeLessThanOrEqual(purses.get(name) ?? 0n);
      }
      for (const [id, amount] of byCampaign) {
        const members = lines.filter((l) => l.campaignId === id);
        const used = members.reduce((sum, l) => sum + l.billedMicroCny + l.outstandingMicroCny, 0n);
        expect(used + amount).toBeLessThanOrEqual(members[0]?.campaignTotalMicroCny ?? 0n);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('who may not serve gets all its free budget taken back, and a full pool is left alone', () => {
  fc.assert(
    fc.property(market, ({ lines, purses }) => {
      const moves = allocate(lines, purses);
      for (const l of lines) {
        if (!l.active && l.freeMicroCny > 0n) expect(moves.get(l.lineItemId)).toBe(-l.freeMicroCny);
        if (l.active && !asks(l) && headroom(l) >= 0n) expect(moves.has(l.lineItemId)).toBe(false);
      }
    }),
  );
});

test('the last yuan of a budget is granted whole', () => {
  const last: BudgetLine = {
    lineItemId: 1, campaignId: 1, advertiserId: 1, orderId: null, active: true, dailyMicroCny: 1_000_000n, totalMicroCny: 10_000_000n,
    campaignTotalMicroCny: 10_000_000n, unitMicroCny: 20_000n, billedMicroCny: 900_000n, committedTodayMicroCny: 900_000n,
    outstandingMicroCny: 0n, freeMicroCny: 0n,
  }; // biome-ignore format: one case
  expect(allocate([last], new Map([['wallet:1', 5_000_000n]])).get(1)).toBe(100_000n);
});
