/** Adjustments over HTTP: one of finance proposes, another approves; an outlet reads its own. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { outlet } from '../../db/schema/outlets.ts';
import { statementAdjustment } from '../../db/schema/statements.ts';
import { idSchema } from '../../db/terms/id.ts';
import { MAX_MICRO_CNY, microCnySchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { assertOwned, ownedBy, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { approveAdjustment, proposeAdjustment } from './statements.ts';

const amountSchema = microCnySchema.refine(
  (amount) => amount <= MAX_MICRO_CNY && amount >= -MAX_MICRO_CNY,
  '金额过大|too large',
);

export const adjustmentRoutes = new Hono<AppEnv>()
  .get(
    '/adjustments',
    describeRoute({ tags: ['statements'], summary: 'Adjustments, newest first' }),
    requireActor('outlet', 'platform:finance'),
    query(pageQuery.extend({ outletId: idSchema.optional() })),
    async (c) => {
      const { limit, cursor, outletId } = c.req.valid('query');
      const before = decodeIdCursor(cursor);
      const rows = await c.var.ctx.db
        .select()
        .from(statementAdjustment)
        .where(
          and(
            ownedBy(c.var.actor, { outlet: statementAdjustment.outletId }),
            outletId === undefined ? undefined : eq(statementAdjustment.outletId, outletId),
            before === undefined ? undefined : lt(statementAdjustment.id, before),
          ),
        )
        .orderBy(desc(statementAdjustment.id))
        .limit(limit + 1);
      return c.json(wire(pageOf(rows, limit, (row) => row.id)));
    },
  )
  .post(
    '/adjustments',
    describeRoute({ tags: ['statements'], summary: 'Propose an adjustment; nothing moves yet' }),
    requireActor('platform:finance'),
    idempotent(),
    json(
      z.object({
        outletId: idSchema,
        month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
        amountMicroCny: amountSchema,
        kind: z.enum(['adjustment', 'dispute']).optional(),
        reason: z.string().trim().min(1).max(300),
      }),
    ),
    async (c) => {
      const { db } = c.var.ctx;
      const { kind = 'adjustment', ...input } = c.req.valid('json');
      const outlets = { table: outlet, id: outlet.id, outlet: outlet.id };
      await assertOwned(db, c.var.actor, outlets, [input.outletId], '/outletId');
      const by = c.var.actor.userId;
      return c.json(wire(await proposeAdjustment(c.var.ctx, { ...input, kind, by })), 201);
    },
  )
  .post(
    '/adjustments/:id/approve',
    describeRoute({ tags: ['statements'], summary: 'Approve and post; not by its proposer' }),
    requireActor('platform:finance'),
    idempotent(),
    idParam(),
    async (c) => {
      const input = { adjustmentId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await approveAdjustment(c.var.ctx, input)));
    },
  );
