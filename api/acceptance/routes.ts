/** An outlet's acceptance of creatives over HTTP. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { json, query, wire } from '../http/validation.ts';
import {
  acceptanceSchema,
  acceptCreative,
  listShown,
  refusalSchema,
  refuseCreative,
  shownQuery,
} from './acceptance.ts';

const tags = ['acceptance'];
const seller = requireActor('outlet', 'platform:operator');

export const acceptanceRoutes = new Hono<AppEnv>()
  .get(
    '/outlet-creatives',
    describeRoute({ tags, summary: 'Creatives shown on an outlet’s media, and those it refused' }),
    seller,
    query(shownQuery),
    async (c) => c.json(wire(await listShown(c.var.ctx, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/outlet-creatives/refusals',
    describeRoute({ tags, summary: 'Refuse a creative for this outlet' }),
    seller,
    json(refusalSchema),
    async (c) =>
      c.json(wire(await refuseCreative(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .post(
    '/outlet-creatives/acceptances',
    describeRoute({ tags, summary: 'Take a refusal back' }),
    seller,
    json(acceptanceSchema),
    async (c) => c.json(await acceptCreative(c.var.ctx, c.var.actor, c.req.valid('json'))),
  );
