/** What is shown, and the review it passed. Written by api/creatives only. */
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { CreativeContent, Format } from '../terms/market.ts';
import { identity, timestamps, version } from './columns.ts';

/** An uploaded file, named by the SHA-256 of its bytes; the bytes live in the asset store. */
export const asset = pgTable(
  'asset',
  {
    id: identity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    mediaType: text('media_type').notNull(),
    bytes: integer('bytes').notNull(),
    width: integer('width'),
    height: integer('height'),
    durationMs: integer('duration_ms'),
    /** Of a video, as its boxes say. */
    codec: text('codec'),
    bitrateKbps: integer('bitrate_kbps'),
    /** The asset it was cut from. */
    variantOf: bigint('variant_of', { mode: 'number' }),
    /** Where it was fetched, if nobody uploaded it. */
    sourceUrl: text('source_url'),
    ...timestamps,
  },
  (t) => [uniqueIndex('asset_owner_sha256').on(t.advertiserId, t.sha256)],
);

export const CREATIVE_STATUSES = ['draft', 'pending', 'approved', 'rejected', 'withdrawn'] as const;
export type CreativeStatus = (typeof CREATIVE_STATUSES)[number];

export const creative = pgTable(
  'creative',
  {
    id: identity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    name: text('name').notNull(),
    format: text('format').$type<Format>().notNull(),
    w: integer('w'),
    h: integer('h'),
    content: jsonb('content').$type<CreativeContent>().notNull(),
    landingUrl: text('landing_url').notNull(),
    category: text('category').notNull(),
    /** 广告审查批准文号, where Advertising Law 46 asks for one. */
    approvalNo: text('approval_no'),
    approvalExpiresOn: date('approval_expires_on'),
    aiGenerated: boolean('ai_generated').notNull().default(false),
    isPsa: boolean('is_psa').notNull().default(false),
    status: text('status').$type<CreativeStatus>().notNull().default('draft'),
    /** SHA-256 (hex) over content, landing URL, category and approval number: approval is bound to it. */
    contentHash: text('content_hash').notNull(),
    ...version,
    ...timestamps,
  },
  (t) => [index('creative_advertiser').on(t.advertiserId)],
);

/** A finding of the rules or of a person. */
export interface ReviewFinding {
  /** `广告法 第九条（三）`. */
  article: string;
  severity: 'block' | 'flag' | 'note';
  field: string;
  start: number;
  end: number;
  text: string;
  zh: string;
  en: string;
}

export const creativeReview = pgTable(
  'creative_review',
  {
    id: identity(),
    creativeId: bigint('creative_id', { mode: 'number' })
      .notNull()
      .references(() => creative.id),
    contentHash: text('content_hash').notNull(),
    verdict: text('verdict').$type<'approved' | 'rejected' | 'overruled'>().notNull(),
    rejectReason: text('reject_reason'),
    findings: jsonb('findings').$type<ReviewFinding[]>().notNull().default([]),
    /** User id, or `rules`. */
    reviewer: text('reviewer').notNull(),
    reviewedAt: timestamp('reviewed_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [index('creative_review_creative').on(t.creativeId)],
);

/** A creative that waits at the review desk; gone once there is a verdict. */
export const reviewTask = pgTable(
  'review_task',
  {
    creativeId: bigint('creative_id', { mode: 'number' })
      .primaryKey()
      .references(() => creative.id),
    contentHash: text('content_hash').notNull(),
    submittedBy: text('submitted_by').notNull(),
    submittedAt: timestamp('submitted_at', { withTimezone: true }).notNull(),
    /** Why the advertiser thinks that a rule's match is wrong. */
    appeal: text('appeal'),
    findings: jsonb('findings').$type<ReviewFinding[]>().notNull().default([]),
    lockedBy: text('locked_by'),
    lockedUntil: timestamp('locked_until', { withTimezone: true }),
    /** Sensitive categories need two reviewers: the first. */
    firstApprover: text('first_approver'),
  },
  (t) => [index('review_task_submitted').on(t.submittedAt)],
);
