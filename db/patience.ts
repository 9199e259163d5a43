/** Changes to tables that are in use. Owns how long a change may stand in the way of those who use them. */
import type postgres from 'postgres';

/**
 * A lock that is not had at once is let go and asked for again: whoever waits for a table's strongest lock holds up everybody
 * who comes after, for as long as the slowest transaction before it.
 */
const LOCK_WAIT_MS = 1_000;
const LOCK_PAUSE_MS = 250;
const LOCK_PATIENCE_MS = 600_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** One transaction that never waits long for a lock; begun anew until it gets all it needs. */
export async function patiently(
  sql: postgres.Sql,
  work: (transaction: postgres.TransactionSql) => Promise<unknown>,
): Promise<void> {
  for (const until = performance.now() + LOCK_PATIENCE_MS; ; ) {
    try {
      await sql.begin(async (transaction) => {
        await transaction.unsafe(`SET LOCAL lock_timeout TO ${LOCK_WAIT_MS}`);
        await work(transaction);
      });
      return;
    } catch (error) {
      const waited = (error as postgres.PostgresError).code === LOCK_NOT_AVAILABLE;
      if (!waited || performance.now() > until) throw error;
      await new Promise((wake) => setTimeout(wake, LOCK_PAUSE_MS));
    }
  }
}
