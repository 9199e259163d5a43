/** The connection to PostgreSQL. Owns pooling and how JavaScript values cross it; no queries live here. */
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

export type Database = PostgresJsDatabase & { $client: postgres.Sql };
export type Transaction = Parameters<Parameters<PostgresJsDatabase['transaction']>[0]>[0];
/** What a query needs: a connection or an open transaction. */
export type Db = PostgresJsDatabase | Transaction;

/**
 * Connects. Prepared statements are off so that PgBouncer's transaction mode may stand between.
 * `bigint` columns come back as strings from raw SQL; drizzle's columns convert them.
 */
export function connect(url: string, options: { max?: number; prepare?: boolean } = {}): Database {
  const client = postgres(url, {
    max: options.max ?? 10,
    prepare: options.prepare ?? false,
    onnotice: () => {},
    connection: { TimeZone: 'UTC' },
  });
  return drizzle(client) as Database;
}
