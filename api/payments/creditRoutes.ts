/** Credit over HTTP: finance proposes and confirms lines and wallets' credit, an agency spreads its line over its clients. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { CREDIT_PROPOSAL_STATUSES } from '../../db/schema/payments.ts';
import { idSchema } from '../../db/terms/id.ts';
import { MAX_MICRO_CNY, microCnySchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, notFound, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { creditLineOf, setWalletCredit } from './credit.ts';
import { confirmCredit, declineCredit, proposeCredit, withdrawCredit } from './creditProposals.ts';
import { listLines, listProposals, listWalletCredits } from './creditQueries.ts';

const tags = ['credit'];
const finance = requireActor('platform:finance');
const limitMicroCny = microCnySchema.refine(
  (amount) => amount >= 0n && amount <= MAX_MICRO_CNY,
  '须为零至一亿元|zero to a hundred million yuan',
);
const organizationId = z.string().min(1).max(64);
const words = z.string().trim().min(2).max(300);
const terms = { limitMicroCny, reason: words };
/** Of an agency's line, or of one wallet. */
const newProposal = z.union([
  z.strictObject({ organizationId, ...terms }),
  z.strictObject({ advertiserId: idSchema, ...terms }),
]);
const proposalQuery = pageQuery.extend({ status: z.enum(CREDIT_PROPOSAL_STATUSES).optional() });

const proposalRoutes = new Hono<AppEnv>()
  .get(
    '/credit-proposals',
    describeRoute({ tags, summary: 'What was proposed, and what became of it, newest first' }),
    finance,
    query(proposalQuery),
    async (c) => {
      const { status, ...page } = c.req.valid('query');
      const asked = { ...page, ...(status && { status }) };
      return c.json(wire(await listProposals(c.var.ctx.db, asked)));
    },
  )
  .post(
    '/credit-proposals',
    describeRoute({
      tags,
      summary: 'Propose another limit; more waits for a second person, less is done at once',
    }),
    finance,
    idempotent(),
    json(newProposal),
    async (c) => {
      const { limitMicroCny, reason, ...of } = c.req.valid('json');
      const subject =
        'advertiserId' in of
          ? { organizationId: null, advertiserId: of.advertiserId }
          : { organizationId: of.organizationId, advertiserId: null };
      const input = { limitMicroCny, reason, by: c.var.actor.userId };
      return c.json(wire(await proposeCredit(c.var.ctx, subject, input)), 201);
    },
  )
  .post(
    '/credit-proposals/:id/confirm',
    describeRoute({ tags, summary: 'Grant it; by another than proposed it' }),
    finance,
    idParam(),
    idempotent(),
    async (c) => {
      const input = { proposalId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await confirmCredit(c.var.ctx, input)));
    },
  )
  .post(
    '/credit-proposals/:id/decline',
    describeRoute({ tags, summary: 'Say no, and why; by another than proposed it' }),
    finance,
    idParam(),
    idempotent(),
    json(z.strictObject({ note: words })),
    async (c) => {
      const { id: proposalId } = c.req.valid('param');
      const input = { proposalId, ...c.req.valid('json'), by: c.var.actor.userId };
      return c.json(wire(await declineCredit(c.var.ctx, input)));
    },
  )
  .post(
    '/credit-proposals/:id/withdraw',
    describeRoute({ tags, summary: 'Take one’s own proposal back' }),
    finance,
    idParam(),
    idempotent(),
    async (c) => {
      const input = { proposalId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await withdrawCredit(c.var.ctx, input)));
    },
  );

const standingRoutes = new Hono<AppEnv>()
  .get(
    '/credit-lines',
    describeRoute({ tags, summary: 'Every agency with its line, and what of it is spread' }),
    requireActor('platform'),
    query(pageQuery),
    async (c) => c.json(wire(await listLines(c.var.ctx.db, c.req.valid('query')))),
  )
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
  .get(
    '/wallet/credits',
    describeRoute({ tags, summary: 'Wallets with credit; to an agency all of its clients’' }),
    requireActor('agency', 'platform'),
    query(pageQuery),
    async (c) => {
      const { actor, ctx } = c.var;
      const mine = actor.kind === 'platform' ? {} : { advertiserIds: actor.advertiserIds };
      return c.json(wire(await listWalletCredits(ctx.db, { ...c.req.valid('query'), ...mine })));
    },
  )
  .put(
    '/wallet/credit',
    describeRoute({ tags, summary: 'How far below zero a client’s wallet may go' }),
    requireActor('agency:finance'),
    idempotent(),
    json(z.object({ advertiserId: idSchema, limitMicroCny })),
    async (c) => {
      const { actor, ctx } = c.var;
      const input = c.req.valid('json');
      assertActsFor(actor, { advertiserId: input.advertiserId });
      const { organizationId, userId: by } = actor;
      await setWalletCredit(ctx, { ...input, organizationId, by });
      return c.json({ ok: true as const });
    },
  );

export const creditRoutes = new Hono<AppEnv>()
  .route('/', standingRoutes)
  .route('/', proposalRoutes);
