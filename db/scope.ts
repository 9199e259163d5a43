/**
 * A connection seen from one side of the wall (db/walls.ts). Owns saying who asks: every statement and transaction through
 * the returned handle runs in a transaction that begins with the role and the organisation, both local to it, so that
 * nothing is left on a connection for whoever has it next (PgBouncer's transaction mode included). Costs two round trips
 * a single statement, none that waits in a transaction.
 */

import { sql as raw } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Database, Db } from './client.ts';

export interface Scope {
  /** Null: the house itself, who sees all rows. */
  organizationId: string | null;
  personId: string | null;
}

/** Of no organisation: sees what all may see, and none of anybody's rows. */
export const NOBODY: Scope = { organizationId: '', personId: null };

const quote = (text: string): string => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;

// SET rather than set_config(): it may stand before SET TRANSACTION ISOLATION LEVEL.
const opening = ({ organizationId, personId }: Scope): string =>
  organizationId === null
    ? 'SET LOCAL ROLE hongze_worker'
    : `SET LOCAL ROLE hongze_app;
       SET LOCAL hongze.organization TO ${quote(organizationId)};
       SET LOCAL hongze.person TO ${quote(personId ?? '')}`;

type Body = (tx: postgres.TransactionSql) => unknown;

/** What drizzle calls of its client; the rest is the client's own. */
function scopedClient(client: postgres.Sql, scope: Scope): postgres.Sql {
  const first = opening(scope);
  const run = (values: boolean, ...args: Parameters<postgres.Sql['unsafe']>) =>
    client.begin((tx) => {
      // Sent together with the statement; if it fails, the statement fails with it.
      const opened = tx.unsafe(first);
      opened.catch(() => {});
      const query = tx.unsafe(...args);
      return values ? query.values() : query;
    });
  return {
    options: client.options,
    unsafe: (...args: Parameters<postgres.Sql['unsafe']>) => ({
      // biome-ignore lint/suspicious/noThenProperty: a query is what one awaits, as the client's own is
      then: (...done: Parameters<Promise<unknown>['then']>) => run(false, ...args).then(...done),
      values: () => run(true, ...args),
    }),
    begin: (...args: [Body] | [string, Body]) => {
      const body = args.at(-1) as Body;
      const options = args.length === 2 ? args[0] : '';
      return client.begin(options as string, async (tx) => {
        await tx.unsafe(first);
        return body(tx);
      });
    },
    end: client.end.bind(client),
  } as unknown as postgres.Sql;
}

/** Whether this login may take the roles, by where it logs in. */
const known = new Map<string, boolean>();

async function hasWalls(client: postgres.Sql): Promise<boolean> {
  const { host, port, database, user } = client.options;
  const key = `${host}:${port}/${database}/${user}`;
  const seen = known.get(key);
  if (seen !== undefined) return seen;
  const [row] = await client`
    SELECT count(*) = 2 AND bool_and(pg_has_role(current_user, oid, 'MEMBER')) AS walls
      FROM pg_roles WHERE rolname IN ('hongze_app', 'hongze_worker')`;
  const walls = row?.walls === true;
  known.set(key, walls);
  return walls;
}

/**
 * The database as one organisation may see it, or the house. On a database where the roles could not be made, or to a login
 * that was not granted them, the handle itself: then the routes' checks stand alone, and the doctor says so.
 */
export async function within(db: Database, scope: Scope): Promise<Database> {
  if (!(await hasWalls(db.$client))) return db;
  const scoped = drizzle(scopedClient(db.$client, scope)) as Database;
  bases.set(scoped, db);
  scopes.set(scoped, scope);
  return scoped;
}

/** Which handle a scoped one was made of. */
const bases = new WeakMap<object, Database>();
const scopes = new WeakMap<object, Scope>();

/** Who asks through this handle; undefined: it is no scoped one. */
export const scopeOf = (db: Db): Scope | undefined => scopes.get(db);

/** The unscoped handle behind a scoped one; any other handle as it is. */
export const houseOf = <T extends Db>(db: T): T => (bases.get(db) as T | undefined) ?? db;

/**
 * Looks over the wall, for what concerns all alike and tells nothing of anybody: whether a slot is taken, what traffic there
 * will be. Each use is a hole: say why beside it. `work` gets the same handle every time, or the caller's own transaction.
 */
export async function asHouse<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  // Of drizzle's two, only a transaction can be rolled back.
  if (!('rollback' in db)) return work(houseOf(db));
  return db.transaction(async (tx) => {
    const [row] = await tx.execute<{ role: string }>(raw`SELECT current_setting('role') AS role`);
    if (row?.role !== 'hongze_app') return work(tx);
    await tx.execute(raw`SET LOCAL ROLE hongze_worker`);
    const result = await work(tx);
    await tx.execute(raw`SET LOCAL ROLE hongze_app`);
    return result;
  });
}
