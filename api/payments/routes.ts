/** The wallet's routes for advertisers and agencies, the public door for Alipay's notifies, and finance's view of both. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { topUp } from '../../db/schema/payments.ts';
import { idSchema } from '../../db/terms/id.ts';
import { microCnySchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, forHouse, notFound, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { idParam, json, query, wire } from '../http/validation.ts';
import { accounts, balanceOf, journalsOf } from '../ledger/ledger.ts';
import { setWalletAlert, walletAlertOf } from './alerts.ts';
import { receiveNotify } from './notify.ts';
import { listNotifies, listRefusals, listTopUps, topUpDetail } from './queries.ts';
import { requestRefund } from './refunds.ts';
import { createTopUp, queryTopUp } from './topUps.ts';

const walletQuery = z.object({ advertiserId: idSchema.optional() });
const journalQuery = pageQuery.extend(walletQuery.shape);
// Strict: a field that is not looked at, `currency` say, must not be thought to count.
const newTopUp = z.strictObject({
  advertiserId: idSchema,
  amountFen: z.number().int().positive().max(10_000_000_000),
  method: z.enum(['page', 'qr']).default('page'),
});
const newRefund = z.strictObject({
  amountFen: z.number().int().positive().max(10_000_000_000),
  reason: z.string().trim().min(1).max(200),
});
const newAlert = z.object({ advertiserId: idSchema, thresholdMicroCny: microCnySchema });

const ownTopUp = requireOwned({ table: topUp, id: topUp.id, advertiser: topUp.advertiserId });
const buyers = requireActor('advertiser', 'agency', 'platform');
const payers = requireActor('advertiser:finance', 'agency:finance', 'platform:finance');

/** The wallet meant: the one named, which must be the actor's, or the actor's only one. */
function walletOf(actor: AppEnv['Variables']['actor'], advertiserId: number | undefined): number {
  const id = advertiserId ?? actor.advertiserIds[0];
  if (id === undefined) throw notFound();
  assertActsFor(actor, { advertiserId: id });
  return id;
}

export const paymentsRoutes = new Hono<AppEnv>()
  .get(
    '/wallet',
    describeRoute({
      tags: ['wallet'],
      summary: 'What a wallet holds, has promised, and may spend',
    }),
    buyers,
    query(walletQuery),
    async (c) => {
      const { db } = c.var.ctx;
      const advertiserId = walletOf(c.var.actor, c.req.valid('query').advertiserId);
      const balance = await balanceOf(db, accounts.wallet(advertiserId));
      const own = balance.balanceMicroCny - balance.heldMicroCny;
      // What may be taken beyond what is there.
      const creditLimitMicroCny = balance.availableMicroCny - own;
      const alert = (await walletAlertOf(db, advertiserId)) ?? null;
      return c.json(wire({ advertiserId, ...balance, creditLimitMicroCny, alert }));
    },
  )
  .get(
    '/wallet/journals',
    describeRoute({ tags: ['wallet'], summary: 'Every journal of a wallet, newest first' }),
    buyers,
    query(journalQuery),
    async (c) => {
      const { advertiserId, limit, cursor } = c.req.valid('query');
      const wallet = accounts.wallet(walletOf(c.var.actor, advertiserId));
      const after = cursor === undefined ? undefined : Number(cursor);
      const page = await journalsOf(c.var.ctx.db, wallet, { limit, cursor: after });
      const nextCursor = page.nextCursor === null ? null : String(page.nextCursor);
      // What the outlets and the platform got of it is their business.
      const items = page.items.map((journal) => ({
        ...journal,
        lines: journal.lines.filter((line) => line.account === wallet),
      }));
      return c.json(wire({ items, nextCursor }));
    },
  )
  .put(
    '/wallet/alert',
    describeRoute({ tags: ['wallet'], summary: 'Below which balance to be told' }),
    buyers,
    json(newAlert),
    async (c) => {
      const { advertiserId, thresholdMicroCny } = c.req.valid('json');
      const id = walletOf(c.var.actor, advertiserId);
      const by = c.var.actor.userId;
      await setWalletAlert(c.var.ctx.db, { advertiserId: id, thresholdMicroCny, by });
      return c.json({ ok: true as const });
    },
  )
  .get(
    '/wallet/top-ups',
    describeRoute({ tags: ['wallet'], summary: 'Top-ups, newest first' }),
    buyers,
    query(journalQuery),
    async (c) => {
      const { advertiserId, ...page } = c.req.valid('query');
      const { actor, ctx } = c.var;
      const mine = advertiserId ? [walletOf(actor, advertiserId)] : actor.advertiserIds;
      const all = actor.kind === 'platform' && advertiserId === undefined;
      return c.json(
        wire(await listTopUps(ctx.db, { ...page, ...(all ? {} : { advertiserIds: mine }) })),
      );
    },
  )
  .post(
    '/wallet/top-ups',
    describeRoute({ tags: ['wallet'], summary: 'Open a top-up: a cashier page or a QR code' }),
    payers,
    idempotent(),
    json(newTopUp),
    async (c) => {
      const { advertiserId, amountFen, method } = c.req.valid('json');
      const { actor, ctx } = c.var;
      const id = walletOf(actor, advertiserId);
      const made = await createTopUp(ctx, {
        advertiserId: id,
        amountFen,
        method,
        by: actor.userId,
      });
      return c.json(made, 201);
    },
  )
  .get(
    '/wallet/top-ups/:id',
    describeRoute({ tags: ['wallet'], summary: 'A top-up, its refunds and its journals' }),
    buyers,
    idParam(),
    ownTopUp,
    async (c) => {
      const found = await topUpDetail(c.var.ctx.db, c.req.valid('param').id);
      if (!found) throw notFound();
      return c.json(wire(found));
    },
  )
  .post(
    '/wallet/top-ups/:id/query',
    describeRoute({ tags: ['wallet'], summary: 'Ask Alipay now whether it has been paid' }),
    buyers,
    idParam(),
    ownTopUp,
    async (c) => {
      const { id } = c.req.valid('param');
      const found = await topUpDetail(c.var.ctx.db, id);
      if (!found) throw notFound();
      const outcome = found.paidAt ? 'credited' : await queryTopUp(c.var.ctx, id, found.outTradeNo);
      return c.json({ outcome: outcome ?? 'open' });
    },
  )
  .post(
    '/wallet/top-ups/:id/refunds',
    describeRoute({ tags: ['wallet'], summary: 'Refund unused balance to the payer' }),
    payers,
    idParam(),
    ownTopUp,
    idempotent(),
    json(newRefund),
    async (c) => {
      const input = { topUpId: c.req.valid('param').id, ...c.req.valid('json') };
      return c.json(await requestRefund(c.var.ctx, { ...input, by: c.var.actor.userId }), 201);
    },
  )
  .post(
    '/payments/alipay/notify',
    describeRoute({ tags: ['wallet'], summary: 'For Alipay: asynchronous notifies, form-encoded' }),
    // The gateway proves itself by its signature, and is no organisation of ours.
    forHouse,
    async (c) => {
      const text = await c.req.text();
      // The longest real notify is a few kilobytes; whoever sends more is not Alipay.
      if (text.length > 16_384) return c.text('failure', 413);
      const form = Object.fromEntries(new URLSearchParams(text));
      return c.text(await receiveNotify(c.var.ctx, form));
    },
  )
  .get(
    '/payments/notifies',
    describeRoute({ tags: ['payouts'], summary: 'Every notify with its verdict' }),
    requireActor('platform'),
    query(pageQuery),
    async (c) => c.json(wire(await listNotifies(c.var.ctx.db, c.req.valid('query')))),
  )
  .get(
    '/payments/refusals',
    describeRoute({
      tags: ['payouts'],
      summary: 'What payments refused, by whom it was tried, and why',
    }),
    requireActor('platform'),
    query(pageQuery),
    async (c) => c.json(wire(await listRefusals(c.var.ctx.db, c.req.valid('query')))),
  );
