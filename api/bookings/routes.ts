/** Bookings over HTTP: thin; who may enter and whose it is, then one verb. */
import { and, desc, eq, inArray, lt } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import {
  bookingEvidence,
  bookingLine,
  bookingOrder,
  ORDER_STATUSES,
} from '../../db/schema/bookings.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { ownedBy, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import {
  answerLine,
  cancelOrder,
  confirmOrder,
  createOrder,
  lineOwnership,
  orderOwnership,
  reserveOrder,
} from './bookings.ts';
import { addEvidence } from './evidence.ts';
import {
  answerSchema,
  availabilityQuery,
  evidenceSchema,
  newOrderSchema,
  versionOnly,
} from './shapes.ts';
import { availability } from './slots.ts';

const tags = ['bookings'];
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const supply = requireActor('outlet', 'platform:operator');
const ownOrder = requireOwned(orderOwnership);
const ownLine = requireOwned(lineOwnership);

const orderApp = new Hono<AppEnv>()
  .get(
    '/orders',
    describeRoute({ tags, summary: 'Orders' }),
    viewer,
    query(
      pageQuery.extend({
        advertiserId: idSchema.optional(),
        status: z.enum(ORDER_STATUSES).optional(),
      }),
    ),
    async (c) => {
      const filter = c.req.valid('query');
      const before = decodeIdCursor(filter.cursor);
      const rows = await c.var.ctx.db
        .select()
        .from(bookingOrder)
        .where(
          and(
            ownedBy(c.var.actor, { advertiser: bookingOrder.advertiserId }),
            filter.advertiserId ? eq(bookingOrder.advertiserId, filter.advertiserId) : undefined,
            filter.status ? eq(bookingOrder.status, filter.status) : undefined,
            before === undefined ? undefined : lt(bookingOrder.id, before),
          ),
        )
        .orderBy(desc(bookingOrder.id))
        .limit(filter.limit + 1);
      return c.json(wire(pageOf(rows, filter.limit, (row) => row.id)));
    },
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
    describeRoute({ tags, summary: 'An order with its lines' }),
    viewer,
    ownOrder,
    idParam(),
    async (c) => {
      const { id } = c.req.valid('param');
      const { db } = c.var.ctx;
      const [order] = await db.select().from(bookingOrder).where(eq(bookingOrder.id, id));
      const lines = await db.select().from(bookingLine).where(eq(bookingLine.orderId, id));
      return c.json(wire({ ...order, lines }));
    },
  )
  .post(
    '/orders/:id/reservation',
    describeRoute({ tags, summary: 'Hold all slots for three days, or none' }),
    buyer,
    ownOrder,
    idempotent(),
    idParam(),
    json(versionOnly),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await reserveOrder(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/orders/:id/confirmation',
    describeRoute({ tags, summary: 'Book what the outlets accepted; holds the money' }),
    requireActor('advertiser:finance', 'agency:finance', 'platform:operator'),
    ownOrder,
    idempotent(),
    idParam(),
    json(versionOnly),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await confirmOrder(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/orders/:id/cancellation',
    describeRoute({ tags, summary: 'Cancel by the terms; slots and money go back' }),
    buyer,
    ownOrder,
    idempotent(),
    idParam(),
    json(versionOnly),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await cancelOrder(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

const supplyApp = new Hono<AppEnv>()
  .get(
    '/availability',
    describeRoute({ tags, summary: 'Free slots of a placement by day' }),
    query(availabilityQuery),
    async (c) => {
      const { placementId, from, to } = c.req.valid('query');
      const { db, clock } = c.var.ctx;
      return c.json({ items: await availability(db, placementId, { from, to }, clock()) });
    },
  )
  .get(
    '/bookings',
    describeRoute({ tags, summary: 'Lines that concern my outlet, with their proofs' }),
    supply,
    query(pageQuery),
    async (c) => {
      const filter = c.req.valid('query');
      const before = decodeIdCursor(filter.cursor);
      const { db } = c.var.ctx;
      const lines = await db
        .select()
        .from(bookingLine)
        .where(
          and(
            ownedBy(c.var.actor, { outlet: bookingLine.outletId }),
            before === undefined ? undefined : lt(bookingLine.id, before),
          ),
        )
        .orderBy(desc(bookingLine.id))
        .limit(filter.limit + 1);
      const ids = lines.map((line) => line.id);
      const evidence =
        ids.length === 0
          ? []
          : await db.select().from(bookingEvidence).where(inArray(bookingEvidence.lineId, ids));
      const rows = lines.map((line) => ({
        ...line,
        evidence: evidence.filter((one) => one.lineId === line.id),
      }));
      return c.json(wire(pageOf(rows, filter.limit, (row) => row.id)));
    },
  )
  .post(
    '/bookings/:id/answer',
    describeRoute({ tags, summary: 'Accept or decline a reserved line' }),
    supply,
    ownLine,
    idempotent(),
    idParam(),
    json(answerSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await answerLine(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/bookings/:id/evidence',
    describeRoute({ tags, summary: 'Add a proof of play to the chain' }),
    supply,
    ownLine,
    idempotent(),
    idParam(),
    json(evidenceSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await addEvidence(c.var.ctx, c.var.actor, id, c.req.valid('json'))), 201);
    },
  );

export const bookingRoutes = new Hono<AppEnv>().route('/', orderApp).route('/', supplyApp);
