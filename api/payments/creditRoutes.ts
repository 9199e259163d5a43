/** Credit over HTTP: finance grants lines and wallets' credit, an agency spreads its line over its clients. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { idSchema } from '../../db/terms/id.ts';
import { MAX_MICRO_CNY, microCnySchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, notFound, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { json, query, wire } from '../http/validation.ts';
import { creditLineOf, setCreditLine, setWalletCredit } from './credit.ts';

const tags = ['wallet'];
const limitMicroCny = microCnySchema.refine(
  (amount) => amount >= 0n && amount <= MAX_MICRO_CNY,
  '须为零至一亿元|zero to a hundred million yuan',
);
const organizationId = z.string().min(1).max(64);

export const creditRoutes = new Hono<AppEnv>()
  .get(
    '/credit-line',
    describeRoute({ tags, summary: 'An agency’s line of credit, and what of it is spread' }),
    requireActor('agency', 'platform'),
    query(z.object({ organizationId: organizationId.optional() })),
    async (c) => {
      const { actor, ctx } = c.var;
      const asked = c.req.valid('query').organizationId ?? actor.organizationId;
      if (actor.kind !== 'platform' && asked !== actor.organizationId) throw notFound();
      return c.json(wire(await creditLineOf(ctx.db, asked)));
    },
  )
  .put(
    '/credit-line',
    describeRoute({ tags, summary: 'Grant an agency a line of credit' }),
    requireActor('platform:finance'),
    idempotent(),
    json(z.object({ organizationId, limitMicroCny })),
    async (c) => {
      await setCreditLine(c.var.ctx, { ...c.req.valid('json'), by: c.var.actor.userId });
      return c.json({ ok: true as const });
    },
  )
  .put(
    '/wallet/credit',
    describeRoute({ tags, summary: 'How far below zero a wallet may go' }),
    requireActor('agency:finance', 'platform:finance'),
    idempotent(),
    json(z.object({ advertiserId: idSchema, limitMicroCny })),
    async (c) => {
      const { actor, ctx } = c.var;
      const input = c.req.valid('json');
      assertActsFor(actor, { advertiserId: input.advertiserId });
      const line = actor.kind === 'platform' ? null : actor.organizationId;
      await setWalletCredit(ctx, { ...input, organizationId: line, by: actor.userId });
      return c.json({ ok: true as const });
    },
  );
