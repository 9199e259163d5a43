/** Clearing with partners over HTTP: finance only. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import {
  DIFFERENCE_STATUSES,
  PARTNER_SIDES,
  partnerDifference,
  partnerStatement,
} from '../../db/schema/clearing.ts';
import { addDays, daySchema } from '../../db/terms/day.ts';
import { idSchema } from '../../db/terms/id.ts';
import { MAX_MICRO_CNY, microCnySchema } from '../../db/terms/money.ts';
import type { AppEnv } from '../context.ts';
import { notFound, requireActor } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { intakeForm } from '../http/intake.ts';
import { decodeIdCursor, pageOf, pageQuery } from '../http/paging.ts';
import { templateOf } from '../http/sheet.ts';
import { sheetFile } from '../http/sheetFile.ts';
import { form, idParam, json, query, wire } from '../http/validation.ts';
import {
  approveTheirs,
  closeDifference,
  proposeTheirs,
  receiveReport,
  reportDifferences,
} from './clearing.ts';
import { importReport, REPORT_COLUMNS } from './sheet.ts';

const tags = ['clearing'];
const finance = requireActor('platform:finance');
const note = z.string().trim().min(1).max(500);
const amountMicroCny = microCnySchema.refine(
  (amount) => amount <= MAX_MICRO_CNY && amount >= -MAX_MICRO_CNY,
  '超出范围|out of range',
);
const MAX_DAYS = 366;
const aboutSchema = z.object({
  side: z.enum(PARTNER_SIDES),
  partnerId: idSchema,
  fromDay: daySchema,
  toDay: daySchema,
  tolerancePpm: z.coerce.number().int().min(0).max(200_000).default(10_000),
});
/** In order, and no longer than a year: each of its days is compared. */
const spanned = <Schema extends z.ZodType<{ fromDay: string; toDay: string }>>(schema: Schema) =>
  schema
    .refine((report) => report.fromDay <= report.toDay, {
      path: ['toDay'],
      message: '结束日早于开始日|it ends before it begins',
    })
    .refine((report) => addDays(report.fromDay, MAX_DAYS) > report.toDay, {
      path: ['toDay'],
      message: '一次最多 366 天|366 days at most',
    });
const sheetSchema = spanned(aboutSchema.extend(intakeForm));
const sheetQuery = z.object({ as: z.enum(['csv', 'xlsx']).default('xlsx') });
const reportSchema = spanned(
  aboutSchema.extend({
    rows: z
      .array(
        z.object({
          day: daySchema,
          quantity: z.number().int().min(0).max(1e12),
          amountMicroCny,
        }),
      )
      .max(2_000),
  }),
);
const listQuery = pageQuery.extend({
  side: z.enum(PARTNER_SIDES).optional(),
  partnerId: idSchema.optional(),
});
const differenceQuery = listQuery.extend({ status: z.enum(DIFFERENCE_STATUSES).optional() });

const reportRoutes = new Hono<AppEnv>()
  .post(
    '/partner-statements',
    describeRoute({ tags, summary: 'A partner’s report of its days, compared at once' }),
    finance,
    idempotent(),
    json(reportSchema),
    async (c) =>
      c.json(wire(await receiveReport(c.var.ctx, c.req.valid('json'), c.var.actor.userId)), 201),
  )
  .get(
    '/partner-statements',
    describeRoute({ tags, summary: 'Partners’ reports, newest first' }),
    finance,
    query(listQuery),
    async (c) => {
      const { side, partnerId, limit, cursor } = c.req.valid('query');
      const before = decodeIdCursor(cursor);
      const rows = await c.var.ctx.db
        .select()
        .from(partnerStatement)
        .where(
          and(
            side && eq(partnerStatement.side, side),
            partnerId ? eq(partnerStatement.partnerId, partnerId) : undefined,
            before === undefined ? undefined : lt(partnerStatement.id, before),
          ),
        )
        .orderBy(desc(partnerStatement.id))
        .limit(limit + 1);
      return c.json(wire(pageOf(rows, limit, (row) => row.id)));
    },
  )
  .get(
    '/partner-statements/:id',
    describeRoute({ tags, summary: 'A report with its differences' }),
    finance,
    idParam(),
    async (c) => {
      const { db } = c.var.ctx;
      const { id } = c.req.valid('param');
      const [found] = await db.select().from(partnerStatement).where(eq(partnerStatement.id, id));
      if (!found) throw notFound();
      return c.json(wire({ ...found, differences: await reportDifferences(db, id) }));
    },
  );

const sheetRoutes = new Hono<AppEnv>()
  .get(
    '/imports/partner-report/template',
    describeRoute({ tags, summary: 'An empty sheet for a partner’s report' }),
    finance,
    query(sheetQuery),
    async (c) => {
      const file = await sheetFile(templateOf(REPORT_COLUMNS), c.req.valid('query').as);
      return c.body(file.bytes, 200, file.headers('partner-report'));
    },
  )
  .post(
    '/imports/partner-report',
    describeRoute({
      tags,
      summary: 'Preview a partner’s report from a sheet, or take it in whole',
    }),
    finance,
    idempotent(),
    form(sheetSchema),
    async (c) => {
      const { file, apply, ...about } = c.req.valid('form');
      const input = { ...about, file: new Uint8Array(await file.arrayBuffer()) };
      const by = c.var.actor.userId;
      const taken = await importReport(c.var.ctx, { ...input, apply: apply === 'true' }, by);
      return c.json(wire(taken));
    },
  );

const differenceRoutes = new Hono<AppEnv>()
  .get(
    '/partner-differences',
    describeRoute({ tags, summary: 'Differences with partners, newest first' }),
    finance,
    query(differenceQuery),
    async (c) => {
      const { side, partnerId, status, limit, cursor } = c.req.valid('query');
      const before = decodeIdCursor(cursor);
      const rows = await c.var.ctx.db
        .select()
        .from(partnerDifference)
        .where(
          and(
            side && eq(partnerDifference.side, side),
            partnerId ? eq(partnerDifference.partnerId, partnerId) : undefined,
            status && eq(partnerDifference.status, status),
            before === undefined ? undefined : lt(partnerDifference.id, before),
          ),
        )
        .orderBy(desc(partnerDifference.id))
        .limit(limit + 1);
      return c.json(wire(pageOf(rows, limit, (row) => row.id)));
    },
  )
  .post(
    '/partner-differences/:id/close',
    describeRoute({ tags, summary: 'Close without moving money: explained, or ours stands' }),
    finance,
    idempotent(),
    idParam(),
    json(z.object({ resolution: z.enum(['explained', 'ours_stands']), note })),
    async (c) => {
      const input = { ...c.req.valid('json'), id: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await closeDifference(c.var.ctx, input)));
    },
  )
  .post(
    '/partner-differences/:id/propose',
    describeRoute({ tags, summary: 'Propose to accept the partner’s figure' }),
    finance,
    idempotent(),
    idParam(),
    json(z.object({ note })),
    async (c) => {
      const input = { ...c.req.valid('json'), id: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await proposeTheirs(c.var.ctx, input)));
    },
  )
  .post(
    '/partner-differences/:id/approve',
    describeRoute({ tags, summary: 'Accept it as a second person: the difference moves' }),
    finance,
    idempotent(),
    idParam(),
    async (c) => {
      const input = { id: c.req.valid('param').id, by: c.var.actor.userId };
      return c.json(wire(await approveTheirs(c.var.ctx, input)));
    },
  );

export const clearingRoutes = new Hono<AppEnv>()
  .route('/', reportRoutes)
  .route('/', sheetRoutes)
  .route('/', differenceRoutes);
