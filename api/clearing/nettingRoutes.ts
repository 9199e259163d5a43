/** Netting with other deployments over HTTP: finance only. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { NETTING_STATUSES, netting } from '../../db/schema/clearing.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { ourWord, postNetting, proposeNetting, receiveWord } from './netting.ts';

const tags = ['clearing'];
const finance = requireActor('platform:finance');
const proposal = z.strictObject({
  supplyPartnerId: idSchema,
  demandPartnerId: idSchema,
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  tolerancePpm: z.number().int().min(0).max(200_000).default(1_000),
});
const word = z.strictObject({
  document: z.string().min(2).max(2_000),
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});
const listQuery = pageQuery.extend({ status: z.enum(NETTING_STATUSES).optional() });

export const nettingRoutes = new Hono<AppEnv>()
  .get(
    '/nettings',
    describeRoute({ tags, summary: 'Months with other deployments, newest first' }),
    finance,
    query(listQuery),
    async (c) => {
      const { status, limit, cursor } = c.req.valid('query');
      const before = decodeIdCursor(cursor);
      const rows = await c.var.ctx.db
        .select()
        .from(netting)
        .where(
          and(
            status && eq(netting.status, status),
            before === undefined ? undefined : lt(netting.id, before),
          ),
        )
        .orderBy(desc(netting.id))
        .limit(limit + 1);
      return c.json(wire(pageOf(rows, limit, (row) => row.id)));
    },
  )
  .post(
    '/nettings',
    describeRoute({ tags, summary: 'Our sums of a month with another deployment' }),
    finance,
    idempotent(),
    json(proposal),
    async (c) => {
      const by = c.var.actor.userId;
      return c.json(wire(await proposeNetting(c.var.ctx, { ...c.req.valid('json'), by })), 201);
    },
  )
  .get(
    '/nettings/:id/word',
    describeRoute({ tags, summary: 'What we say of it, signed: hand it to the other side' }),
    finance,
    idParam(),
    async (c) => c.json(await ourWord(c.var.ctx, c.req.valid('param').id)),
  )
  .post(
    '/nettings/:id/word',
    describeRoute({ tags, summary: 'What the other side says of it, verified by its key' }),
    finance,
    idParam(),
    json(word),
    async (c) => {
      const said = { ...c.req.valid('json'), ...c.req.valid('param'), by: c.var.actor.userId };
      return c.json(wire(await receiveWord(c.var.ctx, said)));
    },
  )
  .post(
    '/nettings/:id/post',
    describeRoute({ tags, summary: 'Set off what both agree on; by another than proposed it' }),
    finance,
    idParam(),
    idempotent(),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await postNetting(c.var.ctx, { id, by: c.var.actor.userId })));
    },
  );
