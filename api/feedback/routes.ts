/** Readers' feedback over HTTP: the desk's queue, verdicts, the advertiser's reply, and how advertisers stand. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import {
  caseOwnership,
  caseQuery,
  decideCase,
  listCases,
  lockCase,
  readCase,
  replyToCase,
  standing,
  verdictSchema,
} from './cases.ts';

const tags = ['feedback'];
const viewer = requireActor('advertiser', 'agency', 'platform');
const reviewer = requireActor('platform:reviewer', 'platform:operator');
const own = requireOwned(caseOwnership);

export const feedbackRoutes = new Hono<AppEnv>()
  .get(
    '/feedback-cases',
    describeRoute({ tags, summary: 'What readers say of ads, the most urgent first' }),
    requireActor('advertiser', 'agency', 'outlet', 'platform'),
    query(caseQuery),
    async (c) => c.json(wire(await listCases(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .get(
    '/feedback-cases/:id',
    describeRoute({ tags, summary: 'A case with where it was said' }),
    viewer,
    own,
    idParam(),
    async (c) => c.json(wire(await readCase(c.var.ctx.db, c.req.valid('param').id))),
  )
  .post(
    '/feedback-cases/:id/lock',
    describeRoute({ tags, summary: 'Take it for ten minutes' }),
    reviewer,
    idParam(),
    async (c) => c.json(wire(await lockCase(c.var.ctx, c.var.actor, c.req.valid('param').id))),
  )
  .post(
    '/feedback-cases/:id/verdict',
    describeRoute({
      tags,
      summary: 'Uphold, with a stop where needed, or dismiss; always with an answer',
    }),
    reviewer,
    idempotent(),
    idParam(),
    json(verdictSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await decideCase(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .post(
    '/feedback-cases/:id/reply',
    describeRoute({ tags, summary: 'The advertiser’s word to it' }),
    requireActor('advertiser', 'agency'),
    own,
    idParam(),
    json(z.strictObject({ reply: z.string().trim().min(2).max(1_000) })),
    async (c) => {
      const { id } = c.req.valid('param');
      const { reply } = c.req.valid('json');
      return c.json(wire(await replyToCase(c.var.ctx, c.var.actor, id, reply)));
    },
  )
  .get(
    '/feedback/standing',
    describeRoute({ tags, summary: 'How advertisers stand with readers' }),
    viewer,
    query(z.object({ days: z.coerce.number().int().min(1).max(90).default(30) })),
    async (c) => c.json(await standing(c.var.ctx, c.var.actor, c.req.valid('query').days)),
  );
