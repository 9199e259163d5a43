/** Webhooks over HTTP: an organisation's own endpoints and what was sent to them. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { DELIVERY_STATUSES } from '../../db/schema/webhooks.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import {
  createWebhook,
  deliveryOwnership,
  editWebhook,
  listDeliveries,
  listWebhooks,
  newWebhookSchema,
  pingWebhook,
  removeWebhook,
  replayDelivery,
  replayFailed,
  rotateSecret,
  webhookEditSchema,
  webhookOwnership,
} from './webhooks.ts';

const tags = ['webhooks'];
const anyone = requireActor();
const own = requireOwned(webhookOwnership);

export const webhookRoutes = new Hono<AppEnv>()
  .get(
    '/webhooks',
    describeRoute({ tags, summary: 'Webhooks of my organisation' }),
    anyone,
    async (c) => c.json(wire(await listWebhooks(c.var.ctx.db, c.var.actor))),
  )
  .post(
    '/webhooks',
    describeRoute({ tags, summary: 'Make a webhook; its secret is shown once' }),
    anyone,
    idempotent(),
    json(newWebhookSchema),
    async (c) =>
      c.json(wire(await createWebhook(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .patch(
    '/webhooks/:id',
    describeRoute({ tags, summary: 'Edit, pause, or start again' }),
    anyone,
    own,
    idParam(),
    json(webhookEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editWebhook(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .delete(
    '/webhooks/:id',
    describeRoute({ tags, summary: 'Remove a webhook and what was sent to it' }),
    anyone,
    own,
    idParam(),
    async (c) => {
      await removeWebhook(c.var.ctx, c.var.actor, c.req.valid('param').id);
      return c.body(null, 204);
    },
  )
  .post(
    '/webhooks/:id/secret',
    describeRoute({ tags, summary: 'A new secret; the old one signs for a day more' }),
    anyone,
    own,
    idParam(),
    async (c) => c.json(wire(await rotateSecret(c.var.ctx, c.var.actor, c.req.valid('param').id))),
  )
  .post(
    '/webhooks/:id/ping',
    describeRoute({ tags, summary: 'Send a ping' }),
    anyone,
    own,
    idParam(),
    async (c) => c.json(await pingWebhook(c.var.ctx, c.var.actor, c.req.valid('param').id), 201),
  )
  .get(
    '/webhooks/:id/deliveries',
    describeRoute({ tags, summary: 'What was sent, newest first' }),
    anyone,
    own,
    idParam(),
    query(pageQuery.extend({ status: z.enum(DELIVERY_STATUSES).optional() })),
    async (c) => {
      const { id } = c.req.valid('param');
      const page = await listDeliveries(c.var.ctx.db, c.var.actor, id, c.req.valid('query'));
      return c.json(wire(page));
    },
  )
  .post(
    '/webhooks/:id/replays',
    describeRoute({ tags, summary: 'Send again what failed since then' }),
    anyone,
    own,
    idempotent(),
    idParam(),
    json(z.strictObject({ since: z.iso.datetime({ offset: true }) })),
    async (c) => {
      const { id } = c.req.valid('param');
      const sinceMs = Date.parse(c.req.valid('json').since);
      return c.json(await replayFailed(c.var.ctx, c.var.actor, id, sinceMs));
    },
  )
  .post(
    '/webhook-deliveries/:id/replay',
    describeRoute({ tags, summary: 'Send one event again' }),
    anyone,
    requireOwned(deliveryOwnership),
    idParam(),
    async (c) =>
      c.json(wire(await replayDelivery(c.var.ctx, c.var.actor, c.req.valid('param').id))),
  );
