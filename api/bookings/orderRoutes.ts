/** Orders over HTTP, the buyer's side: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { ORDER_STATUSES } from '../../db/schema/bookings.ts';
import { idSchema } from '../../db/terms/id.ts';
import { subjectHistory } from '../audit/audit.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { cancelOrder, quoteCancellation } from './cancelling.ts';
import { confirmOrder } from './confirming.ts';
import { createOrder, editOrder } from './drafting.ts';
import { orderOwnership } from './order.ts';
import { listOrders, readOrder } from './queries.ts';
import { decideDiscount, reserveOrder } from './reserving.ts';
import {
  approvalSchema,
  cancellationSchema,
  newOrderSchema,
  orderEditSchema,
  versionOnly,
} from './shapes.ts';

const tags = ['bookings'];
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const own = requireOwned(orderOwnership, 'id', { twoSided: true });

const listQuery = pageQuery.extend({
  advertiserId: idSchema.optional(),
  status: z.enum(ORDER_STATUSES).optional(),
});

const draftRoutes = new Hono<AppEnv>()
  .get('/orders', describeRoute({ tags, summary: 'Orders' }), viewer, query(listQuery), async (c) =>
    c.json(wire(await listOrders(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/orders',
    describeRoute({ tags, summary: 'Draft an order across outlets, priced from the rate cards' }),
    buyer,
    idempotent(),
    json(newOrderSchema),
    async (c) => c.json(wire(await createOrder(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/orders/:id',
    describeRoute({ tags, summary: 'An order with its lines, days and changes' }),
    viewer,
    own,
    idParam(),
    async (c) => c.json(wire(await readOrder(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/orders/:id',
    describeRoute({ tags, summary: 'Edit a draft; given lines replace all' }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(orderEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editOrder(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .get(
    '/orders/:id/history',
    describeRoute({ tags, summary: 'Who changed what' }),
    viewer,
    own,
    idParam(),
    query(pageQuery),
    async (c) => {
      const subject = `order:${c.req.valid('param').id}` as const;
      return c.json(wire(await subjectHistory(c.var.ctx.db, subject, c.req.valid('query'))));
    },
  );

const stepRoutes = new Hono<AppEnv>()
  .post(
    '/orders/:id/reservation',
    describeRoute({ tags, summary: 'Hold all slots for three days, or none' }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(versionOnly),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await reserveOrder(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/orders/:id/approval',
    describeRoute({ tags, summary: 'Approve or decline an order’s discount' }),
    requireActor('platform:operator', 'platform:finance'),
    own,
    idempotent(),
    idParam(),
    json(approvalSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await decideDiscount(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/orders/:id/confirmation',
    describeRoute({ tags, summary: 'Book what the outlets accepted; holds the money' }),
    requireActor('advertiser:finance', 'agency:finance', 'platform:operator'),
    own,
    idempotent(),
    idParam(),
    json(versionOnly),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await confirmOrder(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .get(
    '/orders/:id/cancellation',
    describeRoute({ tags, summary: 'What cancelling now would cost, day by day' }),
    viewer,
    own,
    idParam(),
    async (c) => c.json(wire(await quoteCancellation(c.var.ctx, c.req.valid('param').id))),
  )
  .post(
    '/orders/:id/cancellation',
    describeRoute({
      tags,
      summary: 'Cancel by the terms; slots and the rest of the money go back',
    }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(cancellationSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await cancelOrder(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

export const orderRoutes = new Hono<AppEnv>().route('/', draftRoutes).route('/', stepRoutes);
