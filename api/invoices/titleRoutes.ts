/** Invoice titles and tax rates over HTTP. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { TAXPAYERS } from '../../db/schema/invoices.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, notFound, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { json, query, wire } from '../http/validation.ts';
import type { Actor } from '../identity/actor.ts';
import { setTitle, taxRates, titleOf } from './invoices.ts';
import { moneyPeople, parties, taxNo, text } from './shapes.ts';

const tags = ['invoices'];
const titleOwner = z.object({ advertiserId: idSchema.optional(), outletId: idSchema.optional() });
const titleSchema = titleOwner.extend({
  name: text(100),
  taxNo,
  taxpayer: z.enum(TAXPAYERS),
  address: text(200).optional(),
  phone: text(40).optional(),
  bankName: text(100).optional(),
  bankAccount: z
    .string()
    .regex(/^[\d ]{5,40}$/, '应为数字|digits')
    .optional(),
  email: z.email().max(200).optional(),
});

/** Whose title: what was asked for, or the only one the actor is; of the platform's people, with neither, the platform's. */
function ownerOf(actor: Actor, asked: { advertiserId?: number; outletId?: number }) {
  if (asked.advertiserId !== undefined && asked.outletId !== undefined) throw notFound();
  assertActsFor(actor, asked);
  if (asked.advertiserId !== undefined) return { advertiserId: asked.advertiserId };
  if (asked.outletId !== undefined) return { outletId: asked.outletId };
  if (actor.kind === 'platform') return {};
  const [advertiserId] = actor.advertiserIds;
  const [outletId] = actor.outletIds;
  if (advertiserId !== undefined) return { advertiserId };
  if (outletId !== undefined) return { outletId };
  throw notFound();
}

export const titleRoutes = new Hono<AppEnv>()
  .get(
    '/invoice-titles',
    describeRoute({ tags, summary: 'One’s own invoice title, and the platform’s' }),
    parties,
    query(titleOwner),
    async (c) => {
      const { db } = c.var.ctx;
      const { advertiserId, outletId } = c.req.valid('query');
      const owner = ownerOf(c.var.actor, {
        ...(advertiserId === undefined ? {} : { advertiserId }),
        ...(outletId === undefined ? {} : { outletId }),
      });
      const [own, platform] = [await titleOf(db, owner), await titleOf(db, {})];
      return c.json(wire({ title: own ?? null, platform: platform ?? null }));
    },
  )
  .put(
    '/invoice-titles',
    describeRoute({ tags, summary: 'Enter or replace an invoice title' }),
    moneyPeople,
    idempotent(),
    json(titleSchema),
    async (c) => {
      const { advertiserId, outletId, ...rest } = c.req.valid('json');
      const owner = ownerOf(c.var.actor, {
        ...(advertiserId === undefined ? {} : { advertiserId }),
        ...(outletId === undefined ? {} : { outletId }),
      });
      const fields = Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined));
      const input = fields as Parameters<typeof setTitle>[2];
      return c.json(wire(await setTitle(c.var.ctx, owner, input, c.var.actor.userId)));
    },
  )
  .get(
    '/tax-rates',
    describeRoute({ tags, summary: 'Dated rates of VAT and cultural construction fee' }),
    requireActor('platform', 'outlet'),
    async (c) => c.json(wire({ items: await taxRates(c.var.ctx.db), nextCursor: null })),
  );
