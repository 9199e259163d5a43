/**
 * The story's stage: every real part in one process on one virtual clock. PostgreSQL, Redis, the exchange and the API
 * speak over their own sockets; the gateway stands on the other side of HTTP, as Alipay would.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Redis } from 'ioredis';
import { createApp } from '../../../api/app.ts';
import type { Context } from '../../../api/context.ts';
import { createWorker, type Worker } from '../../../api/worker.ts';
import { createExchange, type Exchange } from '../../../bidding/exchange.ts';
import { connect } from '../../../db/client.ts';
import { freePort } from '../../../db/embedded/ports.ts';
import type { Gateway } from '../alipay/gateway.ts';
import { openGatewayPair } from '../alipay/pair.ts';

export interface Stage {
  ctx: Context;
  gateway: Gateway;
  exchange: Exchange;
  exchangeUrl: string;
  apiUrl: string;
  worker: Worker;
  now(): number;
  set(ms: number): void;
  close(): Promise<void>;
}

const TOKEN_KEY = '5a'.repeat(32);

export async function openStage(urls: {
  databaseUrl: string;
  redisUrl: string;
  startMs: number;
}): Promise<Stage> {
  let nowMs = urls.startMs;
  const clock = () => nowMs;
  const apiPort = await freePort();
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const { gateway, alipay } = await openGatewayPair({
    clock,
    notifyUrl: `${apiUrl}/api/payments/alipay/notify`,
    timeoutMs: 5_000,
  });
  const redis = new Redis(urls.redisUrl, { maxRetriesPerRequest: 1 });
  const assetsDir = mkdtempSync(join(tmpdir(), 'hongze-story-'));
  const exchange = createExchange({
    redis,
    clock,
    tokenKey: TOKEN_KEY,
    nodeId: 'story',
    redisTimeoutMs: 30_000,
  });
  const { url: exchangeUrl } = await exchange.listen(0);
  const ctx: Context = {
    db: connect(urls.databaseUrl),
    redis,
    clock,
    alipay,
    config: {
      ...urls,
      port: apiPort,
      host: '127.0.0.1',
      publicUrl: apiUrl,
      exchangeUrl,
      authSecret: 'story-secret-story-secret-story-secret',
      tokenKey: TOKEN_KEY,
      assetsDir,
      trustProxy: 'none',
      alipay: { gateway: gateway.url, appId: '', sellerId: '', privateKey: '', publicKey: '' },
      oidc: null,
    },
  };
  const server = createAdaptorServer({ fetch: createApp(ctx).fetch });
  await new Promise<void>((resolve) => server.listen(apiPort, '127.0.0.1', resolve));
  const failures: unknown[] = [];
  const worker = createWorker(ctx, { log: (entry) => failures.push(entry) });
  return {
    ctx,
    gateway,
    exchange,
    exchangeUrl,
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    worker,
    now: clock,
    set(ms) {
      nowMs = ms;
    },
    async close() {
      await exchange.close();
      await worker.stop();
      await new Promise((resolve) => server.close(resolve));
      await gateway.close();
      redis.disconnect();
      await ctx.db.$client.end({ timeout: 2 });
      rmSync(assetsDir, { recursive: true, force: true });
    },
  };
}
