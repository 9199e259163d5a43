/** Media plans over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { convertPlan, createPlan, discardPlan, editPlan, planOwnership } from './plans.ts';
import { listPlans, readPlan, withTotals } from './queries.ts';
import { briefSchema, planEditSchema, planStepSchema } from './shapes.ts';

const tags = ['plans'];
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const own = requireOwned(planOwnership);
const listQuery = pageQuery.extend({
  advertiserId: idSchema.optional(),
  status: z.enum(['draft', 'converted', 'discarded']).optional(),
});

export const planRoutes = new Hono<AppEnv>()
  .get(
    '/plans',
    describeRoute({ tags, summary: 'Media plans' }),
    viewer,
    query(listQuery),
    async (c) => c.json(wire(await listPlans(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/plans',
    describeRoute({
      tags,
      summary: 'From a brief to a plan across tiers, priced, forecast, explained',
    }),
    buyer,
    idempotent(),
    json(briefSchema),
    async (c) => {
      const plan = await createPlan(c.var.ctx, c.var.actor, c.req.valid('json'));
      return c.json(wire(withTotals(plan)), 201);
    },
  )
  .get(
    '/plans/:id',
    describeRoute({ tags, summary: 'A media plan' }),
    viewer,
    own,
    idParam(),
    async (c) => c.json(wire(await readPlan(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/plans/:id',
    describeRoute({ tags, summary: 'Take lines out, change days, amounts and bids' }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(planEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      const plan = await editPlan(c.var.ctx, c.var.actor, id, c.req.valid('json'));
      return c.json(wire(withTotals(plan)));
    },
  )
  .post(
    '/plans/:id/conversion',
    describeRoute({ tags, summary: 'Make it one order and one campaign, as drafts' }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(planStepSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await convertPlan(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/plans/:id/discard',
    describeRoute({ tags, summary: 'Put it away' }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(planStepSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await discardPlan(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );
