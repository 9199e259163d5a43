/** Columns that every table spells alike. */
import { bigint, customType, integer, timestamp } from 'drizzle-orm/pg-core';

/** `id`: a PostgreSQL identity. Call in each table: drizzle columns cannot be shared. */
export const identity = () =>
  bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();

/** An amount in µCNY: `bigint` on both sides. */
export const microCny = (name: string) => bigint(name, { mode: 'bigint' });

export const timestamps = {
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
};

/** Optimistic lock: a writer names the version it read; the update adds one. */
export const version = { version: integer('version').notNull().default(1) };

export const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
