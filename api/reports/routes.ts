/** Reports over HTTP: asked and answered at once. What takes longer is an export. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { readLately } from '../../db/replica.ts';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { fileHeaders, sheetFile } from '../http/sheetFile.ts';
import { query, wire } from '../http/validation.ts';
import { incomeFile, incomeOf, incomeQuery, spendFile, spendOf, spendQuery } from './asked.ts';
import { comparedSpend } from './comparison.ts';
import { exportRoutes, scheduleRoutes } from './exportRoutes.ts';
import { incomeReport } from './income.ts';
import { incomeSheet, spendSheet } from './sheets.ts';
import { spendReport } from './spend.ts';

const ANYONE = requireActor('advertiser', 'agency', 'outlet', 'platform');

const askedRoutes = new Hono<AppEnv>()
  .get(
    '/reports/spend',
    describeRoute({
      tags: ['reports'],
      summary: 'Delivery and spend by any dimensions, compared with days before where asked',
    }),
    ANYONE,
    query(spendQuery),
    async (c) => {
      const asked = c.req.valid('query');
      const q = spendOf(c.var.actor, asked);
      return c.json(wire(await readLately(c.var.ctx, (db) => comparedSpend(db, q, asked.compare))));
    },
  )
  .get(
    '/reports/income',
    describeRoute({ tags: ['reports'], summary: 'What outlets earned, from posted charges' }),
    requireActor('outlet', 'platform'),
    query(incomeQuery),
    async (c) => {
      const q = incomeOf(c.var.actor, c.req.valid('query'));
      return c.json(wire(await readLately(c.var.ctx, (db) => incomeReport(db, q))));
    },
  )
  .get(
    '/reports/spend/file',
    describeRoute({ tags: ['reports'], summary: 'The spend report as CSV (with BOM) or XLSX' }),
    ANYONE,
    query(spendFile),
    async (c) => {
      const { format, ...q } = c.req.valid('query');
      const asked = spendOf(c.var.actor, { ...q, format });
      const report = await readLately(c.var.ctx, (db) => spendReport(db, asked));
      const { bytes } = await sheetFile(spendSheet(report, q.by, q.metrics), format);
      return c.body(bytes, 200, fileHeaders(`spend-${q.from}-${q.to}`, format));
    },
  )
  .get(
    '/reports/income/file',
    describeRoute({ tags: ['reports'], summary: 'The income report as CSV (with BOM) or XLSX' }),
    requireActor('outlet', 'platform'),
    query(incomeFile),
    async (c) => {
      const { format, ...q } = c.req.valid('query');
      const asked = incomeOf(c.var.actor, q);
      const report = await readLately(c.var.ctx, (db) => incomeReport(db, asked));
      const { bytes } = await sheetFile(incomeSheet(report, q.by), format);
      return c.body(bytes, 200, fileHeaders(`income-${q.from}-${q.to}`, format));
    },
  );

export const reportRoutes = new Hono<AppEnv>()
  .route('/', askedRoutes)
  .route('/', exportRoutes)
  .route('/', scheduleRoutes);
