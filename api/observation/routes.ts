/**
 * `/metrics` of the API's process, for Prometheus. Owns who may read it: the machine itself, or whoever holds
 * METRICS_TOKEN. It stands in front of the API's doors, since a scraper signs in nowhere.
 */
import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { houseOf } from '../../db/scope.ts';
import type { AppEnv, Context } from '../context.ts';
import { metricsText, observe } from './observation.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** Scrapers come in pairs; the sums need not be made for each. */
const KEPT_MS = 2_000;

export interface MetricsAccess {
  /** Set: the bearer token wanted of everybody. Not set: loopback addresses only. */
  token: string | undefined;
  /** Address of who asks, as the server knows it. */
  addressOf: (request: Request) => string;
}

export function metricsRoutes(
  ctx: Pick<Context, 'db' | 'redis' | 'clock'>,
  access: MetricsAccess,
): Hono<AppEnv> {
  const house = { ...ctx, db: houseOf(ctx.db) };
  let last: { atMs: number; text: Promise<string> } | undefined;
  return new Hono<AppEnv>().get('/metrics', async (c) => {
    if (!mayRead(c.req.raw, access)) return c.text('forbidden', 403);
    const now = ctx.clock();
    if (!last || now - last.atMs > KEPT_MS) {
      last = { atMs: now, text: observe(house).then(metricsText) };
      // A failed look is not kept: the next scrape tries again.
      last.text.catch(() => {
        last = undefined;
      });
    }
    const text = await last.text;
    return c.text(text, 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
}

function mayRead(request: Request, { token, addressOf }: MetricsAccess): boolean {
  if (token === undefined) return LOOPBACK.test(addressOf(request));
  const said = Buffer.from(request.headers.get('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return said.length === wanted.length && timingSafeEqual(said, wanted);
}
