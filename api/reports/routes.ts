/** Reports over HTTP. A report is confined to the actor's own advertisers or outlets before anything else is read. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { daySchema, dayStartMs } from '../../db/terms/day.ts';
import { divisionCodeSchema } from '../../db/terms/division.ts';
import { idSchema } from '../../db/terms/id.ts';
import type { AppEnv } from '../context.ts';
import { assertActsFor, requireActor } from '../http/auth.ts';
import { sheetFile } from '../http/sheetFile.ts';
import { query, wire } from '../http/validation.ts';
import type { Actor } from '../identity/actor.ts';
import { INCOME_DIMENSIONS, SPEND_DIMENSIONS } from './dimensions.ts';
import { incomeReport, type SpendQuery, spendReport } from './reports.ts';
import { incomeSheet, spendSheet } from './sheets.ts';

const MAX_DAYS = 400;

const list = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z
    .string()
    .default('')
    .transform((text) => (text === '' ? [] : text.split(',')))
    .pipe(z.array(z.enum(values)).max(4));

const range = {
  from: daySchema,
  to: daySchema,
  limit: z.coerce.number().int().min(1).max(50_000).default(1_000),
};
const inOrder = (q: { from: string; to: string }): boolean =>
  q.from <= q.to && (dayStartMs(q.to) - dayStartMs(q.from)) / 86_400_000 < MAX_DAYS;
const ORDER = { message: 'from must not be after to, and at most 400 days', path: ['to'] };

const spendQuery = z
  .object({
    ...range,
    by: list(SPEND_DIMENSIONS),
    advertiserId: idSchema.optional(),
    campaignId: idSchema.optional(),
    lineItemId: idSchema.optional(),
    outletId: idSchema.optional(),
    divisionCode: divisionCodeSchema.optional(),
  })
  .refine(inOrder, ORDER);
const incomeQuery = z
  .object({ ...range, by: list(INCOME_DIMENSIONS), outletId: idSchema.optional() })
  .refine(inOrder, ORDER);
const format = { format: z.enum(['csv', 'xlsx']).default('csv') };
const spendFile = z.object({ ...spendQuery.shape, ...format }).refine(inOrder, ORDER);
const incomeFile = z.object({ ...incomeQuery.shape, ...format }).refine(inOrder, ORDER);

/** An advertiser sees its own; an outlet what ran on its placements; the platform everything. */
function spendOf(actor: Actor, q: z.infer<typeof spendQuery>): SpendQuery {
  if (actor.kind === 'advertiser' || actor.kind === 'agency') {
    if (q.advertiserId !== undefined) assertActsFor(actor, { advertiserId: q.advertiserId });
    return { ...q, advertiserIds: actor.advertiserIds };
  }
  if (actor.kind === 'outlet') {
    if (q.outletId !== undefined) assertActsFor(actor, { outletId: q.outletId });
    return { ...q, outletIds: actor.outletIds };
  }
  return q;
}

function incomeOf(actor: Actor, q: z.infer<typeof incomeQuery>) {
  if (q.outletId !== undefined) {
    assertActsFor(actor, { outletId: q.outletId });
    return { ...q, outletIds: [q.outletId] };
  }
  return { ...q, outletIds: actor.kind === 'platform' ? undefined : actor.outletIds };
}

const ANYONE = requireActor('advertiser', 'agency', 'outlet', 'platform');

export const reportRoutes = new Hono<AppEnv>()
  .get(
    '/reports/spend',
    describeRoute({ tags: ['reports'], summary: 'Delivery and spend by any dimensions' }),
    ANYONE,
    query(spendQuery),
    async (c) => {
      const q = spendOf(c.var.actor, c.req.valid('query'));
      return c.json(wire(await spendReport(c.var.ctx.db, q)));
    },
  )
  .get(
    '/reports/income',
    describeRoute({ tags: ['reports'], summary: 'What outlets earned, from posted charges' }),
    requireActor('outlet', 'platform'),
    query(incomeQuery),
    async (c) => {
      const q = incomeOf(c.var.actor, c.req.valid('query'));
      return c.json(wire(await incomeReport(c.var.ctx.db, q)));
    },
  )
  .get(
    '/reports/spend/file',
    describeRoute({ tags: ['reports'], summary: 'The spend report as CSV (with BOM) or XLSX' }),
    ANYONE,
    query(spendFile),
    async (c) => {
      const { format: kind, ...q } = c.req.valid('query');
      const report = await spendReport(c.var.ctx.db, spendOf(c.var.actor, q));
      const file = await sheetFile(spendSheet(report, q.by), kind);
      return c.body(file.bytes, 200, file.headers(`spend-${q.from}-${q.to}`));
    },
  )
  .get(
    '/reports/income/file',
    describeRoute({ tags: ['reports'], summary: 'The income report as CSV (with BOM) or XLSX' }),
    requireActor('outlet', 'platform'),
    query(incomeFile),
    async (c) => {
      const { format: kind, ...q } = c.req.valid('query');
      const report = await incomeReport(c.var.ctx.db, incomeOf(c.var.actor, q));
      const file = await sheetFile(incomeSheet(report, q.by), kind);
      return c.body(file.bytes, 200, file.headers(`income-${q.from}-${q.to}`));
    },
  );
