/** Metering over HTTP: conversions told by advertisers, refused tracker calls for the platform's people. */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { CONVERSION_KINDS, meteringFinal, rejectedEvent } from '../../db/schema/metering.ts';
import { idSchema } from '../../db/terms/id.ts';
import { microCnySchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, requireActor } from '../http/auth.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import { json, query, wire } from '../http/validation.ts';
import { attributionRoutes } from './attributionRoutes.ts';
import { recordConversion } from './conversions.ts';

const conversionBody = z.strictObject({
  advertiserId: idSchema,
  requestId: z.string().regex(/^[A-Za-z0-9_-]{16}$/, 'the __REQUESTID__ of the landing page'),
  orderId: z.string().trim().min(1).max(128),
  kind: z.enum(CONVERSION_KINDS).default('order'),
  valueMicroCny: microCnySchema.default(0n).refine((value) => value >= 0n, 'must not be negative'),
  at: z.iso.datetime({ offset: true }).optional(),
});

const rejectedQuery = pageQuery.extend({ reason: z.string().max(64).optional() });

export const meteringRoutes = new Hono<AppEnv>()
  .route('/', attributionRoutes)
  .post(
    '/conversions',
    describeRoute({
      tags: ['conversions'],
      summary: 'Tell a conversion; the same order counts once',
    }),
    requireActor('advertiser', 'agency'),
    json(conversionBody),
    async (c) => {
      const { at, ...told } = c.req.valid('json');
      assertActsFor(c.var.actor, { advertiserId: told.advertiserId });
      const { ctx } = c.var;
      const atMs = at === undefined ? ctx.clock() : Date.parse(at);
      return c.json(wire(await recordConversion(ctx, { ...told, atMs })), 201);
    },
  )
  .get(
    '/rejected-events',
    describeRoute({
      tags: ['metering'],
      summary: 'Refused tracker calls and bid requests with their reasons, newest first',
    }),
    requireActor('platform'),
    query(rejectedQuery),
    async (c) => {
      const { limit, cursor, reason } = c.req.valid('query');
      const before = decodeIdCursor(cursor);
      const rows = await c.var.ctx.db
        .select()
        .from(rejectedEvent)
        .where(
          and(
            before === undefined ? undefined : lt(rejectedEvent.id, before),
            reason === undefined ? undefined : eq(rejectedEvent.reason, reason),
          ),
        )
        .orderBy(desc(rejectedEvent.id))
        .limit(limit + 1);
      return c.json(wire(pageOf(rows, limit, (row) => row.id)));
    },
  )
  .get(
    '/rejected-events/reasons',
    describeRoute({
      tags: ['metering'],
      summary: 'How many were refused for which reason, last 24 hours',
    }),
    requireActor('platform'),
    async (c) => {
      const since = new Date(c.var.ctx.clock() - 86_400_000).toISOString();
      const rows = await c.var.ctx.db.execute<{ reason: string; count: string }>(sql`
        SELECT reason, count(*) AS count FROM rejected_event WHERE at >= ${since}::timestamptz
        GROUP BY 1 ORDER BY 2 DESC`);
      const items = rows.map((row) => ({ reason: row.reason, count: Number(row.count) }));
      return c.json({ items, nextCursor: null });
    },
  )
  .get(
    '/metering/final-days',
    describeRoute({ tags: ['metering'], summary: 'Days whose figures are final, newest first' }),
    requireActor('advertiser', 'agency', 'outlet', 'platform'),
    async (c) => {
      const rows = await c.var.ctx.db
        .select({ day: meteringFinal.day, finalizedAt: meteringFinal.finalizedAt })
        .from(meteringFinal)
        .orderBy(desc(meteringFinal.day))
        .limit(100);
      return c.json({ items: wire(rows), nextCursor: null });
    },
  );
