/**
 * Reports as jobs with a file at their end. Owns the queue (one claim a job, taken up again after a crash, given up after
 * three), the file's life and who may fetch it. What a job may show is decided as it runs, by what its asker is then.
 */
import { randomUUID } from 'node:crypto';
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type Replica, readLately } from '../../db/replica.ts';
import { reportExport } from '../../db/schema/reports.ts';
import type { Clock } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import { record } from '../audit/audit.ts';
import type { Config } from '../env.ts';
import { openFiles } from '../files/files.ts';
import { notFound, type Ownership, ownedBy } from '../http/auth.ts';
import { decodeIdCursor, type PageQuery, pageOf } from '../http/paging.ts';
import { type Sheet, sheetFile } from '../http/sheetFile.ts';
import { type Actor, actorOf } from '../identity/identity.ts';
import { incomeFile, incomeOf, spendFile, spendOf } from './asked.ts';
import { incomeReport } from './income.ts';
import { incomeSheet, spendSheet } from './sheets.ts';
import { spendReport } from './spend.ts';

export interface ExportContext {
  db: Db;
  replica?: Replica;
  clock: Clock;
  config: Pick<Config, 'assetsDir' | 's3'>;
}
export type Export = typeof reportExport.$inferSelect;
type NewExport = Pick<Export, 'name' | 'kind' | 'query' | 'format'> & { scheduleId?: number };

/** Rows of one file; Excel itself ends at 1,048,576. */
const MAX_ROWS = 200_000;
const MAX_OPEN = 10;
const KEEP_MS = 30 * 86_400_000;
const STALE_MS = 10 * 60_000;
const MAX_ATTEMPTS = 3;

export const exportOwnership: Ownership = {
  table: reportExport,
  id: reportExport.id,
  organization: reportExport.organizationId,
};

/** Queues a report. Fails with `limit_exceeded` while ten of the organisation's wait. */
export async function requestExport(
  ctx: Pick<ExportContext, 'db' | 'clock'>,
  actor: Pick<Actor, 'userId' | 'organizationId'>,
  input: NewExport,
): Promise<Export> {
  return ctx.db.transaction(async (tx) => {
    const { organizationId, userId } = actor;
    const open = and(
      eq(reportExport.organizationId, organizationId),
      sql`${reportExport.status} IN ('queued', 'running')`,
    );
    if ((await tx.$count(reportExport, open)) >= MAX_OPEN) {
      throw new Failure('limit_exceeded', {
        zh: `已有 ${MAX_OPEN} 个导出在排队，请稍后再试`,
        en: `${MAX_OPEN} exports wait already; try again later`,
      });
    }
    const requestedAt = new Date(ctx.clock());
    const [row] = await tx
      .insert(reportExport)
      .values({ ...input, organizationId, userId, requestedAt })
      .returning();
    if (!row) throw new Error('insert returned nothing');
    const subject = `reportExport:${row.id}` as const;
    await record(tx, { actor, action: 'report.export', subject, after: input });
    return row;
  });
}

export async function listExports(db: Db, actor: Actor, page: PageQuery) {
  const before = decodeIdCursor(page.cursor);
  const rows = await db
    .select()
    .from(reportExport)
    .where(
      and(
        ownedBy(actor, { organization: reportExport.organizationId }),
        before === undefined ? undefined : lt(reportExport.id, before),
      ),
    )
    .orderBy(desc(reportExport.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export async function readExport(db: Db, id: number): Promise<Export> {
  const [row] = await db.select().from(reportExport).where(eq(reportExport.id, id));
  if (!row) throw notFound();
  return row;
}

/** The bytes of a file that is ready; fails with `conflict` before, and after it has expired. */
export async function exportFile(ctx: ExportContext, id: number) {
  const row = await readExport(ctx.db, id);
  const bytes =
    row.file && row.status === 'ready' ? await openFiles(ctx.config).get(row.file) : undefined;
  if (!bytes) {
    throw new Failure('conflict', {
      zh: '文件尚未生成或已过期',
      en: 'the file is not ready, or no more',
    });
  }
  return { bytes, format: row.format, name: row.name };
}

interface Made {
  sheet: Sheet;
  rowCount: number;
  truncated: boolean;
}

async function make(db: Db, actor: Actor, job: Export): Promise<Made> {
  if (job.kind === 'spend') {
    const q = spendFile.parse({ ...job.query, limit: undefined });
    const report = await spendReport(db, { ...spendOf(actor, q), limit: MAX_ROWS });
    const { truncated, items } = report;
    return { sheet: spendSheet(report, q.by, q.metrics), rowCount: items.length, truncated };
  }
  const q = incomeFile.parse({ ...job.query, limit: undefined });
  const report = await incomeReport(db, { ...incomeOf(actor, q), limit: MAX_ROWS });
  const { truncated, items } = report;
  return { sheet: incomeSheet(report, q.by), rowCount: items.length, truncated };
}

async function claim(db: Db, nowMs: number): Promise<Export | undefined> {
  const stale = new Date(nowMs - STALE_MS).toISOString();
  const [row] = await db
    .update(reportExport)
    .set({
      status: 'running',
      startedAt: new Date(nowMs),
      attempts: sql`${reportExport.attempts} + 1`,
    })
    .where(
      sql`${reportExport.id} = (SELECT id FROM report_export
        WHERE status = 'queued' OR (status = 'running' AND started_at < ${stale}::timestamptz)
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)`,
    )
    .returning();
  return row;
}

async function run(ctx: ExportContext, job: Export): Promise<Partial<Export>> {
  const finishedAt = new Date(ctx.clock());
  if (job.attempts > MAX_ATTEMPTS) {
    return { status: 'failed', finishedAt, error: 'it was begun three times and never finished' };
  }
  const actor = await actorOf(ctx.db, job.userId, job.organizationId);
  if (!actor) return { status: 'failed', finishedAt, error: 'who asked is no member any more' };
  try {
    const { sheet, rowCount, truncated } = await readLately(ctx, (db) => make(db, actor, job));
    const { bytes, mediaType } = await sheetFile(sheet, job.format);
    const file = `exports/${randomUUID()}.${job.format}`;
    await openFiles(ctx.config).put(file, bytes, mediaType);
    const expiresAt = new Date(ctx.clock() + KEEP_MS);
    const size = { rowCount, truncated, bytes: bytes.length };
    return { status: 'ready', finishedAt, expiresAt, file, error: null, ...size };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { status: 'failed', finishedAt, error: error.details[0]?.en ?? error.code };
  }
}

/** Makes the files that wait, one after the other. What breaks is tried again after ten minutes. */
export async function runExports(ctx: ExportContext): Promise<number> {
  let made = 0;
  for (;;) {
    const job = await claim(ctx.db, ctx.clock());
    if (!job) return made;
    const outcome = await run(ctx, job);
    await ctx.db.update(reportExport).set(outcome).where(eq(reportExport.id, job.id));
    made++;
  }
}

/** Removes files past their month; the row stays as the record that somebody took them. */
export async function expireExports(ctx: ExportContext): Promise<void> {
  const now = new Date(ctx.clock()).toISOString();
  const gone = await ctx.db
    .update(reportExport)
    .set({ status: 'expired' })
    .where(
      sql`${reportExport.status} = 'ready' AND ${reportExport.expiresAt} < ${now}::timestamptz`,
    )
    .returning({ file: reportExport.file });
  const files = openFiles(ctx.config);
  for (const { file } of gone) if (file) await files.remove(file);
}
