/** What readers say of ads, and what was found. Written by api/feedback only. */
import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { identity, timestamps, version } from './columns.ts';

export const CASE_STATUSES = ['open', 'upheld', 'dismissed'] as const;

/** All that was said of one ad for one reason, until somebody has answered. */
export const feedbackCase = pgTable(
  'feedback_case',
  {
    id: identity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    creativeId: bigint('creative_id', { mode: 'number' }).notNull(),
    reason: text('reason').notNull(),
    kind: text('kind').$type<'report' | 'notInterested'>().notNull(),
    status: text('status').$type<(typeof CASE_STATUSES)[number]>().notNull().default('open'),
    sayings: integer('sayings').notNull().default(0),
    urgency: integer('urgency').notNull().default(0),
    firstAt: timestamp('first_at', { withTimezone: true }).notNull(),
    lastAt: timestamp('last_at', { withTimezone: true }).notNull(),
    lockedBy: text('locked_by'),
    lockedUntil: timestamp('locked_until', { withTimezone: true }),
    answer: text('answer'),
    advertiserReply: text('advertiser_reply'),
    decidedBy: text('decided_by'),
    decidedAt: timestamp('decided_at', { withTimezone: true }),
    ...version,
    ...timestamps,
  },
  (t) => [
    uniqueIndex('feedback_case_open')
      .on(t.creativeId, t.kind, t.reason)
      .where(sql`${t.status} = 'open'`),
    index('feedback_case_advertiser').on(t.advertiserId, t.id),
    index('feedback_case_queue').on(t.urgency.desc(), t.id).where(sql`${t.status} = 'open'`),
  ],
);

export const feedback = pgTable(
  'feedback',
  {
    key: text('key').primaryKey(),
    caseId: bigint('case_id', { mode: 'number' })
      .notNull()
      .references(() => feedbackCase.id),
    kind: text('kind').notNull(),
    reason: text('reason'),
    at: timestamp('at', { withTimezone: true }).notNull(),
    outletId: bigint('outlet_id', { mode: 'number' }).notNull(),
    placementId: bigint('placement_id', { mode: 'number' }).notNull(),
    divisionCode: text('division_code').notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    campaignId: bigint('campaign_id', { mode: 'number' }).notNull(),
    lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
    creativeId: bigint('creative_id', { mode: 'number' }).notNull(),
    userHash: text('user_hash').notNull(),
  },
  (t) => [index('feedback_case_key').on(t.caseId, t.at), index('feedback_at').on(t.at)],
);
