/**
 * Stops as nodes meet them: some exchange nodes on one Redis, a worker's two loops beside them, stops placed by the product's
 * own verb. Owns the measuring: until every node's receipt is written, and what is still served anywhere after that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { publishChanges } from '../../api/delivery/publish.ts';
import {
  liftStop,
  listStops,
  type NewStop,
  placeStop,
  recordReceipts,
} from '../../api/delivery/stops.ts';
import { createExchange } from '../../bidding/exchange.ts';
import type { Database } from '../../db/client.ts';
import { dayOf } from '../../db/terms/day.ts';
import { auction, until } from './readers.ts';
import { aSnapshot, grant, publish } from './snapshot.ts';

/** As the worker's timetable has them (api/tasks.ts). */
const CHANGES_EVERY_MS = 150;
const RECEIPTS_EVERY_MS = 1_000;
const OPERATOR = { userId: 'operator', organizationId: 'org-platform' };

/** Each names the one ad of the small market in its own way. */
export const STOPS: Record<string, Pick<NewStop, 'scope' | 'subject'> & Partial<NewStop>> = {
  creative: { scope: 'creative', subject: '601' },
  advertiser: { scope: 'advertiser', subject: '301' },
  category: { scope: 'category', subject: 'beverage' },
  everything: { scope: 'all', subject: null },
  'in an outlet': { scope: 'all', subject: null, outletId: 1 },
  'in a county': { scope: 'advertiser', subject: '301', divisionCode: '330110' },
};

export interface StopTimes {
  /** From the click to the last node that no longer serves it, asked without a pause. */
  obeyedMs: number;
  /** … to the word of the last node, as its receipt says. */
  receiptMs: number;
  receipts: number;
  /** Auctions won at any node after that. */
  servedAfter: number;
}

export async function openStopWorld(ctx: { db: Database; redis: Redis }, nodes: readonly string[]) {
  const { db, redis } = ctx;
  // The market is in Redis alone: what the database says of stops follows on it.
  await db.$client`SELECT setval('snapshot_version', 100)`;
  await publish(redis, aSnapshot());
  await grant(redis, 501, dayOf(Date.now()), 1_000_000_000);
  const exchanges = nodes.map((nodeId) =>
    createExchange({ redis, tokenKey: '55'.repeat(32), nodeId, redisTimeoutMs: 10_000 }),
  );
  const urls = await Promise.all(exchanges.map(async (each) => (await each.listen(0)).url));
  const worker = { db, redis, clock: Date.now };
  let ended = false;
  const loop = async (everyMs: number, work: () => Promise<unknown>): Promise<void> => {
    while (!ended) {
      await work();
      await sleep(everyMs);
    }
  };
  const loops = [
    loop(CHANGES_EVERY_MS, () => publishChanges(worker)),
    loop(RECEIPTS_EVERY_MS, () => recordReceipts(worker)),
  ];
  let reader = 0;
  const serves = async (url: string) => (await auction(url, reader++)) !== undefined;
  const all = async (want: boolean) =>
    (await Promise.all(urls.map(serves))).every((served) => served === want);
  return {
    /** Places a stop and lifts it again. */
    async stop(what: (typeof STOPS)[string]): Promise<StopTimes> {
      await until(() => all(true));
      const from = performance.now();
      const input = { divisionCode: null, outletId: null, reason: '接到通知', ...what };
      const { id } = await placeStop(worker, input, OPERATOR);
      while (!(await all(false)));
      const obeyedMs = performance.now() - from;
      const receipts = async () => {
        const found = (await listStops(db)).find((each) => each.id === id)?.receipts ?? [];
        return found.filter(({ party }) => nodes.includes(party));
      };
      await until(async () => (await receipts()).length === nodes.length);
      let servedAfter = 0;
      for (const url of urls) for (let i = 0; i < 20; i++) if (await serves(url)) servedAfter++;
      const told = await receipts();
      await liftStop(worker, id, OPERATOR);
      return {
        obeyedMs,
        receiptMs: Math.max(...told.map(({ delayMs }) => delayMs)),
        receipts: told.length,
        servedAfter,
      };
    },
    async close() {
      ended = true;
      await Promise.all(loops);
      await Promise.all(exchanges.map((each) => each.close()));
    },
  };
}
