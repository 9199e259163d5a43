/** Exports and schedules over HTTP: an organisation's own. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { REPORT_KINDS } from '../../db/schema/reports.ts';
import type { AppEnv } from '../context.ts';
import { assertActor, requireActor, requireOwned } from '../http/auth.ts';
import { idempotent } from '../http/idempotency.ts';
import { pageQuery } from '../http/paging.ts';
import { fileHeaders } from '../http/sheetFile.ts';
import { failureOf, idParam, json, query, wire } from '../http/validation.ts';
import type { Actor } from '../identity/actor.ts';
import { incomeFile, incomeOf, spendFile, spendOf } from './asked.ts';
import { exportFile, exportOwnership, listExports, readExport, requestExport } from './exports.ts';
import {
  createSchedule,
  editSchedule,
  listSchedules,
  newScheduleSchema,
  removeSchedule,
  scheduleEditSchema,
  scheduleOwnership,
} from './schedules.ts';

const tags = ['reports'];
const anyone = requireActor('advertiser', 'agency', 'outlet', 'platform');
const ownExport = requireOwned(exportOwnership);
const ownSchedule = requireOwned(scheduleOwnership);

const exportSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  kind: z.enum(REPORT_KINDS),
  format: z.enum(['csv', 'xlsx']).default('csv'),
  /** As the query of `/reports/spend` or `/reports/income`. */
  query: z.record(z.string(), z.unknown()),
});

/** Only who earns has income to report. */
function assertKind(actor: Actor, kind: 'spend' | 'income'): void {
  if (kind === 'income') assertActor(actor, 'outlet', 'platform');
}

/** Refused now where it would be refused when it runs. */
function checkAsked(actor: Actor, { kind, query: asked }: z.infer<typeof exportSchema>): void {
  assertKind(actor, kind);
  const parsed = (kind === 'spend' ? spendFile : incomeFile).safeParse(asked);
  if (!parsed.success) {
    throw failureOf(parsed.error.issues.map((one) => ({ ...one, path: ['query', ...one.path] })));
  }
  if (kind === 'spend') spendOf(actor, spendFile.parse(asked));
  else incomeOf(actor, incomeFile.parse(asked));
}

export const exportRoutes = new Hono<AppEnv>()
  .get(
    '/report-exports',
    describeRoute({ tags, summary: 'Reports made as files, newest first' }),
    anyone,
    query(pageQuery),
    async (c) => c.json(wire(await listExports(c.var.ctx.db, c.var.actor, c.req.valid('query')))),
  )
  .post(
    '/report-exports',
    describeRoute({ tags, summary: 'Have a report made as a file' }),
    anyone,
    idempotent(),
    json(exportSchema),
    async (c) => {
      const input = c.req.valid('json');
      checkAsked(c.var.actor, input);
      return c.json(wire(await requestExport(c.var.ctx, c.var.actor, input)), 202);
    },
  )
  .get(
    '/report-exports/:id',
    describeRoute({ tags, summary: 'How far it is' }),
    anyone,
    ownExport,
    idParam(),
    async (c) => c.json(wire(await readExport(c.var.ctx.db, c.req.valid('param').id))),
  )
  .get(
    '/report-exports/:id/file',
    describeRoute({ tags, summary: 'The file: CSV with BOM, or XLSX' }),
    anyone,
    ownExport,
    idParam(),
    async (c) => {
      const { id } = c.req.valid('param');
      const { bytes, format } = await exportFile(c.var.ctx, id);
      return c.body(bytes, 200, fileHeaders(`report-${id}`, format));
    },
  );

export const scheduleRoutes = new Hono<AppEnv>()
  .get(
    '/report-schedules',
    describeRoute({ tags, summary: 'Reports that come by themselves' }),
    anyone,
    async (c) => c.json(wire(await listSchedules(c.var.ctx.db, c.var.actor))),
  )
  .post(
    '/report-schedules',
    describeRoute({ tags, summary: 'Have a report made regularly' }),
    anyone,
    idempotent(),
    json(newScheduleSchema),
    async (c) => {
      const input = c.req.valid('json');
      assertKind(c.var.actor, input.kind);
      return c.json(wire(await createSchedule(c.var.ctx, c.var.actor, input)), 201);
    },
  )
  .patch(
    '/report-schedules/:id',
    describeRoute({ tags, summary: 'Edit, pause or resume' }),
    anyone,
    ownSchedule,
    idParam(),
    json(scheduleEditSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(wire(await editSchedule(c.var.ctx, c.var.actor, id, c.req.valid('json'))));
    },
  )
  .delete(
    '/report-schedules/:id',
    describeRoute({ tags, summary: 'No more of it; files made stay' }),
    anyone,
    ownSchedule,
    idParam(),
    async (c) => {
      await removeSchedule(c.var.ctx, c.var.actor, c.req.valid('param').id);
      return c.body(null, 204);
    },
  );
