/** The API's description of itself: OpenAPI 3.1 at /api/openapi.json, a page to read it at /api/docs. */
import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { type ApiDocument, referencePage } from './reference.ts';

export function describeApi(app: Hono<AppEnv>, publicUrl: string): void {
  const describe = () =>
    generateSpecs(app, {
      includeEmptyPaths: true,
      excludeStaticFile: false,
      exclude: [/^\/api\/(openapi|docs|auth)/, /\*/],
      documentation: {
        openapi: '3.1.0',
        info: {
          title: 'Hongze',
          version: '1.0.0',
          description:
            'A province’s ad exchange. Money travels as decimal-integer strings of µCNY (`…MicroCny`), prices as integer fen (`…Fen`), days as Asia/Shanghai dates. Errors are RFC 9457 problems. Mutations accept `Idempotency-Key`.',
        },
        servers: [{ url: publicUrl }],
        components: {
          securitySchemes: {
            session: { type: 'apiKey', in: 'cookie', name: 'hongze.session_token' },
            key: { type: 'http', scheme: 'bearer', description: 'An API key, `hz_…`' },
          },
        },
        security: [{ session: [] }, { key: [] }],
      },
    });
  app.get('/api/openapi.json', async (c) => c.json(await describe()));
  app.get('/api/docs', async (c) => c.html(referencePage((await describe()) as ApiDocument)));
}
