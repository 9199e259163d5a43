/** What the outlets' articles are about. Written by api/content only. */
import { bigint, date, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import type { ContentCategory, SafetyLabel } from '../terms/content.ts';

/** Partitioned by `day`, that of publication; the text itself is not kept. */
export const article = pgTable(
  'article',
  {
    day: date('day').notNull(),
    urlHash: text('url_hash').notNull(),
    url: text('url').notNull(),
    outletId: bigint('outlet_id', { mode: 'number' }).notNull(),
    propertyId: bigint('property_id', { mode: 'number' }).notNull(),
    title: text('title').notNull(),
    channel: text('channel'),
    categories: text('categories').array().$type<ContentCategory[]>().notNull(),
    keywords: text('keywords').array().notNull(),
    safety: text('safety').array().$type<SafetyLabel[]>().notNull(),
    source: text('source').$type<'rules' | 'person'>().notNull().default('rules'),
    publishedAt: timestamp('published_at', { withTimezone: true }).notNull(),
    receivedAt: timestamp('received_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.day, t.urlHash] }),
    index('article_outlet').on(t.outletId, t.receivedAt),
  ],
);
