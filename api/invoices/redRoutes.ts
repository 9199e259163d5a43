/** Red letters over HTTP: asked for by one side, answered by the other, issued by the seller. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { RED_REASONS, RED_STATUSES, redLetter } from '../../db/schema/invoices.ts';
import type { AppEnv } from '../context.ts';
import { ownedBy, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { answerRed, issueRed, listRedLetters, requestRed } from './invoices.ts';
import { moneyPeople, numberFields, OWNED, parties, positiveFen } from './shapes.ts';

const tags = ['invoices'];
const owner = { outlet: redLetter.outletId, advertiser: redLetter.advertiserId };
const ownLetter = requireOwned({ table: redLetter, id: redLetter.id, ...owner });
const listQuery = pageQuery.extend({ status: z.enum(RED_STATUSES).optional() });
const requestSchema = z.object({
  reason: z.enum(RED_REASONS),
  totalFen: positiveFen.optional(),
  note: z.string().trim().min(1).max(500).optional(),
});
const issueSchema = z.object({
  ...numberFields,
  confirmationNo: z.string().regex(/^\d{20}$/, '应为 20 位数字|20 digits'),
});

export const redLetterRoutes = new Hono<AppEnv>()
  .get(
    '/red-letters',
    describeRoute({ tags, summary: 'Red letters, newest first' }),
    parties,
    query(listQuery),
    async (c) => {
      const filter = { ...c.req.valid('query'), owned: ownedBy(c.var.actor, owner) };
      return c.json(wire(await listRedLetters(c.var.ctx.db, filter)));
    },
  )
  .post(
    '/invoices/:id/red-letters',
    describeRoute({ tags, summary: 'Ask to take an invoice back, in whole or in part' }),
    moneyPeople,
    requireOwned(OWNED),
    idempotent(),
    idParam(),
    json(requestSchema),
    async (c) => {
      const { actor, ctx } = c.var;
      const invoiceId = c.req.valid('param').id;
      const isPlatform = actor.kind === 'platform';
      const input = { ...c.req.valid('json'), invoiceId, isPlatform };
      return c.json(wire(await requestRed(ctx, input, actor.userId)), 201);
    },
  )
  .post(
    '/red-letters/:id/answer',
    describeRoute({ tags, summary: 'The other side confirms or declines' }),
    moneyPeople,
    ownLetter,
    idempotent(),
    idParam(),
    json(z.object({ accept: z.boolean() })),
    async (c) => {
      const { actor, ctx } = c.var;
      const { accept } = c.req.valid('json');
      const letterId = c.req.valid('param').id;
      const isPlatform = actor.kind === 'platform';
      return c.json(wire(await answerRed(ctx, { letterId, isPlatform, accept, by: actor.userId })));
    },
  )
  .post(
    '/red-letters/:id/issue',
    describeRoute({ tags, summary: 'The seller issues the red invoice' }),
    moneyPeople,
    ownLetter,
    idempotent(),
    idParam(),
    json(issueSchema),
    async (c) => {
      const { actor, ctx } = c.var;
      const letterId = c.req.valid('param').id;
      const isPlatform = actor.kind === 'platform';
      const input = { ...c.req.valid('json'), letterId, isPlatform };
      return c.json(wire(await issueRed(ctx, input, actor.userId)), 201);
    },
  );
