import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pace } from '../../../../api/delivery/pacing.ts';
import {
  publishChanges,
  publishSnapshot,
  refreshSnapshot,
} from '../../../../api/delivery/publish.ts';
import {
  confirmStop,
  liftStop,
  listStops,
  placeStop,
  recordReceipts,
} from '../../../../api/delivery/stops.ts';
import { keys } from '../../../../bidding/wire/keys.ts';
import type { Snapshot, SnapshotDelta } from '../../../../bidding/wire/snapshot.ts';
import { campaign } from '../../../../db/schema/campaigns.ts';
import { creative } from '../../../../db/schema/creatives.ts';
import { outlet } from '../../../../db/schema/outlets.ts';
import { seed } from '../../../../run/seed/seed.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const { db } = await openTestDatabase();
const redis = await openTestRedis();
const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-assets-'));
afterAll(() => rmSync(assetsDir, { recursive: true }));
let nowMs = Date.parse('2026-03-18T10:00:00+08:00');
const ctx = { db, redis, clock: () => nowMs, config: { assetsDir } };
const operator = { userId: 'operator', organizationId: 'org-platform' };

beforeAll(async () => {
  await seed(ctx, { history: false });
  await publishSnapshot(ctx);
  await settle();
});

/** Publishes until nothing is left to say. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20 && (await publishChanges(ctx)) !== undefined; i++);
}

async function full(): Promise<Snapshot> {
  const packed = await redis.getBuffer(keys.snapshot);
  return JSON.parse(gunzipSync(packed ?? Buffer.alloc(0)).toString()) as Snapshot;
}

async function lastDelta(): Promise<SnapshotDelta> {
  const [entry] = await redis.xrevrange(keys.snapshotDeltas, '+', '-', 'COUNT', 1);
  const fields = entry?.[1] ?? [];
  return JSON.parse(fields[fields.indexOf('d') + 1] ?? '{}') as SnapshotDelta;
}

test('a change reaches the stream as one delta that follows on the last version', async () => {
  const before = Number(await redis.get(keys.snapshotVersion));
  const { lineItems } = await full();
  const line = lineItems[0];
  await db
    .update(campaign)
    .set({ status: 'paused' })
    .where(eq(campaign.id, line?.campaignId ?? 0));
  const version = await publishChanges(ctx);
  const delta = await lastDelta();
  expect(delta).toMatchObject({ fromVersion: before, version });
  expect(delta.remove.lineItems).toContain(line?.id);
  await db
    .update(campaign)
    .set({ status: 'active' })
    .where(eq(campaign.id, line?.campaignId ?? 0));
  await publishChanges(ctx);
  expect((await lastDelta()).upsert.lineItems?.map((l) => l.id)).toContain(line?.id);
});

test('nothing to say is not said', async () => {
  await settle();
  expect(await publishChanges(ctx)).toBeUndefined();
});

test('a rolled-back change is never published', async () => {
  await expect(
    db.transaction(async (tx) => {
      await tx.update(outlet).set({ status: 'suspended' }).where(eq(outlet.id, 1));
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  expect(await publishChanges(ctx)).toBeUndefined();
});

test('a creative edited after its approval leaves the market, with the line items that showed nothing else', async () => {
  const { creatives } = await full();
  const edited = creatives.find((c) => !c.isPsa);
  await db
    .update(creative)
    .set({ contentHash: 'changed' })
    .where(eq(creative.id, edited?.id ?? 0));
  await publishChanges(ctx);
  expect((await lastDelta()).remove.creatives).toEqual([edited?.id]);
  await refreshSnapshot(ctx);
  const after = await full();
  expect(after.creatives.some((c) => c.id === edited?.id)).toBe(false);
  expect(after.lineItems.every((l) => !l.creativeIds.includes(edited?.id ?? 0))).toBe(true);
});

test('a suspended outlet takes its properties and placements with it', async () => {
  await db.update(outlet).set({ status: 'suspended' }).where(eq(outlet.id, 3));
  await publishChanges(ctx);
  const { remove } = await lastDelta();
  expect(remove.outlets).toEqual([3]);
  expect(remove.placements?.length).toBeGreaterThan(5);
});

test('a Redis that lost everything is published to anew, under a later version', async () => {
  const before = Number(await redis.get(keys.snapshotVersion));
  await redis.flushdb();
  await refreshSnapshot(ctx);
  expect((await full()).version).toBeGreaterThan(before);
});

test('a stop is out with the next delta; nodes and outlets confirm; lifting takes it back', async () => {
  await settle();
  const placed = await placeStop(
    ctx,
    {
      scope: 'advertiser',
      subject: '1',
      divisionCode: '330100',
      outletId: null,
      reason: '接到通知',
    },
    operator,
  );
  const version = await publishChanges(ctx);
  expect((await lastDelta()).upsert.stops).toEqual([
    { id: placed.id, scope: 'advertiser', subject: '1', divisionCode: '330100', outletId: null },
  ]);
  const health = { nodeId: 'n1', atMs: nowMs, snapshotVersion: version };
  await redis.hset(
    keys.nodes,
    'n1',
    JSON.stringify({ ...health, snapshotVersion: Number(version) - 1 }),
  );
  expect(await recordReceipts(ctx)).toBe(0);
  await redis.hset(keys.nodes, 'n1', JSON.stringify(health));
  expect(await recordReceipts(ctx)).toBe(1);
  await confirmStop(ctx, placed.id, 5, '已电话确认');
  const [seen] = await listStops(db);
  expect(seen?.receipts.map((r) => [r.kind, r.party])).toEqual([
    ['node', 'n1'],
    ['outlet', '5'],
  ]);
  await settle();
  await liftStop(ctx, placed.id, operator);
  await publishChanges(ctx);
  expect((await lastDelta()).remove.stops).toEqual([placed.id]);
});

test('a stop that names nothing that can be stopped is refused with its field', async () => {
  const stop = { divisionCode: null, outletId: null, reason: '测试' };
  await expect(placeStop(ctx, { ...stop, scope: 'all', subject: '1' }, operator)).rejects.toThrow(
    'invalid_input',
  );
  await expect(
    placeStop(ctx, { ...stop, scope: 'category', subject: 'nonsense' }, operator),
  ).rejects.toThrow('invalid_input');
});

test('pacing keeps its state over steps and sends only multipliers that moved', async () => {
  await pace(ctx);
  nowMs += 10_000;
  const moved = await pace(ctx);
  const delta = await lastDelta();
  if (moved > 0) expect(delta.rankMultipliers?.length).toBe(moved);
  nowMs += 86_400_000;
  expect(await pace(ctx)).toBeGreaterThanOrEqual(0);
});
