/** Payout routes: finance makes, a second person approves, an outlet sees its own. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { payout } from '../../db/schema/payments.ts';
import type { Clock } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv, Context } from '../context.ts';
import { notFound, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { approvePayout } from './approving.ts';
import { cancelPayout, type PayoutContext, requestPayout, type StatementPort } from './payouts.ts';
import { listPayouts, payoutDetail } from './queries.ts';
import { resendFailedParts } from './resend.ts';
import { showSecondFactor } from './secondFactor.ts';

const PAYOUT_STATUSES = [
  'created',
  'cancelled',
  'approved',
  'sending',
  'unknown',
  'succeeded',
  'part_succeeded',
  'failed',
  'reconciled',
  'returned',
] as const;

const listQuery = pageQuery.extend({ status: z.enum(PAYOUT_STATUSES).optional() });
const newPayout = z.object({ statementId: idSchema });
const finance = requireActor('platform:finance');
const ownPayout = requireOwned({ table: payout, id: payout.id, outlet: payout.outletId });

/** Approval carries the person's one-time code, where they have one. */
const approval = z.object({ code: z.string().max(12).optional() }).default({});

type Approving = {
  var: AppEnv['Variables'];
  req: { valid(target: 'json'): z.infer<typeof approval> };
};

async function proven(c: Approving): Promise<{ by: string; secondFactorAtMs?: number }> {
  const { ctx, actor } = c.var;
  const { code } = c.req.valid('json');
  const shownAtMs = await showSecondFactor(ctx, { userId: actor.userId, code });
  return { by: actor.userId, ...(shownAtMs === undefined ? {} : { secondFactorAtMs: shownAtMs }) };
}

/** `portOf` comes from whoever composes the app: statements rank above this slice. */
export function payoutRoutes(portOf: (clock: Clock) => StatementPort) {
  const within = (ctx: Context): PayoutContext => ({ ...ctx, statements: portOf(ctx.clock) });
  return new Hono<AppEnv>()
    .get(
      '/payouts',
      describeRoute({ tags: ['payouts'], summary: 'Payouts, newest first' }),
      requireActor('platform', 'outlet'),
      query(listQuery),
      async (c) => {
        const { actor, ctx } = c.var;
        const own = actor.kind === 'platform' ? {} : { outletIds: actor.outletIds };
        return c.json(wire(await listPayouts(ctx.db, { ...c.req.valid('query'), ...own })));
      },
    )
    .get(
      '/payouts/:id',
      describeRoute({ tags: ['payouts'], summary: 'A payout: parts, journals, bill lines' }),
      requireActor('platform', 'outlet'),
      idParam(),
      ownPayout,
      async (c) => {
        const found = await payoutDetail(c.var.ctx.db, c.req.valid('param').id);
        if (!found) throw notFound();
        return c.json(wire(found));
      },
    )
    .post(
      '/payouts',
      describeRoute({ tags: ['payouts'], summary: 'Make a payout for an approved statement' }),
      finance,
      idempotent(),
      json(newPayout),
      async (c) => {
        const input = { ...c.req.valid('json'), by: c.var.actor.userId };
        return c.json(wire(await requestPayout(within(c.var.ctx), input)), 201);
      },
    )
    .post(
      '/payouts/:id/approve',
      describeRoute({ tags: ['payouts'], summary: 'Approve as a second person: it is then sent' }),
      finance,
      idParam(),
      json(approval),
      async (c) => {
        const payoutId = c.req.valid('param').id;
        return c.json(await approvePayout(within(c.var.ctx), { payoutId, ...(await proven(c)) }));
      },
    )
    .post(
      '/payouts/:id/cancel',
      describeRoute({ tags: ['payouts'], summary: 'Cancel before approval' }),
      finance,
      idParam(),
      async (c) => {
        const by = c.var.actor.userId;
        await cancelPayout(within(c.var.ctx), { payoutId: c.req.valid('param').id, by });
        return c.json({ ok: true as const });
      },
    )
    .post(
      '/payouts/:id/resend',
      describeRoute({
        tags: ['payouts'],
        summary: 'Send again the parts that failed or came back',
      }),
      finance,
      idParam(),
      json(approval),
      async (c) => {
        const payoutId = c.req.valid('param').id;
        return c.json(
          await resendFailedParts(within(c.var.ctx), { payoutId, ...(await proven(c)) }),
        );
      },
    );
}
