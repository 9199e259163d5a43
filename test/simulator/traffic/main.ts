/** `npm run traffic -- --seed 1 --rate 5 --minutes 10 [--flat]`: readers against the exchange at EXCHANGE_URL. */
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { keys } from '../../../bidding/wire/keys.ts';
import type { Snapshot } from '../../../bidding/wire/snapshot.ts';
import { createTraffic } from './traffic.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '2' },
    minutes: { type: 'string' },
    flat: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const rate = Number(values.rate);
const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
if (![seed, rate].every(Number.isFinite) || !(rate > 0) || !(minutes > 0)) {
  process.stderr.write('traffic: --seed N --rate requests/s --minutes N [--flat]\n');
  process.exit(2);
}

/** The pages that exist are those of the published market; it may still be on its way. */
async function readSnapshot(): Promise<Snapshot> {
  const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  try {
    for (let tries = 0; tries < 60; tries++) {
      const packed = await redis.getBuffer(keys.snapshot);
      if (packed) return JSON.parse(gunzipSync(packed).toString()) as Snapshot;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error('no market was published within 30 s');
  } finally {
    redis.disconnect();
  }
}

const traffic = createTraffic(await readSnapshot(), {
  exchangeUrl: (process.env.EXCHANGE_URL ?? 'http://localhost:8080').replace(/\/$/, ''),
  seed,
  rate,
  diurnal: !values.flat,
});
const report = setInterval(
  () => process.stdout.write(`${JSON.stringify(traffic.count)}\n`),
  10_000,
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => traffic.stop());
await traffic.run(Date.now() + Math.min(minutes * 60_000, 1e12));
clearInterval(report);
process.stdout.write(`${JSON.stringify(traffic.count)}\n`);
process.exit(0);
