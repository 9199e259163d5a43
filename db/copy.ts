/**
 * COPY into a table, inside a transaction of the driver's. Owns hearing of a failure whenever it comes: the driver (postgres
 * 3.4.9) has resolved the statement with its stream by then, and of an error after the end of the data, as a key that is
 * taken, it would tell nobody and leave the stream waiting for ever.
 */
import type postgres from 'postgres';
import type { Transaction } from './client.ts';

/** Sends `text`, lines in COPY's text format; resolves when they are stored. Throws what PostgreSQL says. */
export async function copyIn(tx: Transaction, target: string, text: string): Promise<void> {
  // Drizzle knows no COPY; it keeps the driver's client on the session.
  const { session } = tx as unknown as { session: { client: postgres.TransactionSql } };
  const statement = session.client.unsafe(`COPY ${target} FROM STDIN`);
  const stream = await statement.writable();
  await new Promise<void>((resolve, reject) => {
    // The driver rejects the statement again, which its promise does not hear; this does.
    Object.assign(statement, { reject });
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end(text);
  });
}

const SPECIAL = /[\\\n\r\0]/;
const SPELT: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\0': '' };

/** A text as a field of COPY's text format; tabs are the caller's to keep out. NUL, which PostgreSQL cannot hold, is left out. */
export const copyText = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[\\\n\r\0]/g, (c) => SPELT[c] as string) : text;
