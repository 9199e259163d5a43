/** The audit log for the platform's people: search, export, and a check of its chain. */
import { stringify } from 'csv-stringify/sync';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import type { AppEnv } from '../context.ts';
import { requireActor } from '../http/auth.ts';
import { pageQuery } from '../http/paging.ts';
import { query, wire } from '../http/validation.ts';
import { searchAudit, verifyAuditChain } from './audit.ts';

const searchQuery = pageQuery.extend({
  subject: z.string().max(100).optional(),
  userId: z.string().max(100).optional(),
  organizationId: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

const searchOf = ({ from, to, ...rest }: z.infer<typeof searchQuery>) => ({
  ...rest,
  fromMs: from === undefined ? undefined : Date.parse(from),
  toMs: to === undefined ? undefined : Date.parse(to),
});

const COLUMNS = [
  'chainNo',
  'at',
  'userId',
  'organizationId',
  'action',
  'subject',
  'before',
  'after',
  'requestId',
  'hash',
] as const;
const EXPORT_ROWS = 50_000;

/** Excel reads a cell that starts so as a formula. */
const defused = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

export const auditRoutes = new Hono<AppEnv>()
  .get(
    '/audit',
    describeRoute({ tags: ['audit'], summary: 'Search the audit log' }),
    requireActor('platform'),
    query(searchQuery),
    async (c) => c.json(wire(await searchAudit(c.var.ctx.db, searchOf(c.req.valid('query'))))),
  )
  .get(
    '/audit/export',
    describeRoute({ tags: ['audit'], summary: 'The same search as CSV, at most 50,000 rows' }),
    requireActor('platform'),
    query(searchQuery),
    async (c) => {
      const search = { ...searchOf(c.req.valid('query')), limit: EXPORT_ROWS };
      const { items } = await searchAudit(c.var.ctx.db, search);
      const rows = wire(items).map((row) =>
        COLUMNS.map((column) => {
          const value = row[column];
          return defused(typeof value === 'object' ? JSON.stringify(value) : String(value ?? ''));
        }),
      );
      return c.body(`\uFEFF${stringify([[...COLUMNS], ...rows])}`, 200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="audit.csv"',
      });
    },
  )
  .get(
    '/audit/chain',
    describeRoute({ tags: ['audit'], summary: 'Does the hash chain hold, and if not, from where' }),
    requireActor('platform'),
    async (c) => c.json(await verifyAuditChain(c.var.ctx.db)),
  );
