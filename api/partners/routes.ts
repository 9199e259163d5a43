/** Partners over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { publishedKey } from './chainKeys.ts';
import {
  createDemandPartner,
  createSupplyPartner,
  demandOwnership,
  editDemandPartner,
  editSupplyPartner,
  rotateSupplyKey,
  supplyOwnership,
} from './partners.ts';
import {
  listDemandPartners,
  listReports,
  listSupplyPartners,
  partnerDays,
  partnerHealth,
  readDemandPartner,
  readSupplyPartner,
} from './queries.ts';
import {
  chainKeyQuery,
  daysQuery,
  demandPartnerEditSchema,
  newDemandPartnerSchema,
  newSupplyPartnerSchema,
  partnerFilter,
  reportFilter,
  supplyPartnerEditSchema,
} from './shapes.ts';

const tags = ['partners'];
const list = partnerFilter.extend(pageQuery.shape);
const operator = requireActor('platform:operator');
const buys = requireActor('advertiser', 'agency', 'platform');
const sells = requireActor('outlet', 'platform');
const ownDemand = requireOwned(demandOwnership);
const ownSupply = requireOwned(supplyOwnership);

const demandRoutes = new Hono<AppEnv>()
  .get(
    '/demand-partners',
    describeRoute({ tags, summary: 'Demand partners' }),
    buys,
    query(list),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listDemandPartners(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/demand-partners',
    describeRoute({ tags, summary: 'Open a demand partner, paused' }),
    operator,
    idempotent(),
    json(newDemandPartnerSchema),
    async (c) =>
      c.json(wire(await createDemandPartner(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/demand-partners/:id',
    describeRoute({ tags, summary: 'A demand partner' }),
    buys,
    ownDemand,
    idParam(),
    async (c) => c.json(wire(await readDemandPartner(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/demand-partners/:id',
    describeRoute({ tags, summary: 'Edit, activate, pause or close a demand partner' }),
    operator,
    ownDemand,
    idParam(),
    json(demandPartnerEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editDemandPartner(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .get(
    '/demand-partners/:id/health',
    describeRoute({ tags, summary: 'Answers, refusals, losses and breaker, by node' }),
    buys,
    ownDemand,
    idParam(),
    async (c) => c.json(wire(await partnerHealth(c.var.ctx, c.req.valid('param').id))),
  )
  .get(
    '/demand-partners/:id/days',
    describeRoute({ tags, summary: 'What it bought, a day a row' }),
    buys,
    ownDemand,
    idParam(),
    query(daysQuery),
    async (c) => {
      const of = { side: 'demand' as const, partnerId: c.req.valid('param').id };
      const items = await partnerDays(c.var.ctx.db, of, c.req.valid('query'));
      return c.json(wire({ items, nextCursor: null }));
    },
  );

const supplyRoutes = new Hono<AppEnv>()
  .get(
    '/chain-keys',
    describeRoute({ tags, summary: 'The key that another deployment publishes for its hops' }),
    operator,
    query(chainKeyQuery),
    async (c) => c.json(await publishedKey(c.var.ctx, c.req.valid('query').exchange)),
  )
  .get(
    '/supply-partners',
    describeRoute({ tags, summary: 'Supply partners' }),
    sells,
    query(list),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listSupplyPartners(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/supply-partners',
    describeRoute({ tags, summary: 'Open a supply partner, paused; the key is told once' }),
    operator,
    json(newSupplyPartnerSchema),
    async (c) =>
      c.json(wire(await createSupplyPartner(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/supply-partners/:id',
    describeRoute({ tags, summary: 'A supply partner' }),
    sells,
    ownSupply,
    idParam(),
    async (c) => c.json(wire(await readSupplyPartner(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/supply-partners/:id',
    describeRoute({ tags, summary: 'Edit, activate, pause or close a supply partner' }),
    operator,
    ownSupply,
    idParam(),
    json(supplyPartnerEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editSupplyPartner(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/supply-partners/:id/key',
    describeRoute({ tags, summary: 'A new key; the one before opens for another day' }),
    operator,
    ownSupply,
    idParam(),
    json(z.strictObject({ version: z.number().int().positive() })),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await rotateSupplyKey(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .get(
    '/supply-partners/:id/days',
    describeRoute({ tags, summary: 'What it sold and what it reported, a day a row' }),
    sells,
    ownSupply,
    idParam(),
    query(daysQuery),
    async (c) => {
      const of = { side: 'supply' as const, partnerId: c.req.valid('param').id };
      const items = await partnerDays(c.var.ctx.db, of, c.req.valid('query'));
      return c.json(wire({ items, nextCursor: null }));
    },
  )
  .get(
    '/supply-partners/:id/reports',
    describeRoute({ tags, summary: 'Reported prices as they came' }),
    sells,
    ownSupply,
    idParam(),
    query(reportFilter.extend(pageQuery.shape)),
    async (c) => {
      const filter = c.req.valid('query');
      const { id } = c.req.valid('param');
      return c.json(wire(await listReports(c.var.ctx.db, id, filter, filter)));
    },
  );

export const partnerRoutes = new Hono<AppEnv>().route('/', demandRoutes).route('/', supplyRoutes);
