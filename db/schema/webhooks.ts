/** Who is told what by HTTP, and whether it arrived. Endpoints are written by api/webhooks, events by triggers. */
import { sql } from 'drizzle-orm';
import { bigint, index, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { identity, timestamps, version } from './columns.ts';

export const webhookEndpoint = pgTable(
  'webhook_endpoint',
  {
    id: identity(),
    organizationId: text('organization_id').notNull(),
    name: text('name').notNull(),
    url: text('url').notNull(),
    /** `*` is all of them. */
    kinds: text('kinds').array().notNull(),
    /** `disabled`: by us, after days without an answer or a 410. */
    status: text('status').$type<'active' | 'paused' | 'disabled'>().notNull().default('active'),
    secret: text('secret').notNull(),
    previousSecret: text('previous_secret'),
    previousUntil: timestamp('previous_until', { withTimezone: true }),
    failingSince: timestamp('failing_since', { withTimezone: true }),
    ...version,
    ...timestamps,
  },
  (t) => [index('webhook_endpoint_organization').on(t.organizationId)],
);

export const webhookEvent = pgTable(
  'webhook_event',
  {
    id: identity(),
    organizationId: text('organization_id').notNull(),
    /** `creative.status`, `reportExport.status`, `feedback.created`. */
    kind: text('kind').notNull(),
    subject: text('subject').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    at: timestamp('at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    index('webhook_event_organization').on(t.organizationId, t.id),
    index('webhook_event_at').on(t.at),
  ],
);

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

export const webhookDelivery = pgTable(
  'webhook_delivery',
  {
    id: identity(),
    organizationId: text('organization_id').notNull(),
    endpointId: bigint('endpoint_id', { mode: 'number' })
      .notNull()
      .references(() => webhookEndpoint.id, { onDelete: 'cascade' }),
    eventId: bigint('event_id', { mode: 'number' })
      .notNull()
      .references(() => webhookEvent.id, { onDelete: 'cascade' }),
    status: text('status').$type<(typeof DELIVERY_STATUSES)[number]>().notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    /** Null with `pending`: at once. */
    nextAt: timestamp('next_at', { withTimezone: true }),
    lastAttemptAt: timestamp('last_attempt_at', { withTimezone: true }),
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
    deliveredAt: timestamp('delivered_at', { withTimezone: true }),
  },
  (t) => [
    index('webhook_delivery_endpoint').on(t.endpointId, t.id),
    index('webhook_delivery_due').on(t.nextAt.nullsFirst()).where(sql`${t.status} = 'pending'`),
  ],
);
