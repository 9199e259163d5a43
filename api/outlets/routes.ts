/** Supply over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { intakeForm } from '../http/intake.ts';
import { limited } from '../http/limits.ts';
import { pageQuery } from '../http/paging.ts';
import { templateOf } from '../http/sheet.ts';
import { sheetFile } from '../http/sheetFile.ts';
import { form, idParam, json, query, wire } from '../http/validation.ts';
import { importSupply, SUPPLY_COLUMNS } from './intake.ts';
import { createOutlet, createProperty, editOutlet, editProperty } from './outlets.ts';
import { outletOwnership, propertyOwnership } from './ownership.ts';
import {
  createFloorRule,
  createPlacement,
  deleteFloorRule,
  editPlacement,
  floorRuleOwnership,
  placementOwnership,
  publishRate,
} from './placements.ts';
import { logPsaAiring, psaQuota } from './psa.ts';
import {
  listFloorRules,
  listOutlets,
  listPlacements,
  listProperties,
  listRates,
  readOutlet,
  readPlacement,
  readPlayerKey,
} from './queries.ts';
import { selfCheck } from './selfCheck.ts';
import {
  newFloorRuleSchema,
  newOutletSchema,
  newPlacementSchema,
  newPropertySchema,
  newRateCardSchema,
  outletEditSchema,
  placementEditSchema,
  propertyEditSchema,
  psaAiringSchema,
  psaQuery,
  supplyFilter,
} from './shapes.ts';

const tags = ['outlets'];
/** Each looks at somebody's site on our behalf. */
const SELF_CHECK_RATE = { windowSeconds: 60, max: 20 };
const list = supplyFilter.extend(pageQuery.shape);
const supply = requireActor('outlet', 'platform:operator');

const supplyRoutes = new Hono<AppEnv>()
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
    idempotent(),
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
    idempotent(),
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
  .get(
    '/placements/:id/player-key',
    describeRoute({ tags, summary: 'The key of an outdoor screen’s player' }),
    supply,
    requireOwned(placementOwnership),
    idParam(),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json({ key: await readPlayerKey(c.var.ctx, id) });
    },
  )
  .patch(
    '/placements/:id',
    describeRoute({ tags, summary: 'Edit a placement' }),
    supply,
    requireOwned(placementOwnership),
    idempotent(),
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
    idempotent(),
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

const intakeRoutes = new Hono<AppEnv>()
  .get(
    '/imports/supply/template',
    describeRoute({ tags, summary: 'An empty sheet for properties, placements and prices' }),
    supply,
    query(z.object({ as: z.enum(['csv', 'xlsx']).default('xlsx') })),
    async (c) => {
      const file = await sheetFile(templateOf(SUPPLY_COLUMNS), c.req.valid('query').as);
      return c.body(file.bytes, 200, file.headers('placements'));
    },
  )
  .post(
    '/imports/supply',
    describeRoute({ tags, summary: 'Preview a sheet of placements, or take it in whole' }),
    supply,
    idempotent(),
    form(z.object({ ...intakeForm, outletId: idSchema })),
    async (c) => {
      const { outletId, file, apply } = c.req.valid('form');
      const bytes = new Uint8Array(await file.arrayBuffer());
      const input = { outletId, file: bytes, apply: apply === 'true' };
      return c.json(wire(await importSupply(c.var.ctx, c.var.actor, input)));
    },
  );

const checkRoutes = new Hono<AppEnv>().post(
  '/properties/:id/self-check',
  describeRoute({ tags, summary: 'Load a page and say what is wrong with its tag' }),
  supply,
  requireOwned(propertyOwnership),
  limited('self-check', SELF_CHECK_RATE),
  idParam(),
  json(
    z.strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .max(2_000)
        .optional(),
    }),
  ),
  async (c) => {
    const { url } = c.req.valid('json');
    return c.json(await selfCheck(c.var.ctx, c.req.valid('param').id, url));
  },
);

const psaRoutes = new Hono<AppEnv>()
  .get(
    '/psa-quota',
    describeRoute({ tags, summary: 'Public-service ads owed and run, by channel and day' }),
    requireActor('outlet', 'platform'),
    query(psaQuery),
    async (c) => c.json(wire(await psaQuota(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/psa-airings',
    describeRoute({ tags, summary: 'Log public-service airings of a channel' }),
    supply,
    idempotent(),
    json(psaAiringSchema),
    async (c) => c.json(wire(await logPsaAiring(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  );

export const outletRoutes = new Hono<AppEnv>()
  .route('/', supplyRoutes)
  .route('/', intakeRoutes)
  .route('/', checkRoutes)
  .route('/', psaRoutes);
