/**
 * Partners: auctions a second and the latency they add with 1, 5 and 20 of them, of which (beyond one) one hangs and one
 * answers garbage. `npm run bench -- fanout [--seconds 3] [--latency 20] [--json]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { Redis } from 'ioredis';
import { partnerSchema } from '../../bidding/demand/partner.ts';
import { createExchange } from '../../bidding/exchange.ts';
import { bootRedis } from '../../db/embedded/redis.ts';
import { dayOf } from '../../db/terms/day.ts';
import { aSnapshot, grant, publish } from '../kit/snapshot.ts';
import { type Fault, openDsp } from '../simulator/dsp/dsp.ts';
import { readArguments, report, round } from './kit/figures.ts';

const args = readArguments(process.argv);
const seconds = args.number('seconds', 3);
const latencyMs = args.number('latency', 20);
const TMAX_MS = 200;

const dataDir = mkdtempSync(join(tmpdir(), 'hongze-bench-'));
const server = await bootRedis({ dataDir, durable: false });
const redis = new Redis(server.url);
await publish(redis, aSnapshot());
await grant(redis, 501, dayOf(Date.now()), 1e12);

const BODY = JSON.stringify({
  id: 'bench',
  imp: [{ id: '1', tagid: '201', banner: { format: [{ w: 300, h: 250 }] } }],
  site: { publisher: { id: '1' } },
  cur: ['CNY'],
  tmax: TMAX_MS,
});

/** The n-th partner's fault: of several, one hangs and one talks nonsense. */
const faultOf = (n: number, count: number): Fault =>
  count > 1 && n === 0 ? 'hang' : count > 2 && n === 1 ? 'garbage' : 'none';

async function measure(count: number): Promise<object> {
  const dsps = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      openDsp({ seat: `dsp-${n}`, priceCpm: 21 + n, latencyMs, fault: faultOf(n, count) }),
    ),
  );
  const partners = dsps.map((dsp, n) =>
    partnerSchema.parse({
      id: `dsp-${n}`,
      seat: `dsp-${n}`,
      url: `${dsp.url}/bid`,
      timeoutMs: 150,
      qps: 100_000,
    }),
  );
  const exchange = createExchange({
    redis,
    tokenKey: '11'.repeat(32),
    nodeId: `bench-${count}`,
    partners,
  });
  const { url } = await exchange.listen(0);
  const result = await autocannon({
    url: `${url}/openrtb2/auction`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: BODY,
    connections: 10,
    duration: seconds,
  });
  await exchange.close();
  await Promise.all(dsps.map((dsp) => dsp.close()));
  return {
    auctionsPerS: Math.round(result.requests.average),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    maxMs: result.latency.max,
    addedP50Ms: round(result.latency.p50 - latencyMs, 1),
    withinTmax: result.latency.p99 <= TMAX_MS,
    failed: result.non2xx + result.errors,
  };
}

const figures: Record<string, unknown> = { latencyMs, tmaxMs: TMAX_MS };
try {
  for (const count of [1, 5, 20]) figures[`partners${count}`] = await measure(count);
  report('fanout', figures, args);
} finally {
  redis.disconnect();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
