/** Deals over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { agreeToDeal, counterDeal, dealOwnership, proposeDeal, setDealStatus } from './deals.ts';
import { setDealLines } from './lines.ts';
import { listDeals, readDeal } from './queries.ts';
import {
  agreementSchema,
  counterSchema,
  dealFilter,
  dealLinesSchema,
  dealStatusSchema,
  newDealSchema,
} from './shapes.ts';

const tags = ['deals'];
const party = requireActor('outlet', 'advertiser', 'agency', 'platform:operator');
const own = requireOwned(dealOwnership);

export const dealRoutes = new Hono<AppEnv>()
  .get(
    '/deals',
    describeRoute({ tags, summary: 'Deals of either side' }),
    requireActor('outlet', 'advertiser', 'agency', 'platform'),
    query(dealFilter.extend(pageQuery.shape)),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listDeals(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/deals',
    describeRoute({ tags, summary: 'Propose a deal to the other side' }),
    party,
    idempotent(),
    json(newDealSchema),
    async (c) => c.json(wire(await proposeDeal(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/deals/:id',
    describeRoute({
      tags,
      summary: 'A deal with its placements, its line items and what it delivered by day',
    }),
    requireActor('outlet', 'advertiser', 'agency', 'platform'),
    own,
    idParam(),
    async (c) => c.json(wire(await readDeal(c.var.ctx.db, c.var.actor, c.req.valid('param').id))),
  )
  .patch(
    '/deals/:id',
    describeRoute({ tags, summary: 'Answer with other terms' }),
    party,
    own,
    idParam(),
    json(counterSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await counterDeal(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/deals/:id/agreement',
    describeRoute({ tags, summary: 'Agree to the terms as they stand' }),
    party,
    own,
    idempotent(),
    idParam(),
    json(agreementSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await agreeToDeal(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/deals/:id/status',
    describeRoute({ tags, summary: 'Decline, pause, resume or end' }),
    party,
    own,
    idParam(),
    json(dealStatusSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await setDealStatus(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .put(
    '/deals/:id/line-items',
    describeRoute({ tags, summary: 'Name the line items that buy by the deal' }),
    requireActor('advertiser', 'agency', 'platform:operator'),
    own,
    idParam(),
    json(dealLinesSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await setDealLines(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );
