/** What a language model was asked and answered. Written by api/assistant only, and never changed. */
import { bigint, index, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { identity } from './columns.ts';

export const ASSISTANT_TASKS = ['copy', 'proofread', 'precheck'] as const;

export const assistantLog = pgTable(
  'assistant_log',
  {
    id: identity(),
    organizationId: text('organization_id').notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }),
    userId: text('user_id').notNull(),
    task: text('task').$type<(typeof ASSISTANT_TASKS)[number]>().notNull(),
    model: text('model').notNull(),
    asked: jsonb('asked').$type<Record<string, unknown>>().notNull(),
    answered: jsonb('answered').$type<Record<string, unknown>>(),
    error: text('error'),
    tookMs: integer('took_ms').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
  },
  (t) => [index('assistant_log_organization').on(t.organizationId, t.at)],
);
