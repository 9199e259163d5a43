/** Landing checks, papers and the archive over HTTP: thin; who may enter and whose it is, then one verb. */
import { eq } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { creative } from '../../db/schema/creatives.ts';
import type { AppEnv } from '../context.ts';
import { notFound, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { archiveOwnership, archiveQuery, listArchive, readArchive } from './archive.ts';
import { creativeOwnership } from './creatives.ts';
import { checkLanding, listChecks } from './patrol.ts';
import {
  addQualification,
  judgeQualification,
  listQualifications,
  newQualificationSchema,
  qualificationOwnership,
  qualificationQuery,
  qualificationVerdictSchema,
  withdrawQualification,
} from './vault.ts';

const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const reviewer = requireActor('platform:reviewer', 'platform:operator');
const ownCreative = requireOwned(creativeOwnership);
const ownPaper = requireOwned(qualificationOwnership);

const landingApp = new Hono<AppEnv>()
  .get(
    '/creatives/:id/landing-checks',
    describeRoute({ tags: ['creatives'], summary: 'Looks at the landing page, newest first' }),
    viewer,
    ownCreative,
    idParam(),
    async (c) => c.json(wire(await listChecks(c.var.ctx.db, c.req.valid('param').id))),
  )
  .post(
    '/creatives/:id/landing-checks',
    describeRoute({ tags: ['creatives'], summary: 'Look at the landing page now' }),
    viewer,
    ownCreative,
    idParam(),
    async (c) => {
      const { id } = c.req.valid('param');
      const [row] = await c.var.ctx.db.select().from(creative).where(eq(creative.id, id));
      if (!row) throw notFound();
      return c.json(wire((await checkLanding(c.var.ctx, row)).check), 201);
    },
  );

const papersApp = new Hono<AppEnv>()
  .get(
    '/qualifications',
    describeRoute({ tags: ['qualifications'], summary: 'Papers: licences, permits, proofs' }),
    viewer,
    query(qualificationQuery),
    async (c) =>
      c.json(wire(await listQualifications(c.var.ctx, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/qualifications',
    describeRoute({ tags: ['qualifications'], summary: 'File a paper' }),
    buyer,
    idempotent(),
    json(newQualificationSchema),
    async (c) =>
      c.json(wire(await addQualification(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .post(
    '/qualifications/:id/verdict',
    describeRoute({ tags: ['qualifications'], summary: 'Verify or reject a paper' }),
    reviewer,
    ownPaper,
    idParam(),
    json(qualificationVerdictSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(
        wire(await judgeQualification(c.var.ctx, c.var.actor, id, c.req.valid('json'))),
      );
    },
  )
  .delete(
    '/qualifications/:id',
    describeRoute({ tags: ['qualifications'], summary: 'Withdraw a paper; the record stays' }),
    buyer,
    ownPaper,
    idParam(),
    async (c) => {
      await withdrawQualification(c.var.ctx, c.var.actor, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

const archiveApp = new Hono<AppEnv>()
  .get(
    '/ad-archive',
    describeRoute({
      tags: ['archive'],
      summary: 'Approved versions, kept three years after the last showing',
    }),
    viewer,
    query(archiveQuery),
    async (c) => c.json(wire(await listArchive(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .get(
    '/ad-archive/:id',
    describeRoute({ tags: ['archive'], summary: 'A version with verdict, papers and delivery' }),
    viewer,
    requireOwned(archiveOwnership),
    idParam(),
    async (c) => c.json(wire(await readArchive(c.var.ctx.db, c.req.valid('param').id))),
  );

export const keepingRoutes = new Hono<AppEnv>()
  .route('/', landingApp)
  .route('/', papersApp)
  .route('/', archiveApp);
