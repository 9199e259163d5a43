/** Line items over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { subjectHistory } from '../audit/audit.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import {
  bulkEditLineItems,
  copyLineItem,
  createLineItem,
  editLineItem,
  lineItemOwnership,
  setCreatives,
  setLineItemStatus,
} from './lineItems.ts';
import { diagnoseLineItem, listLineItems, readLineItem } from './queries.ts';
import {
  bulkEditSchema,
  demandFilter,
  lineItemEditSchema,
  linksSchema,
  newLineItemSchema,
  statusSchema,
} from './shapes.ts';

const tags = ['campaigns'];
const list = demandFilter.extend(pageQuery.shape);
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const ownLineItem = requireOwned(lineItemOwnership);

export const lineItemRoutes = new Hono<AppEnv>()
  .get(
    '/line-items',
    describeRoute({ tags, summary: 'Line items with what they spent' }),
    viewer,
    query(list),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listLineItems(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/line-items',
    describeRoute({ tags, summary: 'Add a line item as a draft' }),
    buyer,
    idempotent(),
    json(newLineItemSchema),
    async (c) =>
      c.json(wire(await createLineItem(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/line-items/:id',
    describeRoute({ tags, summary: 'A line item' }),
    viewer,
    ownLineItem,
    idParam(),
    async (c) => c.json(wire(await readLineItem(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/line-items/:id',
    describeRoute({ tags, summary: 'Edit a line item' }),
    buyer,
    ownLineItem,
    idempotent(),
    idParam(),
    json(lineItemEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editLineItem(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/line-items/bulk-edit',
    describeRoute({ tags, summary: 'Edit many line items, all or none' }),
    buyer,
    idempotent(),
    json(bulkEditSchema),
    async (c) => c.json(wire(await bulkEditLineItems(c.var.ctx, c.var.actor, c.req.valid('json')))),
  )
  .post(
    '/line-items/:id/status',
    describeRoute({ tags, summary: 'Activate, pause, end or archive' }),
    buyer,
    ownLineItem,
    idempotent(),
    idParam(),
    json(statusSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await setLineItemStatus(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .put(
    '/line-items/:id/creatives',
    describeRoute({ tags, summary: 'Choose what it shows' }),
    buyer,
    ownLineItem,
    idempotent(),
    idParam(),
    json(linksSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await setCreatives(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/line-items/:id/copy',
    describeRoute({ tags, summary: 'A draft of the same' }),
    buyer,
    ownLineItem,
    idempotent(),
    idParam(),
    async (c) =>
      c.json(wire(await copyLineItem(c.var.ctx, c.var.actor, c.req.valid('param').id)), 201),
  )
  .get(
    '/line-items/:id/diagnosis',
    describeRoute({ tags, summary: 'Why it is not delivering, and the fix' }),
    viewer,
    ownLineItem,
    idParam(),
    async (c) => {
      const { db, clock } = c.var.ctx;
      return c.json(await diagnoseLineItem(db, c.req.valid('param').id, clock()));
    },
  )
  .get(
    '/line-items/:id/history',
    describeRoute({ tags, summary: 'Who changed what' }),
    viewer,
    ownLineItem,
    idParam(),
    query(pageQuery),
    async (c) => {
      const subject = `lineItem:${c.req.valid('param').id}` as const;
      return c.json(wire(await subjectHistory(c.var.ctx.db, subject, c.req.valid('query'))));
    },
  );
