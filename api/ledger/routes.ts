/** A wallet's holds, and the books as finance sees them. Read-only: nothing posts over HTTP here. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { daySchema } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, notFound, requireActor } from '../http/auth.ts';
import { decodeIdCursor, encodeCursor, pageQuery } from '../http/paging.ts';
import { query, wire } from '../http/validation.ts';
import type { Actor } from '../identity/actor.ts';
import { type AccountCode, accounts } from './accounts.ts';
import { findHoldsOn } from './holds.ts';
import { balanceOf, journalsOf, ledgerFaults, trialBalance } from './ledger.ts';
import { periods } from './periods.ts';

const walletQuery = z.object({ advertiserId: idSchema.optional() });

/** The advertiser asked for, or the only one the actor acts for. @throws Failure `not_found`, `invalid_input`. */
function advertiserOf(actor: Actor, asked: number | undefined): number {
  const id = asked ?? (actor.advertiserIds.length === 1 ? actor.advertiserIds[0] : undefined);
  if (id === undefined) {
    throw new Failure('invalid_input', {
      pointer: '/advertiserId',
      zh: '请指明广告主',
      en: 'name the advertiser',
    });
  }
  assertActsFor(actor, { advertiserId: id });
  return id;
}

const cursorOf = (next: number | null) => (next === null ? null : encodeCursor(next));

const walletRoutes = new Hono<AppEnv>().get(
  '/wallet/holds',
  describeRoute({ tags: ['wallet'], summary: 'What of a wallet is promised, and to what' }),
  requireActor('advertiser', 'agency', 'platform'),
  query(walletQuery),
  async (c) => {
    const wallet = accounts.wallet(advertiserOf(c.var.actor, c.req.valid('query').advertiserId));
    return c.json(wire({ items: await findHoldsOn(c.var.ctx.db, wallet), nextCursor: null }));
  },
);

const asOfQuery = z.object({ asOf: daySchema.optional() });
const accountQuery = pageQuery.extend({ account: z.string().regex(/^[a-z][a-z_]*(:\d{1,16})?$/) });

const bookRoutes = new Hono<AppEnv>()
  .get(
    '/ledger/trial-balance',
    describeRoute({ tags: ['ledger'], summary: 'Every account, now or at the end of a day' }),
    requireActor('platform:finance'),
    query(asOfQuery),
    async (c) => {
      const items = await trialBalance(c.var.ctx.db, c.req.valid('query').asOf);
      const debitMicroCny = items.reduce((sum, row) => sum + row.debitMicroCny, 0n);
      const creditMicroCny = items.reduce((sum, row) => sum + row.creditMicroCny, 0n);
      return c.json(wire({ items, debitMicroCny, creditMicroCny, nextCursor: null }));
    },
  )
  .get(
    '/ledger/journals',
    describeRoute({ tags: ['ledger'], summary: 'An account’s journals with all their lines' }),
    requireActor('platform:finance'),
    query(accountQuery),
    async (c) => {
      const { account, limit, cursor } = c.req.valid('query');
      const page = await journalsOf(c.var.ctx.db, account as AccountCode, {
        limit,
        cursor: decodeIdCursor(cursor),
      });
      return c.json(wire({ items: page.items, nextCursor: cursorOf(page.nextCursor) }));
    },
  )
  .get(
    '/ledger/balance',
    describeRoute({ tags: ['ledger'], summary: 'One account, now or at the end of a day' }),
    requireActor('platform:finance'),
    query(asOfQuery.extend({ account: accountQuery.shape.account })),
    async (c) => {
      const { account, asOf } = c.req.valid('query');
      return c.json(wire(await balanceOf(c.var.ctx.db, account as AccountCode, asOf)));
    },
  )
  .get(
    '/ledger/faults',
    describeRoute({ tags: ['ledger'], summary: 'What is wrong with the books; recomputes all' }),
    requireActor('platform:finance'),
    query(z.object({ chain: z.enum(['true', 'false']).default('true') })),
    async (c) => {
      const chain = c.req.valid('query').chain === 'true';
      return c.json({ items: await ledgerFaults(c.var.ctx.db, { chain }), nextCursor: null });
    },
  )
  .get(
    '/ledger/periods',
    describeRoute({ tags: ['ledger'], summary: 'Accounting months and their certificates' }),
    requireActor('platform:finance'),
    async (c) => c.json(wire({ items: await periods(c.var.ctx.db), nextCursor: null })),
  )
  .get(
    '/ledger/periods/:month',
    describeRoute({ tags: ['ledger'], summary: 'One accounting month' }),
    requireActor('platform:finance'),
    async (c) => {
      const all = await periods(c.var.ctx.db);
      const found = all.find((period) => period.month === c.req.param('month'));
      if (!found) throw notFound();
      return c.json(wire(found));
    },
  );

export const ledgerRoutes = new Hono<AppEnv>().route('/', walletRoutes).route('/', bookRoutes);
