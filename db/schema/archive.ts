/** Landing pages, papers and the archive of what was approved. Written by api/creatives; the archive by a trigger. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  real,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Category } from '../terms/market.ts';
import { advertiser } from './campaigns.ts';
import { identity, timestamps, version } from './columns.ts';
import { creative } from './creatives.ts';

export const LANDING_STATUSES = ['ok', 'unreachable', 'gone', 'changed', 'refused'] as const;
export type LandingStatus = (typeof LANDING_STATUSES)[number];

/** What is known of a creative's landing page under its present approval. */
export const landingPage = pgTable(
  'landing_page',
  {
    creativeId: bigint('creative_id', { mode: 'number' })
      .primaryKey()
      .references(() => creative.id),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    contentHash: text('content_hash').notNull(),
    status: text('status').$type<LandingStatus>().notNull(),
    baselineHost: text('baseline_host'),
    baselinePrint: integer('baseline_print').array(),
    /** Forbidden words that were there already when it was approved. */
    baselineWords: text('baseline_words').array().notNull().default([]),
    failures: integer('failures').notNull().default(0),
    checkedAt: timestamp('checked_at', { withTimezone: true }).notNull(),
    nextCheckAt: timestamp('next_check_at', { withTimezone: true }).notNull(),
  },
  (t) => [index('landing_page_due').on(t.nextCheckAt)],
);

export const landingCheck = pgTable(
  'landing_check',
  {
    id: identity(),
    creativeId: bigint('creative_id', { mode: 'number' })
      .notNull()
      .references(() => creative.id),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    outcome: text('outcome').$type<LandingStatus>().notNull(),
    httpStatus: integer('http_status'),
    urls: text('urls').array().notNull(),
    title: text('title'),
    similarity: real('similarity'),
    detailZh: text('detail_zh').notNull(),
    detailEn: text('detail_en').notNull(),
  },
  (t) => [index('landing_check_creative').on(t.creativeId, t.id)],
);

export const QUALIFICATION_KINDS = [
  'business_licence',
  'ad_approval',
  'trade_licence',
  'authorisation',
  'trademark',
  'proof',
  'other',
] as const;
export const QUALIFICATION_STATUSES = ['pending', 'verified', 'rejected', 'withdrawn'] as const;

/** A paper of an advertiser: licence, permit, proof of a claim. */
export const qualification = pgTable(
  'qualification',
  {
    id: identity(),
    advertiserId: bigint('advertiser_id', { mode: 'number' })
      .notNull()
      .references(() => advertiser.id),
    kind: text('kind').$type<(typeof QUALIFICATION_KINDS)[number]>().notNull(),
    number: text('number').notNull(),
    issuer: text('issuer'),
    /** Trades it is for; empty: any. */
    categories: text('categories').array().$type<Category[]>().notNull().default([]),
    validFrom: date('valid_from'),
    /** Null: without an end. */
    validUntil: date('valid_until'),
    assetSha256: text('asset_sha256'),
    status: text('status')
      .$type<(typeof QUALIFICATION_STATUSES)[number]>()
      .notNull()
      .default('pending'),
    rejectReason: text('reject_reason'),
    verifiedBy: text('verified_by'),
    verifiedAt: timestamp('verified_at', { withTimezone: true }),
    ...version,
    ...timestamps,
  },
  (t) => [
    index('qualification_advertiser').on(t.advertiserId),
    uniqueIndex('qualification_number')
      .on(t.advertiserId, t.kind, t.number)
      .where(sql`${t.status} <> 'withdrawn'`),
  ],
);

/** Every approved version as it was, for three years after it was last shown. */
export const creativeArchive = pgTable(
  'creative_archive',
  {
    id: identity(),
    creativeId: bigint('creative_id', { mode: 'number' }).notNull(),
    contentHash: text('content_hash').notNull(),
    advertiserId: bigint('advertiser_id', { mode: 'number' }).notNull(),
    advertiserName: text('advertiser_name').notNull(),
    versionShown: jsonb('version_shown').$type<Record<string, unknown>>().notNull(),
    verdict: jsonb('verdict').$type<Record<string, unknown>>().notNull(),
    papers: jsonb('papers').$type<Record<string, unknown>[]>().notNull(),
    approvedAt: timestamp('approved_at', { withTimezone: true }).notNull(),
    firstShownOn: date('first_shown_on'),
    lastShownOn: date('last_shown_on'),
    keepUntil: date('keep_until').notNull(),
  },
  (t) => [
    uniqueIndex('creative_archive_version').on(t.creativeId, t.contentHash),
    index('creative_archive_advertiser').on(t.advertiserId, t.id),
  ],
);
