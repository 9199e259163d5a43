/** Creatives, assets and the review desk over HTTP: thin; who may enter and whose it is, then one verb. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { CREATIVE_STATUSES } from '../../db/schema/creatives.ts';
import { dayOf } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';
import { CATEGORIES, FORMATS } from '../../db/terms/market.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { form, idParam, json, query, wire } from '../http/validation.ts';
import { assetOwnership, fetchAsset, listAssets, makeVariants, storeAsset } from './assets.ts';
import { contentSchema, creativeEditSchema, newCreativeSchema } from './content.ts';
import {
  createCreative,
  creativeOwnership,
  editCreative,
  submitCreative,
  withdrawCreative,
} from './creatives.ts';
import { decideReview, listCreatives, lockReview, readCreative, reviewQueue } from './desk.ts';
import { reviewByRules } from './findings.ts';
import { keepingRoutes } from './keepingRoutes.ts';

const tags = ['creatives'];
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const reviewer = requireActor('platform:reviewer', 'platform:operator');
const own = requireOwned(creativeOwnership);
const version = z.number().int().positive();

const listQuery = pageQuery.extend({
  advertiserId: idSchema.optional(),
  status: z.enum(CREATIVE_STATUSES).optional(),
  format: z.enum(FORMATS).optional(),
});

const checkSchema = z.strictObject({
  content: contentSchema,
  category: z.enum(CATEGORIES),
  approvalNo: z.string().nullable().default(null),
  approvalExpiresOn: z.string().nullable().default(null),
});

const cutSchema = z.strictObject({
  w: z.number().int().min(16).max(4096),
  h: z.number().int().min(16).max(4096),
  fit: z.enum(['cover', 'contain']).default('cover'),
  background: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .optional(),
});

const verdictSchema = z
  .strictObject({
    contentHash: z.string().regex(/^[0-9a-f]{64}$/),
    verdict: z.enum(['approved', 'rejected']),
    rejectReason: z.string().trim().min(2).max(500).optional(),
    overruleReason: z.string().trim().min(2).max(500).optional(),
  })
  .refine((one) => one.verdict !== 'rejected' || one.rejectReason !== undefined, {
    path: ['rejectReason'],
    message: '驳回必须写明原因|a rejection needs its reason',
  });

const creativesApp = new Hono<AppEnv>()
  .get(
    '/creatives',
    describeRoute({ tags, summary: 'Creatives' }),
    viewer,
    query(listQuery),
    async (c) => c.json(wire(await listCreatives(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/creatives',
    describeRoute({ tags, summary: 'Make a creative as a draft' }),
    buyer,
    idempotent(),
    json(newCreativeSchema),
    async (c) =>
      c.json(wire(await createCreative(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .post(
    '/creatives/check',
    describeRoute({ tags, summary: 'What the rules say of a text, before it is saved' }),
    buyer,
    json(checkSchema),
    (c) => {
      const draft = { ...c.req.valid('json'), name: '', isPsa: false };
      return c.json({ findings: reviewByRules(draft, dayOf(c.var.ctx.clock())) });
    },
  )
  .get(
    '/creatives/:id',
    describeRoute({ tags, summary: 'A creative with its reviews' }),
    viewer,
    own,
    idParam(),
    async (c) => c.json(wire(await readCreative(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/creatives/:id',
    describeRoute({ tags, summary: 'Edit; what the approval covered needs review again' }),
    buyer,
    own,
    idParam(),
    json(creativeEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editCreative(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/creatives/:id/submission',
    describeRoute({ tags, summary: 'To the review desk; with an appeal against a rule' }),
    buyer,
    own,
    idempotent(),
    idParam(),
    json(z.strictObject({ version, appeal: z.string().trim().min(2).max(500).optional() })),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await submitCreative(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/creatives/:id/withdrawal',
    describeRoute({ tags, summary: 'Take it back for good' }),
    buyer,
    own,
    idParam(),
    json(z.strictObject({ version })),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await withdrawCreative(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

const assetsApp = new Hono<AppEnv>()
  .get(
    '/assets',
    describeRoute({ tags, summary: 'Uploaded files' }),
    viewer,
    query(pageQuery.extend({ advertiserId: idSchema.optional() })),
    async (c) => c.json(wire(await listAssets(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/assets',
    describeRoute({ tags, summary: 'Upload a picture, video or sound' }),
    buyer,
    form(z.object({ advertiserId: idSchema, file: z.instanceof(File) })),
    async (c) => {
      const { advertiserId, file } = c.req.valid('form');
      assertActsFor(c.var.actor, { advertiserId });
      const bytes = new Uint8Array(await file.arrayBuffer());
      return c.json(wire(await storeAsset(c.var.ctx, c.var.actor, advertiserId, bytes)), 201);
    },
  );

const madeApp = new Hono<AppEnv>()
  .post(
    '/assets/fetch',
    describeRoute({ tags, summary: 'Fetch a file from the web instead of uploading it' }),
    buyer,
    json(z.strictObject({ advertiserId: z.number().int().positive(), url: z.string().max(2_000) })),
    async (c) => {
      const { advertiserId, url } = c.req.valid('json');
      assertActsFor(c.var.actor, { advertiserId });
      return c.json(wire(await fetchAsset(c.var.ctx, c.var.actor, advertiserId, url)), 201);
    },
  )
  .post(
    '/assets/:id/variants',
    describeRoute({ tags, summary: 'Cut a picture to other sizes' }),
    buyer,
    requireOwned(assetOwnership),
    idParam(),
    json(z.strictObject({ cuts: z.array(cutSchema).min(1).max(8) })),
    async (c) => {
      const { id } = c.req.valid('param');
      const { cuts } = c.req.valid('json');
      return c.json(wire(await makeVariants(c.var.ctx, c.var.actor, id, cuts)), 201);
    },
  );

const deskApp = new Hono<AppEnv>()
  .get(
    '/review',
    describeRoute({ tags: ['review'], summary: 'What waits at the review desk, oldest first' }),
    reviewer,
    query(pageQuery.extend({ category: z.enum(CATEGORIES).optional() })),
    async (c) => c.json(wire(await reviewQueue(c.var.ctx.db, c.req.valid('query')))),
  )
  .post(
    '/review/:id/lock',
    describeRoute({ tags: ['review'], summary: 'Take it for ten minutes' }),
    reviewer,
    idParam(),
    async (c) => c.json(wire(await lockReview(c.var.ctx, c.var.actor, c.req.valid('param').id))),
  )
  .post(
    '/review/:id/verdict',
    describeRoute({ tags: ['review'], summary: 'Approve, reject, or overrule a rule' }),
    reviewer,
    idempotent(),
    idParam(),
    json(verdictSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await decideReview(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  );

export const creativeRoutes = new Hono<AppEnv>()
  .route('/', creativesApp)
  .route('/', assetsApp)
  .route('/', madeApp)
  .route('/', deskApp)
  .route('/', keepingRoutes);
