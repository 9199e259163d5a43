import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyLineItemEdit } from '../../../../api/campaigns/lineItems.ts';
import { grantBudgets } from '../../../../api/delivery/budgets.ts';
import { readPools } from '../../../../api/delivery/pools.ts';
import { accounts, balanceOf } from '../../../../api/ledger/ledger.ts';
import { drain } from '../../../../api/metering/metering.ts';
import {
  BUDGET_LUA,
  LEASE_TTL_MS,
  makeLeaseId,
  TOKEN_TTL_MS,
} from '../../../../bidding/wire/budget.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import { campaign, lineItem } from '../../../../db/schema/campaigns.ts';
import { budgetGrant } from '../../../../db/schema/delivery.ts';
import { dayOf } from '../../../../db/terms/day.ts';
import type { Failure } from '../../../../db/terms/failure.ts';
import { formatYuan } from '../../../../db/terms/money.ts';
import { seed } from '../../../../run/seed/seed.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import { append, trackedEvent } from '../metering/events.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));

let nowMs = Date.parse('2026-03-18T10:00:00+08:00');
const ctx = { db, redis, clock: () => nowMs, config: { assetsDir } };
const today = dayOf(nowMs);
const DEAD_MS = LEASE_TTL_MS + TOKEN_TTL_MS + 60_000;

type Line = typeof lineItem.$inferSelect;
let line: Line;

beforeAll(async () => {
  await seed(ctx, { history: false });
  const [first] = await db.select().from(lineItem).where(eq(lineItem.pricing, 'CPM')).limit(1);
  line = first as Line;
});

const pool = async () => {
  const [state] = await readPools(redis, [{ lineItemId: line.id, day: today }]);
  if (!state) throw new Error('no pool');
  return state;
};
const grant = async () => {
  const rows = await db.select().from(budgetGrant).where(eq(budgetGrant.lineItemId, line.id));
  const row = rows.find((r) => r.day === today);
  if (!row) throw new Error('no grant');
  return row;
};

async function takeLease(salt: number, wanted: number): Promise<{ id: number; amount: number }> {
  const id = makeLeaseId(nowMs, salt);
  const key = keys.budget(line.id, today);
  const expires = nowMs + LEASE_TTL_MS;
  const [amount] = (await redis.eval(
    BUDGET_LUA.take,
    1,
    key,
    id,
    wanted,
    expires,
    'n1',
  )) as number[];
  return { id, amount: amount ?? 0 };
}

let ordinal = 0;
async function bill(leaseId: number, amountMicroCny: number): Promise<void> {
  const { id: lineItemId, campaignId, advertiserId } = line;
  const change = { lineItemId, campaignId, advertiserId, leaseId, priceMicroCny: amountMicroCny };
  await append(redis, [trackedEvent(++ordinal, { ...change, atMs: nowMs })]);
  await drain(ctx);
}

/** What must hold whatever happened: nothing committed beyond a limit, nothing billed beyond what was committed. */
async function expectSound(): Promise<void> {
  const wrong = await db.execute(sql`
    SELECT g.line_item_id, g.day FROM budget_grant g JOIN line_item l ON l.id = g.line_item_id
    LEFT JOIN (SELECT line_item_id, day, sum(spend_micro_cny) AS billed FROM lease_spend GROUP BY 1, 2) s
      ON s.line_item_id = g.line_item_id AND s.day = g.day
    WHERE g.granted_micro_cny + g.prior_micro_cny > l.daily_budget_micro_cny
      OR coalesce(s.billed, 0) > g.granted_micro_cny + g.prior_micro_cny`);
  expect(wrong).toEqual([]);
  const rows = await db.select().from(budgetGrant);
  const pools = await readPools(redis, rows);
  for (const state of pools) {
    if (!state) continue;
    const leased = state.leases.reduce((sum, lease) => sum + lease.amountMicroCny, 0);
    expect(state.grantedMicroCny).toBe(state.freeMicroCny + leased + state.spentMicroCny);
  }
}

test('a first pass grants every line item a part of its day and promises it on the wallet', async () => {
  const pass = await grantBudgets(ctx);
  expect(pass?.grantedMicroCny).toBeGreaterThan(0n);
  const state = await pool();
  expect(state.freeMicroCny).toBeGreaterThan(0);
  expect(BigInt(state.freeMicroCny)).toBeLessThanOrEqual(line.dailyBudgetMicroCny / 5n);
  const wallet = await balanceOf(db, accounts.wallet(line.advertiserId));
  const [sum] = await db.execute<{ granted: string }>(sql`
    SELECT sum(g.granted_micro_cny) AS granted FROM budget_grant g JOIN line_item l ON l.id = g.line_item_id
    WHERE l.advertiser_id = ${line.advertiserId}`);
  expect(wallet.heldMicroCny).toBe(BigInt(sum?.granted ?? 0));
  await expectSound();
});

test('a second pass finds the pools full and moves nothing', async () => {
  expect(await grantBudgets(ctx)).toMatchObject({ grantedMicroCny: 0n, takenBackMicroCny: 0n });
});

test('what was not billed under an expired lease comes back, once its tokens are dead and metered', async () => {
  const before = await pool();
  const lease = await takeLease(1, 400_000);
  await bill(lease.id, 150_000);
  nowMs += LEASE_TTL_MS + TOKEN_TTL_MS;
  await grantBudgets(ctx);
  expect((await pool()).leases).toHaveLength(1);
  nowMs += 60_000;
  expect(await grantBudgets(ctx)).toMatchObject({ settledLeases: 1 });
  const after = await pool();
  expect(after.leases).toHaveLength(0);
  expect(after.freeMicroCny).toBe(before.freeMicroCny - 150_000);
  expect(after.spentMicroCny).toBe(150_000);
  await expectSound();
});

test('an event that waits in the stream keeps its lease out', async () => {
  const lease = await takeLease(2, 300_000);
  const { id: lineItemId, campaignId, advertiserId } = line;
  const change = { lineItemId, campaignId, advertiserId, leaseId: lease.id, priceMicroCny: 90_000 };
  await append(redis, [trackedEvent(++ordinal, { ...change, atMs: nowMs })]);
  nowMs += DEAD_MS;
  // Its entry is young by Redis' clock, so that the watermark stays behind only while it waits.
  const early = await grantBudgets({ ...ctx, clock: () => nowMs - 60_000 + 1 });
  expect(early?.settledLeases).toBe(0);
  await drain(ctx);
  expect((await grantBudgets(ctx))?.settledLeases).toBe(1);
  await expectSound();
});

test('a Redis that lost everything strands what was granted until its leases are dead, then all is whole', async () => {
  const lease = await takeLease(3, 500_000);
  await bill(lease.id, 100_000);
  const before = await grant();
  await redis.flushdb();
  const lost = await grantBudgets(ctx);
  expect(lost?.lostPools).toBeGreaterThan(0);
  const during = await grant();
  expect(during.priorMicroCny).toBe(before.grantedMicroCny + before.priorMicroCny);
  expect(during.priorMicroCny + during.grantedMicroCny).toBeLessThanOrEqual(
    line.dailyBudgetMicroCny,
  );
  // A node that was away still spends from its old lease, and that is covered.
  await bill(lease.id, 200_000);
  await expectSound();
  nowMs += DEAD_MS;
  await grantBudgets(ctx);
  const after = await grant();
  const [billed] = await db.execute<{ sum: string }>(
    sql`SELECT sum(spend_micro_cny) AS sum FROM lease_spend WHERE line_item_id = ${line.id}`,
  );
  expect(after.priorUntilMs).toBeNull();
  expect(after.priorMicroCny).toBe(BigInt(billed?.sum ?? 0));
  await expectSound();
});

test('a crash between PostgreSQL and Redis leaves a grant that nobody can spend, and the next pass takes it back', async () => {
  const before = await grant();
  await db
    .update(budgetGrant)
    .set({ grantedMicroCny: before.grantedMicroCny + 77n })
    .where(eq(budgetGrant.lineItemId, line.id));
  await grantBudgets(ctx);
  expect((await grant()).grantedMicroCny).toBe(BigInt((await pool()).grantedMicroCny));
  await expectSound();
});

test('a paused campaign gives its free budget back and frees the wallet', async () => {
  const wallet = accounts.wallet(line.advertiserId);
  await db
    .update(campaign)
    .set({ status: 'paused' })
    .where(eq(campaign.advertiserId, line.advertiserId));
  expect((await grantBudgets(ctx))?.takenBackMicroCny).toBeGreaterThan(0n);
  expect((await pool()).freeMicroCny).toBe(0);
  await grantBudgets(ctx);
  const committed = await grant();
  const held = (await balanceOf(db, wallet)).heldMicroCny;
  expect(held).toBeLessThanOrEqual(committed.grantedMicroCny + committed.priorMicroCny);
  await db
    .update(campaign)
    .set({ status: 'active' })
    .where(eq(campaign.advertiserId, line.advertiserId));
});

test('a wallet is never promised twice: all its line items together get what it has', async () => {
  const poor = accounts.wallet(line.advertiserId);
  const { availableMicroCny } = await balanceOf(db, poor);
  await db
    .update(lineItem)
    .set({
      dailyBudgetMicroCny: availableMicroCny * 100n,
      totalBudgetMicroCny: availableMicroCny * 200n,
    })
    .where(eq(lineItem.advertiserId, line.advertiserId));
  await db
    .update(campaign)
    .set({ totalBudgetMicroCny: availableMicroCny * 1000n })
    .where(eq(campaign.advertiserId, line.advertiserId));
  for (let i = 0; i < 5; i++) await grantBudgets(ctx);
  const wallet = await balanceOf(db, poor);
  expect(wallet.availableMicroCny).toBeGreaterThanOrEqual(0n);
  expect(wallet.heldMicroCny).toBeLessThanOrEqual(wallet.balanceMicroCny);
});

test('after midnight yesterday’s pools close and a day counts as what it billed', async () => {
  nowMs = Date.parse('2026-03-19T00:30:00+08:00');
  await grantBudgets(ctx);
  nowMs += DEAD_MS;
  await grantBudgets(ctx);
  await grantBudgets(ctx);
  const left = await db.select().from(budgetGrant).where(eq(budgetGrant.day, today));
  expect(left).toEqual([]);
  const rows = await db.execute<{ lease_id: string }>(
    sql`SELECT lease_id FROM lease_spend WHERE day = ${today}::date AND line_item_id = ${line.id}`,
  );
  expect(rows.map((row) => Number(row.lease_id))).toEqual([0]);
});

test('a budget is not cut below what is spent or granted, and the lowest that would do is named', async () => {
  const rows = await db.select().from(budgetGrant).where(eq(budgetGrant.lineItemId, line.id));
  const state = rows.find((row) => row.day === dayOf(nowMs));
  const committed = (state?.grantedMicroCny ?? 0n) + (state?.priorMicroCny ?? 0n);
  expect(committed).toBeGreaterThan(0n);
  const actor = { userId: 'operator', organizationId: 'org-platform' } as never;
  const cut = (dailyBudgetMicroCny: bigint) =>
    db.transaction((tx) => applyLineItemEdit(tx, ctx, actor, line.id, { dailyBudgetMicroCny }));
  const refused = await cut(committed - 1n).catch((error: unknown) => error);
  expect(refused).toMatchObject({ details: [{ pointer: '/dailyBudgetMicroCny' }] });
  expect(JSON.stringify((refused as Failure).details)).toContain(formatYuan(committed));
  expect(await cut(committed)).toMatchObject({ dailyBudgetMicroCny: committed });
});
