/** Cases for finance: listed, suspended, remedied, resolved, written off by two people. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import type { Clock } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv, Context } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import type { PayoutContext, StatementPort } from '../payments/payments.ts';
import { listCases, suspendCase, suspenseAgeing } from './cases.ts';
import { applyRemedy } from './remedies.ts';
import { approveWriteOff, proposeWriteOff, refundCase, resolveCase } from './resolving.ts';

const caseQuery = pageQuery.extend({ status: z.enum(['open', 'suspended', 'closed']).optional() });
const note = z.string().trim().min(1).max(500);
const resolution = z.object({
  resolution: z.enum(['supplemented', 'reversed', 'refunded']),
  note,
  advertiserId: idSchema.optional(),
  ownTransfer: z.boolean().optional(),
});
const platform = requireActor('platform');
const finance = requireActor('platform:finance');
const OK = { ok: true } as const;

/** Cases, and what is done about each. */
export function caseRoutes(portOf: (clock: Clock) => StatementPort) {
  const within = (ctx: Context): PayoutContext => ({ ...ctx, statements: portOf(ctx.clock) });
  return new Hono<AppEnv>()
    .get(
      '/reconciliation/ageing',
      describeRoute({ tags: ['reconciliation'], summary: 'What is in suspense, by age' }),
      platform,
      async (c) => c.json(wire({ items: await suspenseAgeing(within(c.var.ctx)) })),
    )
    .get(
      '/reconciliation/cases',
      describeRoute({ tags: ['reconciliation'], summary: 'Differences, newest first' }),
      platform,
      query(caseQuery),
      async (c) => c.json(wire(await listCases(c.var.ctx.db, c.req.valid('query')))),
    )
    .post(
      '/reconciliation/cases/:id/suspend',
      describeRoute({ tags: ['reconciliation'], summary: 'Post the difference to suspense' }),
      finance,
      idParam(),
      async (c) => {
        const caseId = c.req.valid('param').id;
        await suspendCase(within(c.var.ctx), { caseId, by: c.var.actor.userId });
        return c.json(OK);
      },
    )
    .post(
      '/reconciliation/cases/:id/remedy',
      describeRoute({ tags: ['reconciliation'], summary: 'Ask Alipay and settle what it says' }),
      finance,
      idParam(),
      async (c) => {
        const caseId = c.req.valid('param').id;
        const by = c.var.actor.userId;
        const resolution = await applyRemedy(within(c.var.ctx), { caseId, by });
        return c.json({ settled: resolution === 'supplemented', resolution: resolution ?? null });
      },
    )
    .post(
      '/reconciliation/cases/:id/resolve',
      describeRoute({
        tags: ['reconciliation'],
        summary: 'Close: supplemented, reversed or refunded',
      }),
      finance,
      idParam(),
      json(resolution),
      async (c) => {
        const input = { caseId: c.req.valid('param').id, ...c.req.valid('json') };
        await resolveCase(within(c.var.ctx), { ...input, by: c.var.actor.userId });
        return c.json(OK);
      },
    )
    .post(
      '/reconciliation/cases/:id/refund',
      describeRoute({
        tags: ['reconciliation'],
        summary: 'Send income of nobody’s back to its payer, as a second person',
      }),
      finance,
      idParam(),
      json(z.object({ note })),
      async (c) => {
        const input = { caseId: c.req.valid('param').id, ...c.req.valid('json') };
        const by = c.var.actor.userId;
        return c.json({ settled: await refundCase(within(c.var.ctx), { ...input, by }) });
      },
    )
    .post(
      '/reconciliation/cases/:id/write-off',
      describeRoute({ tags: ['reconciliation'], summary: 'Propose a write-off' }),
      finance,
      idParam(),
      json(z.object({ note })),
      async (c) => {
        const input = { caseId: c.req.valid('param').id, ...c.req.valid('json') };
        await proposeWriteOff(within(c.var.ctx), { ...input, by: c.var.actor.userId });
        return c.json(OK);
      },
    )
    .post(
      '/reconciliation/cases/:id/write-off/approve',
      describeRoute({
        tags: ['reconciliation'],
        summary: 'Approve a write-off as a second person',
      }),
      finance,
      idParam(),
      async (c) => {
        const caseId = c.req.valid('param').id;
        await approveWriteOff(within(c.var.ctx), { caseId, by: c.var.actor.userId });
        return c.json(OK);
      },
    );
}
