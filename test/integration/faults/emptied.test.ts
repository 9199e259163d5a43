import type { Redis } from 'ioredis';
import { beforeEach, expect, test } from 'vitest';
import { consume } from '../../../api/metering/metering.ts';
import { createExchange } from '../../../bidding/exchange.ts';
import { dayOf } from '../../../db/terms/day.ts';
import { openTestDatabase } from '../../kit/database.ts';
import { PRICE, until } from '../../kit/readers.ts';
import { openTestRedis } from '../../kit/redis.ts';
import { aSnapshot, grant, publish } from '../../kit/snapshot.ts';
import { eventsWaiting } from '../../kit/streams.ts';
import { meter, openTraffic, tell } from './world.ts';

const BUDGET = 10_000 * PRICE;
const { db } = await openTestDatabase();
const redis = await openTestRedis();

beforeEach(async () => {
  await redis.flushdb();
  await db.$client`TRUNCATE event, rollup_hour, lease_spend, rejected_event`;
  await publish(redis, aSnapshot());
  for (const { id } of aSnapshot().lineItems) await grant(redis, id, dayOf(Date.now()), BUDGET);
});

async function openNode() {
  const exchange = createExchange({
    redis,
    tokenKey: '44'.repeat(32),
    nodeId: 'fault',
    redisTimeoutMs: 10_000,
  });
  const { url } = await exchange.listen(0);
  return { exchange, traffic: openTraffic(url) };
}

test('Redis emptied under traffic: nodes send again what it held, nothing is lost or doubled, ads go on and are billed', async () => {
  const { exchange, traffic } = await openNode();
  for (let i = 0; i < 40; i++) await traffic.read();
  await exchange.flush();
  await meter(db, redis);
  for (let i = 0; i < 10; i++) await traffic.read();
  await exchange.flush();
  const { length: held } = await eventsWaiting(redis);
  await redis.flushdb();
  const emptied = performance.now();
  traffic.down = true;
  const before = traffic.accepted;
  while (traffic.accepted === before && performance.now() - emptied < 30_000) await traffic.read();
  for (let i = 0; i < 40; i++) await traffic.read();
  await exchange.flush();
  let books = await meter(db, redis);
  await until(async () => {
    books = await meter(db, redis);
    return books.metered === traffic.accepted;
  });
  const recoveryMs = performance.now() - emptied;
  await exchange.close();
  tell('Redis emptied', traffic, books, BUDGET, `, recovery ${recoveryMs.toFixed(0)} ms`);
  expect(held).toBe(10);
  expect(traffic.wonWhileDown).toBeGreaterThan(0);
  expect(await meter(db, redis)).toEqual({
    metered: traffic.accepted,
    spent: traffic.accepted * PRICE,
  });
  expect(books.spent).toBeLessThanOrEqual(BUDGET);
  expect(recoveryMs).toBeLessThan(30_000);
});

test('a consumer paused between taking and committing, and overtaken: each event is billed once', async () => {
  const { exchange, traffic } = await openNode();
  // A node's first auctions wait for their leases.
  while (traffic.accepted < 30) await traffic.read();
  await exchange.flush();
  let resume = (): void => {};
  const paused = new Promise<void>((resolve) => {
    resume = resolve;
  });
  let holding = (): void => {};
  const taken = new Promise<void>((resolve) => {
    holding = resolve;
  });
  // It has its entries and stands still, as a process under SIGSTOP does.
  const slow = new Proxy(redis, {
    get: (target, name) =>
      name === 'xrange'
        ? async (...args: Parameters<Redis['xrange']>) => {
            const entries = await target.xrange(...args);
            holding();
            await paused;
            return entries;
          }
        : typeof Reflect.get(target, name) === 'function'
          ? (Reflect.get(target, name) as (...args: unknown[]) => unknown).bind(target)
          : Reflect.get(target, name),
  });
  const late = consume({ db, redis: slow, clock: Date.now }, { consumer: 'paused' });
  await taken;
  traffic.down = true;
  while (traffic.accepted < 60) await traffic.read();
  await exchange.close();
  const overtaken = await meter(db, redis);
  resume();
  const { taken: seenAgain, counted } = await late;
  const books = await meter(db, redis);
  tell('consumer paused', traffic, books, BUDGET, `, seen again ${seenAgain}`);
  expect(seenAgain).toBeGreaterThan(0);
  expect(counted).toBe(0);
  expect(overtaken).toEqual(books);
  expect(books).toEqual({ metered: 60, spent: 60 * PRICE });
});
