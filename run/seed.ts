/** Fills an empty database with the demo province, in a process of its own that may use much memory. */
import { Redis } from 'ioredis';
import { readConfig } from '../api/env.ts';
import { createAlipay } from '../api/payments/alipay/client.ts';
import { connect } from '../db/client.ts';
import { houseOf } from '../db/scope.ts';
import { seedCleared } from './seed/cleared.ts';
import { seed } from './seed/seed.ts';
import { gatewayAnswers, seedSettled } from './seed/settled.ts';

const config = readConfig(process.env);
const clock = () => Date.now();
const db = houseOf(connect(config.databaseUrl));
const redis = new Redis(config.redisUrl);
const alipayAt = (backMs: number) =>
  createAlipay({
    ...config.alipay,
    notifyUrl: `${config.publicUrl}/api/payments/alipay/notify`,
    clock: () => clock() - backMs,
  });
const ctx = { db, redis, clock, config, alipay: alipayAt(0) };
const fresh = await seed(ctx);
const controlUrl = `http://127.0.0.1:${process.env.CONTROL_PORT}`;
const ours = config.alipay.gateway.includes(`:${process.env.GATEWAY_PORT}/`);
if (fresh && ours && (await gatewayAnswers(controlUrl))) {
  const openingFen = BigInt(process.env.OPENING_FEN ?? 0);
  // The demo is worth showing without its settled month, too.
  await seedSettled(ctx, { controlUrl, openingFen, alipayAt }).catch((error: unknown) => {
    process.stderr.write(`the settled month was not seeded: ${String(error)}\n`);
  });
}
if (fresh) {
  await seedCleared(ctx).catch((error: unknown) => {
    process.stderr.write(`the partners' reports were not seeded: ${String(error)}\n`);
  });
}
redis.disconnect();
await db.$client.end();
