/** Statements over HTTP. Finance drafts, freezes and approves; the outlet confirms or disputes; both drill down. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { STATEMENT_STATUSES, statement } from '../../db/schema/statements.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { decodeIdCursor, encodeCursor, pageOf, pageQuery } from '../http/paging.ts';
import { idParam, json, param, query, wire } from '../http/validation.ts';
import { exportRoutes } from './exportRoutes.ts';
import { journalsOfStatement } from './journals.ts';
import {
  approveStatement,
  chargesOfLine,
  confirmStatement,
  disputeStatement,
  draftStatements,
  freezeMonth,
  freezeStatement,
  listStatements,
  resolveDispute,
  type Statement,
  statementDetail,
} from './statements.ts';

const OWNED = { table: statement, id: statement.id, outlet: statement.outletId };
const monthSchema = z.object({
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, '应为 YYYY-MM|must be YYYY-MM'),
});
const listQuery = pageQuery.extend({
  month: monthSchema.shape.month.optional(),
  status: z.enum(STATEMENT_STATUSES).optional(),
});
const lineParam = param(z.object({ id: idSchema, ordinal: idSchema }));
const noteSchema = z.string().trim().min(1).max(500);

const brief = ({ document: _, ...row }: Statement) => wire(row);

const readRoutes = new Hono<AppEnv>()
  .get(
    '/statements',
    describeRoute({ tags: ['statements'], summary: 'Statements, newest first' }),
    requireActor('outlet', 'platform:finance', 'platform:operator'),
    query(listQuery),
    async (c) => {
      const { cursor, limit, ...filter } = c.req.valid('query');
      const { actor, ctx } = c.var;
      const rows = await listStatements(ctx.db, {
        ...filter,
        outletIds: actor.kind === 'platform' ? undefined : actor.outletIds,
        limit: limit + 1,
        cursor: decodeIdCursor(cursor),
      });
      return c.json(wire(pageOf(rows, limit, (row) => row.id)));
    },
  )
  .get(
    '/statements/:id',
    describeRoute({ tags: ['statements'], summary: 'Lines, adjustments and history of one' }),
    requireActor('outlet', 'platform:finance', 'platform:operator'),
    requireOwned(OWNED),
    idParam(),
    async (c) => c.json(wire(await statementDetail(c.var.ctx.db, c.req.valid('param').id))),
  )
  .get(
    '/statements/:id/lines/:ordinal/charges',
    describeRoute({ tags: ['statements'], summary: 'The charges behind a line' }),
    requireActor('outlet', 'platform:finance', 'platform:operator'),
    requireOwned(OWNED),
    lineParam,
    query(pageQuery),
    async (c) => {
      const { id, ordinal } = c.req.valid('param');
      const { limit, cursor } = c.req.valid('query');
      const page = await chargesOfLine(c.var.ctx.db, {
        statementId: id,
        ordinal,
        limit,
        cursor: decodeIdCursor(cursor),
      });
      const nextCursor = page.nextCursor === null ? null : encodeCursor(page.nextCursor);
      return c.json(wire({ items: page.items, nextCursor }));
    },
  )
  .get(
    '/statements/:id/journals',
    describeRoute({ tags: ['statements'], summary: 'The ledger’s journal behind a charge' }),
    requireActor('outlet', 'platform:finance', 'platform:operator'),
    requireOwned(OWNED),
    idParam(),
    query(z.object({ key: z.string().min(1).max(200) })),
    async (c) => {
      const { db } = c.var.ctx;
      const whole = c.var.actor.kind === 'platform';
      const { id } = c.req.valid('param');
      const items = await journalsOfStatement(db, id, [c.req.valid('query').key], { whole });
      return c.json(wire({ items, nextCursor: null }));
    },
  );

const financeRoutes = new Hono<AppEnv>()
  .post(
    '/statements/drafts',
    describeRoute({ tags: ['statements'], summary: 'Draft or refresh a month’s statements' }),
    requireActor('platform:finance'),
    idempotent(),
    json(monthSchema),
    async (c) => {
      const { month } = c.req.valid('json');
      return c.json({ month, drafts: await draftStatements(c.var.ctx, month) });
    },
  )
  .post(
    '/statements/freeze',
    describeRoute({ tags: ['statements'], summary: 'Freeze every draft of a month' }),
    requireActor('platform:finance'),
    idempotent(),
    json(monthSchema),
    async (c) => {
      const input = { month: c.req.valid('json').month, by: c.var.actor.userId };
      return c.json({ ...input, frozen: await freezeMonth(c.var.ctx, input) });
    },
  )
  .post(
    '/statements/:id/freeze',
    describeRoute({ tags: ['statements'], summary: 'Freeze one draft' }),
    requireActor('platform:finance'),
    idempotent(),
    idParam(),
    async (c) => {
      const input = { statementId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(brief(await freezeStatement(c.var.ctx, input)));
    },
  )
  .post(
    '/statements/:id/approve',
    describeRoute({ tags: ['statements'], summary: 'Approve; not by whoever froze it' }),
    requireActor('platform:finance'),
    idempotent(),
    idParam(),
    async (c) => {
      const input = { statementId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(brief(await approveStatement(c.var.ctx, input)));
    },
  )
  .post(
    '/statements/:id/resolve',
    describeRoute({ tags: ['statements'], summary: 'Answer a dispute' }),
    requireActor('platform:finance'),
    idempotent(),
    idParam(),
    json(z.object({ accept: z.boolean(), note: noteSchema })),
    async (c) => {
      const base = { statementId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(brief(await resolveDispute(c.var.ctx, { ...base, ...c.req.valid('json') })));
    },
  );

const outletRoutes = new Hono<AppEnv>()
  .post(
    '/statements/:id/confirm',
    describeRoute({ tags: ['statements'], summary: 'The outlet accepts its statement' }),
    requireActor('outlet:finance'),
    requireOwned(OWNED),
    idempotent(),
    idParam(),
    async (c) => {
      const input = { statementId: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(brief(await confirmStatement(c.var.ctx, input)));
    },
  )
  .post(
    '/statements/:id/dispute',
    describeRoute({
      tags: ['statements'],
      summary: 'The outlet objects, to lines or to the whole',
    }),
    requireActor('outlet:finance'),
    requireOwned(OWNED),
    idempotent(),
    idParam(),
    json(z.object({ reason: noteSchema, lines: z.array(idSchema).max(1000).optional() })),
    async (c) => {
      const base = { statementId: c.req.valid('param').id, by: c.var.actor.userId };
      const { reason, lines = [] } = c.req.valid('json');
      return c.json(brief(await disputeStatement(c.var.ctx, { ...base, reason, lines })));
    },
  );

export const statementRoutes = new Hono<AppEnv>()
  .route('/', readRoutes)
  .route('/', financeRoutes)
  .route('/', outletRoutes)
  .route('/', exportRoutes);
