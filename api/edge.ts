/**
 * The API on Cloudflare Workers. Owns making a context for one request and ending it: a Worker may
 * not share sockets between requests, and a shared ioredis client hangs there. Refuses what needs a
 * process that lives on: live streams, uploads to a local folder, consumers and schedules.
 */
import { connect } from '../db/client.ts';
import { connectRedis } from '../db/redis.ts';
import { createApp } from './app.ts';
import type { Context } from './context.ts';
import { type Config, readConfig } from './env.ts';
import { CLIENT_ADDRESS_HEADER } from './http/address.ts';
import { createAlipay } from './payments/alipay/client.ts';

interface EdgeEnvironment {
  HYPERDRIVE: { connectionString: string };
  ASSETS: { fetch(request: Request): Promise<Response> };
  [name: string]: unknown;
}

interface Execution {
  waitUntil(work: Promise<unknown>): void;
}

function createContext(config: Config): Context {
  const clock = () => Date.now();
  return {
    // One request, few queries: Hyperdrive pools behind us.
    db: connect(config.databaseUrl, { max: 2 }),
    redis: connectRedis(config.redisUrl, { cluster: config.redisCluster ?? false, lazy: true }),
    clock,
    config,
    alipay: createAlipay({
      ...config.alipay,
      notifyUrl: `${config.publicUrl}/api/payments/alipay/notify`,
      returnUrl: `${config.publicUrl}/wallet`,
      clock,
    }),
  };
}

/** What cannot run here, each with its reason. The Node process serves the same paths in full. */
const NODE_ONLY = [
  {
    path: /^\/api\/live(\/|$)/,
    methods: ['GET'],
    why: 'live streams need a process that outlives the request',
  },
  {
    path: /^\/api\/assets(\/|$)/,
    methods: ['POST', 'PUT'],
    why: 'uploads are kept in a folder of the Node process',
  },
];

function notOnEdge(why: string): Response {
  const problem = {
    type: 'about:blank',
    title: 'Not Implemented',
    status: 501,
    code: 'not_on_edge',
    detail: { zh: '该功能仅由 Node 进程提供', en: `Only the Node process offers this: ${why}` },
  };
  return new Response(JSON.stringify(problem), {
    status: 501,
    headers: { 'content-type': 'application/problem+json' },
  });
}

const texts = (env: EdgeEnvironment): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

export default {
  async fetch(request: Request, env: EdgeEnvironment, execution: Execution): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith('/api/')) return env.ASSETS.fetch(request);
    const refused = NODE_ONLY.find(
      ({ path, methods }) => path.test(pathname) && methods.includes(request.method),
    );
    if (refused) return notOnEdge(refused.why);
    const config = readConfig({ ...texts(env), DATABASE_URL: env.HYPERDRIVE.connectionString });
    const ctx = createContext(config);
    const app = createApp(ctx);
    // Ours alone: Cloudflare's word for who asks replaces whatever the client claims.
    const headers = new Headers(request.headers);
    headers.set(CLIENT_ADDRESS_HEADER, request.headers.get('cf-connecting-ip') ?? 'unknown');
    const response = await app.fetch(new Request(request, { headers }));
    return endAfter(response, execution, async () => {
      ctx.redis.disconnect();
      await ctx.db.$client.end({ timeout: 5 });
    });
  },
};

/** Runs `end` once the body has been sent: an export still reads the database while it streams. */
function endAfter(response: Response, execution: Execution, end: () => Promise<void>): Response {
  if (!response.body) {
    execution.waitUntil(end());
    return response;
  }
  const { readable, writable } = new TransformStream();
  // A reader that goes away early ends the pipe with an error, which is no fault of ours.
  execution.waitUntil(
    response.body
      .pipeTo(writable)
      .catch(() => {})
      .then(end),
  );
  return new Response(readable, response);
}
