import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createWorker } from '../../../../api/worker.ts';
import { createExchange } from '../../../../bidding/exchange.ts';
import { openSpanExport } from '../../../../bidding/tracing.ts';
import { auctionContext, hourContext } from '../../../../bidding/wire/span.ts';
import { dayOf, hourOf } from '../../../../db/terms/day.ts';
import { openTestApi } from '../../../kit/actors.ts';
import {
  addAdvertiser,
  addLineItem,
  addOutlet,
  addPlacement,
  signContract,
} from '../../../kit/books.ts';
import { type CollectedSpan, openCollector } from '../../../kit/collector.ts';
import { openTestDatabase } from '../../../kit/database.ts';
import { auction, BROWSER, PRICE } from '../../../kit/readers.ts';
import { openTestRedis } from '../../../kit/redis.ts';
import {
  aCreative,
  aLineItem,
  aPlacement,
  aSnapshot,
  grant,
  publish,
} from '../../../kit/snapshot.ts';

const { db } = await openTestDatabase();
const redis: Redis = await openTestRedis();

const attribute = (span: CollectedSpan | undefined, name: string): unknown =>
  Object.values(span?.attributes.find(({ key }) => key === name)?.value ?? {})[0];

/** An outlet with a contract, one line item with money, published and granted. */
async function openMarket(atMs: number) {
  const outlet = await addOutlet(db);
  const place = await addPlacement(db, outlet.id);
  await signContract(db, outlet.id);
  const advertiser = await addAdvertiser(db, 5_000_000n);
  const line = await addLineItem(db, advertiser.id);
  const { outlets, properties } = aSnapshot();
  await publish(
    redis,
    aSnapshot({
      outlets: outlets.map((each) => ({ ...each, id: outlet.id })),
      properties: properties.map((each) => ({ ...each, outletId: outlet.id })),
      placements: [aPlacement({ id: place.id, outletId: outlet.id })],
      creatives: [aCreative({ advertiserId: advertiser.id })],
      lineItems: [
        aLineItem({
          id: line.id,
          campaignId: line.campaignId,
          advertiserId: advertiser.id,
          creativeIds: [601],
        }),
      ],
    }),
  );
  await grant(redis, line.id, dayOf(atMs), 100 * PRICE);
  return place;
}

test('an auction is followed to its ledger posting: auction, metering, closed hour, journal', async () => {
  const collector = await openCollector();
  const settings = { endpoint: collector.endpoint, headers: {}, share: 1 };
  const atMs = Date.now();
  const place = await openMarket(atMs);
  const [bidding, working] = ['exchange', 'worker'].map((name) => openSpanExport(settings, name));
  const exchange = createExchange({
    redis,
    tokenKey: '22'.repeat(32),
    redisTimeoutMs: 10_000,
    spans: bidding as never,
  });
  const { url } = await exchange.listen(0);
  const pixel = await auction(url, 1, place);
  expect((await fetch(pixel as string, { headers: { 'user-agent': BROWSER } })).ok).toBe(true);
  await exchange.flush();
  await exchange.close();
  await bidding?.close();

  let laterMs = 0;
  const clock = () => Date.now() + laterMs;
  const { ctx } = openTestApi({ db, redis, clock, spans: working as never });
  const worker = createWorker(ctx);
  await worker.tick('metering');
  laterMs = 3_600_000;
  await worker.tick('billing');
  await working?.close();

  const named = (name: string) => collector.spans.find((span) => span.name === name);
  const auctioned = named('auction');
  const auctionId = String(attribute(auctioned, 'hongze.auction_id'));
  expect(auctioned).toMatchObject({ service: 'exchange', ...auctionContext(auctionId) });
  const metered = named('metered impression');
  expect(metered).toMatchObject({
    service: 'worker',
    traceId: auctioned?.traceId,
    parentSpanId: auctioned?.spanId,
  });
  const batch = named('metering.batch');
  expect(batch?.links).toEqual([auctionContext(auctionId)]);
  expect(batch?.parentSpanId).toBe(named('task metering')?.spanId);
  const hour = Number(attribute(metered, 'hongze.hour'));
  expect([hourOf(atMs), hourOf(atMs) + 1]).toContain(hour);
  const closed = named('billing.closeHour');
  expect(metered?.links.map(({ traceId }) => traceId)).toEqual([
    batch?.traceId,
    hourContext(hour).traceId,
  ]);
  expect(closed).toMatchObject({ service: 'worker', traceId: hourContext(hour).traceId });
  const posted = named('ledger.post');
  expect(posted).toMatchObject({ traceId: closed?.traceId, parentSpanId: closed?.spanId });
  const [journal] = await db.$client`SELECT key FROM journal WHERE kind = 'charge'`;
  expect(attribute(posted, 'hongze.journal_keys')).toBe(journal?.key);
});

test('a request joins its caller’s trace, and one whose caller does not record leaves no span', async () => {
  const collector = await openCollector();
  const spans = openSpanExport({ endpoint: collector.endpoint, headers: {}, share: 0 }, 'api');
  const { app } = openTestApi({ db, redis, spans });
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const ask = (path: string, flags: string) =>
    app.request(path, { headers: { traceparent: `00-${traceId}-${spanId}-${flags}` } });
  await ask('/api/health', '01');
  await ask('/api/campaigns/90210', '01');
  await ask('/api/health', '00');
  await app.request('/api/health', { headers: { traceparent: 'nonsense' } });
  await spans.close();
  expect(collector.spans).toHaveLength(3);
  expect(collector.spans[0]).toMatchObject({
    name: 'GET /api/health',
    traceId,
    parentSpanId: spanId,
  });
  expect(attribute(collector.spans[1], 'http.response.status_code')).toBe('401');
  expect(JSON.stringify(collector.spans)).not.toContain('90210');
  expect(collector.spans[2]?.traceId).not.toBe(traceId);
  expect(collector.spans[2]?.parentSpanId).toBeUndefined();
});
