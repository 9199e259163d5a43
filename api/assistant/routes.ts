/** The assistant over HTTP: there or not, three tasks, and the record of what was asked. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { pageQuery } from '../http/paging.ts';
import { json, query, wire } from '../http/validation.ts';
import {
  copySchema,
  listAsked,
  precheck,
  precheckSchema,
  proofread,
  proofreadSchema,
  suggestCopy,
} from './assistant.ts';

const tags = ['assistant'];
const buyer = requireActor('advertiser', 'agency', 'platform');

export const assistantRoutes = new Hono<AppEnv>()
  .get('/assistant', describeRoute({ tags, summary: 'Whether there is one' }), buyer, (c) => {
    const { ai } = c.var.ctx.config;
    return c.json({ available: Boolean(ai), model: ai?.model ?? null });
  })
  .post(
    '/assistant/copy',
    describeRoute({
      tags,
      summary: 'Suggest titles and descriptions; machine-made, checked by the rules',
    }),
    buyer,
    json(copySchema),
    async (c) => c.json(await suggestCopy(c.var.ctx, c.var.actor, c.req.valid('json'))),
  )
  .post(
    '/assistant/proofreading',
    describeRoute({ tags, summary: 'Proofread a text' }),
    buyer,
    json(proofreadSchema),
    async (c) => c.json(await proofread(c.var.ctx, c.var.actor, c.req.valid('json'))),
  )
  .post(
    '/assistant/precheck',
    describeRoute({ tags, summary: 'Guess the category and the risks ahead of review' }),
    buyer,
    json(precheckSchema),
    async (c) => c.json(await precheck(c.var.ctx, c.var.actor, c.req.valid('json'))),
  )
  .get(
    '/assistant/log',
    describeRoute({ tags, summary: 'What was asked and answered, newest first' }),
    buyer,
    query(pageQuery),
    async (c) => c.json(wire(await listAsked(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  );
