/** An exchange on a Redis of its own, with a small market published and its budgets granted. */
import type { Redis } from 'ioredis';
import { createExchange, type Exchange, type ExchangeOptions } from '../../bidding/exchange.ts';
import type { TrackedEvent } from '../../bidding/wire/event.ts';
import { keys } from '../../bidding/wire/keys.ts';
import type { Snapshot } from '../../bidding/wire/snapshot.ts';
import { dayOf } from '../../db/terms/day.ts';
import { closeAfterFile } from './closing.ts';
import { openTestRedis } from './redis.ts';
import { aSnapshot, grantAll, publish } from './snapshot.ts';
import { eventsWaiting } from './streams.ts';

export const TOKEN_KEY = '11'.repeat(32);

export interface TestExchange {
  exchange: Exchange;
  redis: Redis;
  url: string;
  /** Every event on the streams, sent first. */
  events(): Promise<TrackedEvent[]>;
  /** Reasons of the refused tracker calls, oldest first. */
  rejections(): Promise<string[]>;
}

/** Closed after the file's last test. */
export async function openTestExchange(
  snapshot: Snapshot = aSnapshot(),
  options: Partial<ExchangeOptions> = {},
): Promise<TestExchange> {
  const redis = await openTestRedis();
  await publish(redis, snapshot);
  const day = dayOf((options.clock ?? Date.now)());
  await grantAll(redis, snapshot, day, 1_000_000_000);
  const exchange = createExchange({
    redis,
    tokenKey: TOKEN_KEY,
    nodeId: 'test',
    redisTimeoutMs: 30_000,
    ...options,
  });
  const { url } = await exchange.listen(0);
  closeAfterFile(() => exchange.close());
  return {
    exchange,
    redis,
    url,
    async events() {
      await exchange.flush();
      return eventsWaiting(redis);
    },
    async rejections() {
      await exchange.flush();
      const entries = await redis.xrange(keys.rejected, '-', '+');
      return entries.map(([, fields]) => fields[1] ?? '');
    },
  };
}
