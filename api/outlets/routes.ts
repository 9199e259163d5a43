/** Supply over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import {
  createFloorRule,
  createOutlet,
  createPlacement,
  createProperty,
  deleteFloorRule,
  editOutlet,
  editPlacement,
  editProperty,
  floorRuleOwnership,
  outletOwnership,
  placementOwnership,
  propertyOwnership,
  publishRate,
} from './outlets.ts';
import {
  listFloorRules,
  listOutlets,
  listPlacements,
  listProperties,
  listRates,
  readOutlet,
  readPlacement,
} from './queries.ts';
import {
  newFloorRuleSchema,
  newOutletSchema,
  newPlacementSchema,
  newPropertySchema,
  newRateCardSchema,
  outletEditSchema,
  placementEditSchema,
  propertyEditSchema,
  supplyFilter,
} from './shapes.ts';

const tags = ['outlets'];
const list = supplyFilter.extend(pageQuery.shape);
const supply = requireActor('outlet', 'platform:operator');

export const outletRoutes = new Hono<AppEnv>()
  .get('/outlets', describeRoute({ tags, summary: 'Outlets' }), query(list), async (c) => {
    const filter = c.req.valid('query');
    return c.json(wire(await listOutlets(c.var.ctx.db, c.var.actor, filter, filter)));
  })
  .post(
    '/outlets',
    describeRoute({ tags, summary: 'Take an outlet in' }),
    requireActor('platform:operator'),
    idempotent(),
    json(newOutletSchema),
    async (c) => c.json(wire(await createOutlet(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/outlets/:id',
    describeRoute({ tags, summary: 'An outlet with papers, payee and blocklists' }),
    requireActor('outlet', 'platform'),
    requireOwned(outletOwnership),
    idParam(),
    async (c) => c.json(wire(await readOutlet(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/outlets/:id',
    describeRoute({ tags, summary: 'Edit an outlet' }),
    requireActor('outlet', 'platform:operator', 'platform:finance'),
    requireOwned(outletOwnership),
    idParam(),
    json(outletEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editOutlet(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .get('/properties', describeRoute({ tags, summary: 'Properties' }), query(list), async (c) => {
    const filter = c.req.valid('query');
    return c.json(wire(await listProperties(c.var.ctx.db, c.var.actor, filter, filter)));
  })
  .post(
    '/properties',
    describeRoute({ tags, summary: 'Add a property' }),
    supply,
    idempotent(),
    json(newPropertySchema),
    async (c) =>
      c.json(wire(await createProperty(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .patch(
    '/properties/:id',
    describeRoute({ tags, summary: 'Edit a property' }),
    supply,
    requireOwned(propertyOwnership),
    idParam(),
    json(propertyEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editProperty(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .get('/placements', describeRoute({ tags, summary: 'Placements' }), query(list), async (c) => {
    const filter = c.req.valid('query');
    return c.json(wire(await listPlacements(c.var.ctx.db, c.var.actor, filter, filter)));
  })
  .post(
    '/placements',
    describeRoute({ tags, summary: 'Add a placement' }),
    supply,
    idempotent(),
    json(newPlacementSchema),
    async (c) =>
      c.json(wire(await createPlacement(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/placements/:id',
    describeRoute({ tags, summary: 'A placement' }),
    requireActor('outlet', 'platform'),
    requireOwned(placementOwnership),
    idParam(),
    async (c) => c.json(wire(await readPlacement(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/placements/:id',
    describeRoute({ tags, summary: 'Edit a placement' }),
    supply,
    requireOwned(placementOwnership),
    idParam(),
    json(placementEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editPlacement(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .get(
    '/floor-rules',
    describeRoute({ tags, summary: 'Floors by rule' }),
    supply,
    query(list),
    async (c) =>
      c.json(wire(await listFloorRules(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/floor-rules',
    describeRoute({ tags, summary: 'Add a floor rule' }),
    supply,
    idempotent(),
    json(newFloorRuleSchema),
    async (c) =>
      c.json(wire(await createFloorRule(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .delete(
    '/floor-rules/:id',
    describeRoute({ tags, summary: 'Take a floor rule back' }),
    supply,
    requireOwned(floorRuleOwnership),
    idParam(),
    async (c) => {
      await deleteFloorRule(c.var.ctx, c.var.actor, c.req.valid('param').id);
      return c.body(null, 204);
    },
  )
  .get(
    '/rate-cards',
    describeRoute({ tags, summary: 'Published prices with their history' }),
    query(list),
    async (c) => {
      const filter = c.req.valid('query');
      return c.json(wire(await listRates(c.var.ctx.db, c.var.actor, filter, filter)));
    },
  )
  .post(
    '/rate-cards',
    describeRoute({ tags, summary: 'Publish a price from a day on' }),
    supply,
    idempotent(),
    json(newRateCardSchema),
    async (c) => c.json(wire(await publishRate(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  );
