/**
 * A connection seen from one side of the wall (db/walls.ts). Owns saying who asks: every statement and transaction through
 * the returned handle runs in a transaction that begins with the role and the organisation, both local to it, so that
 * nothing is left on a connection for whoever has it next (PgBouncer's transaction mode included). Costs two round trips
 * a single statement, none in a transaction.
 */

import { sql as raw } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Database, Db, Transaction } from './client.ts';

export interface Scope {
  /** Null: the house itself, who sees all rows. */
  organizationId: string | null;
  personId: string | null;
}

/** Of no organisation: sees what all may see, and none of anybody's rows. */
export const NOBODY: Scope = { organizationId: '', personId: null };
const HOUSE: Scope = { organizationId: null, personId: null };

const quote = (text: string): string => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;

// SET rather than set_config(): it may stand before SET TRANSACTION ISOLATION LEVEL.
const opening = ({ organizationId, personId }: Scope): string =>
  organizationId === null
    ? 'SET LOCAL ROLE hongze_worker'
    : `SET LOCAL ROLE hongze_app;
       SET LOCAL hongze.organization TO ${quote(organizationId)};
       SET LOCAL hongze.person TO ${quote(personId ?? '')}`;

type Body = (tx: postgres.TransactionSql) => unknown;
type Statement = Parameters<postgres.Sql['unsafe']>;

/** What drizzle calls of its client; the rest is the client's own. */
function scopedClient(client: postgres.Sql, scope: Scope): postgres.Sql {
  const first = opening(scope);
  // Sent together with what follows; if it fails, that fails with it.
  const open = (tx: postgres.TransactionSql): void => {
    tx.unsafe(first).catch(() => {});
  };
  const run = async (values: boolean, ...statement: Statement) => {
    const ask = (sql: postgres.Sql | postgres.TransactionSql) => {
      const query = sql.unsafe(...statement);
      return values ? query.values() : query;
    };
    if (!(await hasWalls(client))) return ask(client);
    return client.begin((tx) => {
      open(tx);
      return ask(tx);
    });
  };
  return {
    options: client.options,
    unsafe: (...statement: Statement) => ({
      // biome-ignore lint/suspicious/noThenProperty: a query is what one awaits, as the client's own is
      then: (...done: Parameters<Promise<unknown>['then']>) =>
        run(false, ...statement).then(...done),
      values: () => run(true, ...statement),
    }),
    begin: async (...args: [Body] | [string, Body]) => {
      const body = args.at(-1) as Body;
      const options = args.length === 2 ? args[0] : '';
      const walled = await hasWalls(client);
      return client.begin(options as string, (tx) => {
        if (walled) open(tx);
        return body(tx);
      });
    },
    end: client.end.bind(client),
  } as unknown as postgres.Sql;
}

/** Whether this login may take the roles, by where it logs in. */
const known = new Map<string, Promise<boolean>>();

function hasWalls(client: postgres.Sql): Promise<boolean> {
  const { host, port, database, user } = client.options;
  const key = `${host}:${port}/${database}/${user}`;
  const asked = known.get(key) ?? askForWalls(client);
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}

async function askForWalls(client: postgres.Sql): Promise<boolean> {
  const [row] = await client`
    SELECT count(*) = 2 AND bool_and(pg_has_role(current_user, oid, 'MEMBER')) AS walls
      FROM pg_roles WHERE rolname IN ('hongze_app', 'hongze_worker')`;
  return row?.walls === true;
}

/**
 * The database as one organisation may see it. On a database where the roles could not be made, or to a login that was not granted
 * them, as the login sees it: then the routes' checks stand alone, and the doctor says so.
 */
export function within(db: Database, scope: Scope): Database {
  const base = baseOf(db);
  const scoped = drizzle(scopedClient(base.$client, scope)) as Database;
  bases.set(scoped, base);
  scopes.set(scoped, scope);
  return scoped;
}

/** Which handle a scoped one was made of, and who asks through it. */
const bases = new WeakMap<object, Database>();
const scopes = new WeakMap<object, Scope>();

/** Who asks through this handle; undefined: it is no scoped one. */
export const scopeOf = (db: Db): Scope | undefined => scopes.get(db);

/** The login itself, which sees nobody's rows: for what is no tenant's, as the server's own figures. */
export const baseOf = (db: Database): Database => bases.get(db) ?? db;

const houses = new WeakMap<Database, Database>();

/**
 * The database as the house sees it: all rows. The programs' login sees none by itself, so that what forgets to say who asks is
 * refused; tasks, sign-in and the platform's own people say it here. A transaction is what it was opened as.
 */
export function houseOf<T extends Db>(db: T): T {
  if (isTransaction(db)) return db;
  const base = baseOf(db as unknown as Database);
  const house = houses.get(base) ?? within(base, HOUSE);
  houses.set(base, house);
  return house as unknown as T;
}

// Of drizzle's two, only a transaction can be rolled back.
const isTransaction = (db: Db): db is Transaction => 'rollback' in db;

/**
 * Looks over the wall, for what concerns all alike and tells nothing of anybody: whether a slot is taken, what traffic there
 * will be. Each use is a hole: say why beside it. `work` gets the same handle every time, or the caller's own transaction.
 */
export async function asHouse<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  if (!isTransaction(db)) return work(houseOf(db));
  return db.transaction(async (tx) => {
    const [row] = await tx.execute<{ role: string }>(raw`SELECT current_setting('role') AS role`);
    if (row?.role !== 'hongze_app') return work(tx);
    await tx.execute(raw`SET LOCAL ROLE hongze_worker`);
    const result = await work(tx);
    await tx.execute(raw`SET LOCAL ROLE hongze_app`);
    return result;
  });
}
