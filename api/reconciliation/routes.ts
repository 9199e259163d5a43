/** Reconciliation for finance: bills, their lines, cases and what is done about them. */
import { asc, eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { billLine, billMatch } from '../../db/schema/reconciliation.ts';
import { type Clock, daySchema } from '../../db/terms/day.ts';
import type { AppEnv, Context } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, param, query, wire } from '../http/validation.ts';
import type { PayoutContext, StatementPort } from '../payments/payments.ts';
import { fetchBill, listBills } from './bills.ts';
import {
  approveWriteOff,
  listCases,
  proposeWriteOff,
  resolveCase,
  suspendCase,
  suspenseAgeing,
} from './cases.ts';
import { matchBill } from './matching.ts';
import { applyRemedy } from './remedies.ts';

const dayParam = param(z.object({ day: daySchema }));
const caseQuery = pageQuery.extend({ status: z.enum(['open', 'suspended', 'closed']).optional() });
const note = z.string().trim().min(1).max(500);
const resolution = z.object({
  resolution: z.enum(['supplemented', 'reversed', 'refunded']),
  note,
});
const platform = requireActor('platform');
const finance = requireActor('platform:finance');
const OK = { ok: true } as const;

/** Lines of a day's good bill with what each was matched with. */
function linesOfDay(ctx: Pick<Context, 'db'>, day: string) {
  return ctx.db
    .select({
      id: billLine.id,
      lineNo: billLine.lineNo,
      serial: billLine.serial,
      outNo: billLine.outNo,
      kind: billLine.kind,
      at: billLine.at,
      counterparty: billLine.counterparty,
      amountFen: billLine.amountFen,
      balanceFen: billLine.balanceFen,
      itemKind: billMatch.itemKind,
      itemId: billMatch.itemId,
    })
    .from(billLine)
    .leftJoin(billMatch, eq(billMatch.billLineId, billLine.id))
    .where(
      sql`${billLine.billId} = (SELECT b.id FROM bill b WHERE b.day = ${day}::date AND b.status <> 'refused')`,
    )
    .orderBy(asc(billLine.lineNo))
    .limit(2_000);
}

/** `portOf` as in payments: whoever composes the app supplies it. */
export function reconciliationRoutes(portOf: (clock: Clock) => StatementPort) {
  const within = (ctx: Context): PayoutContext => ({ ...ctx, statements: portOf(ctx.clock) });
  return new Hono<AppEnv>()
    .get(
      '/reconciliation/bills',
      describeRoute({
        tags: ['reconciliation'],
        summary: 'Bills, good and refused, newest day first',
      }),
      platform,
      query(pageQuery),
      async (c) => {
        const items = await listBills(c.var.ctx.db, c.req.valid('query').limit);
        return c.json(wire({ items, nextCursor: null }));
      },
    )
    .get(
      '/reconciliation/bills/:day/lines',
      describeRoute({ tags: ['reconciliation'], summary: "A bill's lines and their matches" }),
      platform,
      dayParam,
      async (c) => {
        const items = await linesOfDay(c.var.ctx, c.req.valid('param').day);
        return c.json(wire({ items, nextCursor: null }));
      },
    )
    .post(
      '/reconciliation/bills/:day/match',
      describeRoute({ tags: ['reconciliation'], summary: "Fetch a day's bill and match it" }),
      finance,
      dayParam,
      async (c) => {
        const { day } = c.req.valid('param');
        const ctx = within(c.var.ctx);
        await fetchBill(ctx, day);
        return c.json(wire(await matchBill(ctx, day)));
      },
    )
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
        const settled = await applyRemedy(within(c.var.ctx), { caseId, by: c.var.actor.userId });
        return c.json({ settled });
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
