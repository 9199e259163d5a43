/** Audiences over HTTP: segments of an advertiser, their lists, and readers who ask to be forgotten. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { SEGMENT_KINDS } from '../../db/schema/audiences.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { form, idParam, json, query, wire } from '../http/validation.ts';
import {
  createSegment,
  deleteSegment,
  editSegment,
  listSegments,
  newSegmentSchema,
  readSegment,
  segmentEditSchema,
  segmentOwnership,
} from './audiences.ts';
import { eraseReader, listUploads, uploadMembers } from './uploads.ts';

const tags = ['audiences'];
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const own = requireOwned(segmentOwnership);
const list = form(z.object({ file: z.instanceof(File) }));
const listQuery = pageQuery.extend({
  advertiserId: idSchema.optional(),
  kind: z.enum(SEGMENT_KINDS).optional(),
});

const segmentsApp = new Hono<AppEnv>()
  .get(
    '/audiences',
    describeRoute({ tags, summary: 'Segments' }),
    viewer,
    query(listQuery),
    async (c) => c.json(wire(await listSegments(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/audiences',
    describeRoute({ tags, summary: 'Make a segment, on a named basis' }),
    buyer,
    idempotent(),
    json(newSegmentSchema),
    async (c) =>
      c.json(wire(await createSegment(c.var.ctx, c.var.actor, c.req.valid('json'))), 201),
  )
  .get(
    '/audiences/:id',
    describeRoute({ tags, summary: 'A segment' }),
    viewer,
    own,
    idParam(),
    async (c) => c.json(wire(await readSegment(c.var.ctx.db, c.req.valid('param').id))),
  )
  .patch(
    '/audiences/:id',
    describeRoute({ tags, summary: 'Edit, pause or resume' }),
    buyer,
    own,
    idParam(),
    json(segmentEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editSegment(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .delete(
    '/audiences/:id',
    describeRoute({ tags, summary: 'Delete a segment and its members' }),
    buyer,
    own,
    idParam(),
    async (c) => {
      await deleteSegment(c.var.ctx, c.var.actor, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );

const membersApp = new Hono<AppEnv>()
  .post(
    '/audiences/:id/members',
    describeRoute({ tags, summary: 'Add a list: one SHA-256 of an identifier a line' }),
    buyer,
    own,
    idParam(),
    list,
    async (c) => {
      const { id } = c.req.valid('param');
      const text = await c.req.valid('form').file.text();
      return c.json(wire(await uploadMembers(c.var.ctx, c.var.actor, id, text, 'add')), 201);
    },
  )
  .post(
    '/audiences/:id/removals',
    describeRoute({ tags, summary: 'Remove those in a list' }),
    buyer,
    own,
    idParam(),
    list,
    async (c) => {
      const { id } = c.req.valid('param');
      const text = await c.req.valid('form').file.text();
      return c.json(wire(await uploadMembers(c.var.ctx, c.var.actor, id, text, 'remove')), 201);
    },
  )
  .get(
    '/audiences/:id/uploads',
    describeRoute({ tags, summary: 'Lists that came, newest first' }),
    viewer,
    own,
    idParam(),
    async (c) => c.json(wire(await listUploads(c.var.ctx.db, c.req.valid('param').id))),
  )
  .post(
    '/privacy/erasures',
    describeRoute({
      tags: ['privacy'],
      summary: 'Forget a reader, by the SHA-256 of their identifier',
    }),
    requireActor('outlet', 'platform:operator'),
    json(z.strictObject({ idSha256: z.string().regex(/^[0-9a-fA-F]{64}$/) })),
    async (c) =>
      c.json(wire(await eraseReader(c.var.ctx, c.var.actor, c.req.valid('json').idSha256)), 201),
  );

export const audienceRoutes = new Hono<AppEnv>().route('/', segmentsApp).route('/', membersApp);
