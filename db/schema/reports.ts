/** Reports as files: asked for once, or by a schedule. Written by api/reports only. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { identity, timestamps, version } from './columns.ts';

export const REPORT_KINDS = ['spend', 'income'] as const;
export const REPORT_SPANS = [
  'yesterday',
  'last7Days',
  'lastWeek',
  'monthToDate',
  'lastMonth',
] as const;
export const REPORT_CADENCES = ['daily', 'weekly', 'monthly'] as const;
export const EXPORT_STATUSES = ['queued', 'running', 'ready', 'failed', 'expired'] as const;

/** As the routes' query; the schema there reads it again when the job runs. */
export type StoredQuery = Record<string, unknown>;

export const reportSchedule = pgTable(
  'report_schedule',
  {
    id: identity(),
    organizationId: text('organization_id').notNull(),
    userId: text('user_id').notNull(),
    name: text('name').notNull(),
    kind: text('kind').$type<(typeof REPORT_KINDS)[number]>().notNull(),
    query: jsonb('query').$type<StoredQuery>().notNull(),
    format: text('format').$type<'csv' | 'xlsx'>().notNull(),
    span: text('span').$type<(typeof REPORT_SPANS)[number]>().notNull(),
    cadence: text('cadence').$type<(typeof REPORT_CADENCES)[number]>().notNull(),
    hourOfDay: integer('hour_of_day').notNull(),
    status: text('status').$type<'active' | 'paused'>().notNull().default('active'),
    nextRunAt: timestamp('next_run_at', { withTimezone: true }).notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('report_schedule_organization').on(t.organizationId),
    index('report_schedule_due').on(t.nextRunAt).where(sql`${t.status} = 'active'`),
  ],
);

export const reportExport = pgTable(
  'report_export',
  {
    id: identity(),
    organizationId: text('organization_id').notNull(),
    userId: text('user_id').notNull(),
    scheduleId: bigint('schedule_id', { mode: 'number' }).references(() => reportSchedule.id, {
      onDelete: 'set null',
    }),
    name: text('name').notNull(),
    kind: text('kind').$type<(typeof REPORT_KINDS)[number]>().notNull(),
    query: jsonb('query').$type<StoredQuery>().notNull(),
    format: text('format').$type<'csv' | 'xlsx'>().notNull(),
    status: text('status').$type<(typeof EXPORT_STATUSES)[number]>().notNull().default('queued'),
    attempts: integer('attempts').notNull().default(0),
    rowCount: integer('row_count'),
    bytes: integer('bytes'),
    truncated: boolean('truncated').notNull().default(false),
    /** Name in the file store. */
    file: text('file'),
    error: text('error'),
    requestedAt: timestamp('requested_at', { withTimezone: true }).notNull(),
    startedAt: timestamp('started_at', { withTimezone: true }),
    finishedAt: timestamp('finished_at', { withTimezone: true }),
    expiresAt: timestamp('expires_at', { withTimezone: true }),
  },
  (t) => [
    index('report_export_organization').on(t.organizationId, t.id),
    index('report_export_open').on(t.id).where(sql`${t.status} IN ('queued', 'running')`),
    index('report_export_expiry').on(t.expiresAt).where(sql`${t.status} = 'ready'`),
  ],
);
