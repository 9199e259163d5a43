/** Bills for finance: fetched, matched, line by line. */
import { asc, eq, sql } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { billLine, billMatch } from '../../db/schema/reconciliation.ts';
import { type Clock, daySchema } from '../../db/terms/day.ts';
import type { AppEnv, Context } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { pageQuery } from '../http/paging.ts';
import { param, query, wire } from '../http/validation.ts';
import type { PayoutContext, StatementPort } from '../payments/payments.ts';
import { balanceCash } from './balancing.ts';
import { fetchBill, listBills } from './bills.ts';
import { matchBill } from './matching.ts';

const dayParam = param(z.object({ day: daySchema }));
const platform = requireActor('platform');
const finance = requireActor('platform:finance');

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
export function billRoutes(portOf: (clock: Clock) => StatementPort) {
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
      '/reconciliation/balance/:day',
      describeRoute({
        tags: ['reconciliation'],
        summary:
          "The ledger's cash against the bank's balance at the end of a day, difference by difference",
      }),
      platform,
      dayParam,
      async (c) => c.json(wire(await balanceCash(c.var.ctx.db, c.req.valid('param').day))),
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
    );
}
