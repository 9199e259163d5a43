/**
 * The API's process on Node: the app, the console's built pages and the asset store behind one port. Owns start and
 * end of the process; everything else is made by functions that tests call with parts of their own.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import { compress } from 'hono/compress';
import { pino } from 'pino';
import { openSpanExport } from '../bidding/tracing.ts';
import { callerAddress } from '../bidding/wire/proxy.ts';
import { connect } from '../db/client.ts';
import { connectRedis } from '../db/redis.ts';
import { openReplica } from '../db/replica.ts';
import { createApp } from './app.ts';
import type { AppEnv, Context } from './context.ts';
import { mediaRoutes } from './creatives/media.ts';
import { type Config, readConfig } from './env.ts';
import { addressOf, CLIENT_ADDRESS_HEADER } from './http/address.ts';
import { metricsRoutes } from './observation/routes.ts';
import { createAlipay } from './payments/alipay/client.ts';

const CONSOLE_DIR = 'dist/dashboard';

/** Built files carry a hash in their name and never change; the page that names them is asked for each time. */
const consolePages =
  (consoleDir: string) =>
  (app: Hono<AppEnv>): void => {
    app.use('/assets/*', compress());
    app.use(
      '/assets/*',
      serveStatic({
        root: consoleDir,
        onFound: (_path, c) => c.header('cache-control', 'public, max-age=31536000, immutable'),
      }),
    );
    app.get('*', async (c, next) => {
      if (c.req.path.startsWith('/api/') || c.req.path.startsWith('/assets/')) return next();
      const file = await serveStatic({
        root: consoleDir,
        onFound: (_path, found) => found.header('cache-control', 'no-cache'),
      })(c, async () => {});
      if (file) return file;
      const page = join(consoleDir, 'index.html');
      if (!existsSync(page)) return next();
      return c.html(readFileSync(page, 'utf8'), 200, { 'cache-control': 'no-cache' });
    });
  };

/** `service` names the process in its traces. */
export function createContext(config: Config, service: 'api' | 'worker'): Context {
  const clock = () => Date.now();
  return {
    db: connect(config.databaseUrl),
    ...(config.replica ? { replica: openReplica(config.replica.url, config.replica) } : {}),
    redis: connectRedis(config.redisUrl, { cluster: config.redisCluster ?? false }),
    clock,
    config,
    ...(config.tracing ? { spans: openSpanExport(config.tracing, service) } : {}),
    alipay: createAlipay({
      ...config.alipay,
      notifyUrl: `${config.publicUrl}/api/payments/alipay/notify`,
      returnUrl: `${config.publicUrl}/wallet`,
      clock,
    }),
  };
}

export function createServer(
  ctx: Context,
  log: (entry: Record<string, unknown>) => void,
  consoleDir: string = CONSOLE_DIR,
) {
  const app = createApp(ctx, {
    log,
    before: (early) => {
      early.route('/', mediaRoutes(ctx.config));
      early.route('/', metricsRoutes(ctx, { token: ctx.config.metricsToken, addressOf }));
    },
    pages: consolePages(consoleDir),
  });
  return createAdaptorServer({
    fetch: (request, { incoming }) => {
      // Ours alone: what a client sends under this name is dropped before the headers are first read.
      const raw = incoming.rawHeaders;
      for (let i = raw.length - 2; i >= 0; i -= 2) {
        if (raw[i]?.toLowerCase() === CLIENT_ADDRESS_HEADER) raw.splice(i, 2);
      }
      const forwarded = incoming.headers['x-forwarded-for'];
      const said = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
      const remote = incoming.socket.remoteAddress ?? 'unknown';
      const address = callerAddress(ctx.config.trustProxy, remote, said ?? '');
      // Both forms: which of them is read depends on the header's reader.
      raw.push(CLIENT_ADDRESS_HEADER, address);
      incoming.headers[CLIENT_ADDRESS_HEADER] = address;
      return app.fetch(request);
    },
  });
}

function main(): void {
  const log = pino({ name: 'api' });
  const config = readConfig(process.env);
  mkdirSync(config.assetsDir, { recursive: true });
  const ctx = createContext(config, 'api');
  ctx.redis.on('error', (error) => log.warn({ error: error.message }, 'redis'));
  const server = createServer(ctx, (entry) => log.error(entry, 'unexpected error'));
  server.listen(config.port, config.host, () => log.info({ url: config.publicUrl }, 'listening'));
  const stop = () => {
    server.close(async () => {
      await ctx.spans?.close();
      ctx.redis.disconnect();
      await ctx.replica?.close();
      await ctx.db.$client.end({ timeout: 5 });
      process.exit(0);
    });
    // Streams (SSE) never end by themselves.
    if ('closeAllConnections' in server)
      setTimeout(() => server.closeAllConnections(), 1000).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
