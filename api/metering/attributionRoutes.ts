/**
 * Attribution over HTTP: windows and pixel of an advertiser, a shop's orders by the hundred, and the pixel itself, which anybody's
 * browser calls: it answers a picture whatever happens, and counts only under a key.
 */
import { randomBytes } from 'node:crypto';
import { and, desc, eq, lt } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { attributionSetting, CONVERSION_KINDS, conversion } from '../../db/schema/metering.ts';
import { Failure } from '../../db/terms/failure.ts';
import { idSchema } from '../../db/terms/id.ts';
import { fenToMicroCny, microCnySchema } from '../../db/terms/money.ts';
import { record } from '../audit/audit.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, forHouse, ownedBy, requireActor } from '../http/auth.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import { json, query, wire } from '../http/validation.ts';
import { recordConversion, USUAL_WINDOWS } from './conversions.ts';

const tags = ['conversions'];
const buyer = requireActor('advertiser', 'agency', 'platform:operator');
const viewer = requireActor('advertiser', 'agency', 'platform');
const requestId = z.string().regex(/^[A-Za-z0-9_-]{16}$/);
const advertiserId = z.number().int().positive();

const settingSchema = z.strictObject({
  advertiserId,
  clickWindowDays: z.number().int().min(1).max(30),
  viewWindowDays: z.number().int().min(0).max(7),
});
const orderSchema = z.strictObject({
  requestId,
  orderId: z.string().trim().min(1).max(128),
  valueMicroCny: microCnySchema.refine((value) => value >= 0n, 'must not be negative'),
  at: z.iso.datetime({ offset: true }),
});
const ordersSchema = z.strictObject({ advertiserId, orders: z.array(orderSchema).min(1).max(200) });
const pixelQuery = z.object({
  k: z.string().regex(/^[\w-]{32}$/),
  r: requestId,
  o: z.string().trim().min(1).max(128),
  v: z.coerce.number().int().min(0).max(10_000_000).default(0),
  t: z.enum(CONVERSION_KINDS).default('order'),
});

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

const settingsApp = new Hono<AppEnv>()
  .get(
    '/attribution',
    describeRoute({ tags, summary: 'Windows and pixel of an advertiser' }),
    viewer,
    query(z.object({ advertiserId: idSchema })),
    async (c) => {
      const { advertiserId: id } = c.req.valid('query');
      assertActsFor(c.var.actor, { advertiserId: id });
      const [row] = await c.var.ctx.db
        .select()
        .from(attributionSetting)
        .where(eq(attributionSetting.advertiserId, id));
      return c.json(
        wire(row ?? { advertiserId: id, ...USUAL_WINDOWS, pixelKey: null, updatedAt: null }),
      );
    },
  )
  .put(
    '/attribution',
    describeRoute({ tags, summary: 'How long a click or a view may be the cause' }),
    buyer,
    json(settingSchema),
    async (c) => {
      const input = c.req.valid('json');
      const { actor, ctx } = c.var;
      assertActsFor(actor, input);
      const set = { ...input, updatedAt: new Date(ctx.clock()) };
      const row = await ctx.db.transaction(async (tx) => {
        const [saved] = await tx
          .insert(attributionSetting)
          .values(set)
          .onConflictDoUpdate({ target: attributionSetting.advertiserId, set })
          .returning();
        const subject = `advertiser:${input.advertiserId}` as const;
        await record(tx, { actor, action: 'attribution.set', subject, after: input });
        return saved;
      });
      return c.json(wire(row));
    },
  )
  .post(
    '/attribution/pixel-key',
    describeRoute({
      tags,
      summary: 'A new key for the pixel; the old one counts nothing any more',
    }),
    buyer,
    json(z.strictObject({ advertiserId })),
    async (c) => {
      const { advertiserId: id } = c.req.valid('json');
      const { actor, ctx } = c.var;
      assertActsFor(actor, { advertiserId: id });
      const set = { pixelKey: randomBytes(24).toString('base64url') };
      await ctx.db.transaction(async (tx) => {
        await tx
          .insert(attributionSetting)
          .values({ advertiserId: id, ...set })
          .onConflictDoUpdate({ target: attributionSetting.advertiserId, set });
        await record(tx, { actor, action: 'attribution.pixelKey', subject: `advertiser:${id}` });
      });
      const url = `${ctx.config.publicUrl}/api/public/conversions.gif?k=${set.pixelKey}&r=__REQUESTID__&o=ORDER&v=FEN`;
      return c.json({ ...set, url }, 201);
    },
  );

const toldApp = new Hono<AppEnv>()
  .get(
    '/conversions',
    describeRoute({ tags, summary: 'Conversions and what they were attributed to, newest first' }),
    viewer,
    query(pageQuery.extend({ advertiserId: idSchema.optional() })),
    async (c) => {
      const { limit, cursor, advertiserId: id } = c.req.valid('query');
      const before = decodeIdCursor(cursor);
      const rows = await c.var.ctx.db
        .select()
        .from(conversion)
        .where(
          and(
            ownedBy(c.var.actor, { advertiser: conversion.advertiserId }),
            id ? eq(conversion.advertiserId, id) : undefined,
            before === undefined ? undefined : lt(conversion.id, before),
          ),
        )
        .orderBy(desc(conversion.id))
        .limit(limit + 1);
      return c.json(wire(pageOf(rows, limit, (row) => row.id)));
    },
  )
  .post(
    '/conversions/orders',
    describeRoute({ tags, summary: 'A shop’s orders, up to 200; each that is refused is named' }),
    requireActor('advertiser', 'agency'),
    json(ordersSchema),
    async (c) => {
      const { advertiserId: id, orders } = c.req.valid('json');
      assertActsFor(c.var.actor, { advertiserId: id });
      const refused: { pointer: string; zh: string; en: string }[] = [];
      let attributed = 0;
      for (const [i, { at, ...order }] of orders.entries()) {
        const told = {
          ...order,
          advertiserId: id,
          kind: 'order' as const,
          source: 'shop' as const,
        };
        try {
          const row = await recordConversion(c.var.ctx, { ...told, atMs: Date.parse(at) });
          if (row.attributedTo !== null) attributed++;
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          const [why] = error.details;
          refused.push({
            pointer: `/orders/${i}${why?.pointer ?? ''}`,
            zh: why?.zh ?? '',
            en: why?.en ?? '',
          });
        }
      }
      return c.json({ accepted: orders.length - refused.length, attributed, refused }, 201);
    },
  )
  .get(
    '/public/conversions.gif',
    describeRoute({ tags, summary: 'The conversion pixel: a picture, whatever happens' }),
    // A reader's browser calls it; the advertiser is whose key it is.
    forHouse,
    async (c) => {
      const asked = pixelQuery.safeParse(c.req.query());
      const { ctx } = c.var;
      if (asked.success) {
        const { k, r, o, v, t } = asked.data;
        const [owner] = await ctx.db
          .select({ id: attributionSetting.advertiserId })
          .from(attributionSetting)
          .where(eq(attributionSetting.pixelKey, k));
        const told = {
          requestId: r,
          orderId: o,
          kind: t,
          valueMicroCny: fenToMicroCny(v),
          source: 'pixel' as const,
        };
        if (owner)
          await recordConversion(ctx, { ...told, advertiserId: owner.id, atMs: ctx.clock() });
      }
      return c.body(new Uint8Array(GIF), 200, {
        'content-type': 'image/gif',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'cross-origin',
      });
    },
  );

export const attributionRoutes = new Hono<AppEnv>().route('/', settingsApp).route('/', toldApp);
