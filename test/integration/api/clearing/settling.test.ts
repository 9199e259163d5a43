import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { settleSupply } from '../../../../api/clearing/settling.ts';
import { accounts, balanceOf, ledgerFaults } from '../../../../api/ledger/ledger.ts';
import { supplySettlement } from '../../../../db/schema/clearing.ts';
import { event, meteringFinal } from '../../../../db/schema/metering.ts';
import { partnerReport, supplyPartner } from '../../../../db/schema/partners.ts';
import { dayStartMs, hourOf } from '../../../../db/terms/day.ts';
import { newCaller, openTestApi } from '../../../kit/actors.ts';
import { addOutlet } from '../../../kit/books.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { openTestRedis } from '../../../kit/redis.ts';

const DAY = '2026-11-01';
const clock = () => dayStartMs('2026-11-03') + 36_000_000;

test('a supply partner’s reported prices settle as an adjustment of each final day, once, and what comes late moves the rest', async () => {
  const { db } = await openTestDatabase();
  const api = openTestApi({ db, redis: await openTestRedis(), clock });
  const finance = await newCaller(api, 'platform', { roles: ['finance'] });
  const outlet = await addOutlet(db);
  const [partner] = await db
    .insert(supplyPartner)
    .values({
      code: 'ssp',
      name: '供应方',
      qps: 1,
      outletId: outlet.id,
      domain: 'x.cn',
      keySha256: 'x',
      keyPrefix: 'x',
    })
    .returning();
  await db.execute(sql`SELECT event_partition(${DAY}::date)`);
  const at = dayStartMs(DAY) + 43_200_000;
  const billed = (key: string, ivt = 0) =>
    db.insert(event).values({
      day: DAY,
      eventKey: `${key}:1`,
      kind: 1,
      atMs: at,
      hour: hourOf(at),
      outletId: outlet.id,
      placementId: 1,
      divisionCode: '330110',
      advertiserId: 1,
      campaignId: 1,
      lineItemId: 1,
      creativeId: 1,
      device: 0,
      ivt,
      priceMicroCny: 10_000n,
      leaseId: 1,
      userHash: '',
    });
  const said = (eventKey: string, settledMicroCny: bigint | null) =>
    db.insert(partnerReport).values({
      eventKey,
      supplyPartnerId: partner?.id ?? 0,
      outletId: outlet.id,
      placementId: 1,
      lineItemId: 1,
      day: DAY,
      at: new Date(at),
      priceRaw: settledMicroCny === null ? '?' : `${settledMicroCny}`,
      bidMicroCny: 9_000n,
      settledMicroCny,
    });
  // Two that count; one unreadable, one that was never billed, one that was no person.
  for (const [key, price] of [
    ['a:0', 6_000n],
    ['b:0', 9_000n],
    ['c:0', null],
  ] as const) {
    await billed(key);
    await said(key, price);
  }
  await said('d:0', 1n);
  await billed('e:0', 1);
  await said('e:0', 1n);
  expect(await settleSupply(api.ctx)).toBe(0);
  await db
    .insert(meteringFinal)
    .values({ day: DAY, finalizedAt: new Date(clock()), removedEvents: 0, removedMicroCny: 0n });
  const runs = await Promise.all([settleSupply(api.ctx), settleSupply(api.ctx)]);
  expect(runs.sort()).toEqual([0, 1]);
  await billed('f:0');
  await said('f:0', 8_000n);
  expect(await settleSupply(api.ctx)).toBe(1);
  const rows = await db.select().from(supplySettlement);
  expect(rows.map((row) => [row.impressions, row.amountMicroCny])).toEqual([
    [2, -3_000n],
    [3, -1_000n],
  ]);
  const owed = async () =>
    (await balanceOf(db, accounts.payable(outlet.id)).catch(() => undefined))?.balanceMicroCny ??
    0n;
  expect(await owed()).toBe(0n);
  for (const { adjustmentId } of rows) {
    const answer = await finance.call('POST', `/api/adjustments/${adjustmentId}/approve`);
    expect(answer.status).toBe(200);
  }
  expect(await owed()).toBe(-4_000n);
  expect(await ledgerFaults(db)).toEqual([]);
  await expect(db.delete(supplySettlement)).rejects.toThrow();
});
