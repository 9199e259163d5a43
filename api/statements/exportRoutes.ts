/** A statement to take away: the verifiable file, and a table for people. */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { statement } from '../../db/schema/statements.ts';
import type { AppEnv } from '../context.ts';
import { requireActor, requireOwned } from '../http/auth.ts';
import { needNode } from '../http/native.ts';
import { idParam, query } from '../http/validation.ts';
import { statementCsv, statementXlsx } from './sheets.ts';
import { statementDetail, statementFile } from './statements.ts';

const OWNED = { table: statement, id: statement.id, outlet: statement.outletId };

const attachment = (name: string, type: string) => ({
  'content-type': type,
  'content-disposition': `attachment; filename="${name}"`,
});

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export const exportRoutes = new Hono<AppEnv>()
  .get(
    '/statements/:id/file',
    describeRoute({ tags: ['statements'], summary: 'The frozen document for `npm run verify`' }),
    requireActor('outlet', 'platform:finance', 'platform:operator'),
    requireOwned(OWNED),
    idParam(),
    query(z.object({ charges: z.enum(['true', 'false']).default('false') })),
    async (c) => {
      const { id } = c.req.valid('param');
      const withCharges = c.req.valid('query').charges === 'true';
      const file = await statementFile(c.var.ctx.db, id, { withCharges });
      const { month, outletId } = file.document;
      return c.body(
        JSON.stringify(file),
        200,
        attachment(`statement-${outletId}-${month}.json`, 'application/json'),
      );
    },
  )
  .get(
    '/statements/:id/export',
    describeRoute({ tags: ['statements'], summary: 'As CSV, XLSX or PDF' }),
    requireActor('outlet', 'platform:finance', 'platform:operator'),
    requireOwned(OWNED),
    idParam(),
    query(z.object({ format: z.enum(['csv', 'xlsx', 'pdf']) })),
    async (c) => {
      const detail = await statementDetail(c.var.ctx.db, c.req.valid('param').id);
      const name = `statement-${detail.statement.outletId}-${detail.statement.month}`;
      const { format } = c.req.valid('query');
      if (format === 'pdf') {
        needNode('PDF 需要字体文件', 'a PDF needs font files');
        // Loaded when first asked for: the PDF writer and the typeface would slow every start.
        const { statementPdf } = await import('./pdf.ts');
        const pdf = await statementPdf(detail);
        return c.body(new Uint8Array(pdf), 200, attachment(`${name}.pdf`, 'application/pdf'));
      }
      if (format === 'csv') {
        const headers = attachment(`${name}.csv`, 'text/csv; charset=utf-8');
        return c.body(statementCsv(detail), 200, headers);
      }
      const workbook = await statementXlsx(detail);
      return c.body(new Uint8Array(workbook), 200, attachment(`${name}.xlsx`, XLSX));
    },
  );
