/** Charges over HTTP: what an advertiser paid for, what an outlet earned from, to the single bucket. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { daySchema, dayStartMs } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, requireActor } from '../http/auth.ts';
import { decodeIdCursor, encodeCursor, pageQuery } from '../http/paging.ts';
import { idParam, query, wire } from '../http/validation.ts';
import type { Actor } from '../identity/actor.ts';
import { chargesOf, dayStates, replayContract } from './billing.ts';

const chargesQuery = pageQuery.extend({
  advertiserId: idSchema.optional(),
  outletId: idSchema.optional(),
  lineItemId: idSchema.optional(),
  placementId: idSchema.optional(),
  from: daySchema,
  to: daySchema,
});

/** Whose charges: what was asked for, or the only one the actor is. A side is always named, but by the platform. */
function sideOf(actor: Actor, asked: { advertiserId?: number; outletId?: number }) {
  const only = (ids: number[]) => (ids.length === 1 ? ids[0] : undefined);
  const advertiserId =
    asked.advertiserId ?? (asked.outletId === undefined ? only(actor.advertiserIds) : undefined);
  const outletId =
    asked.outletId ?? (advertiserId === undefined ? only(actor.outletIds) : undefined);
  if (actor.kind !== 'platform' && advertiserId === undefined && outletId === undefined) {
    throw new Failure('invalid_input', {
      pointer: '/advertiserId',
      zh: '请指明广告主或媒体',
      en: 'name the advertiser or the outlet',
    });
  }
  return {
    ...(advertiserId === undefined ? {} : { advertiserId }),
    ...(outletId === undefined ? {} : { outletId }),
  };
}

const YEAR_MS = 366 * 86_400_000;
const daysQuery = z
  .object({ from: daySchema, to: daySchema })
  .refine(({ from, to }) => from <= to && dayStartMs(to) - dayStartMs(from) <= YEAR_MS, {
    path: ['to'],
    message: '最多一年|a year at most',
  });

const replayRoutes = new Hono<AppEnv>().get(
  '/contracts/:id/replay',
  describeRoute({
    tags: ['contracts'],
    summary: 'What days already charged would have paid under this version',
  }),
  requireActor('platform:finance', 'platform:operator'),
  idParam(),
  query(daysQuery),
  async (c) => {
    const input = { versionId: c.req.valid('param').id, ...c.req.valid('query') };
    return c.json(wire(await replayContract(c.var.ctx.db, input)));
  },
);

const dayRoutes = new Hono<AppEnv>().get(
  '/billing/days',
  describeRoute({
    tags: ['billing'],
    summary: 'Which days are final, and what changed since first charged',
  }),
  requireActor('platform'),
  query(daysQuery),
  async (c) => {
    const items = await dayStates(c.var.ctx.db, c.req.valid('query'));
    return c.json(wire({ items, nextCursor: null }));
  },
);

const chargeRoutes = new Hono<AppEnv>().get(
  '/charges',
  describeRoute({ tags: ['billing'], summary: 'Charges over days (inclusive), oldest first' }),
  requireActor('advertiser', 'agency', 'outlet', 'platform'),
  query(chargesQuery),
  async (c) => {
    const { cursor, advertiserId, outletId, ...rest } = c.req.valid('query');
    const asked = {
      ...(advertiserId === undefined ? {} : { advertiserId }),
      ...(outletId === undefined ? {} : { outletId }),
    };
    const side = sideOf(c.var.actor, asked);
    assertActsFor(c.var.actor, side);
    const page = await chargesOf(c.var.ctx.db, {
      ...rest,
      ...side,
      cursor: decodeIdCursor(cursor),
    });
    const nextCursor = page.nextCursor === null ? null : encodeCursor(page.nextCursor);
    return c.json(wire({ items: page.items, nextCursor }));
  },
);

export const billingRoutes = new Hono<AppEnv>()
  .route('/', chargeRoutes)
  .route('/', dayRoutes)
  .route('/', replayRoutes);
