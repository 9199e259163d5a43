/** Delivery over HTTP: divisions, stops with their receipts, the bidding nodes and the operators' live wall. */
import { asc, isNull } from 'drizzle-orm';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { division } from '../../db/schema/delivery.ts';
import { divisionCodeSchema } from '../../db/terms/division.ts';
import { idSchema } from '../../db/terms/id.ts';
import { FORMATS, STOP_SCOPES } from '../../db/terms/market.ts';
import { targetSchema } from '../../db/terms/target.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { json, param, wire } from '../http/validation.ts';
import { forecastTarget } from './forecast.ts';
import { type LiveFrame, readNodes, watchLive } from './live.ts';
import { awaiting } from './stopped.ts';
import { confirmStop, liftStop, listStops, placeStop } from './stops.ts';

const idParam = z.object({ id: idSchema });

const stopBody = z.strictObject({
  scope: z.enum(STOP_SCOPES),
  subject: z.string().min(1).max(64).nullable().default(null),
  divisionCode: divisionCodeSchema.nullable().default(null),
  outletId: idSchema.nullable().default(null),
  reason: z.string().trim().min(2).max(500),
});

const confirmBody = z.strictObject({
  outletId: idSchema,
  note: z.string().trim().max(500).nullable().default(null),
});

const HEARTBEAT_MS = 15_000;

const forecastBody = z.strictObject({
  target: targetSchema,
  format: z.enum(FORMATS).optional(),
  w: z.number().int().positive().nullable().default(null),
  h: z.number().int().positive().nullable().default(null),
});

export const deliveryRoutes = new Hono<AppEnv>()
  .post(
    '/forecast',
    describeRoute({
      tags: ['forecast'],
      summary: 'Requests and people a day that a target would find, with an interval',
    }),
    requireActor('advertiser', 'agency', 'outlet', 'platform'),
    json(forecastBody),
    async (c) => {
      const { target, format, w, h } = c.req.valid('json');
      const shape = format === undefined ? undefined : { format, w, h };
      return c.json(await forecastTarget(c.var.ctx, target, shape));
    },
  )
  .get(
    '/divisions',
    describeRoute({
      tags: ['divisions'],
      summary: 'Administrative divisions in force, parents first',
    }),
    async (c) => {
      const items = await c.var.ctx.db
        .select({
          code: division.code,
          nameZh: division.nameZh,
          nameEn: division.nameEn,
          level: division.level,
          parentCode: division.parentCode,
        })
        .from(division)
        .where(isNull(division.validTo))
        .orderBy(asc(division.code));
      c.header('cache-control', 'private, max-age=3600');
      return c.json({ items, nextCursor: null });
    },
  )
  .get(
    '/stops',
    describeRoute({
      tags: ['stops'],
      summary: 'Stops, standing ones first, with receipts and who has not answered',
    }),
    requireActor('platform', 'outlet'),
    async (c) => {
      const { kind, outletIds } = c.var.actor;
      const mine = kind === 'platform' ? {} : { outletIds };
      const stops = await listStops(c.var.ctx.db, mine);
      const awaited = await awaiting(c.var.ctx, stops, mine.outletIds);
      const none = { nodes: [], outlets: [] };
      const items = stops.map((one) => ({ ...one, awaiting: awaited.get(one.id) ?? none }));
      return c.json({ items: wire(items), nextCursor: null });
    },
  )
  .post(
    '/stops',
    describeRoute({
      tags: ['stops'],
      summary: 'Stop a creative, an advertiser, a category or everything',
    }),
    requireActor('platform:operator', 'platform:reviewer'),
    idempotent(),
    json(stopBody),
    async (c) => {
      const placed = await placeStop(c.var.ctx, c.req.valid('json'), c.var.actor);
      return c.json(wire(placed), 201);
    },
  )
  .post(
    '/stops/:id/lift',
    describeRoute({ tags: ['stops'], summary: 'Lift a stop' }),
    requireActor('platform:operator', 'platform:reviewer'),
    idempotent(),
    param(idParam),
    async (c) => {
      await liftStop(c.var.ctx, c.req.valid('param').id, c.var.actor);
      return c.body(null, 204);
    },
  )
  .post(
    '/stops/:id/confirm',
    describeRoute({ tags: ['stops'], summary: 'An outlet confirms that it obeys a stop' }),
    requireActor('outlet', 'platform:operator'),
    idempotent(),
    param(idParam),
    json(confirmBody),
    async (c) => {
      const { outletId, note } = c.req.valid('json');
      assertActsFor(c.var.actor, { outletId });
      await confirmStop(c.var.ctx, c.req.valid('param').id, outletId, note);
      return c.body(null, 204);
    },
  )
  .get(
    '/nodes',
    describeRoute({ tags: ['live'], summary: 'Bidding nodes and their health' }),
    requireActor('platform'),
    async (c) => {
      const { redis, clock } = c.var.ctx;
      return c.json({ items: await readNodes(redis, clock()), nextCursor: null });
    },
  )
  .get(
    '/live',
    describeRoute({
      tags: ['live'],
      summary: 'Sampled auctions and node health, a frame a second (SSE)',
    }),
    requireActor('platform'),
    (c) =>
      streamSSE(c, async (stream) => {
        let latest: LiveFrame | undefined;
        let wake = (): void => {};
        const stop = watchLive(c.var.ctx, (frame) => {
          latest = frame;
          wake();
        });
        stream.onAbort(() => {
          stop();
          wake();
        });
        while (!stream.aborted && !stream.closed) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            setTimeout(resolve, HEARTBEAT_MS).unref();
          });
          if (stream.aborted) break;
          const frame = latest;
          latest = undefined;
          if (frame) await stream.writeSSE({ event: 'frame', data: JSON.stringify(frame) });
          else await stream.writeSSE({ event: 'heartbeat', data: '' });
        }
        stop();
      }),
  );
