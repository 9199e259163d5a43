/**
 * Files of the asset store as the public sees them. Owns their headers: whatever a file is, a browser may show it but
 * never run it, and never take it for another type.
 */
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type Context as HonoContext } from 'hono';
import type { AppEnv } from '../context.ts';
import type { Config } from '../env.ts';
import { openFiles } from '../files/files.ts';
import { MEDIA_TYPES } from './sniff.ts';

/** `<sha-256>.<extension>`: the name says the content, so it never changes. */
const NAME = /^\/api\/assets\/([0-9a-f]{64})\.([a-z0-9]{2,5})$/;

export function mediaRoutes(config: Pick<Config, 'assetsDir' | 's3'>) {
  const file = serveStatic<AppEnv>({
    root: config.assetsDir,
    rewriteRequestPath: (path) => path.slice('/api/assets'.length),
  });
  /** A store elsewhere is read through us: its address and keys are nobody's business. */
  const read = async (c: HonoContext<AppEnv>): Promise<Response | undefined> => {
    if (!config.s3) return (await file(c, async () => {})) ?? undefined;
    const bytes = await openFiles(config).get(c.req.path.slice('/api/assets/'.length));
    return bytes && new Response(bytes);
  };
  return new Hono<AppEnv>().get('/api/assets/:name', async (c) => {
    const match = NAME.exec(c.req.path);
    const type = MEDIA_TYPES.find((one) => one.extension === match?.[2]);
    const found = match && type ? await read(c) : undefined;
    if (!found || !type) return c.text('not found', 404);
    const { headers } = found;
    headers.set('x-content-type-options', 'nosniff');
    headers.set(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    );
    headers.set('cross-origin-resource-policy', 'cross-origin');
    headers.set('referrer-policy', 'no-referrer');
    headers.set('content-type', type.mediaType);
    headers.set('cache-control', 'public, max-age=31536000, immutable');
    return found;
  });
}
