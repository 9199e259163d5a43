/** Segments of readers, by pseudonym only, and what they are made of. Written by api/audiences only. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { ContentCategory } from '../terms/content.ts';
import { advertiser } from './campaigns.ts';
import { identity, timestamps, version } from './columns.ts';

export const SEGMENT_KINDS = ['upload', 'behaviour', 'interest'] as const;
export const CONSENT_BASES = ['consent', 'contract'] as const;

export interface BehaviourDefinition {
  action: 'clicked' | 'converted';
  withinDays: number;
  atLeast: number;
  /** Empty: any of the advertiser's. */
  campaignIds: number[];
}
export interface InterestDefinition {
  categories: ContentCategory[];
  withinDays: number;
  atLeast: number;
}

export const segment = pgTable(
  'segment',
  {
    id: identity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
    name: text('name').notNull(),
    kind: text('kind').$type<(typeof SEGMENT_KINDS)[number]>().notNull(),
    definition: jsonb('definition')
      .$type<BehaviourDefinition | InterestDefinition | Record<string, never>>()
      .notNull(),
    consentBasis: text('consent_basis').$type<(typeof CONSENT_BASES)[number]>().notNull(),
    consentNote: text('consent_note').notNull(),
    memberDays: integer('member_days').notNull(),
    status: text('status').$type<'active' | 'paused' | 'deleted'>().notNull().default('active'),
    size: integer('size').notNull().default(0),
    isDirty: boolean('is_dirty').notNull().default(false),
    refreshedAt: timestamp('refreshed_at', { withTimezone: true }),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('segment_advertiser').on(t.advertiserId),
    index('segment_dirty').on(t.id).where(sql`${t.isDirty}`),
  ],
);

export const segmentMember = pgTable(
  'segment_member',
  {
    segmentId: bigint('segment_id', { mode: 'number' })
      .notNull()
      .references(() => segment.id),
    userHash: text('user_hash').notNull(),
    lastDay: date('last_day').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.segmentId, t.userHash] }),
    index('segment_member_user').on(t.userHash),
    index('segment_member_last_day').on(t.lastDay),
  ],
);

export const segmentUpload = pgTable(
  'segment_upload',
  {
    id: identity(),
    segmentId: bigint('segment_id', { mode: 'number' })
      .notNull()
      .references(() => segment.id),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    userId: text('user_id').notNull(),
    act: text('act').$type<'add' | 'remove'>().notNull(),
    lineCount: integer('line_count').notNull(),
    /** Members added, renewed or removed. */
    changed: integer('changed').notNull(),
    consentBasis: text('consent_basis').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
  },
  (t) => [index('segment_upload_segment').on(t.segmentId, t.id)],
);

export const readerAction = pgTable(
  'reader_action',
  {
    day: date('day').notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    campaignId: bigint('campaign_id', { mode: 'number' }).notNull(),
    lineItemId: bigint('line_item_id', { mode: 'number' }).notNull(),
    kind: smallint('kind').notNull(), // bidding/wire/event.ts EVENT_KIND
    userHash: text('user_hash').notNull(),
    actions: integer('actions').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.advertiserId, t.day, t.lineItemId, t.kind, t.userHash] }),
    index('reader_action_user').on(t.userHash),
  ],
);

export const readerInterest = pgTable(
  'reader_interest',
  {
    day: date('day').notNull(),
    category: text('category').notNull(),
    userHash: text('user_hash').notNull(),
    views: integer('views').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.category, t.day, t.userHash] }),
    index('reader_interest_user').on(t.userHash),
  ],
);

/** Who asked to be forgotten: nobody adds them to anything again. */
export const readerErasure = pgTable('reader_erasure', {
  userHash: text('user_hash').primaryKey(),
  organizationId: text('organization_id').notNull(),
  userId: text('user_id').notNull(),
  at: timestamp('at', { withTimezone: true }).notNull(),
});
