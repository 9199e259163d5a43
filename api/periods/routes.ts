/** Closing a month over HTTP: the gate for all of finance to see, each step for a different person. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { json, param, wire } from '../http/validation.ts';
import { beginClose, cancelClose, closePeriod, gateOf } from './periods.ts';

const monthParam = param(
  z.object({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, '应为 YYYY-MM|must be YYYY-MM') }),
);

export const periodRoutes = new Hono<AppEnv>()
  .get(
    '/ledger/periods/:month/gate',
    describeRoute({ tags: ['ledger'], summary: 'What must hold before the month may close' }),
    requireActor('platform:finance'),
    monthParam,
    async (c) => {
      const items = await gateOf(c.var.ctx, c.req.valid('param').month);
      return c.json({ items, nextCursor: null });
    },
  )
  .post(
    '/ledger/periods/:month/begin-close',
    describeRoute({ tags: ['ledger'], summary: 'Stop posting into the month' }),
    requireActor('platform:finance'),
    idempotent(),
    monthParam,
    async (c) => {
      const input = { month: c.req.valid('param').month, by: c.var.actor.userId };
      return c.json(wire(await beginClose(c.var.ctx, input)));
    },
  )
  .post(
    '/ledger/periods/:month/cancel-close',
    describeRoute({ tags: ['ledger'], summary: 'Open it again, before it is closed' }),
    requireActor('platform:finance'),
    idempotent(),
    monthParam,
    async (c) => {
      const input = { month: c.req.valid('param').month, by: c.var.actor.userId };
      return c.json(wire(await cancelClose(c.var.ctx, input)));
    },
  )
  .post(
    '/ledger/periods/:month/close',
    describeRoute({ tags: ['ledger'], summary: 'Close for ever; not by whoever began it' }),
    requireActor('platform:finance'),
    idempotent(),
    monthParam,
    json(z.object({ suspenseNote: z.string().trim().min(1).max(500).optional() })),
    async (c) => {
      const { suspenseNote } = c.req.valid('json');
      const input = { month: c.req.valid('param').month, by: c.var.actor.userId };
      return c.json(
        wire(await closePeriod(c.var.ctx, { ...input, ...(suspenseNote ? { suspenseNote } : {}) })),
      );
    },
  );
