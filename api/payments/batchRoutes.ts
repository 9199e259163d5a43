/** Batches over HTTP: many statements under one name, approved at once by a second person. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import type { Clock } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv, Context } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { idParam, json, wire } from '../http/validation.ts';
import { approveBatch, createBatch } from './batches.ts';
import type { PayoutContext, StatementPort } from './payouts.ts';
import { showSecondFactor } from './secondFactor.ts';

const newBatch = z.object({
  name: z.string().trim().min(1).max(100),
  statementIds: z.array(idSchema).min(1).max(500),
});
const approval = z.object({ code: z.string().max(12).optional() }).default({});
const finance = requireActor('platform:finance');

/** `portOf` as for payouts. */
export function batchRoutes(portOf: (clock: Clock) => StatementPort) {
  const within = (ctx: Context): PayoutContext => ({ ...ctx, statements: portOf(ctx.clock) });
  return new Hono<AppEnv>()
    .post(
      '/payout-batches',
      describeRoute({ tags: ['payouts'], summary: 'Make payouts for many statements' }),
      finance,
      idempotent(),
      json(newBatch),
      async (c) => {
        const input = { ...c.req.valid('json'), by: c.var.actor.userId };
        return c.json(wire(await createBatch(within(c.var.ctx), input)), 201);
      },
    )
    .post(
      '/payout-batches/:id/approve',
      describeRoute({ tags: ['payouts'], summary: 'Approve a batch as a second person' }),
      finance,
      idParam(),
      json(approval),
      async (c) => {
        const { actor, ctx } = c.var;
        const { code } = c.req.valid('json');
        const secondFactorAtMs = await showSecondFactor(ctx, { userId: actor.userId, code });
        const input = { batchId: c.req.valid('param').id, by: actor.userId, secondFactorAtMs };
        return c.json(wire(await approveBatch(within(ctx), input)));
      },
    );
}
