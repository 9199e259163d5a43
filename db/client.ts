/** The connection to PostgreSQL. Owns pooling and how JavaScript values cross it; no queries live here. */
import { connect as connectSocket } from 'node:net';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

export type Database = PostgresJsDatabase & { $client: postgres.Sql };
export type Transaction = Parameters<Parameters<PostgresJsDatabase['transaction']>[0]>[0];
/** What a query needs: a connection or an open transaction. */
export type Db = PostgresJsDatabase | Transaction;

/**
 * A socket that sends at once, as libpq's do: the driver leaves Nagle's algorithm on, which keeps the end of a small COPY back
 * for a delayed acknowledgement, 40 ms. Only where the driver's own dialling has nothing more to do: one host, no TLS, TCP.
 */
function promptSocket(url: string) {
  const { hostname, port, searchParams } = new URL(url);
  const plain = hostname !== '' && !hostname.includes(',') && !hostname.startsWith('%2');
  const secured = searchParams.get('sslmode') ?? searchParams.get('ssl') ?? process.env.PGSSLMODE;
  if (!plain || (secured && secured !== 'disable')) return {};
  const open = () => connectSocket({ host: hostname, port: Number(port) || 5432, noDelay: true });
  return { socket: open };
}

/**
 * Connects. Prepared statements are off so that PgBouncer's transaction mode may stand between.
 * `bigint` columns come back as strings from raw SQL; drizzle's columns convert them.
 */
export function connect(url: string, options: { max?: number; prepare?: boolean } = {}): Database {
  const client = postgres(url, {
    max: options.max ?? 10,
    prepare: options.prepare ?? false,
    onnotice: () => {},
    ...promptSocket(url),
    connection: { TimeZone: 'UTC' },
  });
  return drizzle(client) as Database;
}
