/** Who did what, and what a repeated request was answered. Written by api/audit and api/http/idempotency.ts only. */
import {
  bigint,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { identity } from './columns.ts';

/** Append-only and hash-chained by triggers: see the migration. */
export const auditEntry = pgTable(
  'audit_entry',
  {
    id: identity(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    /** User id, or the name of a process (`worker`, `seed`). */
    userId: text('user_id').notNull(),
    organizationId: text('organization_id'),
    /** `campaign.update`, `payout.approve`. */
    action: text('action').notNull(),
    /** `campaign:42`. */
    subject: text('subject').notNull(),
    before: jsonb('before'),
    after: jsonb('after'),
    requestId: text('request_id'),
    /** 1, 2, 3 … without a gap, given at commit with the hashes: the chain's order. */
    chainNo: bigint('chain_no', { mode: 'number' }).unique(),
    previousHash: text('previous_hash'),
    hash: text('hash'),
  },
  (t) => [
    index('audit_entry_subject').on(t.subject, t.id),
    index('audit_entry_user').on(t.userId, t.id),
  ],
);

/** The answer given to an `Idempotency-Key`, kept a day; scoped to the organisation that sent it. */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    organizationId: text('organization_id').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of method, path and body. */
    requestSha256: text('request_sha256').notNull(),
    status: integer('status'),
    response: text('response'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.key] }),
    index('idempotency_key_created').on(t.createdAt),
  ],
);
