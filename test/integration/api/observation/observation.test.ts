import { beforeAll, describe, expect, test } from 'vitest';
import { accounts, post } from '../../../../api/ledger/ledger.ts';
import { auditLedger, metricsText, observe } from '../../../../api/observation/observation.ts';
import { metricsRoutes } from '../../../../api/observation/routes.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const NOW = Date.parse('2026-03-02T10:00:00+08:00');
let ctx: Parameters<typeof observe>[0];

beforeAll(async () => {
  const [{ db }, redis] = await Promise.all([openTestDatabase(), openTestRedis()]);
  ctx = { db, redis, clock: () => NOW };
});

const node = (nodeId: string, atMs: number, snapshotVersion: number) =>
  JSON.stringify({
    ...{ nodeId, atMs, startedAtMs: 0, snapshotVersion, auctions: 0, wins: 0, events: 0 },
    ...{ rejects: 0, p50Ms: 0.1, p99Ms: 2.5, redis: 'up', heapMb: 40 },
  });

test('a fresh house is in order: no drift, no lag, nothing unknown', async () => {
  expect(await observe(ctx)).toMatchObject({
    ledgerDriftMicroCny: 0n,
    unknownPayoutSeconds: 0,
    openReconciliationCases: 0,
    billingLagHours: 0,
    nodes: [],
  });
  expect(await auditLedger(ctx.db, { chain: true })).toEqual([]);
});

test('live nodes show how far behind the market they are; silent ones are gone', async () => {
  await ctx.redis.set(keys.snapshotVersion, '12');
  await ctx.redis.hset(keys.nodes, 'a', node('a', NOW - 500, 10), 'b', node('b', NOW - 60_000, 12));
  const seen = await observe(ctx);
  expect(seen.nodes.map(({ nodeId }) => nodeId)).toEqual(['a']);
  const text = metricsText(seen);
  expect(text).toContain('hongze_node_market_behind{node="a"} 2\n');
  expect(text).toContain('hongze_ledger_drift_micro_cny 0\n');
});

test('line items that spend a fifth more or less than planned are counted, of those that serve now', async () => {
  const at = new Date(NOW - 10_000).toISOString();
  const old = new Date(NOW - 3_600_000).toISOString();
  await ctx.db.$client`
    INSERT INTO pacing_state (line_item_id, day, state, updated_at) VALUES
      (1, '2026-03-02', '{"toPlan": 1.05}', ${at}), (2, '2026-03-02', '{"toPlan": 0.5}', ${at}),
      (3, '2026-03-02', '{"toPlan": 1.4}', ${at}), (4, '2026-03-02', '{"toPlan": null}', ${at}),
      (5, '2026-03-02', '{"toPlan": 9}', ${old}), (6, '2026-03-01', '{"toPlan": 9}', ${at})`;
  const seen = await observe(ctx);
  expect(seen.pacing).toEqual({ paced: 3, offPlan: 2 });
  expect(metricsText(seen)).toContain('hongze_pacing_off_plan 2\n');
});

describe('/metrics', () => {
  const get = async (access: { token?: string; address: string }, authorization?: string) => {
    const routes = metricsRoutes(ctx, { token: access.token, addressOf: () => access.address });
    return routes.request('/metrics', authorization ? { headers: { authorization } } : {});
  };

  test('is for the machine itself when there is no token', async () => {
    expect((await get({ address: '127.0.0.1' })).status).toBe(200);
    expect((await get({ address: '10.0.0.9' })).status).toBe(403);
  });

  test('is for whoever holds the token when there is one', async () => {
    const token = 'a-long-secret-of-the-scraper';
    expect((await get({ token, address: '10.0.0.9' }, `Bearer ${token}`)).status).toBe(200);
    expect((await get({ token, address: '127.0.0.1' })).status).toBe(403);
    expect((await get({ token, address: '127.0.0.1' }, 'Bearer guess')).status).toBe(403);
  });
});

test('a balance changed under the table shows as drift and as a fault', async () => {
  const entries = [
    { account: accounts.alipayCash, amountMicroCny: 10_000n },
    { account: accounts.wallet(1), amountMicroCny: -10_000n },
  ];
  await post(ctx.db, [{ key: 'observed', kind: 'test', day: '2026-03-02', entries }]);
  expect((await observe(ctx)).ledgerDriftMicroCny).toBe(0n);
  await ctx.db.$client.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update balance set amount_micro_cny = amount_micro_cny + 7
      where account_id = (select id from account where code = ${accounts.alipayCash})`;
  });
  expect((await observe(ctx)).ledgerDriftMicroCny).toBe(7n);
  expect(await auditLedger(ctx.db, { chain: false })).not.toEqual([]);
});
